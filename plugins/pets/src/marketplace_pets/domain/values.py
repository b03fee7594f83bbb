"""What the pet room tells others: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from marketplace_pets.domain import lists
from marketplace_pets.domain.lists import DECEASED

_SLACK = {"exact": 0, "month": 15, "year": 182}


@attrs.frozen(kw_only=True)
class Birth:
    """When a pet was born, as well as it is known. ``slack`` is how many days earlier or later it may have been."""

    on: date | None = None
    precision: str = "exact"

    @property
    def slack(self) -> int:
        return _SLACK[self.precision]

    @property
    def estimated(self) -> bool:
        return self.on is not None and self.precision != "exact"

    def oldest(self, day: date) -> int | None:
        """The greatest age in days that the pet may have on ``day``; none if nothing is known."""
        return None if self.on is None else (day - self.on).days + self.slack

    def youngest(self, day: date) -> int | None:
        """The smallest age in days that the pet may have on ``day``."""
        return None if self.on is None else (day - self.on).days - self.slack

    def day_of(self, age: int) -> date | None:
        """The day on which the pet is ``age`` days old."""
        return None if self.on is None else self.on + timedelta(days=age)


@attrs.frozen(kw_only=True)
class PetCard:
    """Who a pet is: what every vendor of a booking may see. ``sex``, ``coat`` and ``size_class`` are empty if nobody
    said; ``breed`` is an id of the breed list or empty. One of ``keeper_id`` and ``keeper_shop_id`` is set.
    """

    pet_id: UUID
    name: str
    species: str
    breed: str = ""
    crossbred: bool = False
    breed_other: str = ""
    sex: str = ""
    birth: Birth = Birth()
    colour: str = ""
    coat: str = ""
    size_class: str = ""
    state: str = "active"
    deceased_on: date | None = None
    cover: str | None = None
    keeper_id: UUID | None = None
    keeper_shop_id: UUID | None = None
    version: int = 1

    @property
    def alive(self) -> bool:
        return self.state != DECEASED


@attrs.frozen(kw_only=True)
class WeightSeen:
    """One weighing. ``grams`` are whole tens; ``source`` is ``owner``, ``breeder`` or ``vet`` (any vendor). ``change``
    is (this - the one before) / the one before in thousandths, ``days`` lie between; a mistake is skipped.
    """

    weight_id: UUID
    grams: int
    at: datetime
    source: str
    method: str = "scales"
    shop_id: UUID | None = None
    by_person_id: UUID | None = None
    author: str = ""
    body_condition: int | None = None
    mistake_reason: str = ""
    mistaken: bool = False
    change: int | None = None
    days: int | None = None

    @property
    def kilograms(self) -> str:
        return kilograms(self.grams)


def kilograms(grams: int) -> str:
    """A weight as people read it: ``7.2``."""
    return f"{grams / 1000:.3f}".rstrip("0").rstrip(".")


@attrs.frozen(kw_only=True)
class DoseGiven:
    """One dose as it was recorded. ``state`` is its check: ``self_declared``, ``awaiting_check``, ``verified``,
    ``refused``. ``historical`` ones count only where they keep the rules; ``override_reason`` is a vet's.
    """

    dose_id: UUID
    pet_id: UUID
    protocol: str
    protocol_version: int
    given_on: date
    product: str = ""
    lot: str = ""
    manufacturer: str = ""
    vet: str = ""
    clinic: str = ""
    valid_until: date | None = None
    certificate: str = ""
    source: str = "owner"
    historical: bool = False
    override_reason: str = ""
    state: str = "self_declared"
    check_reason: str = ""
    checked_at: datetime | None = None
    shop_id: UUID | None = None
    cover: str | None = None


@attrs.frozen
class Window:
    """From the first to the last good day for a dose."""

    opens: date
    closes: date


@attrs.frozen(kw_only=True)
class Standing:
    """How a pet stands with one protocol on one day; computed, never stored.

    ``state``: ``not_started``, ``in_series``, ``series_incomplete``, ``current``, ``due_soon``, ``overdue``. ``until``
    is the last good day of protection, ``due_on`` the day reminders count from, ``since`` when it ran out.
    ``estimated``: the birth date is a guess, so the window is wider.
    """

    protocol: str
    version: int
    state: str
    window: Window | None = None
    until: date | None = None
    due_on: date | None = None
    since: date | None = None
    counted: int = 0
    last_on: date | None = None
    estimated: bool = False

    @property
    def protected(self) -> bool:
        return self.state in ("current", "due_soon")


@attrs.frozen(kw_only=True)
class Badge:
    """How a protocol's state is shown to people: ``tone`` good, warn or bad, ``text`` a message id with ``facts``."""

    protocol: str
    label: str
    tone: str
    text: str
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    code: str = ""


@attrs.frozen(kw_only=True)
class TimelineEntry:
    """Something that happened to a pet. ``title`` is a message id, filled from ``facts``; ``scope`` is who may read it:
    one of the scopes, or ``identity`` for everybody with a grant.
    """

    entry_id: UUID
    pet_id: UUID
    at: datetime
    kind: str
    title: str
    facts: Mapping[str, Any]
    scope: str
    link: str = ""
    shop_id: UUID | None = None
    shop_name: str = ""


@attrs.frozen(kw_only=True)
class Grant:
    """What a family lets a shop read. ``expires_on`` is the last good day, where the site is at home."""

    grant_id: UUID
    pet_id: UUID
    shop_id: UUID
    scopes: tuple[str, ...]
    purpose: str
    starts_at: datetime
    expires_on: date | None
    revoked_at: datetime | None
    origin: str
    shop_name: str = ""

    def is_live(self, now: datetime, today: date) -> bool:
        """Revocation and expiry act at once."""
        ended = self.revoked_at is not None and self.revoked_at <= now
        return self.starts_at <= now and not ended and (self.expires_on is None or today <= self.expires_on)


@attrs.frozen(kw_only=True)
class BehaviourFlag:
    """A coded warning with its comment."""

    code: str
    comment: str = ""


@attrs.frozen(kw_only=True)
class Due:
    """One line of a care plan: a machine ``reason``, a ``text`` (message id) with ``facts``, the day it is for."""

    reason: str
    text: str
    facts: Mapping[str, Any]
    due_on: date
    protocol: str = ""
    overdue: bool = False
    shop_id: UUID | None = None
    follow_up_id: UUID | None = None

    @property
    def key(self) -> str:
        """What a family says that it does not want to hear of: the timetable, else the reason."""
        return self.protocol or self.reason


@attrs.frozen(kw_only=True)
class Booked:
    """What is booked for a pet, as whoever holds the booking told it. ``meets`` are the keys and reasons of the care
    plan that are seen to then.
    """

    pet_id: UUID
    shop_id: UUID
    on: date
    title: str
    link: str = ""
    meets: frozenset[str] = frozenset()

    def sees_to(self, due: Due) -> bool:
        """Whether a line of the plan needs no other booking. A shop that asked the family to come again is met by any
        visit to it.
        """
        here = due.reason == lists.FOLLOW_UP and due.shop_id == self.shop_id
        return here or due.reason in self.meets or due.key in self.meets


@attrs.frozen(kw_only=True)
class FollowUp:
    """What a shop asked a family to come for: ``follow_up`` (to it), ``grooming``, ``see_vet``."""

    follow_up_id: UUID
    pet_id: UUID
    shop_id: UUID
    kind: str
    what: str
    due_on: date
    said_on: date


@attrs.frozen(kw_only=True)
class Allergy:
    """``severity`` is ``mild``, ``moderate`` or ``severe``; ``is_class``: a whole class of drugs."""

    allergy_id: UUID
    substance: str
    severity: str
    reaction: str = ""
    is_class: bool = False


@attrs.frozen(kw_only=True)
class Condition:
    """A chronic ``problem`` or a ``medication`` taken now (``details``: dose and times)."""

    condition_id: UUID
    kind: str
    what: str
    details: str = ""
    since: date | None = None
    runs_out_on: date | None = None


@attrs.frozen(kw_only=True)
class Shared:
    """What one reading of a shared scope answers; fields of other scopes stay empty."""

    scope: str
    card: PetCard
    weights: tuple[WeightSeen, ...] = ()
    doses: tuple[DoseGiven, ...] = ()
    badges: tuple[Badge, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    conditions: tuple[Condition, ...] = ()
    behaviours: tuple[BehaviourFlag, ...] = ()
    entries: tuple[TimelineEntry, ...] = ()
