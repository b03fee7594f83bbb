"""What the search index is made of: listings with whatever of their shops a search shows, many in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import LARGEST
from marketplace_kit.listings.domain import PUBLISHED, folded
from marketplace_kit.listings.queries.words import row_key
from marketplace_kit.listings.schemas.facets import numbers_of, tokens_of
from marketplace_kit.listings.schemas.facts import searchable_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import shop_table as shop

_OF_SHOP = (
    shop.c.city_id,
    shop.c.category_id,
    shop.c.lat,
    shop.c.lon,
    shop.c.name.label("shop_name"),
    shop.c.rating_average.label("shop_rating"),
    shop.c.rating_count.label("shop_ratings"),
)
_SOURCE = (
    sa.select(listing, *_OF_SHOP, category.c.parent)
    .select_from(listing.join(shop).outerjoin(category, category.c.id == shop.c.category_id))
    .where(listing.c.state == PUBLISHED, shop.c.state == OPEN)
)


async def index_rows(
    connection: AsyncConnection, kinds: Mapping[str, ListingKind], listing_ids: Sequence[UUID], *, locked: bool = False
) -> list[dict[str, Any]]:
    """The rows of the index for those of these listings that belong into it. ``locked`` holds the listings until the
    transaction ends, so that nobody takes one back meanwhile.
    """
    if locked:
        wanted = sa.select(listing.c.id).where(listing.c.id.in_(listing_ids)).order_by(listing.c.id)
        await connection.execute(wanted.with_for_update())
    found = (await connection.execute(_SOURCE.where(listing.c.id.in_(listing_ids)))).mappings()
    return [index_row(row, kinds.get(row["kind"])) for row in found]


def index_row(row: Mapping[Any, Any], kind: ListingKind | None) -> dict[str, Any]:
    """One listing as the index keeps it. Without its kind's plugin it has no facets of its own, and is not shown."""
    own = (row["rating_average"], row["rating_count"])
    rating, ratings = own if own[1] else (row["shop_rating"] or 0.0, row["shop_ratings"] or 0)
    attributes = row["attributes"]
    texts = searchable_of(kind.attributes, attributes) if kind else []
    said = (row["title"], row["description"], *row["titles"].values(), *row["descriptions"].values())
    price = row["price_amount"] if row.get("lowest_amount") is None else row["lowest_amount"]
    values = {
        "kind": [row["kind"]],
        "category": [c for c in (row["category_id"], row["parent"]) if c],
        "city": [row["city_id"]] if row["city_id"] else [],
        "rating": [str(n) for n in range(1, int(rating) + 1)],
    }
    tokens = [f"{facet}={value}" for facet, found in values.items() for value in found]
    return {
        "listing_id": row["id"],
        "row_key": row_key(row["id"]),
        "shop_id": row["shop_id"],
        "kind": row["kind"],
        "category_id": row["category_id"],
        "city_id": row["city_id"],
        "lat": row["lat"],
        "lon": row["lon"],
        "price_amount": price,
        "price_order": LARGEST if price is None else price,
        "rating_average": float(rating),
        "rating_count": ratings,
        "published_at": row["published_at"],
        "tokens": tokens + (tokens_of(kind.attributes, attributes) if kind else []),
        "numbers": numbers_of(kind.attributes, attributes) if kind else {},
        "search_text": folded(*said, *texts, row["shop_name"]),
    }


async def listing_ids_of_shop(connection: AsyncConnection, shop_id: UUID) -> list[UUID]:
    """Those of a shop that are in the index or belong into it."""
    published = sa.select(listing.c.id).where(listing.c.shop_id == shop_id, listing.c.state == PUBLISHED)
    indexed = sa.select(search.c.listing_id).where(search.c.shop_id == shop_id)
    return sorted((await connection.execute(sa.union(published, indexed))).scalars())


async def ids_after(connection: AsyncConnection, after: UUID | None, limit: int) -> list[UUID]:
    """The next listings, whatever their state, in the order of their ids."""
    wanted = sa.select(listing.c.id).order_by(listing.c.id).limit(limit)
    if after is not None:
        wanted = wanted.where(listing.c.id > after)
    return list((await connection.execute(wanted)).scalars())


async def count_all(connection: AsyncConnection) -> int:
    return int((await connection.execute(sa.select(sa.func.count()).select_from(listing))).scalar_one())


async def astray(connection: AsyncConnection, kinds: Mapping[str, ListingKind], after: UUID | None, limit: int) -> Any:
    """Looks at the next listings: (the last one looked at, those whose row in the index is not what it should be)."""
    ids = await ids_after(connection, after, limit)
    if not ids:
        return None, []
    wanted = {row["listing_id"]: row for row in await index_rows(connection, kinds, ids)}
    kept = (await connection.execute(sa.select(search).where(search.c.listing_id.in_(ids)))).mappings()
    found = {row["listing_id"]: dict(row) for row in kept}
    return ids[-1], [i for i in ids if wanted.get(i) != found.get(i)]
