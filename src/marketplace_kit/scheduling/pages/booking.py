"""Choosing a time. The address is the whole state: what is chosen so far, the month and the day that are looked at.

``/book/<listing>?month=2027-04&day=2027-04-15&choice.staff=3&choice.starts_at=…&options.<group>=…``. Every other
``choice.…`` travels along, so that a vertical may ask for more by the slot ``booking.choices``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor, Customer, LineKind, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain.options import VARIANT, OptionGroup
from marketplace_kit.listings.queries.options import option_groups
from marketplace_kit.listings.schemas.options import shown_options
from marketplace_kit.scheduling.pages.months import (
    Start,
    month_start,
    month_view,
    nearest,
    next_month,
    times_view,
)
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.pages.wording import said_day, said_month
from marketplace_kit.scheduling.queries.plans import Service, services_of
from marketplace_kit.scheduling.schemas import Slot, SlotsView
from marketplace_kit.scheduling.services.looking import MOST_DAYS, slots_for
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.formats import money
from marketplace_kit.web.rendering import is_local, page
from marketplace_kit.web.routing import PUBLIC, route

CHOICE, OPTIONS = "choice.", "options."
STARTS_AT, STAFF, NOTE, MATTERS = "choice.starts_at", "choice.staff", "choice.note", "choice.staff_matters"
_OF_THE_FORM = {STARTS_AT, NOTE, MATTERS}
MOST_PAIRS, LONGEST = 40, 1000
BEGIN = "/order/begin"
TARGETS = ("/orders/", "/sell/", "/o/")
"""Pages that may have a time picked for a form of theirs: ``for`` names it, ``line`` is the visit that is moved."""
LIST_DAYS = 14
WHY_NOT = {
    "no_staff": N_("Nobody does this at the moment."),
    "no_hours": N_("Nobody has working hours in the coming time."),
    "not_online": N_("This cannot be booked online."),
}


@attrs.frozen(kw_only=True)
class Asked:
    """What the address says."""

    listing_id: UUID
    pairs: tuple[tuple[str, str], ...]
    month: str
    day: str
    as_list: bool
    target: str = ""
    line: UUID | None = None

    def first(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")

    @property
    def staff(self) -> int | None:
        text = self.first(STAFF)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key, value in self.pairs:
            if key.startswith(OPTIONS) and value:
                group = key.removeprefix(OPTIONS)
                found[group] = (*found.get(group, ()), value)
        return found

    def kept(self, *without: str) -> list[tuple[str, str]]:
        return [(key, value) for key, value in self.pairs if key not in without and value]

    def href(self, *, keep_time: bool = False, **asked: str) -> str:
        """This page with other values; the chosen time is left out unless it shall stay."""
        known = {"month": self.month, "day": self.day, "view": "list" if self.as_list else ""} | {
            k: v for k, v in asked.items() if not k.startswith("choice_")
        }
        pairs = self.kept(*(() if keep_time else (STARTS_AT,)))
        known |= {"for": self.target, "line": str(self.line or "")}
        pairs += [(f"{CHOICE}{k.removeprefix('choice_')}", v) for k, v in asked.items() if k.startswith("choice_")]
        query = urlencode([*((k, v) for k, v in known.items() if v), *pairs])
        return f"/book/{self.listing_id}?{query}" if query else f"/book/{self.listing_id}"


def asked_of(request: WebRequest, listing_id: UUID) -> Asked:
    """What of the address is ours; the rest is nobody's."""
    query = request.query_params
    target = query.get("for", "")[:300]
    pairs = tuple(
        (key, value[:LONGEST])
        for key, value in query.multi_items()
        if key.startswith((CHOICE, OPTIONS)) and len(key) < 80
    )
    return Asked(
        listing_id=listing_id,
        pairs=pairs[:MOST_PAIRS],
        month=query.get("month", "")[:7],
        day=query.get("day", "")[:10],
        as_list=query.get("view") == "list",
        target=target if target.startswith(TARGETS) and is_local(target) else "",
        line=_line(query.get("line", "")) if target else None,
    )


def _line(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@get("/book/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def book_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    """Context: see the template. Slot ``booking.choices`` (above the calendar) gets ``listing_id, shop_id, kind,
    choice`` (what is chosen so far, by field), ``options``, ``path`` and ``hidden``: the (name, value) pairs that a
    form of the panel's own (GET, to ``path``) carries on.
    """
    asked, locale = asked_of(request, listing_id), visit_of(request).locale
    service = (await site.ask(services_of, [listing_id])).get(listing_id)
    kind = _line_kind(site, service)
    if service is None or kind is None or not service.published:
        raise Missing
    shop = await site.ask(shop_by_id, service.shop_id, person_id=actor.person_id, locale=locale)
    if shop is None:
        raise Missing
    showing = Showing(request, site, shop.zone, {})
    choice: dict[str, Any] = {}
    for key, value in asked.pairs:
        if key.startswith(CHOICE) and value:
            choice.setdefault(key.removeprefix(CHOICE), []).append(value)
    common = {
        "page_title": N_("Choose a time"),
        "listing": service,
        "back_title": service.title,
        "snapshot": {
            "listing_id": listing_id,
            "shop_id": shop.id,
            "kind": service.kind,
            "choice": {name: values[0] if len(values) == 1 else values for name, values in choice.items()},
            "options": asked.options,
            "path": f"/book/{listing_id}",
            "hidden": asked.kept(STARTS_AT),
        },
    }
    if not service.shop_open:
        return await _closed(request, showing, shop, common)
    return await _open(request, site, actor, asked, service, kind, shop, showing, common)


async def _closed(request: WebRequest, showing: Showing, shop: ShopView, common: Mapping[str, Any]) -> Response[str]:
    why = showing.say(N_("What is booked already stays. Ask the shop when it takes bookings again."))
    empty = (showing.say(N_("The shop takes no bookings at the moment")), why, showing.say(N_("To the shop")))
    return await page(
        request, "scheduling/book.html", **common, facts=[shop.name], empty=(*empty, f"/shops/{shop.slug}"), problems=()
    )


async def _open(
    request: WebRequest,
    site: Site,
    actor: Actor,
    asked: Asked,
    service: Service,
    kind: LineKind,
    shop: ShopView,
    showing: Showing,
    common: Mapping[str, Any],
) -> Response[str]:
    say, today = showing.say, showing.now.date()
    groups = await site.ask(option_groups, service.listing_id) if service.optional else ()
    asked = with_first_variants(asked, groups)
    problems: list[str] = []
    wishes: list[Wish] = []
    try:
        wishes = _wishes(service, kind, asked, actor, site)
        look = _looker(site, service, wishes, asked)
        view = await _look(look, asked, today)
    except DomainError as refused:
        if isinstance(refused, Missing):
            raise
        problems = _said(site, showing.locale, refused)
        view = await _look(_looker(site, service, [], asked), asked, today)
    month = month_start(asked.month or asked.day[:7], today)
    chosen = _day(asked, view)
    starts = {d.day: [_start(s) for s in d.slots] for d in view.days}
    free = {day: sum(s.bookable for s in ones) for day, ones in starts.items()}
    staff = _staff_choices(view, asked, showing, service.price)
    facts = [shop.name, showing.ngettext("%(num)s minute", "%(num)s minutes", view.minutes)]
    facts += [text for text in [_price(view, asked, service)] if text]
    lost = _lost(asked, view, starts, showing)
    first = view.first_free
    far = None
    if first is None and view.not_bookable in ("", "no_hours") and not problems:
        far = await _later(site, service, wishes, asked, month)
    city = shop.city or shop.zone
    offset = showing.now.strftime("%z")
    zone_text = say(N_("Times are those of %(city)s (UTC%(offset)s)."), city=city, offset=f"{offset[:3]}:{offset[3:]}")
    ngettext = showing.ngettext
    days = month_view(
        month, free, chosen=chosen, href=asked.href, ngettext=ngettext, say=say, locale=showing.locale, today=today
    )
    wanted = asked.first(STARTS_AT)
    times = None
    if chosen is not None:
        times = times_view(
            chosen,
            starts.get(chosen, ()),
            chosen=wanted,
            zone=zone_text,
            say=say,
            ngettext=ngettext,
            locale=showing.locale,
            today=today,
        )
    return await page(
        request,
        "scheduling/book.html",
        **common,
        facts=facts,
        empty=_empty(view, far, showing, shop) if not problems else "",
        problems=problems,
        staff=staff,
        staff_chosen=asked.staff is not None,
        matters=asked.first(MATTERS) == "true",
        note=asked.first(NOTE),
        groups=shown_options(groups, showing.locale),
        chosen_options=asked.options,
        ask_hidden=[
            *asked.kept(STAFF, STARTS_AT, *(f"{OPTIONS}{g.id}" for g in groups)),
            *(
                (k, v)
                for k, v in (
                    ("month", asked.month),
                    ("view", "list" if asked.as_list else ""),
                    ("for", asked.target),
                    ("line", str(asked.line or "")),
                )
                if v
            ),
        ],
        days=days,
        times=times,
        service=_form(asked, service, chosen, say),
        moving=bool(asked.target),
        lost=lost,
        first_href=_time_href(asked, first) if first else "",
        first_text=say(N_("First free: %(time)s"), time=_when(first, showing)) if first else "",
        view_href=asked.href(view="" if asked.as_list else "list"),
        as_list=asked.as_list,
        listed=_listed(starts, asked, showing) if asked.as_list else [],
        zone_text=zone_text,
        far_text=say(N_("Nothing is free in %(month)s."), month=said_month(month, showing.locale)) if not first else "",
        far_href=asked.href(month=f"{far:%Y-%m}", day="") if far else "",
        far_link=say(N_("The next free day: %(day)s"), day=said_day(far, showing.locale, today=today)) if far else "",
    )


def _form(asked: Asked, service: Service, chosen: date | None, say: Any) -> dict[str, Any]:
    """Where the chosen time goes: into an order, or back to the form for which it is picked."""
    common = {"id": "slots", "submit": say(N_("Continue")), "errors": ()}
    if asked.target:
        staff = [("staff", str(asked.staff))] if asked.staff else []
        return common | {"action": asked.target, "name": "starts_at", "hidden": staff}
    hidden = [
        ("listing", str(service.listing_id)),
        ("quantity", "1"),
        ("back", asked.href(day=chosen.isoformat() if chosen else "")),
        *asked.kept(*_OF_THE_FORM),
    ]
    return common | {"action": BEGIN, "name": STARTS_AT, "hidden": hidden}


def _line_kind(site: Site, service: Service | None) -> LineKind | None:
    """The kind of line by which a listing is booked, if that takes time."""
    kinds, lines = dict(site.registry.listing_kinds.items()), dict(site.registry.line_kinds.items())
    declared = kinds.get(service.kind) if service else None
    kind = lines.get(declared.line) if declared else None
    return kind if kind is not None and hasattr(kind.capacity, "measure") else None


def _wishes(service: Service, kind: LineKind, asked: Asked, actor: Actor, site: Site) -> list[Wish]:
    """What is chosen so far as wishes, for kinds that measure them; none while the kind's own questions are open."""
    if getattr(kind.capacity, "measure", None) is None:
        return []
    raw: dict[str, Any] = {"starts_at": site.clock.now().replace(second=0, microsecond=0).isoformat()}
    for key, value in asked.pairs:
        if key.startswith(CHOICE) and value and key != STARTS_AT:
            name = key.removeprefix(CHOICE)
            raw[name] = (
                [*raw[name], value] if isinstance(raw.get(name), list) else [raw[name], value] if name in raw else value
            )
    values = raw.get(kind.one_line_per) if kind.one_line_per else None
    each = [{**raw, kind.one_line_per: v} for v in dict.fromkeys(values)] if isinstance(values, list) else [raw]
    wishes = []
    for one in each[:10]:
        try:
            choice = parse(kind.choice, one, "form")
        except Invalid:
            return []
        wishes.append(
            Wish(
                line_id=new_id(),
                order_id=new_id(),
                shop_id=service.shop_id,
                kind=kind.name,
                listing_id=service.listing_id,
                choice=choice,
                options=asked.options,
                customer=Customer(person_id=actor.person_id, name=actor.name, locale=actor.locale),
                by=actor,
            )
        )
    return wishes


def _looker(site: Site, service: Service, wishes: Sequence[Wish], asked: Asked) -> Any:
    async def look(first: date, days: int) -> SlotsView:
        staff, together = asked.staff, asked.first("choice.together") == "true"
        return await slots_for(
            site,
            service.listing_id,
            wishes,
            first,
            days,
            staff,
            options=asked.options,
            together=together,
            without=(asked.line,) if asked.line else (),
        )

    return look


async def _look(look: Any, asked: Asked, today: date) -> SlotsView:
    """The month that is looked at, from today on; as a list, two weeks."""
    month = month_start(asked.month or asked.day[:7], today)
    first = max(month, today)
    found: SlotsView = await look(first, LIST_DAYS if asked.as_list else (next_month(month) - first).days)
    return found


async def _later(site: Site, service: Service, wishes: Sequence[Wish], asked: Asked, month: date) -> date | None:
    """The first day with a free time after an empty month."""
    found: SlotsView = await _looker(site, service, wishes, asked)(next_month(month), MOST_DAYS)
    return found.first_free.date() if found.first_free else None


def _start(slot: Slot) -> Start:
    return Start(at=slot.starts_at, bookable=slot.bookable, reason=slot.reason, left=slot.places_left)


def _day(asked: Asked, view: SlotsView) -> date | None:
    """The day whose times are shown: the chosen one, that of the chosen time, else the first with a free time."""
    for text in (asked.day, asked.first(STARTS_AT)[:10]):
        try:
            wanted = date.fromisoformat(text)
        except ValueError:
            continue
        if any(d.day == wanted for d in view.days):
            return wanted
    return view.first_free.date() if view.first_free else None


def _lost(
    asked: Asked, view: SlotsView, starts: Mapping[date, Sequence[Start]], showing: Showing
) -> list[tuple[str, str]] | None:
    """Where the chosen time is not free any more: the three nearest; ``None`` where nothing was lost."""
    try:
        wanted = datetime.fromisoformat(asked.first(STARTS_AT))
    except ValueError:
        return None
    every = [s for ones in starts.values() for s in ones]
    if wanted.tzinfo is None or any(s.at == wanted and s.bookable for s in every):
        return None
    near = nearest(every, wanted)
    return [(_when(s.at, showing), _time_href(asked, s.at)) for s in near]


def _when(at: datetime, showing: Showing) -> str:
    return f"{said_day(at.date(), showing.locale, today=showing.now.date())}, {at:%H:%M}"


def _time_href(asked: Asked, at: datetime) -> str:
    day = at.date().isoformat()
    href = asked.href(month=day[:7], day=day, view="", choice_starts_at=at.isoformat(timespec="minutes"))
    return f"{href}#slots-times"


def _listed(
    starts: Mapping[date, Sequence[Start]], asked: Asked, showing: Showing
) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            said_day(day, showing.locale, today=showing.now.date()),
            [(f"{s.at:%H:%M}", _time_href(asked, s.at)) for s in ones if s.bookable],
        )
        for day, ones in starts.items()
        if any(s.bookable for s in ones)
    ]


def _staff_choices(
    view: SlotsView, asked: Asked, showing: Showing, usual: Money | None
) -> list[tuple[str, str, str, bool]]:
    """Anybody, then each; what differs from the others is said."""
    differs = len({(s.minutes, s.price and s.price.amount) for s in view.staff}) > 1
    found = [("", showing.say(N_("Whoever is free first")), "", asked.staff is None)]
    for one in view.staff:
        parts = [money(one.price)] if differs and one.price else []
        if differs and one.minutes:
            parts.append(showing.ngettext("%(num)s minute", "%(num)s minutes", one.minutes))
        found.append((str(one.id), one.name, " · ".join(parts), asked.staff == one.id))
    return found


def _price(view: SlotsView, asked: Asked, service: Service) -> str:
    prices = [s.price for s in view.staff if s.price and asked.staff in (None, s.id)]
    if not prices:
        return money(service.price) if service.price else ""
    low, high = (pick(prices, key=lambda p: p.amount) for pick in (min, max))
    return money(low) if low == high else f"{money(low)} – {money(high)}"


def with_first_variants(asked: Asked, groups: Iterable[OptionGroup]) -> Asked:
    """Of a variant one is always chosen: the first that is there, as the form shows it."""
    pairs = list(asked.pairs)
    for group in groups:
        first = next((str(o.id) for o in group.options if o.available), "")
        if group.kind == VARIANT and first and str(group.id) not in asked.options:
            pairs.append((f"{OPTIONS}{group.id}", first))
    return attrs.evolve(asked, pairs=tuple(pairs))


def _empty(view: SlotsView, far: date | None, showing: Showing, shop: ShopView) -> tuple[str, ...] | str:
    """Why there is nothing at all to choose from; nothing where there is."""
    say = showing.say
    if view.not_bookable in WHY_NOT:
        why = say(N_("Please ask the shop: %(phone)s"), phone=shop.phone) if shop.phone else ""
        if view.not_bookable == "no_hours" and far is not None:
            return ""
        return (say(WHY_NOT[view.not_bookable]), why, say(N_("To the shop")), f"/shops/{shop.slug}")
    if view.first_free is None and far is None and not any(d.slots for d in view.days):
        why = say(N_("All times that can be booked now are taken. Please look again later, or ask the shop."))
        return (say(N_("Everything is taken")), why, say(N_("To the shop")), f"/shops/{shop.slug}")
    return ""


def _said(site: Site, locale: str, refused: DomainError) -> list[str]:
    if isinstance(refused, Invalid):
        return [site.texts.render(locale, p.text, p.facts) for p in refused.problems]
    return [site.texts.render(locale, refused.text, refused.facts)]


handlers = (book_page,)
