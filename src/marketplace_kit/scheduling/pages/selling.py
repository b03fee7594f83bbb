"""What the vendor's pages begin with: whose shop it is, and which."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import attrs
from litestar.params import QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.queries.diary import next_to_work
from marketplace_kit.scheduling.services.working import WORKS, staffed_shop
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.shops.schemas import OwnShop, ShopView

ShopChoice = Annotated[str, QueryParameter(name="shop", max_length=40, required=False)]


@attrs.frozen(kw_only=True)
class Desk:
    """The shop that somebody works on now, among all of theirs."""

    shop: ShopView
    shops: tuple[OwnShop, ...]


async def desk(site: Site, actor: Actor, chosen: str, locale: str) -> Desk | None:
    """The chosen shop, else the one that expects somebody first, else the first of theirs; ``None`` for somebody who
    has none. Refuses :class:`Missing` for a foreign one.
    """
    if actor.person_id is None:
        raise Missing
    shops = tuple(s for s in await site.ask(own_shops, actor.person_id, locale=locale) if s.role in WORKS)
    if chosen:
        try:
            wanted = UUID(chosen)
        except ValueError as wrong:
            raise Missing from wrong
    elif shops:
        wanted = shops[0].id
        if len(shops) > 1:
            now = int(site.clock.now().timestamp())
            busy: UUID | None = await site.ask(next_to_work, [shop.id for shop in shops], now)
            wanted = wanted if busy is None else busy
    else:
        return None
    return Desk(shop=await staffed_shop(site, actor, wanted, locale), shops=shops)


__all__ = ["Desk", "ShopChoice", "desk", "staffed_shop"]
