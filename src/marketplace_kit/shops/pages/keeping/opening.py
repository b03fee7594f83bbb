"""Opening hours and single days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain.hours import WEEKDAYS
from marketplace_kit.shops.pages.keeping.steps import own_shop, state_of, status_of
from marketplace_kit.shops.schemas import (
    ShopDate,
    ShopDay,
    ShopView,
    ShopWeek,
)
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route


@get("/sell/shop/{shop_id:uuid}/hours", **route(SIGNED_IN), include_in_schema=False)
async def hours_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _hours_page(request, site, await own_shop(request, site, actor, shop_id))


async def _hours_page(
    request: WebRequest,
    site: Site,
    shop: ShopView,
    raw: Any = None,
    refused: DomainError | None = None,
    day_raw: Any = None,
    day_refused: DomainError | None = None,
) -> Response[str]:
    """Context: form (the week), day_form, hours (what follows from both), days (the owner's own dates)."""
    known = await site.ask(queries.week_texts, shop.id) | {"holidays_closed": shop.holidays_closed}
    now, locale = site.clock.now(), visit_of(request).locale
    return await page(
        request,
        "shops/hours.html",
        status=status_of(refused or day_refused),
        page_title=N_("Opening hours"),
        shop=shop,
        form=state_of(request, ShopWeek, raw or known, refused),
        day_form=state_of(request, ShopDate, day_raw or {}, day_refused),
        hours=await site.ask(queries.shop_hours, shop.id, now=now, locale=locale),
        days=await site.ask(queries.day_list, shop.id, _today(shop, now)),
        action=f"/sell/shop/{shop.id}/hours",
        weekdays=WEEKDAYS,
    )


def _today(shop: ShopView, now: datetime) -> date:
    return now.astimezone(ZoneInfo(shop.zone)).date()


@post("/sell/shop/{shop_id:uuid}/hours", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_hours(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    """``act`` copies one day's hours to others and shows the form again; else the week is saved."""
    raw = await posted_raw(request)
    act = raw.pop("act", "")
    if act in {"copy_week", "copy_workdays"}:
        first = raw.get("mon", "")
        raw |= dict.fromkeys(WEEKDAYS[1:5] if act == "copy_workdays" else WEEKDAYS[1:], first)
        return await _hours_page(request, site, await own_shop(request, site, actor, shop_id), raw)
    try:
        await site.do(services.set_week, shop_id, parse(ShopWeek, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _hours_page(request, site, await own_shop(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/hours", N_("Saved."))


@post("/sell/shop/{shop_id:uuid}/days", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_day(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(ShopDate, raw, "form")
        await site.do(services.set_day, shop_id, form.day, ShopDay(hours=form.hours, note=form.note), by=actor)
    except Invalid as refused:
        shop = await own_shop(request, site, actor, shop_id)
        return await _hours_page(request, site, shop, day_raw=raw, day_refused=refused)
    return see_other(request, f"/sell/shop/{shop_id}/hours", N_("Saved."))


@post("/sell/shop/{shop_id:uuid}/days/{day:date}/clear", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def clear_day(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], day: FromPath[date]
) -> Response[Any]:
    await site.do(services.clear_day, shop_id, day, by=actor)
    return see_other(request, f"/sell/shop/{shop_id}/hours", N_("Saved."))


handlers = (
    hours_page,
    set_hours,
    set_day,
    clear_day,
)
