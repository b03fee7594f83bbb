"""The way to a visit at home: who may know where somebody lives, and from when on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.domain import NotYet
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.domain.travel import Place
from marketplace_kit.scheduling.queries.following import Followed, followed
from marketplace_kit.scheduling.queries.travelling import place_of
from marketplace_kit.scheduling.schemas import Directions
from marketplace_kit.scheduling.services.travelling import opens_at
from marketplace_kit.scheduling.services.working import staffed_shop
from marketplace_kit.shops.domain.contacts import map_links


def may_know(now: datetime, zone: str, starts_s: int, effect: str) -> bool:
    """Whether the staff sees the address now: on the day itself, as long as the visit takes place."""
    opens = opens_at(zone, starts_s)
    return effect == "keeps" and opens <= now < opens + timedelta(days=2)


async def directions_for(site: Site, appointment_id: UUID, *, by: Actor) -> Directions:
    """Refuses :class:`Missing` for who has nothing to do with it, and for a visit at the shop; :class:`NotYet` for the
    staff before the morning of the day.
    """
    one: Followed | None = await site.ask(followed, appointment_id)
    if one is None or one.home is None or by.person_id is None:
        raise Missing
    if by.person_id != one.person_id:
        await staffed_shop(site, by, one.shop_id, by.locale)
        if not may_know(site.clock.now(), one.zone, one.starts_s, one.effect):
            raise NotYet(opens_at=opens_at(one.zone, one.starts_s).isoformat())
    place = await site.ask(place_of, appointment_id)
    if place is None:
        raise Missing
    return directed(place)


def directed(place: Place) -> Directions:
    """A place with links to it that need no map of our own."""
    point = place.point
    return Directions(
        address=place.address,
        entrance=place.entrance,
        area=place.area,
        lat=point.lat,
        lon=point.lon,
        geo=f"geo:{said_point(point).replace(' ', '')}",
        maps=map_links(point.lat, point.lon, place.address, ""),
    )
