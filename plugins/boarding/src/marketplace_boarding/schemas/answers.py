"""What the doors answer."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace_kit.kernel.money import Money


class NightView(msgspec.Struct, frozen=True, kw_only=True):
    """A night as it can be booked: how many rooms are free in it, and what it costs one pet."""

    night: date
    free: int
    price: Money | None


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    listing_id: UUID
    zone: str
    nights: list[NightView]


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for a price, in the reader's words."""

    text: str
    price: Money


class GateView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a pet may come and stay: ``missing`` are codes, ``texts`` the same in words."""

    pet: str
    pet_id: UUID | None
    met: bool
    missing: list[str] = []
    texts: list[str] = []
    awaiting: list[str] = []


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a stay costs and why; ``gate`` for each pet with a record."""

    listing_id: UUID
    arrives: date
    leaves: date
    nights: int
    price: Money
    deposit: Money | None
    lines: list[QuoteLine]
    gate: list[GateView] = []
    medicine_price: Money | None = None


class RoomView(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms of one make. ``id`` is the resource's."""

    id: int
    name: str
    listing_id: UUID
    places: int
    max_pets: int
    max_grams: int | None
    rank: int
    active: bool
    version: int


class SeasonView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    first: date
    last: date
    percent: int


class GuestView(msgspec.Struct, frozen=True, kw_only=True):
    """A pet of a stay. ``codes`` are what the family shares of its behaviour."""

    id: UUID
    stay_id: UUID
    pet_id: UUID | None
    name: str
    species: str
    codes: str
    food: str
    food_times: str
    medicine: str
    medicine_times: str
    care: str


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay as the house sees it. ``room`` is where it is now."""

    id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    title: str
    person_id: UUID | None
    contact_name: str
    phone: str
    arrives: date
    leaves: date
    arrive_minute: int
    leave_minute: int
    zone: str
    resource_id: int
    lane: int
    room: str
    state: str
    currency: str
    base_amount: int
    medicine_amount: int
    late_percent: int
    late_amount: int
    deposit_amount: int
    cancel_hours: int
    note: str
    gate_note: str
    collector: str
    belongings: str
    checked_in_at: datetime | None
    left_at: datetime | None
    guests: list[GuestView] = []

    @property
    def names(self) -> str:
        return ", ".join(guest.name for guest in self.guests)

    @property
    def nights(self) -> int:
        return (self.leaves - self.arrives).days


class StayCard(msgspec.Struct, frozen=True, kw_only=True):
    """A stay as its family sees it."""

    id: UUID
    title: str
    state: str
    state_text: str
    arrives: date
    leaves: date
    nights: int
    room: str
    total: Money
    guests: list[GuestView]


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a day's sheet."""

    id: UUID
    guest_id: UUID
    guest: str
    day: date
    kind: str
    time: str
    outcome: str
    note: str
    at: datetime
    by: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A meal or a medicine of a day: ``entry`` is there once it stands in the sheet. ``late``: it should."""

    kind: str
    time: str
    what: str
    late: bool
    entry: EntryView | None


class SheetGuest(msgspec.Struct, frozen=True, kw_only=True):
    guest: GuestView
    due: list[Due]
    entries: list[EntryView]


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """The card of a day as the family was sent it."""

    day: date
    text: str
    told_at: datetime


class DaySheet(msgspec.Struct, frozen=True, kw_only=True):
    """What a day of a stay asks for and what was done. ``report`` is there once the family was sent the card."""

    stay_id: UUID
    day: date
    guests: list[SheetGuest]
    report: ReportView | None


class BoardStay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay on the plan of the house. ``gate``: something is missing at the door."""

    id: UUID
    names: str
    customer: str
    arrives: date
    leaves: date
    time: str
    room: str
    state: str
    state_text: str
    tone: str
    codes: list[str]
    verbs: list[str]
    medicine: bool


class BoardCell(msgspec.Struct, frozen=True, kw_only=True):
    """A night of a place: ``free``, ``stay`` (with its id and names), ``kept`` for somebody who is ordering, or
    ``closed`` with a reason. ``begins``: the stay's first night here.
    """

    night: date
    what: str
    stay_id: UUID | None = None
    text: str = ""
    begins: bool = False
    state: str = ""


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    resource_id: int
    lane: int
    room: str
    cells: list[BoardCell]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Who arrives, who is in the house, who leaves today, and which nights of which rooms are taken."""

    shop_id: UUID
    today: date
    first: date
    days: list[date]
    arriving: list[BoardStay]
    staying: list[BoardStay]
    leaving: list[BoardStay]
    rows: list[BoardRow]
    taken: int
    places: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stay stands now. ``version`` is the line's."""

    id: UUID
    state: str
    version: int
