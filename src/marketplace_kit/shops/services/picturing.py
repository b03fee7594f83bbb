"""Photos of shops: the shop front, the rooms, the people at work; the first one stands on the card."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import Encoded, encode
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import ADMIN, OWNER, STAFF
from marketplace_kit.shops.services.access import access_shop
from marketplace_kit.shops.tables import shop_photo_table, shop_table
from marketplace_kit.web.galleries import Gallery
from marketplace_kit.web.uploads import show_photos

MAY_PICTURE = frozenset({OWNER, STAFF, ADMIN})


async def _access(uow: UnitOfWork, shop_id: UUID, by: Actor) -> UUID:
    return (await access_shop(uow, shop_id, by=by, roles=MAY_PICTURE)).id


SHOP_PHOTOS = Gallery(table=shop_photo_table, owner=shop_table, access=_access)


async def ensure_shop_photos(site: Site, shop_id: UUID, picture: bytes | Encoded, alt: str, *, owner: UUID) -> None:
    """For samples: the shop has a photo, put there by its ``owner``."""
    if not (await site.ask(SHOP_PHOTOS.view, shop_id)).items:
        encoded = picture if isinstance(picture, Encoded) else await encode(picture)
        await show_photos(site, SHOP_PHOTOS, shop_id, [(encoded, alt)], by=Actor(person_id=owner))
