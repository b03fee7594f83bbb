"""Favourites. The primary key (person, listing) makes one heart of however many presses."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import Favourited, Unfavourited
from marketplace_kit.listings.schemas import FavouriteState
from marketplace_kit.listings.services.offering import access_public
from marketplace_kit.listings.tables import favourite_table, listing_table


async def toggle_favourite(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> FavouriteState:
    """Make a public listing a favourite, or let go of it if it is one. Refuses :class:`Missing`."""
    listing = await access_public(uow, listing_id)
    if await _made(uow, listing_id, listing.shop_id, listing.kind, by=by):
        return FavouriteState(listing_id=listing_id, is_favourite=True)
    await unfavourite(uow, listing_id, by=by)
    return FavouriteState(listing_id=listing_id, is_favourite=False)


async def favourite(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> FavouriteState:
    """Make a public listing a favourite; doing it again changes nothing. Refuses :class:`Missing`."""
    listing = await access_public(uow, listing_id)
    await _made(uow, listing_id, listing.shop_id, listing.kind, by=by)
    return FavouriteState(listing_id=listing_id, is_favourite=True)


async def unfavourite(uow: UnitOfWork, listing_id: UUID, *, by: Actor) -> None:
    """Let go of a favourite, also of one that is shown no more; of one that is none, nothing happens."""
    mine = sa.and_(favourite_table.c.person_id == by.person_id, favourite_table.c.listing_id == listing_id)
    statement = sa.delete(favourite_table).where(mine).returning(favourite_table.c.listing_id)
    if by.person_id is None or (await uow.session.execute(statement)).first() is None:
        return
    t = listing_table.c
    listing = (await uow.session.execute(sa.select(t.shop_id, t.kind).where(t.id == listing_id))).one()
    gone = Unfavourited(listing_id=listing_id, shop_id=listing.shop_id, kind=listing.kind, person_id=by.person_id)
    uow.record(gone)


async def _made(uow: UnitOfWork, listing_id: UUID, shop_id: UUID, kind: str, *, by: Actor) -> bool:
    """Whether there is a new favourite; false if there was one."""
    if by.person_id is None:
        raise SignInNeeded
    values = {"person_id": by.person_id, "listing_id": listing_id, "made_at": uow.at}
    insert = uow.site.database.insert(favourite_table).values(values).on_conflict_do_nothing()
    if (await uow.session.execute(insert.returning(favourite_table.c.listing_id))).first() is None:
        return False
    uow.record(Favourited(listing_id=listing_id, shop_id=shop_id, kind=kind, person_id=by.person_id))
    return True


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Forget a person's favourites, without telling anybody."""
    await uow.session.execute(sa.delete(favourite_table).where(favourite_table.c.person_id == person_id))
