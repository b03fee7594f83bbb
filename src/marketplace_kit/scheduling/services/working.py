"""Who works with a shop's appointments: what its pages and endpoints ask before anything else."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.errors import Forbidden
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops.domain import ADMIN, OWNER, STAFF
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.shops.services import own_shop

WORKS = frozenset({OWNER, STAFF})


async def staffed_shop(site: Site, actor: Actor, shop_id: UUID, locale: str, *, owner: bool = False) -> ShopView:
    """The shop, for somebody who works with its appointments. Refuses :class:`Missing` to strangers, Forbidden to
    those who work there as something else.
    """
    shop = await own_shop(site, actor, shop_id, locale, owner=owner)
    if shop.my_role not in WORKS and ADMIN not in actor.roles:
        raise Forbidden
    return shop
