"""Favourites: a person's, and what a shop's plugins may know of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, Uuid
from marketplace_kit.listings.queries.browsing import CARD, PUBLIC, card_of, read_cursor
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.schemas import FavouriteBy, ListingCard
from marketplace_kit.listings.tables import favourite_table as favourite
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, encode_cursor

_MINE = favourite.c.person_id == sa.bindparam("person", type_=Uuid)
_FAVOURITES = (
    sa.select(*CARD, sa.true().label("is_favourite"), favourite.c.made_at)
    .select_from(favourite.join(listing).join(shop))
    .where(_MINE, PUBLIC)
    .order_by(favourite.c.made_at.desc(), favourite.c.listing_id.desc())
    .limit(sa.bindparam("limit"))
)
_MORE_FAVOURITES = _FAVOURITES.where(
    sa.tuple_(favourite.c.made_at, favourite.c.listing_id)
    < sa.tuple_(sa.bindparam("after_at", type_=UtcDateTime), sa.bindparam("after_id", type_=Uuid))
)
_KINDS = listing.c.kind.in_(sa.bindparam("kinds", expanding=True))
_OF_SHOP = (
    sa.select(favourite.c.person_id, favourite.c.listing_id, *TITLE, listing.c.kind, favourite.c.made_at.label("at"))
    .join_from(favourite, listing)
    .where(listing.c.shop_id == sa.bindparam("shop", type_=Uuid), _KINDS)
    .order_by(favourite.c.made_at.desc(), favourite.c.listing_id.desc())
    .limit(sa.bindparam("limit"))
)
_BY_SHOP = (
    sa.select(listing.c.shop_id, sa.func.count())
    .join_from(favourite, listing)
    .where(_MINE, _KINDS)
    .group_by(listing.c.shop_id)
)


async def favourites(
    connection: AsyncConnection,
    person_id: UUID,
    kinds: Kinds,
    *,
    cursor: str | None = None,
    limit: int = 20,
    locale: str = "",
) -> Page[ListingCard]:
    """A person's favourites that can be seen at this moment, last made first. What was taken back comes back with
    the listing.
    """
    given: dict[str, Any] = {"person": person_id, "kinds": list(kinds), "limit": limit + 1}
    if cursor:
        given["after_at"], given["after_id"] = read_cursor(cursor)
    rows = (await connection.execute(_MORE_FAVOURITES if cursor else _FAVOURITES, given)).all()
    items = [card_of(row, kinds, locale=locale) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor(rows[limit - 1].made_at, items[-1].id) if len(rows) > limit else None)


async def favourites_of_shop(
    connection: AsyncConnection, shop_id: UUID, kinds: Collection[str], *, limit: int = 500, locale: str = ""
) -> list[FavouriteBy]:
    """Who made which of a shop's listings of these kinds a favourite, last made first. For the shop's members only."""
    rows = (await connection.execute(_OF_SHOP, {"shop": shop_id, "kinds": list(kinds), "limit": limit})).all()
    return [
        FavouriteBy(
            person_id=row.person_id,
            listing_id=row.listing_id,
            title=title_in(row, locale),
            kind=row.kind,
            at=row.at,
        )
        for row in rows
    ]


async def favourites_by_shop(connection: AsyncConnection, person_id: UUID, kinds: Collection[str]) -> dict[UUID, int]:
    """How many favourites of these kinds a person has with each shop."""
    rows = await connection.execute(_BY_SHOP, {"person": person_id, "kinds": list(kinds)})
    return {row[0]: int(row[1]) for row in rows}


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """A person's favourites as plain values."""
    wanted = sa.select(listing.c.id, listing.c.title, favourite.c.made_at).join_from(favourite, listing)
    rows = await connection.execute(wanted.where(favourite.c.person_id == person_id).order_by(favourite.c.made_at))
    return [{"listing": str(r.id), "title": r.title, "made_at": r.made_at.isoformat()} for r in rows]
