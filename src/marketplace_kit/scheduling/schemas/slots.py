"""What the slot picker shows. Times carry the place's offset; ``zone`` names it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace_kit.kernel.money import Money


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A start. ``staff`` are those who could; who it is, is decided when it is booked. Not ``bookable``: ``reason``
    says why (``too_soon``, ``full``: of a class or a fixed time, ``needs_prepayment``: of this customer).
    ``places_left`` is told of classes.
    """

    starts_at: datetime
    ends_at: datetime
    time: str
    staff: list[int]
    bookable: bool = True
    reason: str = ""
    places_left: int | None = None


class DaySlots(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: free, few, none (all taken), closed, too_soon (over, or within the lead time), beyond (the horizon) or
    needs_prepayment (of this customer, what is free).
    """

    day: date
    state: str
    slots: list[Slot]


class StaffView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a customer may choose. ``photo`` is its address; ``price`` is theirs for this service, if it
    differs; ``rating_average`` what customers think of them, if any said so.
    """

    id: int
    name: str
    about: str = ""
    photo: str | None = None
    minutes: int | None = None
    price: Money | None = None
    rating_average: float | None = None
    rating_count: int = 0


class SlotsView(msgspec.Struct, frozen=True, kw_only=True):
    """What the slot picker shows. ``minutes`` is the whole visit. ``not_bookable``: nobody can perform it
    (``no_staff``), nobody works in the coming time (``no_hours``), it is not offered online (``not_online``), or the
    shop has no IIN or BIN yet (``tax_id_required``). For a
    ``home_visit`` also ``no_address`` (say where) and ``out_of_zone`` (nobody comes there); ``areas`` are the parts of
    the town by which one may say where, (number, name). ``price`` is that of the whole visit, whoever does it; some of
    ``staff`` may have another. ``subjects`` is for how many it is: several come in turn, or together.
    ``waitlist`` is the page on which one waits for a time of a full day; empty where nobody can.
    """

    listing_id: UUID
    shop_id: UUID
    title: str
    zone: str
    minutes: int
    days: list[DaySlots]
    staff: list[StaffView]
    first_free: datetime | None = None
    earliest: datetime | None = None
    latest: date | None = None
    not_bookable: str = ""
    waitlist: str = ""
    home_visit: bool = False
    areas: list[tuple[int, str]] = []
    price: Money | None = None
    subjects: int = 1


class DayState(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    state: str


class MonthView(msgspec.Struct, frozen=True, kw_only=True):
    """``not_bookable`` is that of :class:`SlotsView`."""

    listing_id: UUID
    zone: str
    days: list[DayState]
    not_bookable: str = ""
