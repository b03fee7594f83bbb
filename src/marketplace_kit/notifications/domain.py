"""What a notice and its deliveries are. Pure: addresses, texts and time are handed in."""

from __future__ import annotations

from enum import StrEnum

IN_APP = "in_app"


class ReadStatus(StrEnum):
    UNREAD = "unread"
    READ = "read"


class DeliveryState(StrEnum):
    """``failed`` was given up, ``skipped`` was not wanted any more when its turn came."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


def one_line(text: str) -> str:
    """Text fit for a mail header: what would begin a new line, or is no sign at all, becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def wanted_channels(
    declared: tuple[str, ...], known: frozenset[str], chosen: dict[str, bool], *, required: bool
) -> tuple[str, ...]:
    """The channels of a notice: those declared that this site has, as far as the person did not choose otherwise."""
    if required:
        return tuple(c for c in declared if c in known)
    added = tuple(c for c, wanted in chosen.items() if wanted and c in known and c not in declared)
    return tuple(c for c in declared if c in known and chosen.get(c, True)) + added
