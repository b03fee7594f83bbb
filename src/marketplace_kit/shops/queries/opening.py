"""When a shop is open: hours, dates and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.translated import named
from marketplace_kit.shops.domain.hours import (
    WEEKDAYS,
    Opening,
    Range,
    clock,
    holidays_between,
    said,
    state_at,
    within_sight,
)
from marketplace_kit.shops.schemas import DayHours, Hours, ShopHours
from marketplace_kit.shops.tables import day_table, hours_table
from marketplace_kit.shops.tables import shop_table as shop

SHOWN_DAYS = 60
_SHOP_ID = sa.bindparam("shop", type_=Uuid)
_WEEK = (
    sa.select(shop.c.zone, shop.c.holidays_closed, hours_table.c.weekday, hours_table.c.opens, hours_table.c.closes)
    .select_from(shop.outerjoin(hours_table, hours_table.c.shop_id == shop.c.id))
    .where(shop.c.id == _SHOP_ID)
    .order_by(hours_table.c.opens)
)
_HOURS = sa.select(hours_table).where(hours_table.c.shop_id == sa.bindparam("shop")).order_by(hours_table.c.opens)
_DAYS = (
    sa.select(day_table.c.day, day_table.c.ranges, day_table.c.note)
    .where(day_table.c.shop_id == _SHOP_ID, day_table.c.day >= sa.bindparam("since", type_=sa.Date))
    .order_by(day_table.c.day)
)


async def opening_of(connection: AsyncConnection, shop_id: UUID, since: date) -> tuple[Opening, dict[date, str]] | None:
    """All that decides when a shop is open from a date on, and the owner's notes; ``None`` for no shop. Two
    statements.
    """
    found = await prepared.rows(connection, _WEEK, {"shop": shop_id})
    if not found:
        return None
    rows = await prepared.rows(connection, _DAYS, {"shop": shop_id, "since": since})
    return opening_from(found[0].zone, bool(found[0].holidays_closed), found, rows)


def opening_from(
    zone: str, holidays_closed: bool, hours: Iterable[Any], days: Iterable[Any]
) -> tuple[Opening, dict[date, str]]:
    """The same of rows that were read: ``weekday, opens, closes`` (weekday null for none) in order, and ``day, ranges,
    note``.
    """
    week: dict[int, list[Range]] = {}
    for row in hours:
        if row.weekday is not None:
            week.setdefault(row.weekday, []).append(Range(row.opens, row.closes))
    own = list(days)
    opening = Opening(
        week={number: tuple(ranges) for number, ranges in week.items()},
        days={row.day: tuple(Range(*pair) for pair in row.ranges) for row in own},
        holidays_closed=holidays_closed,
        zone=zone,
    )
    return opening, {row.day: row.note for row in own}


async def shop_hours(
    connection: AsyncConnection, shop_id: UUID, *, now: datetime, locale: str = "en", trading: bool = True
) -> ShopHours | None:
    """A shop's hours, today's, and the coming dates that differ. Two statements. One that is not ``trading`` is not
    open, whatever its hours say.
    """
    found = await opening_of(connection, shop_id, (now - timedelta(days=2)).date())
    return None if found is None else hours_shown(*found, now=now, locale=locale, trading=trading)


def hours_shown(
    opening: Opening, notes: dict[date, str], *, now: datetime, locale: str, trading: bool = True
) -> ShopHours:
    """What hours and dates say at a moment, in the reader's language."""
    today = now.astimezone(ZoneInfo(opening.zone)).date()
    state = state_at(opening.coming(now), now)
    return ShopHours(
        zone=opening.zone,
        open_now=state.open and trading,
        changes_at=state.changes_at if trading and state.changes_at and within_sight(state.changes_at, now) else None,
        today=_day(opening, notes, today, locale),
        week={name: _ranges(opening.week.get(number, ())) for number, name in enumerate(WEEKDAYS)},
        holidays_closed=opening.holidays_closed,
        days=_differing(opening, notes, today, locale),
    )


def _differing(opening: Opening, notes: dict[date, str], today: date, locale: str) -> list[DayHours]:
    last = today + timedelta(days=SHOWN_DAYS)
    own = {day for day in opening.days if day >= today}
    off = set(holidays_between(today, last)) if opening.holidays_closed else set()
    return [_day(opening, notes, day, locale) for day in sorted(own | off)]


def _day(opening: Opening, notes: dict[date, str], day: date, locale: str) -> DayHours:
    holiday = holidays_between(day, day).get(day)
    return DayHours(
        day=day,
        hours=_ranges(opening.on(day)),
        note=notes.get(day, ""),
        holiday=named(holiday.names, locale) if holiday else "",
        by_owner=day in opening.days,
    )


def _ranges(ranges: Iterable[Range]) -> list[Hours]:
    return [Hours(opens=clock(one.opens), closes=clock(one.closes)) for one in ranges]


async def week_texts(connection: AsyncConnection, shop_id: UUID) -> dict[str, str]:
    """The week as it is typed, by weekday."""
    week: dict[int, list[Range]] = {}
    for row in await connection.execute(_HOURS, {"shop": shop_id}):
        week.setdefault(row.weekday, []).append(Range(row.opens, row.closes))
    return {name: said(week.get(number, ())) for number, name in enumerate(WEEKDAYS)}


async def day_list(connection: AsyncConnection, shop_id: UUID, since: date) -> list[tuple[date, str, str]]:
    """The owner's own dates from one on: day, hours as typed, note."""
    rows = await connection.execute(_DAYS, {"shop": shop_id, "since": since})
    return [(row.day, said(Range(*pair) for pair in row.ranges), row.note) for row in rows]
