"""Who works where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table
from marketplace_kit.kernel import prepared
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.shops.domain import ADMIN, OWNER
from marketplace_kit.shops.queries.views import place_name
from marketplace_kit.shops.schemas import Member, OwnShop, PublicMember
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop

_OWN = (
    sa.select(
        shop.c.id, shop.c.slug, shop.c.name, shop.c.city, shop.c.state, member.c.role, city.c.names.label("city_names")
    )
    .select_from(shop.join(member, member.c.shop_id == shop.c.id).outerjoin(city, city.c.id == shop.c.city_id))
    .where(member.c.person_id == sa.bindparam("person"))
    .order_by(shop.c.name, shop.c.id)
)
_IDS = sa.select(member.c.shop_id).where(member.c.person_id == sa.bindparam("person"))
_OWNERS = sa.select(member.c.person_id).where(member.c.shop_id == sa.bindparam("shop"), member.c.role == OWNER)
_MEMBERS = (
    sa.select(member.c.person_id, person.c.name, member.c.role, member.c.title, member.c.public, member.c.since)
    .join_from(member, person, person.c.id == member.c.person_id)
    .where(member.c.shop_id == sa.bindparam("shop"))
    .order_by(member.c.since, member.c.person_id)
)
_PUBLIC = _MEMBERS.where(member.c.public, person.c.deactivated_at.is_(None))
_ADMINS = sa.select(role_table.c.person_id).where(role_table.c.role == ADMIN).order_by(role_table.c.person_id)


async def own_shops(connection: AsyncConnection, person_id: UUID, *, locale: str = "") -> list[OwnShop]:
    """The shops that a person works for, by name. One that has no name yet goes by its address."""
    rows = (await connection.execute(_OWN, {"person": person_id})).mappings()
    return [
        OwnShop(
            id=r["id"],
            slug=r["slug"],
            name=r["name"] or r["slug"],
            city=place_name(r["city"], r["city_names"], locale),
            state=r["state"],
            role=r["role"],
        )
        for r in rows
    ]


async def shop_ids_of(connection: AsyncConnection, person_id: UUID) -> frozenset[UUID]:
    """The shops that a person works for."""
    return frozenset(row[0] for row in await prepared.rows(connection, _IDS, {"person": person_id}))


async def owners_of(connection: AsyncConnection, shop_id: UUID) -> list[UUID]:
    """Who owns a shop: whom to tell what happens there."""
    return list((await connection.execute(_OWNERS, {"shop": shop_id})).scalars())


async def admins(connection: AsyncConnection) -> list[UUID]:
    """Who looks after the site."""
    return list((await connection.execute(_ADMINS)).scalars())


async def members_of(connection: AsyncConnection, shop_id: UUID) -> list[Member]:
    """Everybody who works for a shop, those first who came first."""
    return [Member(**row) for row in (await connection.execute(_MEMBERS, {"shop": shop_id})).mappings()]


async def public_members(connection: AsyncConnection, shop_id: UUID) -> list[PublicMember]:
    """Those whom the shop shows on its page."""
    rows = (await connection.execute(_PUBLIC, {"shop": shop_id})).mappings()
    return [PublicMember(name=row["name"], role=row["role"], title=row["title"]) for row in rows]


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """Where a person works, as plain values."""
    wanted = sa.select(shop.c.name, member.c.role, member.c.title, member.c.since).join_from(shop, member)
    rows = await connection.execute(wanted.where(member.c.person_id == person_id).order_by(member.c.since))
    return [{"shop": r.name, "role": r.role, "title": r.title, "since": r.since.isoformat()} for r in rows]
