"""What the doors ask for in the same words: a list's filter, a shop that somebody may look at or work on."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.services import read_point
from marketplace_kit.shops.domain import ADMIN, OWNER
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopFilter, ShopView

LARGEST_RADIUS_KM = 100
_RADIUS = N_("Please enter a distance of at most {max} km.")


def filter_of(
    city: str, category: str, q: str, lat: str, lon: str, radius_km: str, open_now: bool, sort: str
) -> ShopFilter:
    """What a list's address asks for. Refuses :class:`Invalid` for a point that is not on earth."""
    point = read_point(lat, lon) if lat or lon else None
    radius = None
    if radius_km:
        try:
            radius = float(radius_km.replace(",", "."))
        except ValueError:
            radius = math.nan
        if not 0 < radius <= LARGEST_RADIUS_KM:
            raise Invalid(Problem("radius_km", "radius_invalid", _RADIUS, {"max": LARGEST_RADIUS_KM}))
    chosen: Any = sort or ("distance" if point else "newest")
    return ShopFilter(
        city=city,
        category=category,
        q=q.strip(),
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        radius_m=radius * 1000 if radius and point else None,
        open_now=open_now,
        sort="newest" if chosen == "distance" and point is None else chosen,
    )


async def visible_shop(site: Site, actor: Actor, shop_id: UUID, locale: str) -> ShopView:
    """The shop as the asker may see it. Refuses :class:`Missing`."""
    admin = ADMIN in actor.roles
    found = await site.ask(shop_by_id, shop_id, person_id=actor.person_id, admin=admin, locale=locale)
    if found is None:
        raise Missing
    return found


async def own_shop(site: Site, actor: Actor, shop_id: UUID, locale: str, *, owner: bool = False) -> ShopView:
    """The shop, for somebody who works there (with ``owner``: who owns it) or an admin."""
    found = await visible_shop(site, actor, shop_id, locale)
    if found.my_role is None and ADMIN not in actor.roles:
        raise Missing
    if owner and found.my_role != OWNER and ADMIN not in actor.roles:
        raise Forbidden
    return found
