"""Choosing nights: a month of free rooms, who comes, and what it costs; the order is placed from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs
from babel.dates import format_date, get_day_names
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from marketplace_boarding import services
from marketplace_boarding.domain import Guest
from marketplace_boarding.domain.guests import MOST, SEPARATOR
from marketplace_boarding.schemas import NightView, Quote, StayChoice, StayWish
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route
from marketplace_pets import services as pets
from marketplace_pets.domain import grams_of

FIELDS = ("arrives", "leaves", "arrive_at", "pet_name", "species", "weight")
FREE_ROOMS = N_("free rooms: {count}")
_AT_FIELD = {
    "capacity_full": "arrives",
    "bad_dates": "arrives",
    "bad_hour": "arrive_at",
    "weight_unknown": "weight",
    "too_heavy": "weight",
    "weight_implausible": "weight",
    "species_not_served": "species",
    "not_a_guest": "pet_name",
    "pets_needed": "pet_name",
    "too_many_pets": "pet_name",
}
"""Where a refusal is told."""


@attrs.frozen(kw_only=True)
class Day:
    """A day of the month as the table draws it."""

    number: int
    said: str
    note: str
    short: str
    href: str
    chosen: bool


@attrs.frozen(kw_only=True)
class Month:
    title: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day | None, ...], ...]
    previous: str
    next: str


def _first_of(text: str, today: date) -> date:
    try:
        return max(date.fromisoformat(f"{text[:7]}-01"), today.replace(day=1))
    except ValueError:
        return today.replace(day=1)


def _after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_of(
    site: Site,
    locale: str,
    first: date,
    today: date,
    nights: Mapping[date, NightView],
    query: dict[str, Any],
    base: str,
) -> Month:
    """The month as a table: a press chooses the day of arriving, a second one that of leaving."""
    arrives = str(query.get("arrives", ""))
    chosen = {str(query.get(name, "")) for name in ("arrives", "leaves")}
    cldr = "en_GB" if locale == "en" else locale
    weeks: list[list[Day | None]] = [[None] * first.weekday()]
    day = first
    while day < _after(first):
        if len(weeks[-1]) == 7:
            weeks.append([])
        night = nights.get(day)
        count = night.free if night else 0
        note = site.texts.render(locale, FREE_ROOMS, {"count": count}) if night else ""
        picks = "leaves" if arrives and not query.get("leaves") and day.isoformat() > arrives else "arrives"
        clean = {k: v for k, v in query.items() if not (picks == "arrives" and k == "leaves")}
        href = f"{base}?{urlencode(clean | {picks: day.isoformat()}, doseq=True)}#stay"
        open_ = day >= today and (count > 0 or picks == "leaves")
        weeks[-1].append(
            Day(
                number=day.day,
                said=format_date(day, "EEEE, d MMMM", cldr),
                note=note,
                short=str(count) if night else "",
                href=href if open_ else "",
                chosen=day.isoformat() in chosen,
            )
        )
        day += timedelta(days=1)
    weeks[-1] += [None] * (7 - len(weeks[-1]))
    names = [get_day_names(width, "stand-alone", cldr) for width in ("short", "wide")]
    kept = {k: v for k, v in query.items() if k != "month"}
    before = (first - timedelta(days=1)).replace(day=1)
    title = format_date(first, "LLLL y", cldr)
    return Month(
        title=title[:1].upper() + title[1:],
        weekdays=tuple((names[0][n], names[1][n]) for n in range(7)),
        weeks=tuple(tuple(week) for week in weeks),
        previous=_href(base, kept, before) if before >= today.replace(day=1) else "",
        next=_href(base, kept, _after(first)),
    )


def _href(base: str, query: dict[str, Any], month: date) -> str:
    return f"{base}?{urlencode(query | {'month': f'{month:%Y-%m}'}, doseq=True)}"


async def _guests(site: Site, actor: Actor) -> list[Guest]:
    """One's own pets, to be ticked."""
    own = await site.ask(pets.my_pets, actor.person_id) if actor.person_id else []
    return [Guest.known(card, None) for card in own[:MOST]]


def _keys(chosen: list[str], wish: StayWish) -> list[str]:
    """The pets that are ticked, and the one that is told of."""
    if not wish.pet_name.strip():
        return chosen
    grams = str(grams_of(wish.weight)) if wish.weight else ""
    return [*chosen, f"{wish.species}:{grams}:{wish.pet_name.replace(SEPARATOR, ' ').strip()}"]


@get("/boarding/book/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def book_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    """Context: listing, lodging, month, form, own (pets), chosen, told, quote (or none), gate, ready, hidden, near."""
    locale = visit_of(request).locale
    raw: dict[str, Any] = {name: request.query_params.get(name, "")[:100] for name in FIELDS}
    chosen = [v[:120] for k, v in request.query_params.multi_items() if k == "pet"][:MOST]
    at = await site.ask(services.offered, site, listing_id, viewer=actor, locale=locale)
    today = services.today_in(at.zone, site.clock.now())
    first = _first_of(request.query_params.get("month", "") or raw["arrives"], today)
    known = {k: v for k, v in raw.items() if v} | ({"pet": chosen} if chosen else {})
    free = await services.availability(site, listing_id, first, 31, viewer=actor, locale=locale)
    base = f"/boarding/book/{listing_id}"
    month = month_of(site, locale, first, today, {one.night: one for one in free.nights}, known, base)
    quote, refused, keys = await _quoted(site, actor, listing_id, raw, chosen, locale)
    return await page(
        request,
        "boarding/book.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Choose the nights"),
        listing=at.listing,
        lodging=at.lodging,
        month=month,
        form=form_state(request, StayWish, raw | {"species": raw["species"] or "dog"}, _told(refused)),
        own=await _guests(site, actor),
        chosen=chosen,
        told=[key for key in keys if ":" in key],
        quote=quote,
        ready=quote is not None and all(_may_come(at, gate) for gate in quote.gate),
        hidden=_hidden(listing_id, raw, keys, request),
        near=_near(refused, raw, chosen, base),
        free=free,
        hours=(at.lodging.arrive_from, at.lodging.arrive_until, at.lodging.leave_by),
        signed_in=actor.signed_in,
    )


def _may_come(at: services.Offered, gate: Any) -> bool:
    return gate.met or (at.lodging.proof_later and gate.missing == ["vaccination_required"] and bool(gate.awaiting))


async def _quoted(
    site: Site, actor: Actor, listing_id: UUID, raw: dict[str, Any], chosen: list[str], locale: str
) -> tuple[Quote | None, DomainError | None, list[str]]:
    """What was asked for so far: its price, or what stands against it. Nothing while only a day is chosen."""
    if not (raw["arrives"] and raw["leaves"]) or not (chosen or raw["pet_name"]):
        return None, None, chosen
    try:
        wish = parse(StayWish, {k: v for k, v in raw.items() if v}, "form")
        keys = _keys(chosen, wish)
        choice = StayChoice(
            arrives=wish.arrives, leaves=wish.leaves, pets=SEPARATOR.join(keys), arrive_at=wish.arrive_at or None
        )
        return await services.quote_of(site, listing_id, choice, by=actor, locale=locale), None, keys
    except Missing:
        raise
    except DomainError as refused:
        return None, refused, chosen


def _told(refused: DomainError | None) -> Invalid | None:
    if refused is None or isinstance(refused, Invalid):
        return refused
    return Invalid(Problem(_AT_FIELD.get(refused.code, ""), refused.code, refused.text, refused.facts))


def _hidden(listing_id: UUID, raw: dict[str, Any], keys: list[str], request: WebRequest) -> list[tuple[str, str]]:
    """What goes on to the order."""
    given = {"arrives": raw["arrives"], "leaves": raw["leaves"], "arrive_at": raw["arrive_at"]}
    found = [("listing", str(listing_id)), ("choice.pets", SEPARATOR.join(keys))]
    found += [(f"choice.{name}", value) for name, value in given.items() if value]
    query = f"?{request.url.query}" if request.url.query else ""
    return [*found, ("back", f"/boarding/book/{listing_id}{query}"[:500])]


def _near(refused: DomainError | None, raw: dict[str, Any], chosen: list[str], base: str) -> list[tuple[date, str]]:
    """Other days on which such a stay would fit, each with the address that chooses it."""
    if refused is None:
        return []
    try:
        length = date.fromisoformat(raw["leaves"]) - date.fromisoformat(raw["arrives"])
    except ValueError:
        return []
    found = []
    for text in refused.facts.get("alternatives", ()):
        start = date.fromisoformat(text)
        days = {"arrives": text, "leaves": (start + length).isoformat()}
        query = {k: v for k, v in (raw | days).items() if v} | {"pet": chosen}
        found.append((start, f"{base}?{urlencode(query, doseq=True)}#stay"))
    return found


handlers = (book_page,)
