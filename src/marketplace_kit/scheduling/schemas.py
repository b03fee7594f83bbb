"""Wire types of scheduling, in and out. Times carry the place's offset; ``zone`` names it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks.lines import Part
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

STAFF, ROOM, VAN, EQUIPMENT = "staff", "room", "van", "equipment"
LODGING = "lodging"
"""What is taken for days on end, and is no column of the calendar: its plugin shows it."""
KINDS = (
    (STAFF, N_("Member of staff")),
    (ROOM, N_("Room or place")),
    (VAN, N_("Van")),
    (EQUIPMENT, N_("Device")),
)
_DAY_HINT = N_("Like 09:00-13:00, 14:00-19:00; empty: closed")
_MODES = (
    ("closed", N_("Does not work")),
    ("replaces", N_("Works at these hours instead")),
    ("adds", N_("Works at these hours as well")),
)


class SchedulingSettings(Form):
    """How appointments are handled on this site."""

    hold_minutes: Annotated[int, Field(N_("Minutes a chosen time is kept"), min=1, max=60)] = 10
    payment_minutes: Annotated[int, Field(N_("Minutes to pay for a kept time"), min=5, max=1440)] = 15
    answer_hours: Annotated[int, Field(N_("Hours in which a shop answers a request"), min=1, max=168)] = 12
    missed_limit: Annotated[
        int, Field(N_("Missed appointments after which a prepayment is asked for (0: never)"), min=0, max=20)
    ] = 2
    missed_days: Annotated[int, Field(N_("… within so many days"), min=1, max=730)] = 90
    most_holds: Annotated[int, Field(N_("Times kept for one person at once"), min=1, max=50)] = 3


class AtHome(Form):
    """Where somebody shall come: an ``address``, and the point or the part of the town (an area's number)."""

    address: Annotated[
        str, Field(N_("Street and house"), hint=N_("Where we shall come"), max_length=200, private=True)
    ] = ""
    entrance: Annotated[str, Field(N_("Apartment, entrance, floor"), max_length=80, private=True)] = ""
    point: Annotated[
        str, Field(N_("Latitude and longitude"), hint=N_("Like 47.1068, 51.9166"), max_length=80, private=True)
    ] = ""
    district: Annotated[str, Field(N_("Part of the town"), max_length=20)] = ""


class AppointmentChoice(AtHome, frozen=True, kw_only=True):
    """What is asked of somebody who books a time; for a visit at home also where."""

    starts_at: Annotated[str, Field(N_("Time"), max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    staff_matters: Annotated[bool, Field(N_("Only this person"))] = False
    together: Annotated[bool, Field(N_("All at the same time"))] = False
    note: Annotated[str, Field(N_("Note for the shop"), long=True, max_length=1000)] = ""


@attrs.frozen(kw_only=True)
class Where:
    """Where somebody shall come, as it is asked before a time is chosen: a ``point`` ("47.1068, 51.9166"), or a
    ``district`` (an area's number).
    """

    point: str = ""
    district: str = ""


@attrs.frozen(kw_only=True)
class Measured:
    """What one wish takes: minutes of work, its price and the reasons for it. ``skills`` are codes that the staff has
    to have beside those that the service needs; ``subject`` is a stable key of what the customer brings (a pet, a car):
    one subject is in one place at a time.
    """

    minutes: int
    price: Money | None = None
    parts: tuple[Part, ...] = ()
    skills: frozenset[str] = frozenset()
    subject: str = ""
    title: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)


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
    """``state``: free, few, none (all taken), closed, too_soon (over, or within the lead time) or beyond (the
    horizon).
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


class StaffProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works for a shop, as customers see them. ``skills`` are codes, which pages do not show."""

    id: int
    name: str
    about: str
    skills: list[str]
    photo: str = ""
    rating_average: float | None = None
    rating_count: int = 0


class StaffService(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does, at minutes and a price of their own; ``book`` is the page on which a time is chosen."""

    listing_id: UUID
    title: str
    price: Money | None
    minutes: int | None
    book: str


class StaffPage(StaffProfile, frozen=True, kw_only=True):
    """The same with what they do, and when they work in the coming week (by the shop's clock)."""

    services: list[StaffService]
    hours: list[StaffHours]


class StaffHours(msgspec.Struct, frozen=True, kw_only=True):
    """A date and the hours on it; none: a day off."""

    day: date
    hours: list[str]


class SlotsView(msgspec.Struct, frozen=True, kw_only=True):
    """What the slot picker shows. ``minutes`` is the whole visit. ``not_bookable``: nobody can perform it
    (``no_staff``), nobody works in the coming time (``no_hours``), or it is not offered online (``not_online``). For a
    ``home_visit`` also ``no_address`` (say where) and ``out_of_zone`` (nobody comes there); ``areas`` are the parts of
    the town by which one may say where, (number, name).
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


class DayState(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    state: str


class MonthView(msgspec.Struct, frozen=True, kw_only=True):
    """``not_bookable`` is that of :class:`SlotsView`."""

    listing_id: UUID
    zone: str
    days: list[DayState]
    not_bookable: str = ""


class ResourceView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    name: str
    member_id: UUID | None
    lanes: int
    within_shop_hours: bool
    own_hours: bool
    skills: list[str]
    about: str
    photo: str | None
    public: bool
    active: bool
    rank: int
    version: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One block in a calendar: an appointment, a hold, a break or imported busy time. ``starts_at`` and ``ends_at`` are
    what the visit is; ``from_at`` and ``to_at`` what is blocked. Contacts are for the shop's eyes.
    """

    claim_id: UUID
    resource_id: int
    lane: int
    kind: str
    from_at: datetime
    to_at: datetime
    starts_at: datetime
    ends_at: datetime
    enforced: bool
    appointment_id: UUID | None = None
    order_id: UUID | None = None
    listing_id: UUID | None = None
    line_kind: str = ""
    title: str = ""
    state: str = ""
    customer: str = ""
    phone: str = ""
    note: str = ""
    origin: str = ""
    staff_matters: bool = False
    overbooked: bool = False
    eta: datetime | None = None
    reason: str = ""
    version: int | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's working time on the asked days, as instants."""

    resource: ResourceView
    windows: list[tuple[datetime, datetime]]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's days: who works when, and what is in the way."""

    zone: str
    first_day: date
    days: int
    columns: list[Column]
    entries: list[Entry]


class AppointmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One appointment, for lists and for what a refusal names."""

    id: UUID
    order_id: UUID
    listing_id: UUID
    title: str
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    staff_id: int | None
    customer: str
    version: int


class ResourceForm(Form):
    """A member of staff, a room, a van, a device."""

    kind: Annotated[str, Field(N_("What it is"), choices=KINDS)]
    name: Annotated[str, Field(N_("Name"), min_length=1, max_length=120)]
    lanes: Annotated[int, Field(N_("Places"), hint=N_("How many can be served at the same time"), min=1, max=500)] = 1
    skills: Annotated[
        str, Field(N_("Skills or type"), hint=N_("Short words with commas between: colouring, cats"), max_length=300)
    ] = ""
    about: Annotated[str, Field(N_("About"), long=True, max_length=2000)] = ""
    within_shop_hours: Annotated[bool, Field(N_("Works within the shop's hours only"))] = True
    public: Annotated[bool, Field(N_("Customers may choose"))] = True
    active: Annotated[bool, Field(N_("Can be booked"))] = True
    rank: Annotated[int, Field(N_("Place in the list"), min=0, max=1000)] = 0
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


_WEEKDAYS = tuple(
    (str(number), name)
    for number, name in enumerate(
        (
            N_("Monday"),
            N_("Tuesday"),
            N_("Wednesday"),
            N_("Thursday"),
            N_("Friday"),
            N_("Saturday"),
            N_("Sunday"),
        )
    )
)


class VanForm(Form):
    """A van that goes to the customers: its base, how far around it, how fast."""

    base: Annotated[
        str,
        Field(N_("Where its day begins and ends"), hint=N_("Latitude and longitude from any map"), max_length=80),
    ]
    radius_km: Annotated[
        int,
        Field(
            N_("Goes every day as far as"),
            unit=N_("km"),
            hint=N_("In a straight line. 0: only to the areas below"),
            min=0,
            max=200,
        ),
    ] = 10
    kmh: Annotated[int, Field(N_("Average speed"), unit=N_("km/h"), min=5, max=120)] = 30
    road_percent: Annotated[
        int,
        Field(
            N_("Roads are longer than a straight line"),
            unit=N_("percent of it"),
            hint=N_("130 in most towns; more where there is a river"),
            min=100,
            max=300,
        ),
    ] = 130


class AreaForm(Form):
    """A part of the town to which a van goes."""

    name: Annotated[str, Field(N_("Name of the area"), hint=N_("Customers choose by it"), max_length=80)]
    outline: Annotated[
        str,
        Field(
            N_("Corners"),
            hint=N_("One per line, as maps show a point: 47.1068, 51.9166. In the order of a walk around it"),
            long=True,
            max_length=8000,
        ),
    ]
    weekdays: Annotated[tuple[str, ...], Field(N_("On these days"), choices=_WEEKDAYS)] = (
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
    )


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """``outline`` are (latitude, longitude) of the corners, ``weekdays`` numbers (0 is Monday)."""

    id: int
    name: str
    outline: list[tuple[float, float]]
    weekdays: list[int]


class VanView(msgspec.Struct, frozen=True, kw_only=True):
    """How a van goes to its customers."""

    resource_id: int
    lat: float
    lon: float
    radius_km: int
    kmh: int
    road_percent: int
    areas: list[AreaView]


class Directions(msgspec.Struct, frozen=True, kw_only=True):
    """Where a visit at home takes place. ``geo`` is a link as of RFC 5870, ``maps`` are links by the map's name."""

    address: str
    entrance: str
    area: str
    lat: float
    lon: float
    geo: str
    maps: dict[str, str]


class ResourceWeek(Form):
    """Hours of each weekday; without ``own_hours`` it works when the shop does."""

    own_hours: Annotated[bool, Field(N_("Has working hours of its own"))] = True
    mon: Annotated[str, Field(N_("Monday"), hint=_DAY_HINT)] = ""
    tue: Annotated[str, Field(N_("Tuesday"), hint=_DAY_HINT)] = ""
    wed: Annotated[str, Field(N_("Wednesday"), hint=_DAY_HINT)] = ""
    thu: Annotated[str, Field(N_("Thursday"), hint=_DAY_HINT)] = ""
    fri: Annotated[str, Field(N_("Friday"), hint=_DAY_HINT)] = ""
    sat: Annotated[str, Field(N_("Saturday"), hint=_DAY_HINT)] = ""
    sun: Annotated[str, Field(N_("Sunday"), hint=_DAY_HINT)] = ""
    valid_from: Annotated[date | None, Field(N_("Valid from"))] = None
    valid_to: Annotated[date | None, Field(N_("Valid until"))] = None


class ResourceDay(Form):
    """What is different on one date."""

    mode: Annotated[str, Field(N_("On this day"), choices=_MODES)]
    hours: Annotated[str, Field(N_("Hours"), hint=_DAY_HINT)] = ""
    reason: Annotated[str, Field(N_("The reason"), max_length=200)] = ""


_GRIDS = (
    ("grid", N_("Every so many minutes")),
    ("fixed", N_("At fixed times")),
    ("no_gaps", N_("Only where no gap is left")),
)
_CONFIRMATIONS = (("instant", N_("At once")), ("by_shop", N_("The shop confirms each")))
_PREPAY = (
    ("none", N_("Nothing")),
    ("fixed", N_("A fixed sum")),
    ("percent", N_("A share in percent")),
    ("all", N_("The whole price")),
)


class ServiceRule(Form):
    """How a service is booked."""

    minutes: Annotated[int | None, Field(N_("Duration"), unit=N_("minutes"), min=5, max=1440)] = None
    before: Annotated[int, Field(N_("Minutes before"), hint=N_("To prepare"), min=0, max=600)] = 0
    after: Annotated[int, Field(N_("Minutes after"), hint=N_("To tidy up"), min=0, max=600)] = 0
    lead_minutes: Annotated[int, Field(N_("Minutes ahead at least"), min=0, max=43200)] = 60
    horizon_days: Annotated[int, Field(N_("Days ahead at most"), min=0, max=730)] = 60
    step: Annotated[int, Field(N_("Minutes between starts"), min=5, max=1440)] = 15
    mode: Annotated[str, Field(N_("When visits begin"), choices=_GRIDS)] = "grid"
    fixed_times: Annotated[str, Field(N_("Fixed times"), hint=N_("Like 10:00, 12:30, 17:00"), max_length=300)] = ""
    confirmation: Annotated[str, Field(N_("Confirmation"), choices=_CONFIRMATIONS)] = "instant"
    needs: Annotated[
        str,
        Field(
            N_("What it needs"),
            hint=N_("Like staff:colouring, room:massage. Empty: one member of staff."),
            max_length=300,
        ),
    ] = ""
    places: Annotated[int, Field(N_("Places per start"), hint=N_("For classes and groups"), min=1, max=500)] = 1
    cutoff_hours: Annotated[int, Field(N_("Hours before which it can be cancelled or moved"), min=0, max=720)] = 6
    moves: Annotated[int, Field(N_("How often it can be moved"), min=0, max=20)] = 2
    max_open: Annotated[int, Field(N_("Open visits per customer at most"), min=0, max=100)] = 10
    prepay: Annotated[str, Field(N_("Prepayment"), choices=_PREPAY)] = "none"
    prepay_amount: Annotated[int, Field(N_("Sum in tenge, or percent"), min=0, max=100_000_000)] = 0
    late_fee_percent: Annotated[int, Field(N_("Fee for a late cancellation, percent"), min=0, max=100)] = 0
    missed_fee_percent: Annotated[int, Field(N_("Fee for a missed visit, percent"), min=0, max=100)] = 0
    policy_text: Annotated[str, Field(N_("Rules that the customer reads"), long=True, max_length=1000)] = ""
    bookable_online: Annotated[bool, Field(N_("Can be booked online"))] = True
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class MissedRule(Form):
    """After how many missed visits a shop asks for a prepayment online."""

    limit: Annotated[
        int,
        Field(N_("Missed visits after which booking online takes a prepayment"), hint=N_("0: never"), min=0, max=20),
    ]
    days: Annotated[int, Field(N_("Within so many days"), unit=N_("days"), min=1, max=730)]


class Performer(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what performs a service, with minutes and price of its own where they differ."""

    resource_id: int
    minutes: int | None = None
    price: Money | None = None


class Break(Form):
    """A stretch in which somebody is not to be booked."""

    starts_at: Annotated[str, Field(N_("From"), max_length=40)]
    ends_at: Annotated[str, Field(N_("To"), max_length=40)]
    reason: Annotated[str, Field(N_("The reason"), max_length=200)] = ""


class WalkIn(Form):
    """Somebody who came without an appointment, or called: two clicks, a phone is not needed."""

    starts_at: Annotated[str, Field(N_("Time"), max_length=40)]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    name: Annotated[str, Field(N_("Name"), max_length=120)] = ""
    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)] = ""
    note: Annotated[str, Field(N_("Note"), max_length=1000)] = ""
    overbook: Annotated[str, Field(N_("Book it although the time is taken, because"), max_length=300)] = ""


class NewWalkIn(WalkIn, frozen=True, kw_only=True):
    """The same for programs. What the service's kind asks at the counter (a pet, a car) stands beside these."""

    listing_id: Annotated[str, Field(N_("Service"), max_length=40)]


class MarkForm(Form):
    """How bookings of one customer are handled in a shop."""

    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)]
    mode: Annotated[
        str,
        Field(
            N_("Online booking"),
            choices=(
                ("block", N_("Not possible")),
                ("prepay_only", N_("With a prepayment only")),
                ("allow", N_("Allowed")),
            ),
        ),
    ]
    reason: Annotated[str, Field(N_("The reason"), max_length=500)]
