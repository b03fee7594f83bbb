"""Photos of a listing: the vendor's page and the API."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.services.picturing import PHOTOS
from marketplace_kit.web.gallery_doors import Doors, Subject


async def _subject(site: Site, actor: Actor, listing_id: UUID) -> Subject:
    found = await site.ask(queries.listing_page, listing_id, active_kinds(site), viewer=actor)
    if found is None:
        raise Missing
    if not found.may_edit:
        raise Forbidden if found.shop.id in actor.shops else Missing
    return Subject(title=found.title, href=f"/listings/{listing_id}")


async def _check_seen(site: Site, actor: Actor, listing_id: UUID) -> None:
    if await site.ask(queries.listing_page, listing_id, active_kinds(site), viewer=actor) is None:
        raise Missing


handlers = Doors(
    gallery=PHOTOS,
    page="/sell/listings/{owner_id:uuid}/photos",
    api="/api/listings/{owner_id:uuid}/photos",
    permission="listings.create",
    subject=_subject,
    check_seen=_check_seen,
).handlers
