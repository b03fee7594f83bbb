"""Waiting for a time: pages of the list and of what is offered."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.following import MINE
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.scheduling.services.waiting import (
    OfferExpired,
    WaitForm,
    join_wait,
    leave_wait,
    take_offer,
    waits_of,
)
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

Day = Annotated[str, QueryParameter(max_length=10, description="The full day that was looked at.")]


@get("/book/{listing_id:uuid}/wait", **route(SIGNED_IN), include_in_schema=False)
async def wait_page(request: WebRequest, site: Given[Site], listing_id: FromPath[UUID], day: Day = "") -> Response[str]:
    given = {"first_day": day, "last_day": day} if day else None
    return await _wait_page(request, site, listing_id, given)


async def _wait_page(
    request: WebRequest, site: Site, listing_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: title, form, action, back_href."""
    view = await slots_for(site, listing_id, (), None, 1)
    state = form_state(request, WaitForm, raw, refused)
    anybody = ("", N_("Anybody"))
    staff = (anybody, *((str(one.id), one.name) for one in view.staff))
    fields = tuple(
        attrs.evolve(f, choices=staff) if f.name == "staff" else f
        for f in state.fields
        if f.name != "staff" or len(view.staff) > 1
    )
    return await page(
        request,
        "scheduling/wait.html",
        status=422 if refused else 200,
        page_title=N_("Wait for a time"),
        title=view.title,
        form=attrs.evolve(state, fields=fields),
        action=f"/book/{listing_id}/wait",
        back_href=f"/book/{listing_id}",
    )


@post("/book/{listing_id:uuid}/wait", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def join_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(join_wait, listing_id, parse(WaitForm, raw, "form"), by=actor)
    except Invalid as refused:
        return await _wait_page(request, site, listing_id, raw, refused)
    return see_other(request, MINE, N_("You are on the list. As soon as a time becomes free we tell you."))


@get("/waits/{wait_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def offer_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]
) -> Response[str]:
    """Context: wait (a WaitView), when, until (texts; empty where nothing is offered)."""
    found = await site.ask(waits_of, actor.person_id, wait_id) if actor.person_id else []
    if not found:
        raise Missing
    one, locale, now = found[0], visit_of(request).locale, site.clock.now()
    at, until = one.offer_starts_at, one.offer_until
    live = at is not None and until is not None and until > now
    return await page(
        request,
        "scheduling/offer.html",
        page_title=N_("A time is free") if live else N_("Waiting for a time"),
        wait=one,
        when=f"{said_day(at.date(), locale, today=now.date())}, {at:%H:%M}" if live and at else "",
        until=f"{until.astimezone(ZoneInfo(one.zone)):%H:%M}" if live and until else "",
    )


@post("/waits/{wait_id:uuid}/{act:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def answer_offer(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], act: FromPath[str]
) -> Response[Any]:
    if act not in ("take", "leave"):
        raise Missing
    try:
        if act == "take":
            return see_other(request, await site.do(take_offer, wait_id, by=actor))
    except OfferExpired:
        return see_other(request, f"/waits/{wait_id}", OfferExpired.text)
    await site.do(leave_wait, wait_id, by=actor)
    return see_other(request, MINE, N_("You are not on this list any more."))


handlers = (
    wait_page,
    join_page,
    offer_page,
    answer_offer,
)
