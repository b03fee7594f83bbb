"""Those who work for a shop: their public pages, and the photo that the shop puts there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling import queries
from marketplace_kit.scheduling.pages.selling import staffed_shop
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.services.picturing import LARGE, photo_url, set_photo, take_photo
from marketplace_kit.scheduling.services.team import one_of_team, team, time_kinds
from marketplace_kit.shops.queries import shop_page
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route
from marketplace_kit.web.uploads import ACCEPTED, FIELD, LARGEST_UPLOAD

PHOTO = "/sell/shop/{shop_id:uuid}/staff/{resource_id:int}/photo"


async def _shop(request: WebRequest, site: Site, actor: Actor, slug: str) -> ShopView:
    found = await site.ask(shop_page, slug, person_id=actor.person_id, locale=visit_of(request).locale)
    if found is None:
        raise Missing
    return found


@get("/shops/{slug:str}/staff", **route(PUBLIC), include_in_schema=False)
async def team_page(request: WebRequest, site: Given[Site], actor: Given[Actor], slug: FromPath[str]) -> Response[str]:
    """Context: shop, team (StaffProfiles). The shop's own page fetches its part ``#team``."""
    shop = await _shop(request, site, actor, slug)
    return await page(
        request, "scheduling/team.html", page_title=N_("The team"), shop=shop, team=await team(site, shop)
    )


@get("/shops/{slug:str}/staff/{resource_id:int}", **route(PUBLIC), include_in_schema=False)
async def profile_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], slug: FromPath[str], resource_id: FromPath[int]
) -> Response[str]:
    """Context: shop, one (a StaffPage), hours ((day, text)). Slot ``staff_after`` gets ``resource_id, shop_id, slug,
    name, path, rating_average, rating_count``.
    """
    shop, locale = await _shop(request, site, actor, slug), visit_of(request).locale
    one = await one_of_team(site, shop, resource_id, time_kinds(site), LARGE, visit_of(request).locale)
    today = one.hours[0].day
    return await page(
        request,
        "scheduling/profile.html",
        page_title=one.name,
        shop=shop,
        one=one,
        hours=[(said_day(at.day, locale, today=today), ", ".join(at.hours)) for at in one.hours],
        snapshot={
            "resource_id": one.id,
            "shop_id": shop.id,
            "slug": shop.slug,
            "name": one.name,
            "path": f"/shops/{shop.slug}/staff/{one.id}",
            "rating_average": one.rating_average,
            "rating_count": one.rating_count,
        },
    )


@get(PHOTO, **route(SIGNED_IN), include_in_schema=False)
async def photo_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> Response[str]:
    return await _photo_page(request, site, actor, shop_id, resource_id)


async def _photo_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    shop_id: UUID,
    resource_id: int,
    refused: DomainError | None = None,
) -> Response[str]:
    """Context: see the template."""
    visit = visit_of(request)
    shop = await staffed_shop(site, actor, shop_id, visit.locale)
    one = await site.ask(queries.resource_by_id, shop_id, resource_id)
    if one is None:
        raise Missing
    return await page(
        request,
        "scheduling/photo.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Photo"),
        shop=shop,
        resource=one,
        photo=photo_url(one.photo, LARGE),
        problem=site.texts.render(visit.locale, refused.text, refused.facts) if refused else "",
        here=f"/sell/shop/{shop_id}/staff/{resource_id}",
        accepted=ACCEPTED,
        field=FIELD,
    )


@post(PHOTO, **route(SIGNED_IN), include_in_schema=False, status_code=200, request_max_body_size=LARGEST_UPLOAD)
async def upload_photo(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> Response[Any]:
    try:
        await take_photo(request, site, shop_id, resource_id, by=actor)
    except Missing:
        raise
    except DomainError as refused:
        return await _photo_page(request, site, actor, shop_id, resource_id, refused)
    return see_other(request, f"/sell/shop/{shop_id}/staff/{resource_id}", N_("The photo is there."))


@post(f"{PHOTO}/remove", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def remove_photo(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> Response[Any]:
    await site.do(set_photo, shop_id, resource_id, None, by=actor)
    return see_other(request, f"/sell/shop/{shop_id}/staff/{resource_id}", N_("The photo is deleted."))


handlers = (team_page, profile_page, photo_page, upload_photo, remove_photo)
