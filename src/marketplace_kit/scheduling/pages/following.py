"""Pages of what follows an appointment: its customer's own page (with or without an account), private feeds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.following import Followed
from marketplace_kit.scheduling.services.desk import Reached, called, is_agreed, reach, verbs_of
from marketplace_kit.scheduling.services.inviting import FILE, invite_for, visit_for, visit_path
from marketplace_kit.scheduling.services.reminding import say_will_come
from marketplace_kit.scheduling.services.series import occurrences
from marketplace_kit.shops.domain.contacts import map_links
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

MINE, WORKING = "/account/calendar", "/sell/calendar/feed"
CALENDAR = "text/calendar"
VISIT, HELD_VISIT = "/visits/{appointment_id:uuid}", "/visits/{appointment_id:uuid}/{token:str}"
UNKNOWN = State("", N_("Appointment"), Tone.NEUTRAL)


def secret(response: Response[Any]) -> Response[Any]:
    """The address lets in whoever has it: not to be indexed, not to be told to other sites."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@get(VISIT, **route(SIGNED_IN), include_in_schema=False)
async def my_visit(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[str]:
    return await _visit_page(request, site, await visit_for(site, appointment_id, by=actor), "")


@get(HELD_VISIT, **route(PUBLIC), include_in_schema=False)
async def held_visit(
    request: WebRequest, site: Given[Site], appointment_id: FromPath[UUID], token: FromPath[str]
) -> Response[str]:
    """By the link of a message. Looking changes nothing: programs that check mail open every link."""
    return secret(await _visit_page(request, site, await visit_for(site, appointment_id, token=token), token))


async def _visit_page(request: WebRequest, site: Site, one: Followed, token: str) -> Response[str]:
    """Context: one (a Followed), title, state, facts, maps, here, may_answer, verbs ((text, href, tone)), why_not
    (texts), order_href, again_href.
    """
    locale = visit_of(request).locale
    reached = await site.ask(_reach, site, one)
    begun = one.starts_s <= site.clock.now().timestamp()

    def say(text: str) -> str:
        return site.texts.gettext(locale, text)

    town = one.town(locale)
    when = f"{said_day(one.starts_at.date(), locale, today=site.clock.now().date())}, {one.starts_at:%H:%M}–"
    arrives = f"{one.arrives_at:%H:%M}" if one.arrives_at else ""
    facts = [
        (say(N_("Booking number")), reached.number),
        (say(N_("When")), f"{when}{one.ends_at:%H:%M}" + (f" ({town})" if town else "")),
        (say(N_("On the way")), say(N_("about %(time)s")) % {"time": arrives} if arrives else ""),
        (say(N_("Where")), one.where(locale)),
        (say(N_("How to find us")), one.directions),
        (say(N_("With whom")), one.staff if one.staff != one.shop else ""),
        (say(N_("Phone")), shown_phone(one.shop_phone) if one.shop_phone else ""),
        (say(N_("What was done")), str(reached.facts.get("summary", ""))),
        (say(N_("What to do next")), str(reached.facts.get("care", ""))),
    ]
    over = one.effect != "keeps"
    return await page(
        request,
        "scheduling/my_visit.html",
        page_title=N_("Your appointment"),
        one=one,
        title=called(one, locale, reached.title),
        state=shown_state(site, one),
        facts=[(label, text) for label, text in facts if text],
        maps=() if over or one.home is not None else tuple(map_links(one.lat, one.lon, one.address, one.city).items()),
        here=visit_path(one.id, token),
        may_answer=is_agreed(site, one) and not begun,
        verbs=_verbs(site, one, reached, say),
        why_not=_why_not(site, one, reached, say),
        order_href=reached.path,
        again_href=_again(one) if over else "",
        follows=0 if token else len(await site.ask(occurrences, one.id)),
        repeat_href="" if token or one.effect == "lets_go" else f"{visit_path(one.id)}/repeat",
    )


async def _reach(connection: AsyncConnection, site: Site, one: Followed) -> Reached:
    return await reach(connection, site, one)


def shown_state(site: Site, one: Followed) -> State:
    known = site.registry.line_kinds.get(one.kind)
    states = {s.name: s for s in known.process.states} if known is not None else {}
    return states.get(one.state, UNKNOWN)


_OFFERED = (
    ("accept", N_("Take the proposed time"), "primary"),
    ("reschedule", N_("Choose another time"), "quiet"),
    ("cancel", N_("I cannot come"), "danger"),
)


def _verbs(site: Site, one: Followed, reached: Reached, say: Any) -> list[tuple[str, str, str]]:
    """What can be done is done on the order's page, which asks what has to be asked."""
    if not reached.path:
        return []
    known = verbs_of(site, one, reached.facts)
    return [
        (say(text), f"{reached.path}/lines/{one.id}/{verb}", tone)
        for verb, text, tone in _OFFERED
        if verb in known and known[verb] is None
    ]


def _why_not(site: Site, one: Followed, reached: Reached, say: Any) -> list[str]:
    """What is said of the rest; whom to call stands above."""
    return [say(text) for text in dict.fromkeys(verbs_of(site, one, reached.facts).values()) if text]


def _again(one: Followed) -> str:
    staff = {"choice.staff": one.staff_id} if one.staff_id else {}
    return f"/book/{one.listing_id}" + (f"?{urlencode(staff)}" if staff else "")


WILL_COME = N_("Thank you. The shop knows that you will come.")


@post(f"{VISIT}/will-come", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def my_answer(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    return await _answer(request, site, await visit_for(site, appointment_id, by=actor), "")


@post(f"{HELD_VISIT}/will-come", **route(PUBLIC), include_in_schema=False, status_code=200)
async def held_answer(
    request: WebRequest, site: Given[Site], appointment_id: FromPath[UUID], token: FromPath[str]
) -> Response[Any]:
    return await _answer(request, site, await visit_for(site, appointment_id, token=token), token)


async def _answer(request: WebRequest, site: Site, one: Followed, token: str) -> Response[Any]:
    here = visit_path(one.id, token)
    try:
        await site.do(say_will_come, one.id)
    except Missing:
        return see_other(request, here, N_("This appointment does not take place any more."))
    return see_other(request, here, WILL_COME)


@get(f"{VISIT}/{FILE}", **route(SIGNED_IN), include_in_schema=False)
async def my_invite(site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]) -> Response[bytes]:
    return await _invite(site, await visit_for(site, appointment_id, by=actor), "")


@get(f"{HELD_VISIT}/{FILE}", **route(PUBLIC), include_in_schema=False)
async def held_invite(site: Given[Site], appointment_id: FromPath[UUID], token: FromPath[str]) -> Response[bytes]:
    return await _invite(site, await visit_for(site, appointment_id, token=token), token)


async def _invite(site: Site, one: Followed, token: str) -> Response[bytes]:
    text = await invite_for(site, one, token=token)
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"', "X-Robots-Tag": "noindex, nofollow"}
    return Response(text.encode(), media_type=CALENDAR, headers=headers)


handlers = (my_visit, held_visit, my_answer, held_answer, my_invite, held_invite)
