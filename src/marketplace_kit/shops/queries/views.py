"""One shop, as its page and its members see it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.kernel.translated import named, spoken
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.shops.domain import SEEN
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.shops.tables import slug_table

_MINE = sa.and_(member.c.shop_id == shop.c.id, member.c.person_id == sa.bindparam("person", type_=Uuid))
_VIEW = (
    sa.select(
        shop,
        member.c.role.label("my_role"),
        city.c.names.label("city_names"),
        category.c.names.label("category_names"),
    )
    .select_from(
        shop.outerjoin(member, _MINE)
        .outerjoin(city, city.c.id == shop.c.city_id)
        .outerjoin(category, category.c.id == shop.c.category_id)
    )
    .where(sa.or_(shop.c.state.in_(SEEN), member.c.role.is_not(None), sa.bindparam("admin", type_=sa.Boolean())))
)
_BY_SLUG = _VIEW.where(shop.c.slug == sa.bindparam("slug"))
_BY_ID = _VIEW.where(shop.c.id == sa.bindparam("id", type_=Uuid))
_SLUG_NOW = (
    sa.select(shop.c.slug)
    .join(slug_table, slug_table.c.shop_id == shop.c.id)
    .where(slug_table.c.slug == sa.bindparam("slug"), shop.c.slug != sa.bindparam("slug"))
)
_COMPUTED = {"about", "about_lang", "policies", "policies_lang", "all_policies", "city", "category", "state_reason"}


async def shop_page(
    connection: AsyncConnection, slug: str, *, person_id: UUID | None = None, admin: bool = False, locale: str = ""
) -> ShopView | None:
    """The shop at an address, if it is open (or paused, or out of lists), or the asker works there or is an admin."""
    return await _view(connection, _BY_SLUG, {"slug": slug, "person": person_id, "admin": admin}, locale)


async def shop_by_id(
    connection: AsyncConnection, shop_id: UUID, *, person_id: UUID | None = None, admin: bool = False, locale: str = ""
) -> ShopView | None:
    """The same, by id."""
    return await _view(connection, _BY_ID, {"id": shop_id, "person": person_id, "admin": admin}, locale)


async def _view(
    connection: AsyncConnection, statement: sa.Select[Any], given: dict[str, Any], locale: str
) -> ShopView | None:
    rows = await prepared.rows(connection, statement, given)
    if not rows:
        return None
    found = rows[0]._asdict()
    inside = found["my_role"] is not None or given["admin"]
    about, about_lang = spoken(found["abouts"], locale) if locale else ("", "")
    policies, policies_lang = spoken(found["policies"], locale or "ru")
    plain = {k: found[k] for k in ShopView.__struct_fields__ if k in found and k not in _COMPUTED}
    return ShopView(
        **plain,
        about=about or found["about"],
        about_lang=about_lang,
        policies=policies,
        policies_lang=policies_lang,
        all_policies=found["policies"],
        city=place_name(found["city"], found["city_names"], locale),
        category=named(found["category_names"], locale or "en") if found["category_names"] else "",
        state_reason=found["state_reason"] if inside else "",
        photo=cover_of(found["cover"]),
    )


def place_name(typed: str, names: dict[str, str] | None, locale: str) -> str:
    """The city in the reader's language; as the owner typed it where the language or the city is not known."""
    return named(names, locale) if names and locale else typed


async def names_of(connection: AsyncConnection, shop_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these shops are called, open or not, in one statement."""
    if not shop_ids:
        return {}
    wanted = sa.select(shop.c.id, shop.c.name, shop.c.slug).where(shop.c.id.in_(set(shop_ids)))
    return {row.id: row.name or row.slug for row in await connection.execute(wanted)}


async def slug_now(connection: AsyncConnection, slug: str) -> str | None:
    """Where a shop's former address leads; ``None`` if it never was one."""
    return (await connection.execute(_SLUG_NOW, {"slug": slug})).scalar_one_or_none()
