"""What the page of times says of what is free, beside the month itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.asked import OF_THE_FORM, STARTS_AT, Asked
from marketplace_kit.scheduling.pages.months import (
    Start,
    nearest,
)
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.queries.services import Service
from marketplace_kit.scheduling.schemas import Slot, SlotsView
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.formats import money

BEGIN = "/order/begin"
WHY_NOT = {
    "no_staff": N_("Nobody does this at the moment."),
    "no_hours": N_("Nobody has working hours in the coming time."),
    "not_online": N_("This cannot be booked online."),
}


def form_of(asked: Asked, service: Service, chosen: date | None, say: Any) -> dict[str, Any]:
    """Where the chosen time goes: into an order, or back to the form for which it is picked."""
    common = {"id": "slots", "submit": say(N_("Continue")), "errors": ()}
    if asked.target:
        staff = [("staff", str(asked.staff))] if asked.staff else []
        return common | {"action": asked.target, "name": "starts_at", "hidden": staff}
    hidden = [
        ("listing", str(service.listing_id)),
        ("quantity", "1"),
        ("back", asked.href(day=chosen.isoformat() if chosen else "")),
        *asked.kept(*OF_THE_FORM),
    ]
    return common | {"action": BEGIN, "name": STARTS_AT, "hidden": hidden}


def start_of(slot: Slot) -> Start:
    return Start(at=slot.starts_at, bookable=slot.bookable, reason=slot.reason, left=slot.places_left)


def chosen_day(asked: Asked, view: SlotsView) -> date | None:
    """The day whose times are shown: the chosen one, that of the chosen time, else the first with a free time."""
    for text in (asked.day, asked.first(STARTS_AT)[:10]):
        try:
            wanted = date.fromisoformat(text)
        except ValueError:
            continue
        if any(d.day == wanted for d in view.days):
            return wanted
    if view.first_free is None:
        return next((d.day for d in view.days if d.slots), None)
    return view.first_free.date()


def lost_times(
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
    return [(said_time(s.at, showing), time_href(asked, s.at)) for s in near]


def said_time(at: datetime, showing: Showing) -> str:
    return f"{said_day(at.date(), showing.locale, today=showing.now.date())}, {at:%H:%M}"


def time_href(asked: Asked, at: datetime) -> str:
    day = at.date().isoformat()
    href = asked.href(month=day[:7], day=day, view="", choice_starts_at=at.isoformat(timespec="minutes"))
    return f"{href}#slots-times"


def times_listed(
    starts: Mapping[date, Sequence[Start]], asked: Asked, showing: Showing
) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            said_day(day, showing.locale, today=showing.now.date()),
            [(f"{s.at:%H:%M}", time_href(asked, s.at)) for s in ones if s.bookable],
        )
        for day, ones in starts.items()
        if any(s.bookable for s in ones)
    ]


def staff_choices(
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


def price_text(view: SlotsView, asked: Asked, service: Service) -> str:
    prices = [s.price for s in view.staff if s.price and asked.staff in (None, s.id)]
    if not prices:
        usual = view.price or service.price
        return money(usual) if usual else ""
    low, high = (pick(prices, key=lambda p: p.amount) for pick in (min, max))
    return money(low) if low == high else f"{money(low)} – {money(high)}"


def nothing_free(view: SlotsView, far: date | None, showing: Showing, shop: ShopView) -> tuple[str, ...] | str:
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


def refusal_texts(site: Site, locale: str, refused: DomainError) -> list[str]:
    if isinstance(refused, Invalid):
        return [site.texts.render(locale, p.text, p.facts) for p in refused.problems]
    return [site.texts.render(locale, refused.text, refused.facts)]
