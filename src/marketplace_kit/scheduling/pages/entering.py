"""What staff enter in the calendar themselves: a guest at the counter, a break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Choice, Field, Form, parse
from marketplace_kit.kernel.hooks import Actor, Counter
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.pages.calendar import calendar_href, read_day
from marketplace_kit.scheduling.pages.forms import state_for
from marketplace_kit.scheduling.pages.selling import Desk, ShopChoice, desk, staffed_shop
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.queries import diary, editing
from marketplace_kit.scheduling.schemas import Break, WalkIn
from marketplace_kit.scheduling.services.team import time_kinds
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

At = Annotated[str, QueryParameter(name="at", max_length=40, required=False)]
Whom = Annotated[str, QueryParameter(name="staff", max_length=20, required=False)]
When = Annotated[str, QueryParameter(name="date", max_length=10, required=False)]
Again = Annotated[str, QueryParameter(name="again", max_length=40, required=False)]
NOT_A_CLOCK = N_("Write a time like 14:30.")
ANYBODY = N_("Whoever is free first")
ROUND_S = 300
_CLOCK = Field(N_("Time"), max_length=5, hint=N_("For example 14:30."))


class Guest(Form, frozen=True, kw_only=True):
    """Somebody who came or called. Nothing but the service and the time is needed."""

    listing: Annotated[str, Field(N_("Service"))]
    day: Annotated[date, Field(N_("Date"))]
    time: Annotated[str, _CLOCK]
    staff: Annotated[str, Field(N_("By whom"))] = ""
    name: Annotated[str, Field(N_("Name"), max_length=120, hint=N_("Empty: a guest."))] = ""
    phone: Annotated[str, Field(N_("Phone"), format="phone", max_length=20)] = ""
    note: Annotated[str, Field(N_("Note"), max_length=1000)] = ""
    overbook: Annotated[str, Field(N_("Book it although the time is taken, because"), max_length=300)] = ""


class Pause(Form, frozen=True, kw_only=True):
    """A stretch in which somebody is not to be booked."""

    staff: Annotated[str, Field(N_("Who"))]
    day: Annotated[date, Field(N_("Date"))]
    begins: Annotated[str, Field(N_("From"), max_length=5, hint=N_("For example 14:30."))]
    ends: Annotated[str, Field(N_("To"), max_length=5)]
    reason: Annotated[str, Field(N_("The reason"), max_length=200)] = ""


@attrs.frozen(kw_only=True)
class _Choices:
    """What the forms offer: (value, label) pairs; and what the kinds on offer ask at the counter, each by its name."""

    listings: tuple[tuple[str, str], ...]
    staff: tuple[tuple[str, str], ...]
    counters: Mapping[str, Counter] = attrs.field(factory=dict)
    kinds: Mapping[str, str] = attrs.field(factory=dict)

    def asked_of(self, listing: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was posted of the fields that the service's kind asks."""
        counter = self.counters.get(self.kinds.get(listing, ""))
        names = counter.form.__struct_fields__ if counter else ()
        return {name: raw[name] for name in names if name in raw}


async def _choices(site: Site, at: Desk, locale: str) -> _Choices:
    listed = await site.ask(editing.bookable_titles, at.shop.id, time_kinds(site), locale)
    people = await site.ask(diary.resources_of, at.shop.id)
    staff = tuple((str(r.id), r.name) for r in people if r.works)
    asked = {kind: services.counter_of(site, kind) for kind in dict.fromkeys(kind for _, _, kind in listed)}
    return _Choices(
        listings=tuple((str(i), title) for i, title, _ in listed),
        staff=staff,
        counters={kind: counter for kind, counter in asked.items() if counter is not None},
        kinds={str(i): kind for i, _, kind in listed},
    )


async def _asked_fields(request: WebRequest, site: Site, shop_id: UUID, known: _Choices, form: FormState) -> FormState:
    """The guest's form with what the kinds on offer ask beside it, after the service. A name that two kinds share is
    asked once.
    """
    fields, values = list(form.fields), dict(form.values)
    names, added = {f.name for f in fields}, []
    for counter in known.counters.values():
        choices = await site.ask(counter.known, site, shop_id, visit_of(request).locale)
        if choices is None:
            continue
        given = form_state(request, counter.form, values if set(counter.form.__struct_fields__) & set(values) else None)
        for field in given.fields:
            if field.name in names:
                continue
            names.add(field.name)
            found = choices.get(field.name)
            added.append(attrs.evolve(field, choices=_as(found)) if found is not None else field)
            values.setdefault(field.name, given.values[field.name])
    place = next(i for i, f in enumerate(fields) if f.name == "name")
    return attrs.evolve(form, fields=(*fields[:place], *added, *fields[place:]), values=values)


async def _desk(request: WebRequest, site: Site, actor: Actor, shop: str) -> Desk:
    at = await desk(site, actor, shop, visit_of(request).locale)
    if at is None:
        raise Missing
    return at


def moment_of(day: date, text: str, zone: str, field: str) -> datetime:
    """The date and the clock of a form in the shop's own time. Refuses :class:`Invalid`."""
    try:
        clock = datetime.strptime(text.strip().replace(".", ":"), "%H:%M").time()  # noqa: DTZ007 - the zone follows
    except ValueError:
        raise Invalid(Problem(field, "not_a_time", NOT_A_CLOCK)) from None
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone))


def _started(site: Site, zone: str, at: str, day: str) -> datetime:
    """What a form starts with: the cell that was pressed, else this moment on the chosen day."""
    try:
        found = datetime.fromisoformat(at.replace(" ", "+"))
    except ValueError:
        found = None
    if found is not None and found.tzinfo is not None:
        return found.astimezone(ZoneInfo(zone))
    now = int(site.clock.now().timestamp()) // ROUND_S * ROUND_S
    here = datetime.fromtimestamp(now, ZoneInfo(zone))
    return here.replace(year=(d := read_day(day, here.date())).year, month=d.month, day=d.day)


@get("/sell/calendar/guest", **route(SIGNED_IN), include_in_schema=False)
async def guest_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopChoice = "",
    at: At = "",
    staff: Whom = "",
    day: When = "",
    again: Again = "",
) -> Response[str]:
    """``again`` is an appointment that is repeated: the same service, person and customer."""
    here = await _desk(request, site, actor, shop)
    begins = _started(site, here.shop.zone, at, day)
    known: dict[str, Any] = {"day": begins.date().isoformat(), "time": f"{begins:%H:%M}", "staff": staff}
    if again:
        known |= await _like(site, here, again)
    return await _guest_page(request, site, here, known)


async def _like(site: Site, here: Desk, again: str) -> dict[str, Any]:
    try:
        before = await site.ask(diary.one_visit, UUID(again))
    except ValueError:
        before = None
    if before is None or before.shop_id != here.shop.id:
        raise Missing
    who = str(before.staff_id or "")
    return {"listing": str(before.listing_id), "staff": who, "name": before.customer, "phone": before.phone}


async def _guest_page(
    request: WebRequest, site: Site, here: Desk, raw: Mapping[str, Any], refused: DomainError | None = None
) -> Response[str]:
    """Context: see the template."""
    known = await _choices(site, here, visit_of(request).locale)
    say = Showing(request, site, here.shop.zone, {}).say
    values = dict(raw)
    if not values.get("listing") and known.listings:
        values["listing"] = known.listings[0][0]
    form = state_for(
        request, Guest, values, refused, listing=_as(known.listings), staff=_as((("", say(ANYBODY)), *known.staff))
    )
    form = await _asked_fields(request, site, here.shop.id, known, form)
    return await page(
        request,
        "scheduling/enter.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Guest"),
        shop=here.shop,
        form=form,
        action=f"/sell/calendar/guest?{urlencode({'shop': str(here.shop.id)})}",
        submit=say(N_("Book")),
        intro=say(N_("Somebody who came in or called. A name and a phone are not needed.")),
        back_href=calendar_href(here.shop.id, str(values.get("day", ""))),
        nothing=not known.listings,
    )


def _as(pairs: Sequence[tuple[str, str]]) -> tuple[Any, ...]:
    """Names out of the database as choices: they are nobody's message ids."""
    return tuple(Choice(value, label) for value, label in pairs)


@post("/sell/calendar/guest", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def take_guest(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    here, raw = await _desk(request, site, actor, shop), await posted_raw(request)
    known = await _choices(site, here, visit_of(request).locale)
    try:
        form = parse(Guest, {k: v for k, v in raw.items() if k in Guest.__struct_fields__}, "form")
        begins = moment_of(form.day, form.time, here.shop.zone, "time")
        asked = known.asked_of(form.listing, raw)
        wanted = WalkIn(
            starts_at=begins.isoformat(timespec="minutes"),
            staff=int(form.staff) if form.staff.isdigit() else None,
            name=form.name,
            phone=form.phone,
            note=form.note,
            overbook=form.overbook,
        )
        listing_id = _listing(form.listing)
        await site.do(services.walk_in, here.shop.id, listing_id, wanted, by=actor, asked=asked, source="form")
    except Missing:
        raise
    except DomainError as refused:
        return await _guest_page(request, site, here, raw, _at_fields(refused, known))
    return see_other(request, calendar_href(here.shop.id, form.day.isoformat()), N_("Booked."))


def _at_fields(refused: DomainError, known: _Choices) -> DomainError:
    """What the kind says of its own fields stands at those of this form, or above it where it has none such."""
    if not isinstance(refused, Invalid):
        return refused
    asked = (name for counter in known.counters.values() for name in counter.form.__struct_fields__)
    own = {"starts_at": "time"} | {name: name for name in (*Guest.__struct_fields__, *asked)}
    names = {p.field: own.get(p.field.removeprefix("choice."), "") for p in refused.problems}
    return Invalid(*(Problem(names[p.field], p.code, p.text, p.facts) for p in refused.problems))


def _listing(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Missing from wrong


@get("/sell/calendar/break", **route(SIGNED_IN), include_in_schema=False)
async def break_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopChoice = "",
    at: At = "",
    staff: Whom = "",
    day: When = "",
) -> Response[str]:
    here = await _desk(request, site, actor, shop)
    begins = _started(site, here.shop.zone, at, day)
    ends = begins + timedelta(minutes=30)
    known = {"day": begins.date().isoformat(), "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}", "staff": staff}
    return await _break_page(request, site, here, known)


async def _break_page(
    request: WebRequest, site: Site, here: Desk, raw: Mapping[str, Any], refused: DomainError | None = None
) -> Response[str]:
    known = await _choices(site, here, visit_of(request).locale)
    values = dict(raw)
    if not values.get("staff") and known.staff:
        values["staff"] = known.staff[0][0]
    say = Showing(request, site, here.shop.zone, {}).say
    return await page(
        request,
        "scheduling/enter.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Break"),
        shop=here.shop,
        form=state_for(request, Pause, values, refused, staff=_as(known.staff)),
        action=f"/sell/calendar/break?{urlencode({'shop': str(here.shop.id)})}",
        submit=say(N_("Block this time")),
        intro=say(N_("Nobody can be booked in this time.")),
        back_href=calendar_href(here.shop.id, str(values.get("day", ""))),
        nothing=not known.staff,
    )


@post("/sell/calendar/break", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def take_break(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopChoice = ""
) -> Response[Any]:
    here, raw = await _desk(request, site, actor, shop), await posted_raw(request)
    try:
        form = parse(Pause, raw, "form")
        begins = moment_of(form.day, form.begins, here.shop.zone, "begins")
        ends = moment_of(form.day, form.ends, here.shop.zone, "ends")
        wanted = Break(
            starts_at=begins.isoformat(timespec="minutes"),
            ends_at=ends.isoformat(timespec="minutes"),
            reason=form.reason,
        )
        if not form.staff.isdigit():
            raise Missing
        await site.do(services.take_break, here.shop.id, int(form.staff), wanted, by=actor)
    except Missing:
        raise
    except DomainError as refused:
        return await _break_page(request, site, here, raw, _at_ends(refused))
    return see_other(request, calendar_href(here.shop.id, form.day.isoformat()), N_("This time is blocked."))


def _at_ends(refused: DomainError) -> DomainError:
    """What the service says of ``ends_at`` belongs to the form's own field."""
    if not isinstance(refused, Invalid):
        return refused
    names = {"ends_at": "ends", "starts_at": "begins"}
    return Invalid(*(Problem(names.get(p.field, p.field), p.code, p.text, p.facts) for p in refused.problems))


@get("/sell/calendar/breaks/{claim_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def one_break_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], claim_id: FromPath[UUID]
) -> Response[str]:
    """Context: see the template."""
    found = await site.ask(diary.one_block, claim_id)
    if found is None:
        raise Missing
    shop_id, block = found
    shop = await staffed_shop(site, actor, shop_id, visit_of(request).locale)
    names = {r.id: r.name for r in await site.ask(diary.resources_of, shop_id)}
    showing = Showing(request, site, shop.zone, names)
    shown = showing.block(block)
    return await page(
        request,
        "scheduling/break.html",
        page_title=shown.what,
        shop=shop,
        block=shown,
        who=names.get(block.resource_id, ""),
        action=f"/sell/calendar/breaks/{claim_id}/release" if block.kind == "break" else "",
        back_href=calendar_href(shop_id, showing.local(block.from_s).date().isoformat()),
    )


@post("/sell/calendar/breaks/{claim_id:uuid}/release", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def release_break(
    request: WebRequest, site: Given[Site], actor: Given[Actor], claim_id: FromPath[UUID]
) -> Response[Any]:
    found = await site.ask(diary.one_block, claim_id)
    if found is None:
        raise Missing
    shop_id, block = found
    shop = await staffed_shop(site, actor, shop_id, visit_of(request).locale)
    await site.do(services.release_break, shop_id, claim_id, by=actor)
    day = datetime.fromtimestamp(block.from_s, ZoneInfo(shop.zone)).date()
    return see_other(request, calendar_href(shop_id, day.isoformat()), N_("This time is free again."))


handlers = (
    guest_page,
    take_guest,
    break_page,
    take_break,
    one_break_page,
    release_break,
)
