"""What goes over the wire: forms that are taken, structs that are answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.pictures import Cover
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.domain import OPERATOR, OWNER, STAFF


class ShopSettings(Form):
    """``[shops]``: how a shop comes onto the site."""

    approval: Annotated[
        bool, Field(N_("New shops wait for approval"), runtime=True, hint=N_("Otherwise a new shop is open at once."))
    ] = False
    hygiene: Annotated[
        bool,
        Field(
            N_("Shops that cannot be dealt with leave the lists"),
            runtime=True,
            hint=N_(
                "Every night a live shop that lacks name, address, hours, phone or offers, where nothing can be booked,"
                " or that lets requests expire is taken out of lists and search."
            ),
        ),
    ] = True
    bookable_days: Annotated[
        int,
        Field(
            N_("Days in which something must be bookable"),
            min=1,
            max=60,
            runtime=True,
            hint=N_("Where nothing is, the shop leaves the lists three days after it was warned."),
        ),
    ] = 14
    expired_requests: Annotated[
        int,
        Field(
            N_("Requests that a shop may let expire in a week"),
            min=0,
            max=1000,
            runtime=True,
            hint=N_("As many take it out of lists until an admin puts it back. 0: never."),
        ),
    ] = 3


class NewShop(Form):
    """What is asked of somebody who opens a shop."""

    name: Annotated[str, Field(N_("Name of the shop"), min_length=2, max_length=120, autocomplete="organization")]
    city: Annotated[str, Field(N_("Town"), max_length=80, autocomplete="address-level2")]
    about: Annotated[
        str,
        Field(
            N_("About the shop"),
            long=True,
            max_length=4000,
            hint=N_("What you offer, for whom, and what you are proud of."),
        ),
    ] = ""
    phone: Annotated[
        str | None,
        Field(
            N_("Phone for customers"),
            format="phone",
            max_length=40,
            autocomplete="tel",
            hint=N_("Shown on the shop's page."),
        ),
    ] = None


class DraftShop(Form):
    """A shop that somebody begins to set up: everything can be said later."""

    name: Annotated[str, Field(N_("Name of the shop"), max_length=120, autocomplete="organization")] = ""
    city: Annotated[str, Field(N_("Town"), max_length=80, autocomplete="address-level2")] = ""
    about: Annotated[str, Field(N_("About the shop"), long=True, max_length=4000)] = ""
    phone: Annotated[
        str | None, Field(N_("Phone for customers"), format="phone", max_length=40, autocomplete="tel")
    ] = None


class ShopChange(NewShop, frozen=True, kw_only=True):
    """A change, made to the version that the editor saw."""

    version: Annotated[int, Field(N_("Version"), min=1)]


class ShopProfile(Form, frozen=True, kw_only=True):
    """Who the shop is. ``category`` is a category's id; what is not given is taken away."""

    name: Annotated[str, Field(N_("Name of the shop"), min_length=2, max_length=120, autocomplete="organization")]
    category: Annotated[str, Field(N_("Category"), max_length=60)] = ""
    about_kk: Annotated[str, Field(N_("About the shop, in Kazakh"), long=True, max_length=4000)] = ""
    about_ru: Annotated[str, Field(N_("About the shop, in Russian"), long=True, max_length=4000)] = ""
    about_en: Annotated[str, Field(N_("About the shop, in English"), long=True, max_length=4000)] = ""
    tax_id: Annotated[
        str,
        Field(
            N_("IIN or BIN"),
            max_length=20,
            hint=N_("12 digits. Without it nobody can book online: their consent must name who keeps the data."),
        ),
    ] = ""
    version: Annotated[int, Field(N_("Version"), min=1)]


class ShopContacts(Form, frozen=True, kw_only=True):
    """How the shop is reached. ``city`` is a city's id; ``lat`` and ``lon`` are degrees, both or none."""

    phone: Annotated[
        str | None,
        Field(
            N_("Phone for customers"),
            format="phone",
            max_length=40,
            autocomplete="tel",
            hint=N_("Shown on the shop's page."),
        ),
    ] = None
    whatsapp: Annotated[
        str | None, Field(N_("WhatsApp number"), format="phone", max_length=40, hint=N_("A mobile number."))
    ] = None
    telegram: Annotated[str, Field(N_("Telegram name"), max_length=100, hint=N_("For example @aigerim_salon."))] = ""
    instagram: Annotated[str, Field(N_("Instagram name"), max_length=100)] = ""
    city: Annotated[str, Field(N_("City"), max_length=80)] = ""
    address: Annotated[
        str,
        Field(
            N_("Address"),
            max_length=300,
            autocomplete="street-address",
            hint=N_("Street, house, floor or office."),
        ),
    ] = ""
    directions: Annotated[
        str,
        Field(
            N_("How to find the entrance"),
            long=True,
            max_length=500,
            hint=N_("For example: from the yard, second door, intercom 12."),
        ),
    ] = ""
    lat: Annotated[
        str, Field(N_("Latitude"), max_length=30, hint=N_("Degrees, for example 47.106800. From any map."))
    ] = ""
    lon: Annotated[str, Field(N_("Longitude"), max_length=30, hint=N_("Degrees, for example 51.916600."))] = ""
    version: Annotated[int, Field(N_("Version"), min=1)]


_TYPED = N_("For example 09:00-13:00, 14:00-19:00. Leave it empty for a day off.")


class ShopWeek(Form, frozen=True, kw_only=True):
    """The hours of each weekday as people write them, ``09:00-13:00, 14:00-19:00``; empty is closed. A range that ends
    at or before its start ends on the next day.
    """

    mon: Annotated[str, Field(N_("Monday"), max_length=120, hint=_TYPED)] = ""
    tue: Annotated[str, Field(N_("Tuesday"), max_length=120)] = ""
    wed: Annotated[str, Field(N_("Wednesday"), max_length=120)] = ""
    thu: Annotated[str, Field(N_("Thursday"), max_length=120)] = ""
    fri: Annotated[str, Field(N_("Friday"), max_length=120)] = ""
    sat: Annotated[str, Field(N_("Saturday"), max_length=120)] = ""
    sun: Annotated[str, Field(N_("Sunday"), max_length=120)] = ""
    holidays_closed: Annotated[
        bool,
        Field(
            N_("Closed on public holidays"),
            hint=N_("Days off that are moved count too. A date of your own wins over it."),
        ),
    ] = False
    version: Annotated[int, Field(N_("Version"), min=1)]


class ShopDay(Form):
    """What the owner says of one date: it wins over the week and over holidays. Empty ``hours`` mean closed."""

    hours: Annotated[str, Field(N_("Open"), max_length=120, hint=_TYPED)] = ""
    note: Annotated[str, Field(N_("Note for customers"), max_length=200, hint=N_("Shown beside the date."))] = ""


class ShopDate(ShopDay, frozen=True, kw_only=True):
    """The same, with the date that it is said of."""

    day: Annotated[date, Field(N_("Date"))]


class ShopPolicies(Form, frozen=True, kw_only=True):
    """The shop's rules, in each language."""

    policies_kk: Annotated[str, Field(N_("Rules, in Kazakh"), long=True, max_length=4000)] = ""
    policies_ru: Annotated[
        str,
        Field(
            N_("Rules, in Russian"),
            long=True,
            max_length=4000,
            hint=N_("Cancelling, being late, guarantees, what to bring."),
        ),
    ] = ""
    policies_en: Annotated[str, Field(N_("Rules, in English"), long=True, max_length=4000)] = ""
    version: Annotated[int, Field(N_("Version"), min=1)]


class ShopAddress(Form):
    """The shop's place in the address line. The old one leads there for ever."""

    slug: Annotated[str, Field(N_("Address of the page"), format="slug", min_length=2, max_length=60)]


class Reason(Form):
    """Why; the owner reads it."""

    reason: Annotated[str, Field(N_("Reason"), long=True, max_length=500, hint=N_("The owner reads this."))] = ""


_ROLES = ((OWNER, N_("Owner")), (STAFF, N_("Staff")), (OPERATOR, N_("Operator")))


class MemberChange(Form):
    """What somebody does in a shop. ``public`` shows name and title on the shop's page."""

    role: Annotated[str, Field(N_("Role"), choices=_ROLES)] = STAFF
    title: Annotated[str, Field(N_("What they do"), max_length=80, hint=N_("For example: groomer."))] = ""
    public: Annotated[bool, Field(N_("Show on the shop's page"))] = False


class NewMember(MemberChange, frozen=True, kw_only=True):
    """Somebody who is registered already, found by e-mail or phone."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254)]


class ShopFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which shops a list shows. ``category`` takes its subcategories along."""

    city: str = ""
    category: str = ""
    q: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_m: float | None = None
    open_now: bool = False
    sort: Literal["newest", "distance", "name", "rating"] = "newest"


class ShopCard(msgspec.Struct, frozen=True, kw_only=True):
    """A shop in a list. ``about`` is cut short and in the reader's language, or ``about_lang``. ``distance_km`` is
    there when the list was asked for from a point.
    """

    id: UUID
    slug: str
    name: str
    city: str
    about: str
    about_lang: str = ""
    category: str = ""
    category_id: str | None = None
    address: str = ""
    phone: str | None = None
    lat: float | None = None
    lon: float | None = None
    zone: str = "Asia/Atyrau"
    rating_average: float | None = None
    rating_count: int = 0
    open_now: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    distance_km: float | None = None
    photo: Cover | None = None


class ShopView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's page. ``my_role`` is what the asker does there: owner, staff, operator, or null. ``about`` and
    ``policies`` are in the reader's language, else in ``about_lang`` and ``policies_lang``.
    """

    id: UUID
    slug: str
    name: str
    about: str
    city: str
    phone: str | None
    state: str
    created_at: datetime
    version: int
    my_role: str | None = None
    about_lang: str = ""
    abouts: dict[str, str] = {}
    policies: str = ""
    policies_lang: str = ""
    all_policies: dict[str, str] = {}
    city_id: str | None = None
    category_id: str | None = None
    category: str = ""
    address: str = ""
    directions: str = ""
    lat: float | None = None
    lon: float | None = None
    zone: str = "Asia/Atyrau"
    whatsapp: str | None = None
    telegram: str | None = None
    instagram: str | None = None
    tax_id: str | None = None
    holidays_closed: bool = True
    state_reason: str = ""
    rating_average: float | None = None
    rating_count: int = 0
    photo: Cover | None = None


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """One range: ``closes`` at or before ``opens`` is on the next day."""

    opens: str
    closes: str


class DayHours(msgspec.Struct, frozen=True, kw_only=True):
    """One date with all that decides it. ``closed_by`` is ``holiday``, ``owner`` or empty."""

    day: date
    hours: list[Hours]
    note: str = ""
    holiday: str = ""
    by_owner: bool = False


class ShopHours(msgspec.Struct, frozen=True, kw_only=True):
    """When a shop is open, in its own time. ``changes_at`` is when it closes (if open) or opens next."""

    zone: str
    open_now: bool
    changes_at: datetime | None
    today: DayHours
    week: dict[str, list[Hours]]
    holidays_closed: bool
    days: list[DayHours]
    """Dates of the coming 60 days that differ from the week: holidays and the owner's own."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of setting up. ``blocks`` names what keeps the shop from going live, ``advice`` what would be better;
    ``named`` are the things that an advice is about, the first few.
    """

    key: str
    title: str
    link: str
    done: bool
    blocks: list[str] = []
    advice: list[str] = []
    named: dict[str, list[str]] = {}


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How far a shop has come; read from what is there, never counted."""

    state: str
    steps: list[Step]
    done: int
    ready: bool


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works for a shop, as those see it who do too."""

    person_id: UUID
    name: str
    role: str
    title: str
    public: bool
    since: datetime


class PublicMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the shop shows."""

    name: str
    role: str
    title: str


class AdminShop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop as an admin sees it in the list."""

    id: UUID
    slug: str
    name: str
    city: str
    state: str
    state_reason: str
    created_at: datetime
    state_since: datetime | None
    phone: str | None
    tax_id: str | None


class OwnShop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that the asker works for."""

    id: UUID
    slug: str
    name: str
    city: str
    state: str
    role: str
