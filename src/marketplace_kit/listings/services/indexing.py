"""Keeping the search index: in the transaction that changes a listing, after a change of a shop, and as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.queries import indexable, words
from marketplace_kit.listings.tables import listing_table, search_table
from marketplace_kit.shops.domain import ShopChanged, ShopOpened

BATCH = 500
REINDEX = "listings.reindex"


class Reindex(msgspec.Struct):
    """Make the index anew, from the listing behind ``after`` on."""

    after: UUID | None = None


async def index_listings(uow: UnitOfWork, listing_ids: Sequence[UUID]) -> None:
    """Make the index true for these listings, within the unit that changed them."""
    if not listing_ids:
        return
    await uow.session.flush()
    dialect = uow.site.database.dialect
    connection = await uow.session.connection()
    # Of every declared kind: a plugin that is switched off and on again finds its listings where they were.
    kinds = uow.site.registry.listing_kinds
    rows = await indexable.index_rows(connection, kinds, listing_ids, locked=True)
    gone = set(listing_ids) - {row["listing_id"] for row in rows}
    if gone:
        await words.forget_words(uow.session, dialect, list(gone))
        await uow.session.execute(sa.delete(search_table).where(search_table.c.listing_id.in_(gone)))
    if rows:
        insert = uow.site.database.insert(search_table)
        fresh = {c.name: insert.excluded[c.name] for c in search_table.c if c.name != "listing_id"}
        kept = insert.on_conflict_do_update(index_elements=["listing_id"], set_=fresh)
        await uow.session.execute(kept, rows)
        await words.keep_words(uow.session, dialect, rows)


async def index_shop(uow: UnitOfWork, event: ShopChanged | ShopOpened) -> None:
    """What a search shows of a shop changed: its listings follow, come back or leave."""
    connection = await uow.session.connection()
    ids = await indexable.listing_ids_of_shop(connection, event.shop_id)
    for start in range(0, len(ids), BATCH):
        await index_listings(uow, ids[start : start + BATCH])


async def note_rating(uow: UnitOfWork, listing_id: UUID, average: float, count: int) -> None:
    """What those who had it think of a listing, on average from 1 to 5; no opinion at all is a count of 0. Refuses
    :class:`Missing`.
    """
    if not (count == 0 or (count > 0 and 1 <= average <= 5)):
        raise ValueError(f"{average} of {count} is no rating")
    noted = sa.update(listing_table).where(listing_table.c.id == listing_id)
    values = {"rating_average": float(average) if count else 0.0, "rating_count": count}
    if (await uow.session.execute(noted.values(values).returning(listing_table.c.id))).first() is None:
        raise Missing
    await index_listings(uow, [listing_id])


async def reindex(site: Site, *, after: UUID | None = None, batch: int = BATCH) -> AsyncIterator[tuple[UUID, int]]:
    """Make the whole index anew while the site runs, a batch in a unit of its own: (the last listing done, how many).
    Begun again with ``after``, it goes on behind that listing.
    """
    while True:
        ids = await site.ask(indexable.ids_after, after, batch)
        if not ids:
            return
        await site.do(index_listings, ids)
        after = ids[-1]
        yield after, len(ids)


@attrs.frozen
class IndexState:
    """``astray`` are listings whose row in the index is not what it should be, the first few of ``wrong``."""

    looked_at: int
    wrong: int
    astray: tuple[UUID, ...]


async def check_index(site: Site, *, most: int | None = None) -> IndexState:
    """Compare the index with the truth, row by row; with ``most``, stop after about so many listings."""
    kinds = site.registry.listing_kinds
    looked, wrong = 0, 0
    first: list[UUID] = []
    after: UUID | None = None
    while most is None or looked < most:
        last, astray = await site.ask(indexable.astray, kinds, after, BATCH)
        if last is None:
            break
        looked, wrong, after = looked + BATCH, wrong + len(astray), last
        first += astray
    return IndexState(looked, wrong, tuple(first[:5]))
