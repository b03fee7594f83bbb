"""Pages of what follows an appointment: its customer's own page (with or without an account), private feeds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.following import VISITS, WORK, Followed, coming_of, works_as_staff
from marketplace_kit.scheduling.services.desk import Reached, is_agreed, reach, verbs_of
from marketplace_kit.scheduling.services.feeding import make_feed, my_feeds, read_feed, revoke_feed
from marketplace_kit.scheduling.services.inviting import FILE, invite_for, visit_for, visit_path
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.scheduling.services.reminding import say_will_come
from marketplace_kit.scheduling.services.repeating import RepeatForm, SeriesConflicts, repeat
from marketplace_kit.scheduling.services.waiting import (
    OfferExpired,
    WaitForm,
    join_wait,
    leave_wait,
    take_offer,
    waits_of,
)
from marketplace_kit.shops.domain.contacts import map_links
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

MINE, WORKING = "/account/calendar", "/sell/calendar/feed"
CALENDAR = "text/calendar"
VISIT, HELD_VISIT = "/visits/{appointment_id:uuid}", "/visits/{appointment_id:uuid}/{token:str}"
Day = Annotated[str, QueryParameter(max_length=10, description="The full day that was looked at.")]
UNKNOWN = State("", N_("Appointment"), Tone.NEUTRAL)


def _secret(response: Response[Any]) -> Response[Any]:
    """The address lets in whoever has it: not to be indexed, not to be told to other sites."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


# ── one appointment ──────────────────────────────────────────────────────────────────────────────


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
    return _secret(await _visit_page(request, site, await visit_for(site, appointment_id, token=token), token))


async def _visit_page(request: WebRequest, site: Site, one: Followed, token: str) -> Response[str]:
    """Context: one (a Followed), state, facts, maps, here, may_answer, verbs ((text, href, tone)), why_not (texts),
    order_href, again_href.
    """
    locale = visit_of(request).locale
    reached = await site.ask(_reach, site, one)
    begun = one.starts_s <= site.clock.now().timestamp()

    def say(text: str) -> str:
        return site.texts.gettext(locale, text)

    town = one.town(locale)
    when = f"{said_day(one.starts_at.date(), locale, today=site.clock.now().date())}, {one.starts_at:%H:%M}–"
    facts = [
        (say(N_("When")), f"{when}{one.ends_at:%H:%M}" + (f" ({town})" if town else "")),
        (say(N_("Where")), one.where(locale)),
        (say(N_("How to find us")), one.directions),
        (say(N_("With whom")), one.staff),
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
        state=_state(site, one),
        facts=[(label, text) for label, text in facts if text],
        maps=() if over else tuple(map_links(one.lat, one.lon, one.address, one.city).items()),
        here=visit_path(one.id, token),
        may_answer=is_agreed(site, one) and not begun,
        verbs=_verbs(site, one, reached, say),
        why_not=_why_not(site, one, reached, say),
        order_href=reached.path,
        again_href=_again(one) if over else "",
        repeat_href="" if token or one.effect == "lets_go" else f"{visit_path(one.id)}/repeat",
    )


async def _reach(connection: AsyncConnection, site: Site, one: Followed) -> Reached:
    return await reach(connection, site, one)


def _state(site: Site, one: Followed) -> State:
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


# ── waiting for a time ───────────────────────────────────────────────────────────────────────────


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


# ── once more ────────────────────────────────────────────────────────────────────────────────────


@get(f"{VISIT}/repeat", **route(SIGNED_IN), include_in_schema=False)
async def repeat_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[str]:
    return await _repeat_page(request, await visit_for(site, appointment_id, by=actor))


async def _repeat_page(
    request: WebRequest, one: Followed, raw: Any = None, refused: DomainError | None = None, made: Any = None
) -> Response[str]:
    """Context: one, form, action, taken ((when, why) of what a refusal names), made (a SeriesView with words, or
    none).
    """
    locale, site = visit_of(request).locale, visit_of(request).site
    conflicts = refused.facts["conflicts"] if isinstance(refused, SeriesConflicts) else ()
    invalid = refused if isinstance(refused, Invalid) else None
    taken = [said_day(date.fromisoformat(str(c["day"])), locale) for c in conflicts]
    words = None
    if made is not None:
        words = [
            (site.texts.gettext(locale, title), [said_day(d.day, locale) for d in listed])
            for title, listed in (
                (N_("Booked"), made.booked),
                (N_("Not free"), made.conflicts),
                (N_("Booked later, as soon as it is possible"), made.planned),
            )
            if listed
        ]
    return await page(
        request,
        "scheduling/repeat.html",
        status=200 if refused is None else 409 if conflicts else 422,
        page_title=N_("Repeat this appointment"),
        one=one,
        form=form_state(request, RepeatForm, raw, invalid),
        action=f"{visit_path(one.id)}/repeat",
        back_href=visit_path(one.id),
        taken=taken,
        made=words,
    )


@post(f"{VISIT}/repeat", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def repeat_it(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    one = await visit_for(site, appointment_id, by=actor)
    raw = await posted_raw(request)
    try:
        made = await site.do(repeat, appointment_id, parse(RepeatForm, raw, "form"), by=actor)
    except (Invalid, SeriesConflicts) as refused:
        return await _repeat_page(request, one, raw, refused)
    if made.conflicts:
        return await _repeat_page(request, one, raw, made=made)
    return see_other(request, MINE, N_("Booked. Every date is an appointment of its own."))


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────


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
        (one, f"{said_day(one.starts_at.date(), locale, today=now.date())}, {one.starts_at:%H:%M}", _state(site, one))
        for one in visits
    ]
    works = await site.ask(works_as_staff, actor.person_id)
    kinds = (VISITS, WORK) if works else (VISITS,)
    waits = await site.ask(waits_of, actor.person_id)
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
    return _secret(answer)


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
    my_visit,
    held_visit,
    my_answer,
    held_answer,
    my_invite,
    held_invite,
    repeat_page,
    repeat_it,
    wait_page,
    join_page,
    offer_page,
    answer_offer,
    feed,
    my_calendar,
    working_calendar,
    change_feed,
    change_work_feed,
)
