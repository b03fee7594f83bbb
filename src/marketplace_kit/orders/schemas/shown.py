"""Orders and their lines as their readers see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.hooks import Part
from marketplace_kit.kernel.money import Money
from marketplace_kit.orders.schemas.paying import PaidView
from marketplace_kit.orders.schemas.wishes import ChangeRequest


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
    tax_id: str | None = None
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
    paid: PaidView
    note: str
    by_staff: bool
    checkout_id: UUID | None
    my_side: str
    version: int
    lines: list[LineView]
    timeline: list[EventView] = []
    change_requests: list[ChangeRequest] = []


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
    paid: PaidView
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


def parts_raw(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    return [{"text": p.text, "amount": p.amount.amount, "currency": p.amount.currency} for p in parts]


def parts_view(raw: list[dict[str, Any]]) -> list[PartView]:
    return [PartView(text=p["text"], amount=Money.stored(p["amount"], p["currency"])) for p in raw]
