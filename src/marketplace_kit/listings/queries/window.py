"""What a shop has to offer, for the room of shops, which lies below."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.listings.domain import ARCHIVED
from marketplace_kit.listings.queries.titles import TITLE, title_in, titles_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.shops.services import OnOffer

OWED = ("kk", "ru")
"""Customers are entitled to read these (laws On Languages, art. 21, and On Consumer Rights)."""
_LOOKED_AT, _NAMED = 500, 5
_OFFERS = (
    sa.select(*TITLE, sa.func.count().over().label("number"))
    .where(listing.c.shop_id == sa.bindparam("shop"), listing.c.state != ARCHIVED)
    .order_by(listing.c.id)
    .limit(_LOOKED_AT)
)


class Window:
    """The facility :class:`marketplace_kit.shops.services.Offers`."""

    async def of_shop(self, connection: AsyncConnection, shop_id: UUID, locale: str) -> OnOffer:
        """Listings of a shop that are published or can be; of the first five hundred, which lack a language."""
        rows = (await connection.execute(_OFFERS, {"shop": shop_id})).all()
        lacking = {
            language: [title_in(row, locale) for row in rows if language not in titles_of(row)][:_NAMED]
            for language in OWED
        }
        return OnOffer(count=rows[0].number if rows else 0, lacking=lacking)
