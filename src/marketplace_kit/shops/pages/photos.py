"""Photos of a shop: the page of those who keep it, and the API."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries
from marketplace_kit.shops.domain import ADMIN
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.shops.services.picturing import MAY_PICTURE, SHOP_PHOTOS
from marketplace_kit.web.gallery_doors import Doors, Subject
from marketplace_kit.web.routing import SIGNED_IN


async def _seen(site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    found = await site.ask(queries.shop_by_id, shop_id, person_id=actor.person_id, admin=ADMIN in actor.roles)
    if found is None:
        raise Missing
    return found


async def _subject(site: Site, actor: Actor, shop_id: UUID) -> Subject:
    shop = await _seen(site, actor, shop_id)
    if ADMIN not in actor.roles and shop.my_role not in MAY_PICTURE:
        raise Missing if shop.my_role is None else Forbidden
    return Subject(title=shop.name, href=f"/shops/{shop.slug}")


async def _check_seen(site: Site, actor: Actor, shop_id: UUID) -> None:
    await _seen(site, actor, shop_id)


handlers = Doors(
    gallery=SHOP_PHOTOS,
    page="/sell/shop/{owner_id:uuid}/photos",
    api="/api/shops/{owner_id:uuid}/photos",
    permission=SIGNED_IN,
    subject=_subject,
    check_seen=_check_seen,
).handlers
