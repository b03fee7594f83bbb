"""What is kept until it is ordered, and what was ordered of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.hooks import Promise
from marketplace_kit.kernel.money import Money
from marketplace_kit.orders.schemas.shown import OrderShop, OrderView, PartView, parts_raw


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
    """What is kept for somebody until ``until``. ``order_id`` is set once it was ordered; ``consent`` is
    what whoever orders it agrees to, in their language.
    """

    id: UUID
    shop: OrderShop
    until: datetime
    expired: bool
    by_staff: bool
    back: str
    total_price: Money
    lines: list[DraftLine]
    order_id: UUID | None = None
    consent: str = ""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A draft's secret token and what it holds. The token is told once."""

    token: str
    draft: DraftView


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was placed. ``manage_token`` opens ``/o/{token}`` to a guest; it is told here and by message."""

    order: OrderView
    manage_token: str = ""


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
