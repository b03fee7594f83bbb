"""Browsing: published listings of open shops, newest first, by keyset. One statement for a page, one for the counts.

A statement is built once for each combination of filters and kept; what varies is bound.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, Uuid
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.domain import PUBLISHED
from marketplace_kit.listings.queries import search
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.schemas import ListingCard, ShopOfListing, public_attributes
from marketplace_kit.listings.tables import favourite_table as favourite
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import BadCursor, Page, decode_cursor, encode_cursor


@attrs.frozen(kw_only=True)
class Criteria:
    """What is looked for. Prices are minor units; ``person_id`` is who asks, for the hearts and for
    ``only_favourites``.
    """

    kind: str | None = None
    text: str = ""
    price_min: int | None = None
    price_max: int | None = None
    shop_id: UUID | None = None
    only_favourites: bool = False
    person_id: UUID | None = None


# Written out, not bound: the plan of a prepared statement must see that the partial indexes fit.
_SHOWN: sa.ColumnElement[str] = sa.literal_column(f"'{PUBLISHED}'")
PUBLIC = sa.and_(
    listing.c.state == _SHOWN, shop.c.state == OPEN, listing.c.kind.in_(sa.bindparam("kinds", expanding=True))
)
"""What everybody may see. ``kinds`` are those of active plugins."""

IS_FAVOURITE = (
    sa.exists()
    .where(favourite.c.listing_id == listing.c.id, favourite.c.person_id == sa.bindparam("person", type_=Uuid))
    .correlate(listing)
)
CARD = (
    listing.c.id,
    listing.c.kind,
    listing.c.title,
    listing.c.price_amount,
    listing.c.price_currency,
    listing.c.attributes,
    listing.c.published_at,
    shop.c.id.label("shop_id"),
    shop.c.slug.label("shop_slug"),
    shop.c.name.label("shop_name"),
    shop.c.city.label("shop_city"),
)
_KEYSET = sa.tuple_(listing.c.published_at, listing.c.id)
_FILTERS = {
    "kind": listing.c.kind == sa.bindparam("kind"),
    "price_min": listing.c.price_amount >= sa.bindparam("price_min", type_=sa.BigInteger),
    "price_max": listing.c.price_amount <= sa.bindparam("price_max", type_=sa.BigInteger),
    "shop_id": listing.c.shop_id == sa.bindparam("shop_id", type_=Uuid),
    "only_favourites": IS_FAVOURITE,
    "after": sa.tuple_(sa.bindparam("after_at", type_=UtcDateTime), sa.bindparam("after_id", type_=Uuid)) > _KEYSET,
}


async def browse(
    connection: AsyncConnection, criteria: Criteria, kinds: Kinds, *, cursor: str | None = None, limit: int = 20
) -> Page[ListingCard]:
    """Listings that fit, newest first. Refuses :class:`BadCursor`."""
    given = _given(criteria, kinds) | {"limit": limit + 1}
    filters = _used(criteria)
    if cursor:
        given["after_at"], given["after_id"] = read_cursor(cursor)
        filters |= {"after"}
    words = search.words_of(criteria.text)
    statement = _page(filters, len(words), criteria.person_id is not None)
    rows = (await connection.execute(statement, given | search.bound(words))).all()
    items = [card_of(row, kinds) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].published_at, items[-1].id) if len(rows) > limit else None)


async def counts_by_kind(connection: AsyncConnection, criteria: Criteria, kinds: Kinds) -> dict[str, int]:
    """How many listings of each kind fit everything but the kind; a kind without any is left out."""
    words = search.words_of(criteria.text)
    statement = _counts(_used(criteria) - {"kind"}, len(words))
    rows = await connection.execute(statement, _given(criteria, kinds) | search.bound(words))
    found = {row[0]: int(row[1]) for row in rows}
    return {name: found[name] for name in kinds if name in found}


@cache
def _page(filters: frozenset[str], words: int, with_hearts: bool) -> sa.Select[Any]:
    heart = IS_FAVOURITE if with_hearts else sa.false()
    return (
        sa.select(*CARD, heart.label("is_favourite"))
        .join_from(listing, shop)
        .where(PUBLIC, *(_FILTERS[f] for f in sorted(filters)), *search.conditions(words))
        .order_by(listing.c.published_at.desc(), listing.c.id.desc())
        .limit(sa.bindparam("limit"))
    )


@cache
def _counts(filters: frozenset[str], words: int) -> sa.Select[Any]:
    return (
        sa.select(listing.c.kind, sa.func.count())
        .join_from(listing, shop)
        .where(PUBLIC, *(_FILTERS[f] for f in sorted(filters)), *search.conditions(words))
        .group_by(listing.c.kind)
    )


def _used(criteria: Criteria) -> frozenset[str]:
    given = attrs.asdict(criteria)
    return frozenset(name for name in _FILTERS if (value := given.get(name)) is not None and value is not False)


def _given(criteria: Criteria, kinds: Kinds) -> dict[str, Any]:
    return {
        "kinds": list(kinds),
        "kind": criteria.kind,
        "price_min": criteria.price_min,
        "price_max": criteria.price_max,
        "shop_id": criteria.shop_id,
        "person": criteria.person_id,
    }


def card_of(row: Any, kinds: Kinds) -> ListingCard:
    """A row of :data:`CARD` and ``is_favourite`` as it is answered."""
    return ListingCard(
        id=row.id,
        kind=row.kind,
        title=row.title,
        price=price_of(row),
        attributes=public_attributes(kinds[row.kind].attributes, row.attributes),
        shop=shop_of(row),
        published_at=row.published_at,
        is_favourite=bool(row.is_favourite),
    )


def price_of(row: Any) -> Money | None:
    return None if row.price_amount is None else Money(row.price_amount, row.price_currency)


def shop_of(row: Any) -> ShopOfListing:
    return ShopOfListing(id=row.shop_id, slug=row.shop_slug, name=row.shop_name, city=row.shop_city)


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    at, last = decode_cursor(cursor, tuple[datetime, UUID])
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), last
    except OverflowError as wrong:
        raise BadCursor from wrong
