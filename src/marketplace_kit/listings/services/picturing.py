"""Photos of listings: the shop's people put them there, the first one stands on the card."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import Encoded, encode
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import ARCHIVED, ListingArchived
from marketplace_kit.listings.services.offering import access_listing
from marketplace_kit.listings.tables import listing_photo_table, listing_table
from marketplace_kit.web.galleries import Gallery
from marketplace_kit.web.uploads import show_photos


async def _access(uow: UnitOfWork, listing_id: UUID, by: Actor) -> UUID:
    listing = await access_listing(uow, listing_id, by=by)
    if listing.state == ARCHIVED:
        raise ListingArchived
    return listing.shop_id


PHOTOS = Gallery(table=listing_photo_table, owner=listing_table, access=_access)


async def ensure_photos(site: Site, listing_id: UUID, picture: bytes | Encoded, alt: str, *, owner: UUID) -> None:
    """For samples: the listing has a photo. ``owner`` owns its shop; a picture of ours
    (:mod:`marketplace_kit.web.illustrations`) need not be read again.
    """
    if not (await site.ask(PHOTOS.view, listing_id)).items:
        encoded = picture if isinstance(picture, Encoded) else await encode(picture)
        await show_photos(site, PHOTOS, listing_id, [(encoded, alt)], by=Actor(person_id=owner))
