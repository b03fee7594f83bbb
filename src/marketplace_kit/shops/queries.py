"""Reads of shops: one statement each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.shops.domain import OPEN, OWNER
from marketplace_kit.shops.schemas import OwnShop, ShopCard, ShopView
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_TEASER = 160
_MINE = sa.and_(member.c.shop_id == shop.c.id, member.c.person_id == sa.bindparam("person", type_=sa.Uuid()))
_VIEW = (
    sa.select(shop, member.c.role.label("my_role"))
    .select_from(shop.outerjoin(member, _MINE))
    .where(sa.or_(shop.c.state == OPEN, member.c.role.is_not(None), sa.bindparam("admin", type_=sa.Boolean())))
)
_BY_SLUG = _VIEW.where(shop.c.slug == sa.bindparam("slug"))
_BY_ID = _VIEW.where(shop.c.id == sa.bindparam("id", type_=sa.Uuid()))
_CARDS = (
    sa.select(
        shop.c.id, shop.c.slug, shop.c.name, shop.c.city, sa.func.substr(shop.c.about, 1, _TEASER + 1).label("about")
    )
    .where(shop.c.state == OPEN)
    .order_by(shop.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_MORE_CARDS = _CARDS.where(shop.c.id < sa.bindparam("after", type_=sa.Uuid()))
_OWN = (
    sa.select(shop.c.id, shop.c.slug, shop.c.name, shop.c.city, shop.c.state, member.c.role)
    .join_from(shop, member)
    .where(member.c.person_id == sa.bindparam("person"))
    .order_by(shop.c.name, shop.c.id)
)
_IDS = sa.select(member.c.shop_id).where(member.c.person_id == sa.bindparam("person"))
_OWNERS = sa.select(member.c.person_id).where(member.c.shop_id == sa.bindparam("shop"), member.c.role == OWNER)


async def shop_page(
    connection: AsyncConnection, slug: str, *, person_id: UUID | None = None, admin: bool = False
) -> ShopView | None:
    """The shop at an address, if it is open or the asker works there (or is an admin)."""
    return await _view(connection, _BY_SLUG, {"slug": slug, "person": person_id, "admin": admin})


async def shop_by_id(
    connection: AsyncConnection, shop_id: UUID, *, person_id: UUID | None = None, admin: bool = False
) -> ShopView | None:
    """The same, by id."""
    return await _view(connection, _BY_ID, {"id": shop_id, "person": person_id, "admin": admin})


async def _view(connection: AsyncConnection, statement: sa.Select[Any], given: dict[str, Any]) -> ShopView | None:
    found = (await connection.execute(statement, given)).mappings().first()
    return ShopView(**found) if found else None


async def shop_list(connection: AsyncConnection, *, cursor: str | None = None, limit: int = 20) -> Page[ShopCard]:
    """Open shops, newest first."""
    given: dict[str, Any] = {"limit": limit + 1}
    if cursor:
        (given["after"],) = decode_cursor(cursor, tuple[UUID])
    rows = (await connection.execute(_MORE_CARDS if cursor else _CARDS, given)).all()
    items = [ShopCard(id=r.id, slug=r.slug, name=r.name, city=r.city, about=_teaser(r.about)) for r in rows[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(rows) > limit else None)


def _teaser(about: str) -> str:
    line = " ".join(about.split())
    return line if len(line) <= _TEASER else line[:_TEASER].rsplit(" ", 1)[0] + "…"


async def own_shops(connection: AsyncConnection, person_id: UUID) -> list[OwnShop]:
    """The shops that a person works for, by name."""
    rows = (await connection.execute(_OWN, {"person": person_id})).mappings()
    return [OwnShop(**row) for row in rows]


async def shop_ids_of(connection: AsyncConnection, person_id: UUID) -> frozenset[UUID]:
    """The shops that a person works for."""
    return frozenset((await connection.execute(_IDS, {"person": person_id})).scalars())


async def owners_of(connection: AsyncConnection, shop_id: UUID) -> list[UUID]:
    """Who owns a shop: whom to tell what happens there."""
    return list((await connection.execute(_OWNERS, {"shop": shop_id})).scalars())


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """Where a person works, as plain values."""
    wanted = sa.select(shop.c.name, member.c.role, member.c.since).join_from(shop, member)
    rows = await connection.execute(wanted.where(member.c.person_id == person_id).order_by(member.c.since))
    return [{"shop": row.name, "role": row.role, "since": row.since.isoformat()} for row in rows]
