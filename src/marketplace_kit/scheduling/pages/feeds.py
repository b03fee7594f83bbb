"""One's own calendar: coming appointments, private feeds."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.following import CALENDAR, MINE, WORKING, secret, shown_state
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.following import VISITS, WORK, coming_of, works_as_staff
from marketplace_kit.scheduling.services.feeding import make_feed, my_feeds, read_feed, revoke_feed
from marketplace_kit.scheduling.services.waiting import (
    waits_of,
)
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route


@get("/calendar/feeds/{name:str}", **route(PUBLIC), include_in_schema=False)
async def feed(request: WebRequest, site: Given[Site], name: FromPath[str]) -> Response[bytes]:
    """What a calendar program asks for; it gets a short answer while nothing has changed (RFC 9110 §13.1.2)."""
    token, _, ending = name.partition(".")
    if ending != "ics":
        raise Missing
    fed = await read_feed(site, token, known=request.headers.get("if-none-match", ""))
    headers = {"ETag": fed.etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow"}
    if fed.text is None:
        return Response(b"", status_code=304, headers=headers)
    return Response(fed.text.encode(), media_type=CALENDAR, headers=headers)


@get(MINE, **route(SIGNED_IN), include_in_schema=False)
async def my_calendar(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """Context: visits ((Followed, when, state)), feeds ((kind, title, url)), here, nav_slot."""
    if actor.person_id is None:
        raise Missing
    locale, now = visit_of(request).locale, site.clock.now()
    visits = await site.ask(coming_of, actor.person_id, now)
    shown = [
        (
            one,
            f"{said_day(one.starts_at.date(), locale, today=now.date())}, {one.starts_at:%H:%M}",
            shown_state(site, one),
        )
        for one in visits
    ]
    works = await site.ask(works_as_staff, actor.person_id)
    kinds = (VISITS, WORK) if works else (VISITS,)
    waits = await site.ask(waits_of, actor.person_id, locale)
    return await _calendar_page(request, site, actor, kinds, MINE, "account", shown, waits)


@get(WORKING, **route(SIGNED_IN), include_in_schema=False)
async def working_calendar(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    return await _calendar_page(request, site, actor, (WORK,), WORKING, "vendor", None)


TITLES = {VISITS: N_("Calendar address of my appointments"), WORK: N_("Calendar address of my work")}


async def _calendar_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    kinds: tuple[str, ...],
    here: str,
    slot: str,
    visits: Any,
    waits: Any = (),
) -> Response[str]:
    urls = {one.kind: one.url for one in await my_feeds(site, by=actor)}
    answer = await page(
        request,
        "scheduling/my_calendar.html",
        page_title=N_("My calendar"),
        visits=visits,
        waits=waits,
        feeds=[(kind, TITLES[kind], urls.get(kind, "")) for kind in kinds],
        here=here,
        nav_slot=slot,
    )
    return secret(answer)


@post(f"{MINE}/feeds/{{kind:str}}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_feed(
    request: WebRequest, site: Given[Site], actor: Given[Actor], kind: FromPath[str]
) -> Response[Any]:
    return await _change_feed(request, site, actor, kind, MINE)


@post(f"{WORKING}/feeds/{{kind:str}}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_work_feed(
    request: WebRequest, site: Given[Site], actor: Given[Actor], kind: FromPath[str]
) -> Response[Any]:
    return await _change_feed(request, site, actor, kind, WORKING)


async def _change_feed(request: WebRequest, site: Site, actor: Actor, kind: str, back: str) -> Response[Any]:
    if (await posted_raw(request)).get("act") == "end":
        await site.do(revoke_feed, kind, by=actor)
        return see_other(request, back, N_("The address is no longer answered."))
    await site.do(make_feed, kind, by=actor)
    return see_other(request, back, N_("Here is the new address. Subscribe to it in your calendar program."))


handlers = (
    feed,
    my_calendar,
    working_calendar,
    change_feed,
    change_work_feed,
)
