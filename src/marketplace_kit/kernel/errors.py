"""Refusals: what the domain says when it will not do a thing. Status codes are the web floor's business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import attrs


class Kind(StrEnum):
    """Why something was refused; the web floor turns each into one HTTP status."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    CONFLICT = "conflict"
    INVALID = "invalid"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    FULL = "full"


class DomainError(Exception):
    """A refusal. Subclass it, name it as what is refused (``SlotTaken``), and give it a stable ``code``.

    ``text`` is an English message id; ``{name}`` in it is filled from ``facts`` after translation. Derives from
    ``Exception`` alone, so that no handler for ``ValueError`` can mistake it for a malformed request.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    text: ClassVar[str] = "That cannot be done."

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        return filled(self.text, self.facts)


_PLACE = re.compile(r"\{([a-z_]\w*)\}", re.ASCII | re.IGNORECASE)


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """``text`` with its ``{name}`` places filled; a missing fact shows as an ellipsis, never as an exception.

    Not ``str.format``: a text may come from a person, and must reach neither attributes nor format specifications.
    """
    return _PLACE.sub(lambda place: str(facts.get(place[1], "…")), text)


@attrs.frozen
class Problem:
    """One thing wrong with one field. ``field`` is the field's path (``attributes.breed``), empty for the whole
    form.
    """

    field: str
    code: str
    text: str
    facts: Mapping[str, Any] = attrs.field(factory=dict)


class Invalid(DomainError):
    """What was sent does not fit its declaration; carries *every* problem found, not the first."""

    code = "invalid"
    kind = Kind.INVALID
    text = "Please correct the marked fields."

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems: tuple[Problem, ...] = problems

    def under(self, prefix: str) -> Invalid:
        """The same problems, seen from a form that holds this one in its field ``prefix``."""
        return Invalid(*(attrs.evolve(p, field=f"{prefix}.{p.field}" if p.field else prefix) for p in self.problems))


class Missing(DomainError):
    """Not there - or not for the one who asks: the two are never told apart."""

    code = "not_found"
    kind = Kind.MISSING
    text = "We could not find that."


class Forbidden(DomainError):
    code = "not_permitted"
    kind = Kind.FORBIDDEN
    text = "You may not do that."


class SignInNeeded(DomainError):
    code = "sign_in_required"
    kind = Kind.UNAUTHENTICATED
    text = "Please sign in first."


class StaleVersion(DomainError):
    """Somebody changed it since it was read (optimistic locking on the ``version`` column)."""

    code = "version_conflict"
    kind = Kind.CONFLICT
    text = "Someone changed this in the meantime. Look at the newest version and try again."


class Unavailable(DomainError):
    code = "unavailable"
    kind = Kind.UNAVAILABLE
    text = "This is busy right now. Please try again in a moment."


class OutcomeUnknown(Unavailable):
    """The database went away while it was storing: it may have stored it. Never tried again by itself."""

    code = "outcome_unknown"
    text = "The connection broke while this was being stored. Please look whether it is there before you repeat it."
