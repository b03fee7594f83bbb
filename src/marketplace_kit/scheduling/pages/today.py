"""What a vendor looks at first: who comes next, who waits for an answer, what cannot be booked and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import get
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.windows import day_bounds
from marketplace_kit.scheduling.pages.calendar import topic_of
from marketplace_kit.scheduling.pages.problems import problems_of
from marketplace_kit.scheduling.pages.selling import ShopChoice, desk
from marketplace_kit.scheduling.pages.shown import Showing, waiting_states
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries import diary
from marketplace_kit.scheduling.queries.clocks import collisions_of
from marketplace_kit.scheduling.schemas.clocks import ClockCollision, LiesOn
from marketplace_kit.scheduling.services.desk import titles_of
from marketplace_kit.scheduling.services.purse import paid_marks
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

NEXT = 5
_TAKEN = N_("Time that is taken")
AHEAD_S = 400 * 86_400


@get("/sell/today", **route(SIGNED_IN), include_in_schema=False)
async def today_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    """Context: see the template. Slot ``sell.today`` gets ``shop_id``."""
    locale = visit_of(request).locale
    at = await desk(site, actor, shop, locale)
    if at is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    now = site.clock.now()
    now_s, today = int(now.timestamp()), now.astimezone(ZoneInfo(at.shop.zone)).date()
    from_s, to_s = day_bounds(at.shop.zone, today)
    names = {r.id: r.name for r in await site.ask(diary.resources_of, at.shop.id)}
    visits = await site.ask(diary.visits_between, at.shop.id, from_s, to_s)
    coming = await site.ask(diary.coming_visits, [at.shop.id], now_s, NEXT)
    waiting = await site.ask(diary.visits_waiting, [at.shop.id], waiting_states(site), now_s)
    paid = await paid_marks(site, {v.order_id for v in (*visits, *coming, *waiting)}, locale)
    titles = await titles_of(site, {v.id for v in (*visits, *coming, *waiting)})
    showing = Showing(request, site, at.shop.zone, names, paid, titles)
    of_today = [showing.visit(v) for v in visits]
    owing = [v for v in visits if v.effect == "shortens" and v.order_id in paid and not paid[v.order_id].settled]
    left = [v for v in of_today if not v.cancelled and v.to_s > now_s]
    shown = [showing.visit(v, acts="answers") for v in waiting]
    asked = urlencode({"shop": str(at.shop.id)})
    return await page(
        request,
        "scheduling/today.html",
        page_title=N_("Today"),
        shop=at.shop,
        shops=at.shops,
        day=said_day(today, locale),
        stats=[
            (showing.say(N_("Appointments today")), len([v for v in of_today if not v.cancelled])),
            (showing.say(N_("Still to come today")), len(left)),
            (showing.say(N_("Waiting for your answer")), len([v for v in shown if v.waits])),
        ],
        waiting=[v for v in shown if v.waits],
        coming=[showing.visit(v) for v in coming],
        unpaid=[showing.visit(v) for v in owing],
        collisions=[_collision(one, showing) for one in await site.ask(collisions_of, at.shop.id)],
        problems=await problems_of(site, at.shop.id, showing),
        walk_in_href=f"/sell/calendar/guest?{asked}",
        topic=topic_of(at.shop.id),
        refresh_href=f"/sell/today?{asked}",
        snapshot={"shop_id": at.shop.id},
    )


def _collision(one: ClockCollision, showing: Showing) -> tuple[str, str, str]:
    """(what overlaps, on what, where it is moved)."""
    href = f"/sell/calendar/{one.appointment_id}" if one.appointment_id else f"/sell/calendar/breaks/{one.claim_id}"
    return _named(one, showing), ", ".join(_named(other, showing) for other in one.on), href


def _named(one: LiesOn, showing: Showing) -> str:
    day = said_day(one.starts_at.date(), showing.locale, today=showing.now.date())
    what = " ".join(part for part in (one.customer, one.title) if part) or showing.say(_TAKEN)
    return f"{day}, {one.starts_at:%H:%M}–{one.ends_at:%H:%M} {what}"


handlers = (today_page,)
