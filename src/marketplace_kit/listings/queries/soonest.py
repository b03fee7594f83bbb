"""When something can be had next: known beforehand by the room that gives times, which lies above this one. It says
where its answer stands (:func:`next_times_stand_in`); here it is a column of a card, a filter and an order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_kit.listings.schemas.facets import FREE, Criteria
from marketplace_kit.listings.tables import search_table as search

_kept_in: list[sa.Table] = []


def next_times_stand_in(table: sa.Table) -> None:
    """Say where the next times stand: a table with one row a listing at most, its columns ``listing_id`` and
    ``next_s`` (epoch seconds, null for none), and an index on ``next_s``. To be said once, before anything is asked.
    """
    if _kept_in and _kept_in[0] is not table:
        raise TypeError("the next times of listings stand in one table")
    _kept_in[:] = [table]


def times() -> sa.Table | None:
    return _kept_in[0] if _kept_in else None


def next_s() -> sa.ColumnElement[Any]:
    """The next time of the row of the index at hand; null if there is none."""
    table = times()
    if table is None:
        return sa.null()
    found = sa.select(table.c.next_s).where(table.c.listing_id == search.c.listing_id)
    return found.correlate_except(table).scalar_subquery()


def free_between() -> sa.ColumnElement[bool]:
    table = times()
    if table is None:
        return sa.false()
    inside = sa.and_(table.c.listing_id == search.c.listing_id, table.c.next_s.between(_bound("now"), _bound("to")))
    return sa.exists().where(inside).correlate_except(table)


def still_to_come() -> sa.ColumnElement[bool]:
    """What is over does not come next, though nobody has worked it out anew yet."""
    table = times()
    return sa.false() if table is None else table.c.next_s >= _bound("now")


def counted(fit: Any) -> list[sa.Select[Any]]:
    """How many could be had by the end of each of these times; of what fits all but this."""
    return [
        sa.select(
            sa.literal("free"),
            sa.literal(f"free={name}"),
            sa.func.coalesce(sa.func.sum(sa.case((fit.c.next_s.between(_bound("now"), _bound(name)), 1), else_=0)), 0),
        )
        for name in FREE
    ]


def _bound(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(f"free_{name}", type_=sa.BigInteger)


def bounds(criteria: Criteria) -> dict[str, int]:
    """What these conditions bind: the ends of the dates, by the clock of the place."""
    now = criteria.now or datetime.fromtimestamp(0, UTC)
    ends = {name: _end(now, criteria.zone, days) for name, days in FREE.items()}
    asked = ends.get(criteria.free or "", 0)
    return {"free_now": int(now.timestamp()), "free_to": asked} | {f"free_{name}": end for name, end in ends.items()}


def _end(now: datetime, zone: str, days: int) -> int:
    here = now.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(here.date() + timedelta(days=days), datetime.min.time(), tzinfo=here.tzinfo)
    return int(midnight.timestamp()) - 1
