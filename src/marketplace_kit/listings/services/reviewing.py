"""Whether somebody has to look at a listing before everybody does."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Actor, ListingKind
from marketplace_kit.kernel.process import Process
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain import ADMIN, LISTING, Listing
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import ListingSettings
from marketplace_kit.listings.schemas.drafts import ALL_MODERATED, FIRST_MODERATED, NO_MODERATION
from marketplace_kit.listings.tables import listing_table


def process_of(kind: ListingKind | None) -> Process:
    """A kind's own process, or the ordinary life of a listing."""
    return (kind and kind.process) or LISTING


def knows(process: Process, verb: str, state: str) -> bool:
    return any(t.verb == verb and state in t.sources for t in process.transitions)


async def wants_review(uow: UnitOfWork, listing: Listing, process: Process, held: Collection[str]) -> bool:
    """Whether publishing it means to send it to be looked at. A kind whose own process knows no such step has none."""
    moderation = uow.site.settings.of(ListingSettings).moderation
    if moderation == NO_MODERATION or ADMIN in held or not knows(process, "submit", listing.state):
        return False
    return moderation == ALL_MODERATED or not await _has_published(uow, listing)


async def _has_published(uow: UnitOfWork, listing: Listing) -> bool:
    t = listing_table.c
    wanted = sa.select(t.id).where(t.shop_id == listing.shop_id, t.published_at.is_not(None)).limit(1)
    return (await uow.session.execute(wanted)).first() is not None


async def look_again(uow: UnitOfWork, listing: Listing, *, by: Actor) -> None:
    """What was approved was approved as it read then: new words are looked at again where every listing is."""
    process = process_of(active_kinds(uow.site).get(listing.kind))
    moderation = uow.site.settings.of(ListingSettings).moderation
    if moderation in (NO_MODERATION, FIRST_MODERATED) or ADMIN in by.roles:
        return
    if knows(process, "review", listing.state):
        happened = listing.move(process, "review", ("system",), uow.at)
        if happened:
            uow.record(happened)
