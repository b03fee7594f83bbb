"""What a shop has to offer, for the room of shops, which lies below."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.listings.domain import ARCHIVED
from marketplace_kit.listings.tables import listing_table as listing

_OFFERS = sa.select(sa.func.count()).where(listing.c.shop_id == sa.bindparam("shop"), listing.c.state != ARCHIVED)


class Window:
    """The facility :class:`marketplace_kit.shops.services.Offers`."""

    async def count(self, connection: AsyncConnection, shop_id: UUID) -> int:
        """Listings of a shop that are published or can be."""
        return int((await connection.execute(_OFFERS, {"shop": shop_id})).scalar_one())
