"""Who and what can be booked at a shop: hours, single dates, what they do; and how a service is booked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import Field, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling import queries, services
from marketplace_kit.scheduling.pages.forms import (
    SAVED,
    Raw,
    Refused,
    as_invalid,
    read_performers,
    state_for,
    status_of,
    work_row,
)
from marketplace_kit.scheduling.pages.problems import problems_of
from marketplace_kit.scheduling.pages.selling import desk, staffed_shop
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries import editing
from marketplace_kit.scheduling.schemas import (
    KINDS,
    Performer,
    ResourceDay,
    ResourceForm,
    ResourceView,
    ResourceWeek,
)
from marketplace_kit.scheduling.services import performing
from marketplace_kit.scheduling.services.team import time_kinds
from marketplace_kit.shops.domain import InUse
from marketplace_kit.shops.queries import members_of, week_texts
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import errors_of, shown_value
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

MODES = {
    "closed": N_("Does not work"),
    "replaces": N_("Works at these hours instead"),
    "adds": N_("Works at these hours as well"),
}
_REFUSED = (Invalid, StaleVersion, InUse)


class DatedDay(ResourceDay, frozen=True, kw_only=True):
    """The same, with the date that it is said of."""

    day: Annotated[date, Field(N_("Date"))]


@get("/sell/staff", **route(SIGNED_IN), include_in_schema=False)
async def staff_shortcut(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    """The staff of the first of one's shops."""
    at = await desk(site, actor, "", visit_of(request).locale)
    if at is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    return see_other(request, f"/sell/shop/{at.shop.id}/staff")


@get("/sell/shop/{shop_id:uuid}/staff", **route(SIGNED_IN), include_in_schema=False)
async def staff_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _staff_page(request, site, actor, shop_id)


async def _staff_page(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, refused: Refused | None = None
) -> Response[str]:
    """Context: see the template."""
    locale = visit_of(request).locale
    shop = await staffed_shop(site, actor, shop_id, locale)
    showing = Showing(request, site, shop.zone, {})
    listed = await site.ask(queries.resource_list, shop_id)
    return await page(
        request,
        "scheduling/staff.html",
        status=status_of(refused.why if refused else None),
        page_title=N_("Staff and hours"),
        shop=shop,
        people=[_row(one, showing) for one in listed],
        problems=await problems_of(site, shop_id, showing),
        form=state_for(request, ResourceForm, refused.raw if refused else None, refused.why if refused else None),
        action=f"/sell/shop/{shop_id}/staff",
    )


def _row(one: ResourceView, showing: Showing) -> dict[str, Any]:
    kinds = dict(KINDS)
    hours = N_("own hours") if one.own_hours else N_("as the shop")
    return {
        "id": one.id,
        "name": one.name,
        "kind": showing.say(kinds.get(one.kind, one.kind)),
        "hours": showing.say(hours),
        "skills": ", ".join(one.skills),
        "active": one.active,
        "public": one.public,
    }


@post("/sell/shop/{shop_id:uuid}/staff", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def add_resource(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        made = await site.do(services.save_resource, shop_id, parse(ResourceForm, raw, "form"), by=actor)
    except _REFUSED as why:
        return await _staff_page(request, site, actor, shop_id, Refused(form="new", raw=raw, why=why))
    return see_other(request, f"/sell/shop/{shop_id}/staff/{made}", N_("Added. Now the hours and what they do."))


@post("/sell/shop/{shop_id:uuid}/staff/members", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def take_members_on(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(performing.take_members_on, shop_id, by=actor)
    return see_other(request, f"/sell/shop/{shop_id}/staff", SAVED)


@get("/sell/shop/{shop_id:uuid}/staff/{resource_id:int}", **route(SIGNED_IN), include_in_schema=False)
async def resource_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], resource_id: FromPath[int]
) -> Response[str]:
    return await _resource_page(request, site, actor, shop_id, resource_id)


async def _resource_page(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, resource_id: int, refused: Refused | None = None
) -> Response[str]:
    """Context: see the template."""
    locale = visit_of(request).locale
    shop = await staffed_shop(site, actor, shop_id, locale)
    one = await site.ask(queries.resource_by_id, shop_id, resource_id)
    if one is None:
        raise Missing
    showing = Showing(request, site, shop.zone, {})
    today = showing.now.date()
    known = await site.ask(editing.typed_week, resource_id)
    week: Raw = known | {"own_hours": one.own_hours, "valid_from": "", "valid_to": ""}
    if not one.own_hours and not any(known.values()):
        week = dict(week) | await site.ask(week_texts, shop_id)
    details = {f: shown_value(getattr(one, f)) for f in ResourceForm.__struct_fields__ if hasattr(one, f)}
    details["skills"] = ", ".join(one.skills)
    work = await site.ask(editing.performed, shop_id, time_kinds(site), resource_id=resource_id, locale=showing.locale)

    def typed(form: str) -> tuple[Raw | None, DomainError | None]:
        return (refused.raw, refused.why) if refused and refused.form == form else (None, None)

    days = await site.ask(editing.single_days, resource_id, today)
    (raw, why), (week_raw, week_why), (day_raw, day_why), (work_raw, work_why) = (
        typed(form) for form in ("details", "week", "day", "work")
    )
    people = await site.ask(members_of, shop_id) if one.kind == "staff" else []
    return await page(
        request,
        "scheduling/resource.html",
        status=status_of(refused.why if refused else None),
        page_title=one.name,
        shop=shop,
        resource=one,
        here=f"/sell/shop/{shop_id}/staff/{resource_id}",
        form=state_for(request, ResourceForm, raw or details, why),
        week_form=state_for(request, ResourceWeek, week_raw or week, week_why),
        day_form=state_for(request, DatedDay, day_raw or {"mode": "closed"}, day_why),
        days=[
            (
                day,
                said_day(day, locale, today=today),
                " ".join(t for t in (showing.say(MODES[mode]), hours) if t),
                reason,
            )
            for day, mode, hours, reason in days
        ],
        work=[work_row(w, str(w.listing_id), w.title, work_raw) for w in work],
        work_errors=[t for texts in errors_of(request, as_invalid(work_why)).values() for t in texts],
        members=[(str(m.person_id), m.name, m.person_id == one.member_id) for m in people]
        if one.kind == "staff"
        else [],
    )


Here = FromPath[UUID]
There = FromPath[int]
_RESOURCE = "/sell/shop/{shop_id:uuid}/staff/{resource_id:int}"


@post(_RESOURCE, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_resource(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Here, resource_id: There
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(ResourceForm, raw, "form")
        await site.do(services.save_resource, shop_id, form, by=actor, resource_id=resource_id)
    except _REFUSED as why:
        refused = Refused(form="details", raw=raw, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


@post(f"{_RESOURCE}/hours", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_hours(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Here, resource_id: There
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(ResourceWeek, raw, "form")
        await site.do(services.set_resource_week, shop_id, resource_id, form, by=actor)
    except _REFUSED as why:
        refused = Refused(form="week", raw=raw, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


@post(f"{_RESOURCE}/days", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_day(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Here, resource_id: There
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(DatedDay, raw, "form")
        said = ResourceDay(mode=form.mode, hours=form.hours, reason=form.reason)
        await site.do(services.set_resource_day, shop_id, resource_id, form.day, said, by=actor)
    except _REFUSED as why:
        refused = Refused(form="day", raw=raw, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


@post(_RESOURCE + "/days/{day:date}/clear", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def clear_day(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop_id: Here,
    resource_id: There,
    day: FromPath[date],
) -> Response[Any]:
    try:
        await site.do(services.clear_resource_day, shop_id, resource_id, day, by=actor)
    except InUse as why:
        refused = Refused(form="day", raw={"day": day.isoformat(), "mode": "closed"}, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


@post(f"{_RESOURCE}/services", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_services(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Here, resource_id: There
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        chosen = {
            UUID(key): Performer(resource_id=resource_id, minutes=minutes, price=price)
            for key, (minutes, price) in read_performers(raw).items()
        }
    except ValueError as wrong:
        raise Missing from wrong
    except Invalid as why:
        refused = Refused(form="work", raw=raw, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    await site.do(performing.set_resource_services, shop_id, resource_id, chosen, by=actor)
    return _back(request, shop_id, resource_id)


@post(f"{_RESOURCE}/member", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_member(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Here, resource_id: There
) -> Response[Any]:
    text = str((await posted_raw(request)).get("member", ""))
    try:
        person = UUID(text) if text else None
    except ValueError as wrong:
        raise Missing from wrong
    try:
        await site.do(performing.link_member, shop_id, resource_id, person, by=actor)
    except Invalid as why:
        refused = Refused(form="member", raw={}, why=why)
        return await _resource_page(request, site, actor, shop_id, resource_id, refused)
    return _back(request, shop_id, resource_id)


def _back(request: WebRequest, shop_id: UUID, resource_id: int) -> Response[Any]:
    return see_other(request, f"/sell/shop/{shop_id}/staff/{resource_id}", SAVED)


handlers = (
    staff_shortcut,
    staff_page,
    add_resource,
    take_members_on,
    resource_page,
    change_resource,
    set_hours,
    set_day,
    clear_day,
    set_services,
    set_member,
)
