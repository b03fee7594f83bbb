"""Where a van goes: its base, how far around it, which parts of the town on which days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling import queries, services
from marketplace_kit.scheduling.domain import HasAppointments
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.pages.forms import SAVED, Raw, Refused, state_for, status_of
from marketplace_kit.scheduling.pages.selling import staffed_shop
from marketplace_kit.scheduling.queries.travelling import van_view
from marketplace_kit.scheduling.schemas import VAN, AreaForm, AreaView, VanForm, VanView
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

_VAN = "/sell/shop/{shop_id:uuid}/staff/{resource_id:int}/van"
_AREA = _VAN + "/areas/{area_id:int}"
_SHORT = (N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su"))
Shop = FromPath[UUID]
Id = FromPath[int]


@get(_VAN, **route(SIGNED_IN), include_in_schema=False)
async def van_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id
) -> Response[str]:
    return await _van_page(request, site, actor, shop_id, resource_id)


async def _van_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    shop_id: UUID,
    resource_id: int,
    refused: Refused | None = None,
    area: AreaView | None = None,
) -> Response[str]:
    """Context: shop, resource, here, van (or none), form, areas ((id, name, days, corners)), area_form, area_action,
    area (that is changed, or none).
    """
    locale = visit_of(request).locale
    shop = await staffed_shop(site, actor, shop_id, locale)
    one = await site.ask(queries.resource_by_id, shop_id, resource_id)
    if one is None or one.kind != VAN:
        raise Missing
    van = await site.ask(van_view, resource_id)
    here = f"/sell/shop/{shop_id}/staff/{resource_id}/van"
    of_van = refused if refused and refused.form == "van" else None
    of_area = refused if refused and refused.form == "area" else None

    def say(text: str) -> str:
        return site.texts.gettext(locale, text)

    return await page(
        request,
        "scheduling/van.html",
        status=status_of(refused.why if refused else None),
        page_title=N_("Visits at home"),
        shop=shop,
        resource=one,
        here=here,
        van=van,
        form=state_for(request, VanForm, of_van.raw if of_van else _typed(van, shop), of_van.why if of_van else None),
        areas=[
            (known.id, known.name, " ".join(say(_SHORT[day]) for day in known.weekdays), len(known.outline))
            for known in (van.areas if van else ())
        ],
        area=area,
        area_form=state_for(
            request, AreaForm, of_area.raw if of_area else _typed_area(area), of_area.why if of_area else None
        ),
        area_action=f"{here}/areas/{area.id}" if area else f"{here}/areas",
    )


def _typed(van: VanView | None, shop: ShopView) -> Raw | None:
    """What is known; for a new van, the shop's own point is where its day begins."""
    if van is None:
        known = shop.lat is not None and shop.lon is not None
        base = said_point(Point(shop.lat or 0, shop.lon or 0)) if known else ""
        return {"base": base, "radius_km": "10", "kmh": "30", "road_percent": "130"}
    plain = {name: str(getattr(van, name)) for name in ("radius_km", "kmh", "road_percent")}
    return plain | {"base": said_point(Point(van.lat, van.lon))}


def _typed_area(area: AreaView | None) -> Raw | None:
    if area is None:
        return None
    outline = "\n".join(said_point(Point(*corner)) for corner in area.outline)
    return {"name": area.name, "outline": outline, "weekdays": [str(day) for day in area.weekdays]}


@post(_VAN, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_van(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.save_van, shop_id, resource_id, parse(VanForm, raw, "form"), by=actor)
    except Invalid as why:
        return await _van_page(request, site, actor, shop_id, resource_id, Refused(form="van", raw=raw, why=why))
    return _back(request, shop_id, resource_id)


@post(f"{_VAN}/stay", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def stay(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id
) -> Response[Any]:
    try:
        await site.do(services.stay_at_shop, shop_id, resource_id, by=actor)
    except HasAppointments as why:
        van = await site.ask(van_view, resource_id)
        shop = await staffed_shop(site, actor, shop_id, visit_of(request).locale)
        refused = Refused(form="van", raw=_typed(van, shop) or {}, why=why)
        return await _van_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


async def _area(site: Site, resource_id: int, area_id: int) -> AreaView:
    van = await site.ask(van_view, resource_id)
    found = next((one for one in van.areas if one.id == area_id), None) if van else None
    if found is None:
        raise Missing
    return found


@post(f"{_VAN}/areas", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def add_area(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id
) -> Response[Any]:
    return await _save_area(request, site, actor, shop_id, resource_id, None)


@get(_AREA, **route(SIGNED_IN), include_in_schema=False)
async def area_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id, area_id: Id
) -> Response[str]:
    await staffed_shop(site, actor, shop_id, visit_of(request).locale)
    return await _van_page(request, site, actor, shop_id, resource_id, area=await _area(site, resource_id, area_id))


@post(_AREA, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_area(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id, area_id: Id
) -> Response[Any]:
    return await _save_area(request, site, actor, shop_id, resource_id, await _area(site, resource_id, area_id))


async def _save_area(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, resource_id: int, area: AreaView | None
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(AreaForm, raw, "form")
        number = area.id if area else None
        await site.do(services.save_area, shop_id, resource_id, form, by=actor, area_id=number)
    except Invalid as why:
        refused = Refused(form="area", raw=raw, why=why)
        return await _van_page(request, site, actor, shop_id, resource_id, refused, area)
    return _back(request, shop_id, resource_id)


@post(f"{_AREA}/remove", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def remove_area(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id, area_id: Id
) -> Response[Any]:
    await site.do(services.remove_area, shop_id, resource_id, area_id, by=actor)
    return _back(request, shop_id, resource_id)


def _back(request: WebRequest, shop_id: UUID, resource_id: int) -> Response[Any]:
    return see_other(request, f"/sell/shop/{shop_id}/staff/{resource_id}/van", SAVED)


handlers = (van_page, set_van, stay, add_area, area_page, change_area, remove_area)
