"""The rating that reviews make together: counted anew from all of them, in the transaction that changed one."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings import services as listings
from marketplace_kit.reviews.queries import rating_of
from marketplace_kit.shops import services as shops
from marketplace_kit.shops.tables import shop_table as shop


async def take_turn(uow: UnitOfWork, shop_id: UUID) -> None:
    """Whoever changes reviews of a shop waits here for the others, before the first row is written: who counts
    afterwards then sees all that the others wrote. Who only points at the shop (a new order) does not wait.
    """
    held = sa.select(shop.c.id).where(shop.c.id == shop_id).with_for_update(key_share=True)
    if (await uow.session.execute(held)).first() is None:
        raise Missing


async def recount(uow: UnitOfWork, shop_id: UUID, *listing_ids: UUID) -> None:
    """Hand the shop and the listings their rating as it is by now. Needs :func:`take_turn` before."""
    await uow.session.flush()
    connection = await uow.session.connection()
    of_shop = await rating_of(connection, shop_id=shop_id)
    await shops.note_rating(uow, shop_id, of_shop.average, of_shop.count)
    for listing_id in sorted(set(listing_ids)):
        rating = await rating_of(connection, listing_id=listing_id)
        await listings.note_rating(uow, listing_id, rating.average or 0.0, rating.count)
