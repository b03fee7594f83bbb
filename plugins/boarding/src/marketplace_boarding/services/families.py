"""What a family does with its stay: look at it, say how its pets are looked after."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_boarding import queries
from marketplace_boarding.domain import (
    LIVE,
    STAY,
    Guest,
    NotStaying,
    NotTimes,
    Party,
    free_places,
    minutes_in,
    nights_of,
    party_of,
    reasons_of,
)
from marketplace_boarding.schemas import (
    Availability,
    CareForm,
    NightView,
    Quote,
    QuoteLine,
    Stay,
    StayCard,
    StayChoice,
)
from marketplace_boarding.services.capacity import arrival_of, check_dates, said
from marketplace_boarding.services.gates import gate_of, gate_view
from marketplace_boarding.services.lodgings import Offered, check_guests, guests_in, offered
from marketplace_boarding.services.moving import today_in
from marketplace_boarding.services.placing import LOOK, NEAREST, Wanted, refused
from marketplace_boarding.tables import guest_table, stay_table
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor, Glance, LineLink
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries import line_of
from marketplace_kit.shops.services import roles_in
from marketplace_kit.web.identity import sign
from marketplace_pets import services as pets

g, y = guest_table.c, stay_table.c
NOT_TIMES = N_("Write times like 10:00, 12:30, 17:00.")
TOO_LATE = N_("It is too late to move or cancel this here. Please call the shop.")
MOST_SHOWN = 100


def stay_key(site: Site, stay_id: UUID) -> str:
    """Opens a guest's own page of the stay."""
    return sign(site, "boarding.stay", str(stay_id))[:40]


def not_now(glance: Glance, verb: str) -> str | None:
    """Once the pets are awaited the family calls instead; nobody arrives before the day."""
    begins = _instant(glance.facts.get("begins_at"))
    if begins is None:
        return None
    by_customer = "customer" in glance.roles and not glance.roles & {"staff", "owner", "admin"}
    if by_customer and verb in ("cancel", "change_dates") and glance.now >= begins:
        return TOO_LATE
    if verb in ("check_in", "miss") and glance.now.astimezone(begins.tzinfo).date() < begins.date():
        return ""
    return None


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def links_of(site: Site, glance: Glance) -> Sequence[LineLink]:
    """A guest's own page of the stay, for whoever holds the order's link; it is stored nowhere."""
    if not glance.by_link:
        return ()
    href = f"/boarding/stays/{glance.line_id}?key={stay_key(site, glance.line_id)}"
    return (LineLink(text=N_("How the stay goes"), href=href, icon="house"),)


async def family_stay(site: Site, stay_id: UUID, *, by: Actor, key: str = "") -> Stay:
    """A stay for whoever ordered it, may book for one of its pets, or holds a guest's key. Refuses
    :class:`Missing`.
    """
    stay = await site.ask(queries.stay_of, stay_id)
    if stay is None:
        raise Missing
    if by.person_id is not None and by.person_id == stay.person_id:
        return stay
    if key and stay.person_id is None and hmac.compare_digest(key.encode(), stay_key(site, stay_id).encode()):
        return stay
    for guest in stay.guests:
        if guest.pet_id is not None and await site.ask(pets.may_book, by.person_id, guest.pet_id):
            return stay
    raise Missing


async def stay_card(site: Site, stay: Stay, locale: str) -> StayCard:
    """The stay as its family sees it; the room is told once they are in it."""
    line = await site.ask(line_of, stay.id)
    here = stay.state not in ("requested", "held", "expected")
    return StayCard(
        id=stay.id,
        title=stay.title,
        state=stay.state,
        state_text=site.texts.gettext(locale, STAY.state(stay.state).text),
        arrives=stay.arrives,
        leaves=stay.leaves,
        nights=stay.nights,
        room=stay.room if here else "",
        total=line.total if line else Money.zero(stay.currency),
        guests=stay.guests,
    )


async def set_care(uow: UnitOfWork, guest_id: UUID, form: CareForm, *, by: Actor, as_family: bool = False) -> None:
    """How a guest is to be looked after, by its family (``as_family``: checked before) or by the house. Refuses
    :class:`Missing` to others, :class:`NotStaying` once it is over, and times that are none at their field.
    """
    problems = []
    for name in ("food_times", "medicine_times"):
        try:
            minutes_in(getattr(form, name))
        except NotTimes:
            problems.append(Problem(name, "not_times", NOT_TIMES))
    if problems:
        raise Invalid(*problems)
    wanted = (
        sa.select(y.id, y.shop_id, y.order_id, y.state)
        .join_from(guest_table, stay_table, y.id == g.stay_id)
        .where(g.id == guest_id)
    )
    stay = (await uow.session.execute(wanted)).first()
    if stay is None or (not as_family and not await roles_in(uow, stay.shop_id, by=by)):
        raise Missing
    if stay.state not in LIVE:
        raise NotStaying(state=stay.state)
    await uow.session.execute(sa.update(guest_table).where(g.id == guest_id).values(raw_of(form)))
    uow.touch(f"shop:{stay.shop_id}:orders")


# --- before the booking --------------------------------------------------------------------------------------------


async def availability(
    site: Site, listing_id: UUID, first: date | None, days: int, *, viewer: Actor, locale: str = "en", count: int = 1
) -> Availability:
    """How many rooms are free in each night, and what it costs; constant in statements. Refuses :class:`Missing`."""
    at = await site.ask(offered, site, listing_id, viewer=viewer, locale=locale)
    today = today_in(at.zone, site.clock.now())
    begin = max(first or today, today)
    nights = nights_of(begin, begin + timedelta(days=min(days, MOST_SHOWN)))
    taken, _ = await site.ask(queries.taken_in, at.rooms, nights[0], nights[-1], at.zone, site.clock.now())
    party = Party(pets=count, grams=1)  # of no weight: whether a pet is too heavy is told with its quote
    prices = {p.night: p.total for p in at.prices(nights, count)} if at.listing.price else {}
    last = today + timedelta(days=at.lodging.ahead_days)
    views = [
        NightView(
            night=night,
            free=free_places(at.rooms, party, night, taken) if night <= last else 0,
            price=prices.get(night),
        )
        for night in nights
    ]
    return Availability(listing_id=listing_id, zone=at.zone, nights=views)


async def quote_of(site: Site, listing_id: UUID, choice: StayChoice, *, by: Actor, locale: str = "en") -> Quote:
    """What a stay costs for these guests today, why, and whether the gate is open for each. Refuses what a booking
    would refuse, except the gate, which is told.
    """
    at = await site.ask(offered, site, listing_id, viewer=by, locale=locale)
    nights = check_dates(at, choice.arrives, choice.leaves, site.clock.now())
    arrival_of(at, choice.arrive_at)
    guests = await site.ask(guests_in, choice.pets, by=by)
    check_guests(at, guests)
    await _check_room(site, at, guests, nights)
    prices = at.prices(nights, len(guests))
    gates = []
    for guest in guests:
        gate = await site.ask(gate_of, guest.pet_id, at.lodging, choice.arrives, choice.leaves)
        gates.append(gate_view(site, locale, guest, gate))
    deposit = at.lodging.deposit_nights
    return Quote(
        listing_id=listing_id,
        arrives=choice.arrives,
        leaves=choice.leaves,
        nights=len(nights),
        price=at.total(prices),
        deposit=at.total(prices[:deposit]) if deposit else None,
        lines=[QuoteLine(text=said(site, locale, r), price=r.amount) for r in reasons_of(prices, len(guests))],
        gate=gates,
        medicine_price=at.lodging.medicine_price,
    )


async def _check_room(site: Site, at: Offered, guests: Sequence[Guest], nights: Sequence[date]) -> None:
    """A look before the booking: what is full is said early, with other days."""
    begin, end = nights[0] - timedelta(days=LOOK), nights[-1] + timedelta(days=NEAREST)
    taken, _ = await site.ask(queries.taken_in, at.rooms, begin, end, at.zone, site.clock.now())
    party = party_of(guests)
    if any(free_places(at.rooms, party, night, taken) == 0 for night in nights):
        wanted = Wanted(line_id=new_id(), at=at, party=party, nights=nights)
        raise refused(wanted, taken, site.clock.now())
