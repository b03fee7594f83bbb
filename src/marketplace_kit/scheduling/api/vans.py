"""REST: vans that go to customers, and where a visit at home takes place."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.queries import resource_by_id
from marketplace_kit.scheduling.queries.travelling import van_view
from marketplace_kit.scheduling.schemas import AreaForm, Directions, VanForm, VanView
from marketplace_kit.scheduling.services.directing import directions_for
from marketplace_kit.scheduling.services.working import staffed_shop
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import SIGNED_IN, route

VAN = "/api/shops/{shop_id:uuid}/resources/{resource_id:int}/van"
AREA = VAN + "/areas/{area_id:int}"
Shop = FromPath[UUID]
Id = FromPath[int]


async def _van(site: Site, resource_id: int) -> VanView:
    found = await site.ask(van_view, resource_id)
    if found is None:
        raise Missing
    return found


@get(VAN, **route(SIGNED_IN, summary="How a van of my shop goes to customers"))
async def one_van(site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id) -> VanView:
    await staffed_shop(site, actor, shop_id, actor.locale)
    if await site.ask(resource_by_id, shop_id, resource_id) is None:
        raise Missing
    return await _van(site, resource_id)


@put(VAN, **route(SIGNED_IN, body=VanForm, summary="Let a van go to customers: its base, how far, how fast"))
async def set_van(
    site: Given[Site], actor: Given[Actor], form: Given[VanForm], shop_id: Shop, resource_id: Id
) -> VanView:
    await site.do(services.save_van, shop_id, resource_id, form, by=actor)
    return await _van(site, resource_id)


@delete(VAN, **route(SIGNED_IN, summary="The van stays at the shop from now on"))
async def keep_van(site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id) -> None:
    await site.do(services.stay_at_shop, shop_id, resource_id, by=actor)


@post(f"{VAN}/areas", **route(SIGNED_IN, body=AreaForm, summary="A part of the town to which it goes, and when"))
async def add_area(
    site: Given[Site], actor: Given[Actor], form: Given[AreaForm], shop_id: Shop, resource_id: Id
) -> VanView:
    await site.do(services.save_area, shop_id, resource_id, form, by=actor)
    return await _van(site, resource_id)


@put(AREA, **route(SIGNED_IN, body=AreaForm, summary="Change such a part of the town"))
async def change_area(
    site: Given[Site], actor: Given[Actor], form: Given[AreaForm], shop_id: Shop, resource_id: Id, area_id: Id
) -> VanView:
    await site.do(services.save_area, shop_id, resource_id, form, by=actor, area_id=area_id)
    return await _van(site, resource_id)


@delete(AREA, **route(SIGNED_IN, summary="It does not go there any more"))
async def remove_area(site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id, area_id: Id) -> None:
    await site.do(services.remove_area, shop_id, resource_id, area_id, by=actor)


@get(
    "/api/appointments/{appointment_id:uuid}/directions",
    **route(SIGNED_IN, summary="Where a visit at home takes place, for its customer and, on its day, for the staff"),
)
async def directions(site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]) -> Directions:
    """The staff reads the address from the morning of the day on; before that `not_yet` says from when."""
    return await directions_for(site, appointment_id, by=actor)


handlers = (one_van, set_van, keep_van, add_area, change_area, remove_area, directions)
