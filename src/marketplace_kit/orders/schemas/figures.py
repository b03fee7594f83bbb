"""Figures of a shop's orders."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec


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
