"""What a shop's page tells beside what it offers, in one statement: the hours, the dates that differ, the team."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid
from marketplace_kit.shops.tables import day_table, hours_table
from marketplace_kit.shops.tables import member_table as member

HOURS, DAY, PERSON = 1, 2, 3
_SHOP = sa.bindparam("shop", type_=Uuid)
_COLUMNS: dict[str, Any] = {
    "weekday": sa.Integer,
    "opens": sa.Integer,
    "closes": sa.Integer,
    "day": sa.Date,
    "ranges": Json,
    "note": sa.Text,
    "name": sa.Text,
    "role": sa.Text,
    "title": sa.Text,
    "since": UtcDateTime,
    "person_id": Uuid,
}


def _part(what: int, **columns: Any) -> sa.Select[Any]:
    given = (columns.get(name, sa.cast(sa.null(), kind)).label(name) for name, kind in _COLUMNS.items())
    return sa.select(sa.literal_column(str(what), sa.Integer).label("what"), *given)


_AROUND = sa.union_all(
    _part(HOURS, weekday=hours_table.c.weekday, opens=hours_table.c.opens, closes=hours_table.c.closes).where(
        hours_table.c.shop_id == _SHOP
    ),
    _part(DAY, day=day_table.c.day, ranges=day_table.c.ranges, note=day_table.c.note).where(
        day_table.c.shop_id == _SHOP, day_table.c.day >= sa.bindparam("from_day", type_=sa.Date)
    ),
    _part(
        PERSON,
        name=person.c.name,
        role=member.c.role,
        title=member.c.title,
        since=member.c.since,
        person_id=member.c.person_id,
    )
    .select_from(member.join(person, person.c.id == member.c.person_id))
    .where(member.c.shop_id == _SHOP, member.c.public, person.c.deactivated_at.is_(None)),
).order_by("what", "opens", "day", "since", "person_id")


async def around_shop(connection: AsyncConnection, shop_id: UUID, since: date) -> list[Any]:
    """Rows of :data:`HOURS` (``weekday, opens, closes``), of each :data:`DAY` from ``since`` on (``day, ranges, note``)
    and of each :data:`PERSON` whom the shop shows (``name, role, title``), each part in its order.
    """
    return await prepared.rows(connection, _AROUND, {"shop": shop_id, "from_day": since})
