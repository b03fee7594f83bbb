"""REST: those who work for a shop, for customers; their photos and figures, for the shop."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import delete, get, post
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling import queries
from marketplace_kit.scheduling.schemas import ResourceView, StaffPage, StaffProfile
from marketplace_kit.scheduling.services.figures import Figures, days_in, figures_of, month_of
from marketplace_kit.scheduling.services.picturing import LARGE, set_photo, take_photo
from marketplace_kit.scheduling.services.team import one_of_team, team, time_kinds
from marketplace_kit.scheduling.services.working import staffed_shop
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route
from marketplace_kit.web.uploads import FIELD, LARGEST_UPLOAD

Month = Annotated[str, QueryParameter(name="month", max_length=7, required=False, description="`2026-03`.")]


async def _shop(site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    found = await site.ask(shop_by_id, shop_id, person_id=actor.person_id, locale=actor.locale)
    if found is None:
        raise Missing
    return found


@get("/api/shops/{shop_id:uuid}/staff", **route(PUBLIC, summary="Who can be chosen at a shop"))
async def staff(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> list[StaffProfile]:
    return await team(site, await _shop(site, actor, shop_id))


@get("/api/shops/{shop_id:uuid}/staff/{resource_id:int}", **route(PUBLIC, summary="One of them, with what they do"))
async def one(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> StaffPage:
    shop, locale = await _shop(site, actor, shop_id), visit_of(request).locale
    return await one_of_team(site, shop, resource_id, time_kinds(site), LARGE, locale)


@get("/api/shops/{shop_id:uuid}/staff/figures", **route(SIGNED_IN, summary="What a shop's people did in a month"))
async def figures(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], month: Month = "") -> list[Figures]:
    """Everybody for an owner, one's own else; this month unless asked otherwise."""
    shop = await staffed_shop(site, actor, shop_id, actor.locale)
    first = month_of(month, site.clock.now().astimezone(ZoneInfo(shop.zone)).date())
    return await figures_of(site, shop, first, days_in(first), by=actor)


def _file_schema(_: Registry) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    return {"title": "NewPhoto", "type": "object", "properties": {FIELD: binary}, "required": [FIELD]}


@post(
    "/api/shops/{shop_id:uuid}/resources/{resource_id:int}/photo",
    **route(SIGNED_IN, openapi_body=_file_schema, openapi_media="multipart/form-data", summary="Show somebody's face"),
    request_max_body_size=LARGEST_UPLOAD,
)
async def put_photo(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: FromPath[UUID],
    resource_id: FromPath[int],
) -> ResourceView:
    """Another photo takes the place of the one before. 422 `picture_type`, `picture_invalid`; 413
    `picture_too_large`; 409 `space_used_up`.
    """
    await take_photo(request, site, shop_id, resource_id, by=actor)
    found = await site.ask(queries.resource_by_id, shop_id, resource_id)
    if found is None:
        raise Missing
    return found


@delete(
    "/api/shops/{shop_id:uuid}/resources/{resource_id:int}/photo",
    **route(SIGNED_IN, summary="Take somebody's photo away"),
)
async def delete_photo(
    site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> None:
    await site.do(set_photo, shop_id, resource_id, None, by=actor)


handlers = (staff, one, figures, put_photo, delete_photo)
