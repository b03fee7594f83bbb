"""What admins look at: listings that wait, and published ones that may have to go."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.translated import Translated, named
from marketplace_kit.listings.domain import PENDING_REVIEW
from marketplace_kit.listings.queries.browsing import price_of, shop_of
from marketplace_kit.listings.queries.titles import descriptions_of, title_in, titles_of
from marketplace_kit.listings.schemas import WaitingListing
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor


async def waiting_listings(
    connection: AsyncConnection,
    *,
    state: str = PENDING_REVIEW,
    cursor: str | None = None,
    limit: int = 20,
    locale: str = "",
) -> Page[WaitingListing]:
    """Listings in a state: those that wait with the longest waiting first, others with the newest first."""
    given: dict[str, Any] = {"state": state, "limit": limit + 1}
    if cursor:
        (given["after"],) = decode_cursor(cursor, tuple[UUID])
    rows = (await connection.execute(_in_state(state == PENDING_REVIEW, bool(cursor)), given)).all()
    items = [
        WaitingListing(
            id=row.id,
            kind=row.kind,
            title=title_in(row, locale),
            description=named(descriptions_of(row), locale or row.language),
            titles=Translated.of(titles_of(row)),
            descriptions=Translated.of(descriptions_of(row)),
            price=price_of(row),
            state=row.state,
            shop=shop_of(row),
            created_at=row.created_at,
            moderation_note=row.moderation_note,
            version=row.version,
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(rows) > limit else None)


@cache
def _in_state(oldest_first: bool, later: bool) -> sa.Select[Any]:
    shown = sa.select(
        listing,
        shop.c.slug.label("shop_slug"),
        shop.c.name.label("shop_name"),
        shop.c.city.label("shop_city"),
    )
    wanted = shown.join_from(listing, shop).where(listing.c.state == sa.bindparam("state"))
    after = sa.bindparam("after", type_=Uuid)
    if later:
        wanted = wanted.where(listing.c.id > after if oldest_first else listing.c.id < after)
    return wanted.order_by(listing.c.id if oldest_first else listing.c.id.desc()).limit(sa.bindparam("limit"))
