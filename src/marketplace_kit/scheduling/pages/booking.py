"""Choosing a time. The address is the whole state: what is chosen so far, the month and the day that are looked at.

``/book/<listing>?month=2027-04&day=2027-04-15&choice.staff=3&choice.starts_at=…&options.<group>=…``. Every other
``choice.…`` travels along, so that a vertical may ask for more by the slot ``booking.choices``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.hooks import Actor, Customer, LineKind, Wish
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain.options import OptionGroup
from marketplace_kit.listings.queries.options import option_groups
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.listings.schemas.options import shown_options
from marketplace_kit.scheduling.domain import PrepaymentRequired
from marketplace_kit.scheduling.pages.asked import (
    CHOICE,
    MATTERS,
    NOTE,
    OPTIONS,
    STAFF,
    STARTS_AT,
    TOGETHER,
    Asked,
    asked_of,
    timed_kind,
    wishes_so_far,
    with_first_variants,
)
from marketplace_kit.scheduling.pages.home import ASK_WHERE, FIELDS, asking_where, goes_out, where_in
from marketplace_kit.scheduling.pages.months import (
    Start,
    month_start,
    month_view,
    next_month,
    times_view,
)
from marketplace_kit.scheduling.pages.offered import (
    chosen_day,
    form_of,
    lost_times,
    nothing_free,
    price_text,
    refusal_texts,
    said_time,
    staff_choices,
    start_of,
    time_href,
    times_listed,
)
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.pages.wording import said_day, said_month
from marketplace_kit.scheduling.queries.services import Service, services_of
from marketplace_kit.scheduling.schemas import SlotsView
from marketplace_kit.scheduling.services.looking import MOST_DAYS, slots_for
from marketplace_kit.scheduling.services.policies import NEEDS_PREPAYMENT
from marketplace_kit.scheduling.services.rated import with_ratings
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

LIST_DAYS = 14


@get("/book/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def book_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    """Context: see the template. Slot ``booking.choices`` (above the calendar) gets ``listing_id, shop_id, kind,
    choice`` (what is chosen so far, by field), ``options``, ``path`` and ``hidden``: the (name, value) pairs that a
    form of the panel's own (GET, to ``path``) carries on; ``home_visit`` where somebody comes to the customer.
    """
    asked, locale = asked_of(request, listing_id), visit_of(request).locale
    service = (await site.ask(services_of, [listing_id])).get(listing_id)
    kind = timed_kind(site, service)
    if service is None or kind is None or not service.published:
        raise Missing
    shop = await site.ask(shop_by_id, service.shop_id, person_id=actor.person_id, locale=locale)
    if shop is None:
        raise Missing
    showing = Showing(request, site, shop.zone, {})
    common: dict[str, Any] = {
        "page_title": N_("Choose a time"),
        "listing": service,
        "back_title": title_in(service, locale),
        "snapshot": _snapshot(asked, service),
    }
    if not service.shop_open:
        return await _closed(request, showing, shop, common)
    if not service.identified:
        return await _by_phone(request, showing, shop, common)
    if kind.ask_first and not asked.line and not asked.first(f"{CHOICE}{kind.one_line_per}"):
        first = showing.say(kind.ask_first)
        return await page(
            request, "scheduling/book.html", **common, facts=[shop.name], ask_first=first, empty=(), problems=()
        )
    look = await _looked(site, actor, asked, service, kind, shop, showing)
    if look.view.home_visit and not asked.line:
        common["home"] = await asking_where(site, actor, asked, service, look.view, showing)
        common["snapshot"] |= {"home_visit": True}
        if not common["home"]["answered"]:
            common["ask_first"] = showing.say(ASK_WHERE)
    context = {**common, **_what_it_is(look), **_choices(look), **_calendar(look), **_ways(look)}
    return await page(request, "scheduling/book.html", **context)


def _snapshot(asked: Asked, service: Service) -> dict[str, Any]:
    """What panels on this page get."""
    choice: dict[str, Any] = {}
    for key, value in asked.pairs:
        if key.startswith(CHOICE) and value:
            choice.setdefault(key.removeprefix(CHOICE), []).append(value)
    return {
        "listing_id": service.listing_id,
        "shop_id": service.shop_id,
        "kind": service.kind,
        "choice": {name: values[0] if len(values) == 1 else values for name, values in choice.items()},
        "options": asked.options,
        "path": f"/book/{service.listing_id}",
        "hidden": asked.kept(STARTS_AT),
    }


async def _closed(request: WebRequest, showing: Showing, shop: ShopView, common: Mapping[str, Any]) -> Response[str]:
    why = showing.say(N_("What is booked already stays. Ask the shop when it takes bookings again."))
    empty = (showing.say(N_("The shop takes no bookings at the moment")), why, showing.say(N_("To the shop")))
    return await page(
        request, "scheduling/book.html", **common, facts=[shop.name], empty=(*empty, f"/shops/{shop.slug}"), problems=()
    )


async def _by_phone(request: WebRequest, showing: Showing, shop: ShopView, common: Mapping[str, Any]) -> Response[str]:
    what, why = (
        showing.say(N_("This shop cannot be booked online yet")),
        showing.say(N_("Please call: its phone number stands on its page.")),
    )
    way = (showing.say(N_("To the shop")), f"/shops/{shop.slug}")
    if shop.phone:
        why = showing.say(N_("Call and ask for a time."))
        way = (shown_phone(shop.phone), f"tel:{shop.phone}")
    empty = (what, why, *way)
    return await page(request, "scheduling/book.html", **common, facts=[shop.name], empty=empty, problems=())


@attrs.frozen(kw_only=True)
class Look:
    """What somebody asks for, and what was found. ``far`` is the first free day after an empty month."""

    asked: Asked
    service: Service
    shop: ShopView
    showing: Showing
    groups: Sequence[OptionGroup]
    view: SlotsView
    problems: Sequence[str]
    far: date | None

    @property
    def today(self) -> date:
        return self.showing.now.date()

    @property
    def month(self) -> date:
        return month_start(self.asked.month or self.asked.day[:7], self.today)

    @property
    def starts(self) -> dict[date, list[Start]]:
        return {day.day: [start_of(slot) for slot in day.slots] for day in self.view.days}

    @property
    def zone_text(self) -> str:
        """Whose clock it is: the town's."""
        offset = self.showing.now.strftime("%z")
        text = N_("Times are those of %(city)s (UTC%(offset)s).")
        return self.showing.say(text, city=self.shop.city or self.shop.zone, offset=f"{offset[:3]}:{offset[3:]}")


async def _looked(
    site: Site, actor: Actor, asked: Asked, service: Service, kind: LineKind, shop: ShopView, showing: Showing
) -> Look:
    """The times of what is chosen so far; of the plain service, with what is wrong, where that cannot be had."""
    groups = await site.ask(option_groups, service.listing_id) if service.optional else ()
    asked, today = with_first_variants(asked, groups), showing.now.date()
    problems: list[str] = []
    wishes: list[Wish] = []
    try:
        wishes = wishes_so_far(service, kind, asked, actor, site)
        view = await _look(_looker(site, service, wishes, asked, actor.person_id), asked, today)
    except Missing:
        raise
    except DomainError as refused:
        problems = refusal_texts(site, showing.locale, refused)
        view = await _look(_looker(site, service, [], asked, actor.person_id), asked, today)
    far = None
    if view.first_free is None and view.not_bookable in ("", "no_hours") and not problems:
        look = _looker(site, service, wishes, asked, actor.person_id)
        far = await _later(look, month_start(asked.month or asked.day[:7], today))
    return Look(
        asked=asked,
        service=service,
        shop=shop,
        showing=showing,
        groups=groups,
        view=await with_ratings(site, view),
        problems=problems,
        far=far,
    )


def _what_it_is(look: Look) -> dict[str, Any]:
    """Heading, price, and why there is nothing."""
    view, showing = look.view, look.showing
    problems = list(look.problems)
    if any(slot.reason == NEEDS_PREPAYMENT for day in view.days for slot in day.slots):
        problems += refusal_texts(showing.site, showing.locale, PrepaymentRequired(phone=look.service.phone))
    facts = [look.shop.name, showing.ngettext("%(num)s minute", "%(num)s minutes", view.minutes)]
    price = price_text(view, look.asked, look.service)
    return {
        "facts": [*facts, price] if price else facts,
        "empty": nothing_free(view, look.far, showing, look.shop) if not look.problems else "",
        "problems": problems,
    }


def _choices(look: Look) -> dict[str, Any]:
    """What can be chosen before a time: by whom, which options."""
    asked = look.asked
    known = (
        ("month", asked.month),
        ("view", "list" if asked.as_list else ""),
        ("for", asked.target),
        ("line", str(asked.line or "")),
    )
    return {
        "staff": staff_choices(look.view, asked, look.showing, look.service.price),
        "faces": {str(one.id): one for one in look.view.staff},
        "staff_chosen": asked.staff is not None,
        "matters": asked.first(MATTERS) == "true",
        "note": asked.first(NOTE),
        "turns": _turns(look),
        "groups": shown_options(look.groups, look.showing.locale),
        "chosen_options": asked.options,
        "ask_hidden": [
            *asked.kept(STAFF, STARTS_AT, TOGETHER, *(f"{OPTIONS}{g.id}" for g in look.groups)),
            *(pair for pair in known if pair[1]),
        ],
    }


def _turns(look: Look) -> list[tuple[str, str, bool]]:
    """Several come one after the other, or all at once where there are as many who can."""
    view, asked, say = look.view, look.asked, look.showing.say
    if view.subjects < 2 or asked.line or asked.staff is not None or len(view.staff) < view.subjects:
        return []
    together = asked.first(TOGETHER) == "true"
    return [
        ("", say(N_("One after the other, with the same person")), not together),
        ("true", say(N_("All at the same time")), together),
    ]


def _calendar(look: Look) -> dict[str, Any]:
    """The month, the times of the chosen day, and where a chosen time goes."""
    asked, showing, today, starts = look.asked, look.showing, look.today, look.starts
    words: dict[str, Any] = {"say": showing.say, "ngettext": showing.ngettext, "locale": showing.locale, "today": today}
    chosen = chosen_day(asked, look.view)
    starts = {day: ones for day, ones in starts.items() if ones}
    free = {day: sum(s.bookable for s in ones) for day, ones in starts.items()}
    times = None
    if chosen is not None:
        ones = starts.get(chosen, ())
        times = times_view(chosen, ones, chosen=asked.first(STARTS_AT), zone=look.zone_text, **words)
        if look.view.waitlist and not all(one.bookable for one in ones):
            said = [(name, asked.first(name)) for name in FIELDS if asked.first(name)] if look.view.home_visit else []
            query = urlencode([("day", chosen.isoformat()), *said])
            wait = (showing.say(N_("Wait for one")), f"{look.view.waitlist}?{query}")
            times = attrs.evolve(times, wait=wait)
    known = {day.day: day.state for day in look.view.days if day.slots}
    return {
        "days": month_view(look.month, free, known=known, chosen=chosen, href=asked.href, **words),
        "times": times,
        "service": form_of(asked, look.service, chosen, showing.say),
        "moving": bool(asked.target),
        "lost": lost_times(asked, look.view, starts, showing),
        "as_list": asked.as_list,
        "listed": times_listed(starts, asked, showing) if asked.as_list else [],
        "zone_text": look.zone_text,
    }


def _ways(look: Look) -> dict[str, Any]:
    """To the first free time, to the other view, past an empty month."""
    asked, say, first, far = look.asked, look.showing.say, look.view.first_free, look.far
    locale = look.showing.locale
    nothing = say(N_("Nothing is free in %(month)s."), month=said_month(look.month, locale))
    next_day = say(N_("The next free day: %(day)s"), day=said_day(far, locale, today=look.today)) if far else ""
    return {
        "first_href": time_href(asked, first) if first else "",
        "first_text": say(N_("First free: %(time)s"), time=said_time(first, look.showing)) if first else "",
        "view_href": asked.href(view="" if asked.as_list else "list"),
        "far_text": "" if first else nothing,
        "far_href": asked.href(month=f"{far:%Y-%m}", day="") if far else "",
        "far_link": next_day,
    }


def _looker(site: Site, service: Service, wishes: Sequence[Wish], asked: Asked, person_id: UUID | None) -> Any:
    async def look(first: date, days: int) -> SlotsView:
        staff, together = asked.staff, asked.first(TOGETHER) == "true"
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
            # A visit that is moved was agreed to already.
            customer=Customer(person_id=person_id) if person_id and not asked.line else None,
            where=where_in(asked) if goes_out(service) else None,
        )

    return look


async def _look(look: Any, asked: Asked, today: date) -> SlotsView:
    """The month that is looked at, from today on; as a list, two weeks."""
    month = month_start(asked.month or asked.day[:7], today)
    first = max(month, today)
    found: SlotsView = await look(first, LIST_DAYS if asked.as_list else (next_month(month) - first).days)
    return found


async def _later(look: Any, month: date) -> date | None:
    """The first day with a free time after an empty month."""
    found: SlotsView = await look(next_month(month), MOST_DAYS)
    return found.first_free.date() if found.first_free else None


handlers = (book_page,)
