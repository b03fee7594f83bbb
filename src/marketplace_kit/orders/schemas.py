"""What goes in and out of orders: forms that people fill in, bodies that programs send, views that both read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Part, Promise
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import MOST_LINES

CONSENT = N_("I agree that my name, contacts and wishes are passed to the shop so that it can do what I order.")
"""What a customer ticks; it is kept with the order word for word."""
_NOTE = Field(N_("A note for the shop"), max_length=1000, long=True)
_AGREE = Field(CONSENT)


class MemberDetails(Form, frozen=True, kw_only=True):
    """What somebody with an account adds to an order."""

    phone: Annotated[
        str, Field(N_("Phone for questions about this order"), format="phone", max_length=20, autocomplete="tel")
    ] = ""
    note: Annotated[str, _NOTE] = ""
    consent: Annotated[bool, _AGREE] = False


class GuestDetails(Form, frozen=True, kw_only=True):
    """Who orders without an account."""

    name: Annotated[str, Field(N_("Your name"), max_length=200, autocomplete="name")]
    phone: Annotated[
        str,
        Field(
            N_("Phone"),
            hint=N_("We send you a link by which you can look after your order."),
            format="phone",
            max_length=20,
            autocomplete="tel",
        ),
    ]
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254, autocomplete="email")] = ""
    note: Annotated[str, _NOTE] = ""
    consent: Annotated[bool, _AGREE] = False


class StaffDetails(Form, frozen=True, kw_only=True):
    """For whom the shop writes an order down. Without a phone number it is never joined with anybody's account; without
    a name it is a guest's.
    """

    name: Annotated[str, Field(N_("Customer's name"), max_length=200, hint=N_("Empty: a guest."))] = ""
    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)] = ""
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254)] = ""
    note: Annotated[str, _NOTE] = ""


Details = MemberDetails | GuestDetails | StaffDetails


class Wished(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing somebody wants. ``choice`` is the form of its line kind; ``options`` are chosen of the listing's
    groups.
    """

    listing_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    options: dict[str, list[str]] = {}
    choice: dict[str, Any] = {}


Lines = Annotated[list[Wished], msgspec.Meta(min_length=1, max_length=MOST_LINES)]


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be kept until it is ordered."""

    lines: Lines
    by_staff: bool = False


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order, from a draft's token or with its lines. Guests give ``name`` and ``phone``; ``total`` (minor units) is
    what was shown and agreed to: another one is refused.
    """

    draft: str = ""
    lines: Annotated[list[Wished], msgspec.Meta(max_length=MOST_LINES)] = []
    by_staff: bool = False
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    consent: bool = False
    total: int | None = None


class StatusChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """S3 `updateOrderStatus`: the status wanted, a reason where one is asked for, the version that was read."""

    status: str
    reason: str = ""
    version: int | None = None


S = TypeVar("S", bound=msgspec.Struct)
_WRONG = N_("This is not the kind of value that belongs here.")


def read_body(kind: type[S], raw: Mapping[str, Any]) -> S:
    """A body as its Struct. Refuses :class:`Invalid` at the path that does not fit."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as wrong:
        said, _, path = str(wrong).partition(" - at `")
        raise Invalid(Problem(path.strip("`").removeprefix("$."), "wrong_type", _WRONG, {"why": said})) from wrong


def body_schema(kind: type[msgspec.Struct]) -> Any:
    """How the API's description tells such a body."""

    def describe(_: Registry) -> dict[str, Any]:
        schema = msgspec.json.schema(kind, ref_template="#/$defs/{name}")
        found: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
        found.pop("$defs", None)
        return found

    return describe


def _inlined(part: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(known[part["$ref"].rsplit("/", 1)[1]], known)
    return {name: _inlined(value, known) for name, value in part.items() if name != "$defs"}


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for a price."""

    text: str
    amount: Money


class MoveView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be done to a line now by whoever reads. ``asks`` is the JSON Schema of what goes with it."""

    verb: str
    text: str
    target: str
    stage: str
    asks: dict[str, Any] = {}


class NotNow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that cannot be done to a line any more or yet, and why: whoever reads it may ask the shop."""

    verb: str
    text: str


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One promise as its reader sees it. ``step`` of 4 is where it stands (0: cancelled)."""

    id: UUID
    order_id: UUID
    kind: str
    tab: str
    position: int
    status: str
    status_text: str
    tone: str
    stage: str
    step: int
    listing_id: UUID
    title: str
    quantity: int
    unit_price: Money
    total_price: Money
    due_now: Money | None = None
    parts: list[PartView] = []
    facts: dict[str, Any] = {}
    options: dict[str, list[str]] = {}
    choice: dict[str, Any] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    policy: str = ""
    due_at: datetime | None = None
    version: int
    moves: list[MoveView] = []
    not_now: list[NotNow] = []


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the timeline. ``before`` and ``after`` are states; ``text`` says it in the reader's words."""

    id: UUID
    at: datetime
    line_id: UUID | None
    line_title: str
    actor_kind: str
    actor: str
    verb: str
    text: str
    before: str
    after: str
    note: str


class OrderShop(msgspec.Struct, frozen=True, kw_only=True):
    """The shop of an order and how to reach it."""

    id: UUID
    slug: str
    name: str
    phone: str | None = None
    whatsapp: str | None = None
    telegram: str | None = None
    address: str = ""
    city: str = ""
    zone: str = "Asia/Atyrau"


class OrderContact(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the order is for, as given when it was placed."""

    name: str
    phone: str | None = None
    email: str | None = None
    locale: str = "en"


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One order whole. ``my_side`` is as what the reader sees it: ``customer`` or ``shop``. ``total_price`` is what is
    to be paid; ``agreed_price`` the same, but of an order that was cancelled what had been agreed.
    """

    id: UUID
    number: str
    shop: OrderShop
    customer_id: UUID | None
    contact: OrderContact
    status: str
    status_text: str
    tone: str
    step: int
    created_at: datetime
    total_price: Money
    agreed_price: Money
    note: str
    by_staff: bool
    checkout_id: UUID | None
    my_side: str
    version: int
    lines: list[LineView]
    timeline: list[EventView] = []


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order in a list."""

    id: UUID
    number: str
    shop: OrderShop
    customer_id: UUID | None
    customer: str
    status: str
    status_text: str
    tone: str
    created_at: datetime
    total_price: Money
    agreed_price: Money
    version: int
    lines: list[LineView]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step on an order's way."""

    name: str
    text: str
    state: str
    """``done``, ``current`` or ``to_come``."""


class TrackedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where one line stands."""

    line_id: UUID
    title: str
    status: str
    status_text: str
    stage: str
    steps: list[Step]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """S3 `trackOrder`: state, steps and what happened so far."""

    order_id: UUID
    number: str
    status: str
    status_text: str
    steps: list[Step]
    lines: list[TrackedLine]
    timeline: list[EventView]


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """What would be promised for one line."""

    id: UUID
    kind: str
    listing_id: UUID
    title: str
    quantity: int
    unit_price: Money
    total_price: Money
    due_now: Money | None = None
    parts: list[PartView] = []
    facts: dict[str, Any] = {}
    options: dict[str, list[str]] = {}
    choice: dict[str, Any] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    policy: str = ""


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept for somebody until ``until``. ``order_id`` is set once it was ordered."""

    id: UUID
    shop: OrderShop
    until: datetime
    expired: bool
    by_staff: bool
    back: str
    total_price: Money
    lines: list[DraftLine]
    order_id: UUID | None = None


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A draft's secret token and what it holds. The token is told once."""

    token: str
    draft: DraftView


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was placed. ``manage_token`` opens ``/o/{token}`` to a guest; it is told here and by message."""

    order: OrderView
    manage_token: str = ""


class DayStats(msgspec.Struct, frozen=True, kw_only=True):
    """Orders placed on one day in the shop's zone."""

    day: date
    orders: int
    total: int


class StatusStats(msgspec.Struct, frozen=True, kw_only=True):
    orders: int
    total: int


class OrderStats(msgspec.Struct, frozen=True, kw_only=True):
    """S3 `getOrderStats` of one shop. Totals are minor units of ``currency``, without what was cancelled."""

    shop_id: UUID
    since: date
    until: date
    currency: str
    orders: int
    total: int
    average: int
    by_status: dict[str, StatusStats]
    by_day: list[DayStats]


def promise_raw(promise: Promise) -> dict[str, Any]:
    """A promise as a draft keeps it."""
    return {
        "title": promise.title,
        "unit": promise.unit_price.amount,
        "currency": promise.unit_price.currency,
        "parts": parts_raw(promise.parts),
        "facts": dict(promise.facts),
        "starts_at": promise.starts_at.isoformat() if promise.starts_at else None,
        "ends_at": promise.ends_at.isoformat() if promise.ends_at else None,
        "policy": promise.policy,
        "due_now": promise.due_now.amount if promise.due_now else None,
    }


def parts_raw(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    return [{"text": p.text, "amount": p.amount.amount, "currency": p.amount.currency} for p in parts]


def parts_view(raw: list[dict[str, Any]]) -> list[PartView]:
    return [PartView(text=p["text"], amount=Money.stored(p["amount"], p["currency"])) for p in raw]


class OrderSettings(Form, frozen=True, kw_only=True):
    """How the site takes orders."""

    hold_minutes: Annotated[
        int, Field("Minutes for which something is kept for somebody who is about to order it", min=1, max=120)
    ] = 10
    guests: Annotated[bool, Field("Guests may order without an account")] = True


class CancelForm(Form, frozen=True, kw_only=True):
    """Why a whole order is cancelled."""

    reason: Annotated[str, Field(N_("Reason"), hint=N_("The other side reads it."), max_length=500, long=True)] = ""
