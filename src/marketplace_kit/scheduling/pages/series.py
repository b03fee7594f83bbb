"""Changing what repeats, on pages: for its customer and for the shop. This appointment alone, or all that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Field, Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.entering import moment_of
from marketplace_kit.scheduling.pages.following import VISIT
from marketplace_kit.scheduling.pages.selling import staffed_shop
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.following import Followed, followed
from marketplace_kit.scheduling.services.inviting import visit_for, visit_path
from marketplace_kit.scheduling.services.repeating import EACH, SeriesConflicts, SeriesDate
from marketplace_kit.scheduling.services.series import (
    LATER,
    MODE,
    SCOPE,
    CancelSeries,
    MoveSeries,
    SeriesChange,
    cancel_series,
    move_series,
    occurrences,
)
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

WORK = "/sell/calendar/{appointment_id:uuid}"
CANCEL, MOVE = "cancel", "move"
TITLES = {CANCEL: N_("Cancel repeated appointments"), MOVE: N_("Move repeated appointments")}
SUBMITS = {CANCEL: N_("Cancel"), MOVE: N_("Move")}
DONE = {CANCEL: N_("Cancelled."), MOVE: N_("Moved.")}


class MoveOnPage(Form, frozen=True, kw_only=True):
    """The new time by the clock of the shop."""

    day: Annotated[date, Field(N_("Date"))]
    time: Annotated[str, Field(N_("Time"), max_length=5, hint=N_("For example 14:30."))]
    scope: Annotated[str, SCOPE]
    mode: Annotated[str, MODE]
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None


class CancelOnPage(CancelSeries, frozen=True, kw_only=True):
    """The same, with every question answered."""

    scope: Annotated[str, SCOPE]
    mode: Annotated[str, MODE]


FORMS: Mapping[str, type[Form]] = {CANCEL: CancelOnPage, MOVE: MoveOnPage}


@attrs.frozen(kw_only=True)
class Here:
    """The appointment, where it is looked after and what is done with its series."""

    one: Followed
    base: str
    verb: str
    nav_slot: str

    @property
    def path(self) -> str:
        return f"{self.base}/series/{self.verb}"


async def _mine(site: Site, actor: Actor, appointment_id: UUID, verb: str) -> Here:
    if verb not in FORMS:
        raise Missing
    one = await visit_for(site, appointment_id, by=actor)
    return Here(one=one, base=visit_path(appointment_id), verb=verb, nav_slot="account")


async def _ours(request: WebRequest, site: Site, actor: Actor, appointment_id: UUID, verb: str) -> Here:
    one = await site.ask(followed, appointment_id)
    if one is None or verb not in FORMS:
        raise Missing
    await staffed_shop(site, actor, one.shop_id, visit_of(request).locale)
    return Here(one=one, base=f"/sell/calendar/{appointment_id}", verb=verb, nav_slot="vendor")


@get(VISIT + "/series/{verb:str}", **route(SIGNED_IN), include_in_schema=False)
async def my_series_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], verb: FromPath[str]
) -> Response[str]:
    return await _page(request, site, await _mine(site, actor, appointment_id, verb))


@post(VISIT + "/series/{verb:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_my_series(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    return await _change(request, site, actor, await _mine(site, actor, appointment_id, verb))


@get(WORK + "/series/{verb:str}", **route(SIGNED_IN), include_in_schema=False)
async def our_series_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], verb: FromPath[str]
) -> Response[str]:
    return await _page(request, site, await _ours(request, site, actor, appointment_id, verb))


@post(WORK + "/series/{verb:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change_our_series(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    return await _change(request, site, actor, await _ours(request, site, actor, appointment_id, verb))


async def _page(
    request: WebRequest,
    site: Site,
    here: Here,
    raw: Mapping[str, Any] | None = None,
    refused: DomainError | None = None,
    made: SeriesChange | None = None,
) -> Response[str]:
    """Context: one, when, dates (of it and those that follow, in words), form, action, submit, back_href, pick_href
    (where a free time is chosen), taken ((day, why) of what a refusal names), made ((heading, texts) pairs, or none).
    """
    locale, one = visit_of(request).locale, here.one
    listed = await site.ask(occurrences, one.id)
    if not listed and made is None:
        raise Missing
    problems = refused if isinstance(refused, Invalid) else None
    conflicts = refused.facts["conflicts"] if isinstance(refused, SeriesConflicts) else ()
    if refused is not None and problems is None and not conflicts:
        problems = Invalid(Problem("", refused.code, refused.text, refused.facts))
    state = form_state(request, FORMS[here.verb], raw if raw is not None else _known(request, here), problems)
    return await page(
        request,
        "scheduling/series.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=TITLES[here.verb],
        nav_slot=here.nav_slot,
        one=one,
        when=f"{said_day(one.starts_at.date(), locale)}, {one.starts_at:%H:%M}",
        dates=[f"{said_day(o.day, locale)}, {o.minute // 60:02}:{o.minute % 60:02}" for o in listed],
        form=attrs.evolve(state, fields=tuple(f for f in state.fields if f.name != "staff")),
        staff=str(state.values.get("staff") or ""),
        action=here.path,
        submit=site.texts.gettext(locale, SUBMITS[here.verb]),
        back_href=here.base,
        pick_href=f"/book/{one.listing_id}?{urlencode({'for': here.path, 'line': str(one.id)})}"
        if here.verb == MOVE
        else "",
        taken=[said_day(date.fromisoformat(str(c["day"])), locale) for c in conflicts],
        made=_words(site, locale, made),
    )


def _known(request: WebRequest, here: Here) -> dict[str, Any]:
    """What the form begins with: the time that was picked, else the present one."""
    if here.verb == CANCEL:
        return {"scope": LATER, "reason": "", "mode": EACH}
    at = here.one.starts_at
    try:
        picked = datetime.fromisoformat(request.query_params.get("starts_at", "").replace(" ", "+"))
    except ValueError:
        picked = None
    if picked is not None and picked.tzinfo is not None:
        at = picked.astimezone(ZoneInfo(here.one.zone))
    staff = request.query_params.get("staff", "")
    known = {"day": at.date().isoformat(), "time": f"{at:%H:%M}", "scope": LATER, "mode": EACH}
    return known | {"staff": staff if staff.isascii() and staff.isdigit() and len(staff) < 10 else ""}


def _words(site: Site, locale: str, made: SeriesChange | None) -> list[tuple[str, list[str]]] | None:
    if made is None:
        return None
    say = site.texts.gettext
    listed = ((N_("Done"), made.done), (N_("Not possible"), made.conflicts))
    return [(say(locale, title), _days(locale, ones)) for title, ones in listed if ones]


def _days(locale: str, ones: Sequence[SeriesDate]) -> list[str]:
    return [
        f"{said_day(one.day, locale)}, {one.starts_at:%H:%M}" if one.starts_at else said_day(one.day, locale)
        for one in ones
    ]


async def _change(request: WebRequest, site: Site, actor: Actor, here: Here) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        made = await _do(site, actor, here, raw)
    except Missing:
        raise
    except DomainError as refused:
        return await _page(request, site, here, raw, _at_fields(refused))
    if made.conflicts:
        return await _page(request, site, here, raw, made=made)
    return see_other(request, here.base, DONE[here.verb])


async def _do(site: Site, actor: Actor, here: Here, raw: Mapping[str, Any]) -> SeriesChange:
    if here.verb == CANCEL:
        return await site.do(cancel_series, here.one.id, parse(CancelOnPage, raw, "form"), by=actor)
    form = parse(MoveOnPage, raw, "form")
    at = moment_of(form.day, form.time, here.one.zone, "time").isoformat(timespec="minutes")
    wanted = MoveSeries(starts_at=at, staff=form.staff, scope=form.scope, mode=form.mode)
    return await site.do(move_series, here.one.id, wanted, by=actor)


def _at_fields(refused: DomainError) -> DomainError:
    """What is said of the moment stands at the field of the clock."""
    if not isinstance(refused, Invalid):
        return refused
    names = {"starts_at": "time"}
    return Invalid(*(Problem(names.get(p.field, p.field), p.code, p.text, p.facts) for p in refused.problems))


handlers = (my_series_page, change_my_series, our_series_page, change_our_series)
