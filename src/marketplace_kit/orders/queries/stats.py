"""Figures of a shop's orders."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.schemas import DayStats, OrderStats, StatusStats
from marketplace_kit.orders.tables import order_table as order


async def shop_stats(
    connection: AsyncConnection, shop_id: UUID, *, since: date, until: date, zone: str, currency: str
) -> OrderStats:
    """Orders placed from ``since`` to ``until`` (both counted, days in the shop's zone). One statement.

    Days are the zone's, which no database knows the same way as the other: hours are summed there, days here.
    """
    place = ZoneInfo(zone)
    begins = datetime.combine(since, time(), place).astimezone(UTC)
    ends = datetime.combine(until + timedelta(days=1), time(), place).astimezone(UTC)
    statement = sa.select(order.c.status, order.c.created_at, order.c.total_amount).where(
        order.c.shop_id == shop_id,
        order.c.created_at >= begins,
        order.c.created_at < ends,
        order.c.total_currency == currency,
    )
    numbers: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    days: Counter[date] = Counter()
    takings: Counter[date] = Counter()
    for status, at, amount in await connection.execute(statement):
        numbers[status] += 1
        sums[status] += amount
        day = at.astimezone(place).date()
        days[day] += 1
        takings[day] += 0 if status == Stage.CANCELLED else amount
    total = sum(amount for status, amount in sums.items() if status != Stage.CANCELLED)
    counted = sum(count for status, count in numbers.items() if status != Stage.CANCELLED)
    return OrderStats(
        shop_id=shop_id,
        since=since,
        until=until,
        currency=currency,
        orders=sum(numbers.values()),
        total=total,
        average=total // counted if counted else 0,
        by_status={str(s): StatusStats(orders=numbers[s], total=sums[s]) for s in Stage},
        by_day=[DayStats(day=day, orders=days[day], total=takings[day]) for day in sorted(days)],
    )
