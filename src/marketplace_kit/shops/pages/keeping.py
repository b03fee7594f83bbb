"""Setting a shop up and keeping it: each step is a form that saves by itself, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Choice, Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places.queries import categories, cities
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import ADMIN, SHOP, NotReady
from marketplace_kit.shops.domain.hours import WEEKDAYS
from marketplace_kit.shops.schemas import (
    NewShop,
    ShopAddress,
    ShopChange,
    ShopContacts,
    ShopDate,
    ShopDay,
    ShopPolicies,
    ShopProfile,
    ShopView,
    ShopWeek,
)
from marketplace_kit.shops.services.readiness import ADVICE, BLOCKS
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

OWN_VERBS = ("pause", "resume", "close", "reopen")
Shown = FormState | None


def _as_invalid(refused: DomainError | None) -> Invalid | None:
    if refused is None or isinstance(refused, Invalid):
        return refused
    return Invalid(Problem("", refused.code, refused.text, refused.facts))


def _status(refused: DomainError | None) -> int:
    return 200 if refused is None else 409 if isinstance(refused, StaleVersion) else 422


def _state(
    request: WebRequest, form: type[Form], values: Mapping[str, Any], refused: DomainError | None, **choices: Any
) -> FormState:
    """The form without its version (which stands beside it), with the choices that only the database knows."""
    state = form_state(request, form, values, _as_invalid(refused))
    fields = tuple(
        attrs.evolve(f, choices=choices[f.name]) if f.name in choices else f
        for f in state.fields
        if f.name != "version"
    )
    return attrs.evolve(state, fields=fields)


@get("/sell/shop/new", **route("shops.open"), include_in_schema=False)
async def new_shop_page(request: WebRequest) -> Response[str]:
    return await _new_shop_page(request)


async def _new_shop_page(request: WebRequest, raw: Any = None, refused: Invalid | None = None) -> Response[str]:
    return await page(
        request,
        "shops/new.html",
        status=_status(refused),
        page_title=N_("Open a shop"),
        form=form_state(request, NewShop, raw, refused),
        action="/sell/shop/new",
    )


@post("/sell/shop/new", **route("shops.open"), include_in_schema=False, status_code=200)
async def start_shop(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        shop = await site.do(services.start_shop, parse(NewShop, raw, "form"), by=actor)
    except Invalid as refused:
        return await _new_shop_page(request, raw, refused)
    return see_other(request, f"/sell/shop/{shop.id}/setup", N_("Your shop is begun. A few steps, and it can open."))


async def _mine(request: WebRequest, site: Site, actor: Actor, shop_id: UUID, *, owner: bool = True) -> ShopView:
    return await services.own_shop(site, actor, shop_id, visit_of(request).locale, owner=owner)


@get("/sell/shop/{shop_id:uuid}/setup", **route(SIGNED_IN), include_in_schema=False)
async def setup_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _setup_page(request, site, await _mine(request, site, actor, shop_id, owner=False))


async def _setup_page(
    request: WebRequest, site: Site, shop: ShopView, refused: DomainError | None = None
) -> Response[str]:
    """Context: shop, state, setup (steps with what they lack), blocks, advice (texts by key), moves, missing."""
    roles = {shop.my_role} if shop.my_role else {ADMIN}
    own = [move for move in SHOP.moves(shop.state, roles) if move.verb in OWN_VERBS]
    return await page(
        request,
        "shops/setup.html",
        status=_status(refused),
        page_title=N_("Setting up the shop"),
        shop=shop,
        state=SHOP.state(shop.state),
        setup=await site.ask(services.setup_of, shop.id, site),
        blocks=BLOCKS,
        advice=ADVICE,
        moves=own,
        may_go_live=any(move.verb == "submit" for move in SHOP.moves(shop.state, roles)),
        missing=refused.facts["missing"] if isinstance(refused, NotReady) else (),
    )


@post("/sell/shop/{shop_id:uuid}/go-live", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def go_live(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    try:
        shop = await site.do(services.go_live, shop_id, by=actor)
    except NotReady as refused:
        return await _setup_page(request, site, await _mine(request, site, actor, shop_id), refused)
    except InvalidTransition:
        return see_other(request, f"/sell/shop/{shop_id}/setup")
    waiting = N_("We look at your shop and tell you as soon as it is approved.")
    opened = N_("Your shop is open to customers.")
    return see_other(request, f"/sell/shop/{shop_id}/setup", waiting if shop.state == "pending" else opened)


@post("/sell/shop/{shop_id:uuid}/move/{verb:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def move(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    try:
        await site.do(services.move_shop, shop_id, verb if verb in OWN_VERBS else "", by=actor)
    except InvalidTransition as refused:
        return see_other(request, f"/sell/shop/{shop_id}/setup", refused.text, tone="warn")
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved."))


@get("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False)
async def edit_shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _edit_shop_page(request, await _mine(request, site, actor, shop_id))


async def _edit_shop_page(
    request: WebRequest, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """After a conflict the form keeps what was typed and carries the newest version: saving again is then meant."""
    known = {"name": shop.name, "about": shop.about, "city": shop.city, "phone": shop.phone or ""}
    return await _step(
        request, shop, "edit", N_("Change the shop's page"), _state(request, NewShop, raw or known, refused), refused
    )


@post("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def edit_shop(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.edit_shop, shop_id, parse(ShopChange, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _edit_shop_page(request, await _mine(request, site, actor, shop_id), raw, refused)
    return see_other(request, "/sell", N_("Saved."))


async def _step(
    request: WebRequest,
    shop: ShopView,
    step: str,
    title: str,
    form: FormState,
    refused: DomainError | None,
    **more: Any,
) -> Response[str]:
    return await page(
        request,
        "shops/step.html",
        status=_status(refused),
        page_title=title,
        shop=shop,
        form=form,
        step=step,
        action=f"/sell/shop/{shop.id}/{step}",
    )


@get("/sell/shop/{shop_id:uuid}/profile", **route(SIGNED_IN), include_in_schema=False)
async def profile_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _profile_page(request, site, await _mine(request, site, actor, shop_id))


async def _profile_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {"name": shop.name, "category": shop.category_id or "", "tax_id": shop.tax_id or ""}
    known |= {f"about_{language}": shop.abouts.get(language, "") for language in ("kk", "ru", "en")}
    found = await site.ask(categories, locale=visit_of(request).locale, city_id=shop.city_id or "")
    names = {one.id: one.name for one in found}
    above = {one.parent for one in found}
    choices = tuple(
        Choice(one.id, f"{names[one.parent]} · {one.name}" if one.parent in names else one.name)
        for one in found
        if one.id not in above
    )
    form = _state(request, ShopProfile, raw or known, refused, category=choices)
    return await _step(request, shop, "profile", N_("Name and texts"), form, refused)


@post("/sell/shop/{shop_id:uuid}/profile", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_profile(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.set_profile, shop_id, parse(ShopProfile, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _profile_page(request, site, await _mine(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved."))


@get("/sell/shop/{shop_id:uuid}/contacts", **route(SIGNED_IN), include_in_schema=False)
async def contacts_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _contacts_page(request, site, await _mine(request, site, actor, shop_id))


async def _contacts_page(
    request: WebRequest, site: Site, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {name: getattr(shop, name) for name in ("phone", "whatsapp", "telegram", "instagram")}
    known |= {"city": shop.city_id, "address": shop.address, "directions": shop.directions}
    known |= {"lat": shop.lat, "lon": shop.lon}
    known = {name: "" if value is None else value for name, value in known.items()}
    found = await site.ask(cities, locale=visit_of(request).locale)
    choices = tuple(Choice(one.id, one.name) for one in found if one.enabled or one.id == shop.city_id)
    form = _state(request, ShopContacts, raw or known, refused, city=choices)
    return await _step(request, shop, "contacts", N_("Contacts and address"), form, refused)


@post("/sell/shop/{shop_id:uuid}/contacts", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_contacts(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.set_contacts, shop_id, parse(ShopContacts, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _contacts_page(request, site, await _mine(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved."))


@get("/sell/shop/{shop_id:uuid}/policies", **route(SIGNED_IN), include_in_schema=False)
async def policies_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _policies_page(request, await _mine(request, site, actor, shop_id))


async def _policies_page(
    request: WebRequest, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    known = {f"policies_{language}": shop.all_policies.get(language, "") for language in ("kk", "ru", "en")}
    return await _step(
        request, shop, "policies", N_("Rules"), _state(request, ShopPolicies, raw or known, refused), refused
    )


@post("/sell/shop/{shop_id:uuid}/policies", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_policies(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.set_policies, shop_id, parse(ShopPolicies, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _policies_page(request, await _mine(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved."))


@get("/sell/shop/{shop_id:uuid}/address", **route(SIGNED_IN), include_in_schema=False)
async def address_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _address_page(request, await _mine(request, site, actor, shop_id))


async def _address_page(
    request: WebRequest, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    form = _state(request, ShopAddress, raw or {"slug": shop.slug}, refused)
    return await _step(request, shop, "address", N_("Address of the page"), form, refused)


@post("/sell/shop/{shop_id:uuid}/address", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def rename_address(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = {name: value for name, value in (await posted_raw(request)).items() if name != "version"}
    try:
        await site.do(services.rename_address, shop_id, parse(ShopAddress, raw, "form"), by=actor)
    except Invalid as refused:
        return await _address_page(request, await _mine(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved. The old address leads to the new one."))


@get("/sell/shop/{shop_id:uuid}/hours", **route(SIGNED_IN), include_in_schema=False)
async def hours_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _hours_page(request, site, await _mine(request, site, actor, shop_id))


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
        status=_status(refused or day_refused),
        page_title=N_("Opening hours"),
        shop=shop,
        form=_state(request, ShopWeek, raw or known, refused),
        day_form=_state(request, ShopDate, day_raw or {}, day_refused),
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
        return await _hours_page(request, site, await _mine(request, site, actor, shop_id), raw)
    try:
        await site.do(services.set_week, shop_id, parse(ShopWeek, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _hours_page(request, site, await _mine(request, site, actor, shop_id), raw, refused)
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
        shop = await _mine(request, site, actor, shop_id)
        return await _hours_page(request, site, shop, day_raw=raw, day_refused=refused)
    return see_other(request, f"/sell/shop/{shop_id}/hours", N_("Saved."))


@post("/sell/shop/{shop_id:uuid}/days/{day:date}/clear", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def clear_day(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], day: FromPath[date]
) -> Response[Any]:
    await site.do(services.clear_day, shop_id, day, by=actor)
    return see_other(request, f"/sell/shop/{shop_id}/hours", N_("Saved."))


handlers = (
    new_shop_page,
    start_shop,
    setup_page,
    go_live,
    move,
    edit_shop_page,
    edit_shop,
    profile_page,
    set_profile,
    contacts_page,
    set_contacts,
    policies_page,
    set_policies,
    address_page,
    rename_address,
    hours_page,
    set_hours,
    set_day,
    clear_day,
)
