"""What a notice and its deliveries are. Pure: addresses, texts and time are handed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind

IN_APP = "in_app"
EVERY_CHANNEL = ""
"""The channel of a wording that all channels use which have none of their own."""
MAY_WORD, MAY_READ_LOG = "notifications.edit_texts", "notifications.read_log"
ORDER_UPDATES = ("status_update", "queue_update", "completion", "cancellation", "delay")
"""The types of notices that S4 5.4.1 names."""
CATEGORIES = ("orders", "services", "messages", "system")
_PLACE = re.compile(r"\{([^{}]*)\}")


class ReadStatus(StrEnum):
    UNREAD = "unread"
    READ = "read"


class DeliveryState(StrEnum):
    """``failed`` was given up, ``skipped`` was not wanted any more when its turn came."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class DeviceKind(StrEnum):
    """``web`` is a browser's push subscription with its keys, the others a token of the phone's own push service."""

    WEB = "web"
    ANDROID = "android"
    IOS = "ios"


class NotFailed(DomainError):
    """Only what was given up is sent once more."""

    code = "delivery_not_failed"
    text = "Only a message that failed can be sent again."


class TooManyDevices(DomainError):
    code = "too_many_devices"
    text = "So many devices are registered already. Remove one that you do not use any more."


class UnknownPushService(DomainError):
    """We call only push services that the deployment knows: the address comes from whoever registers the device."""

    code = "unknown_push_service"
    kind = Kind.INVALID
    text = "This site does not know that push service."


class TelegramNotUsed(DomainError):
    code = "telegram_not_used"
    kind = Kind.MISSING
    text = "This site does not use Telegram."


@attrs.frozen
class QuietHours:
    """From one time of day to another in a zone, over midnight too; in between nothing rings that can wait."""

    begins: time
    ends: time
    zone: str

    def end_of(self, now: datetime) -> datetime | None:
        """When the quiet hours end in which ``now`` lies (UTC); ``None`` outside of them."""
        zone = ZoneInfo(self.zone)
        here = now.astimezone(zone)
        clock = here.time().replace(tzinfo=None)
        over_midnight = self.begins > self.ends
        inside = (clock >= self.begins or clock < self.ends) if over_midnight else self.begins <= clock < self.ends
        if not inside:
            return None
        day = here.date() + timedelta(days=1) if clock >= self.ends else here.date()
        return datetime.combine(day, self.ends, zone).astimezone(UTC)


def minutes_of(at: time) -> int:
    """Minutes after midnight."""
    return at.hour * 60 + at.minute


def time_at(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def places_in(text: str) -> frozenset[str]:
    """The names between braces, as they stand there."""
    return frozenset(_PLACE.findall(text))


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
