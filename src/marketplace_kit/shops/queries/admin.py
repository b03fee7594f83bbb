"""Shops as an admin of the site goes through them: those first that wait for an answer."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import folded
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.shops.domain import PENDING
from marketplace_kit.shops.queries.views import place_name
from marketplace_kit.shops.schemas import AdminShop
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_RANK = sa.case((shop.c.state == PENDING, 1), else_=0)
_COLUMNS = tuple(c for c in shop.c if c.name in AdminShop.__struct_fields__)


async def admin_shops(
    connection: AsyncConnection,
    *,
    state: str = "",
    text: str = "",
    cursor: str | None = None,
    limit: int = 50,
    locale: str = "en",
) -> Page[AdminShop]:
    """Shops in every state, those that wait for approval first, then the newest."""
    statement = (
        sa.select(*_COLUMNS, city.c.names.label("city_names"), _RANK.label("rank"))
        .select_from(shop.outerjoin(city, city.c.id == shop.c.city_id))
        .order_by(_RANK.desc(), shop.c.id.desc())
        .limit(limit + 1)
    )
    if state:
        statement = statement.where(shop.c.state == state)
    for word in folded(text).split()[:6]:
        literal = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
        statement = statement.where(shop.c.search_text.like(f"%{literal}%", escape="/"))
    if cursor:
        rank, after = decode_cursor(cursor, tuple[int, UUID])
        statement = statement.where(
            sa.tuple_(_RANK, shop.c.id) < sa.tuple_(sa.literal(rank), sa.literal(after, sa.Uuid()))
        )
    rows = (await connection.execute(statement)).mappings().all()
    items = []
    for row in rows[:limit]:
        plain = {c.name: row[c.name] for c in _COLUMNS}
        name = row["name"] or row["slug"]
        items.append(AdminShop(**plain | {"name": name, "city": place_name(row["city"], row["city_names"], locale)}))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items=items, next=encode_cursor(last["rank"], last["id"]) if last else None)
