"""How a stay keeps its promise: a room for every night, the guests with their gate, and what each night costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.domain import (
    BadDates,
    BadHour,
    Guest,
    NightPrice,
    Reason,
    Spot,
    clock,
    minutes_in,
    nights_of,
    party_of,
    reasons_of,
)
from marketplace_boarding.domain.process import EXPECTED, HELD, REQUESTED
from marketplace_boarding.schemas import BoardingSettings
from marketplace_boarding.services.gates import check_all
from marketplace_boarding.services.lodgings import Offered, check_guests, guests_in, offered
from marketplace_boarding.services.moving import Moves, await_guests
from marketplace_boarding.services.placing import Wanted, hold_or_book
from marketplace_boarding.tables import guest_table, night_table, stay_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks import Actor, Due, Part, Promise, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.scheduling.services import lock_resources, vacate
from marketplace_pets import services as pets
from marketplace_pets.domain import BOOKING_SCOPES, check_reason

MOST_NIGHTS = 180
WHY = N_("A stay by the night")
FREE_UNTIL = N_("The deposit is paid back if cancelled {hours} hours before arriving or earlier.")
LATE = N_("Collecting after {time} costs {percent} % of a night, once.")


@attrs.frozen(kw_only=True)
class Planned:
    """A wish that can be promised as far as the house is concerned."""

    wish: Wish
    at: Offered
    guests: list[Guest]
    nights: list[date]
    prices: list[NightPrice]
    arrive_minute: int

    @property
    def wanted(self) -> Wanted:
        return Wanted(line_id=self.wish.line_id, at=self.at, party=party_of(self.guests), nights=self.nights)

    @property
    def arrives(self) -> date:
        return self.nights[0]

    @property
    def leaves(self) -> date:
        return self.nights[-1] + timedelta(days=1)

    @property
    def leave_minute(self) -> int:
        return minutes_in(self.at.lodging.leave_by)[0]

    @property
    def total(self) -> Money:
        return self.at.total(self.prices)

    @property
    def deposit(self) -> Money | None:
        nights = min(self.at.lodging.deposit_nights, len(self.prices))
        return self.at.total(self.prices[:nights]) if nights else None

    def instant(self, day: date, minute: int) -> datetime:
        return instant(day, minute, self.at.zone)


def instant(day: date, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))


def check_dates(at: Offered, arrives: date, leaves: date, now: datetime, *, by_staff: bool = False) -> list[date]:
    """The nights. Refuses :class:`BadDates` for days that are over or too far, and for too few or too many nights; the
    house itself is bound by the calendar alone.
    """
    today = now.astimezone(ZoneInfo(at.zone)).date()
    fewest = 1 if by_staff else at.lodging.min_nights
    most = MOST_NIGHTS if by_staff else max(at.lodging.max_nights, fewest)
    latest = today + timedelta(days=at.lodging.ahead_days)
    count = (leaves - arrives).days
    if not (fewest <= count <= most and today <= arrives <= latest):
        raise BadDates(fewest=fewest, most=most, earliest=today.isoformat(), latest=latest.isoformat())
    return nights_of(arrives, leaves)


def arrival_of(at: Offered, text: str | None, *, by_staff: bool = False) -> int:
    """The minute of arriving; the first possible one if nobody said. Refuses :class:`BadHour`."""
    opens, closes = minutes_in(at.lodging.arrive_from)[0], minutes_in(at.lodging.arrive_until)[0]
    if not text:
        return opens
    minute = minutes_in(text)[0]
    if not by_staff and not opens <= minute <= max(opens, closes):
        raise BadHour(opens=clock(opens), closes=clock(closes))
    return minute


async def plan(connection: AsyncConnection, site: Site, wish: Wish, now: datetime) -> Planned:
    """Read and check a wish: days, hour, guests, gate. It claims nothing."""
    choice: Any = wish.choice
    at = await offered(connection, site, wish.listing_id, locale=wish.customer.locale)
    nights = check_dates(at, choice.arrives, choice.leaves, now, by_staff=wish.by_staff)
    minute = arrival_of(at, choice.arrive_at, by_staff=wish.by_staff)
    whose = Actor(person_id=wish.customer.person_id or wish.by.person_id)
    guests = await guests_in(connection, choice.pets, by=None if wish.by_staff else whose)
    check_guests(at, guests)
    if wish.by_staff and choice.gate_note:
        check_reason(choice.gate_note)
    else:
        await check_all(connection, guests, at.lodging, choice.arrives, choice.leaves)
    prices = at.prices(nights, len(guests))
    return Planned(wish=wish, at=at, guests=guests, nights=nights, prices=prices, arrive_minute=minute)


def said(site: Site, locale: str, reason: Reason) -> str:
    """A reason in the reader's words."""
    return site.texts.render(locale, reason.text, reason.facts)


class StayCapacity(Moves):
    """Rooms by the night (:class:`marketplace_kit.kernel.hooks.lines.Capacity`).

    Refuses ``capacity_full`` with the nights, ``bad_dates``, ``bad_hour``, guests whom the rooms do not take, and what
    the gate refuses through the day of leaving. Staff may let a pet in with a note, which is kept in the audit trail.
    """

    async def quote(self, site: Site, wishes: Sequence[Wish]) -> list[Promise]:
        return [promise(site, await site.ask(plan, site, wish, site.clock.now())) for wish in wishes]

    async def hold(self, uow: UnitOfWork, wishes: Sequence[Wish], until: datetime) -> list[Promise]:
        planned = await self._planned(uow, wishes)
        for one in planned:
            await hold_or_book(uow, one.wanted, until=until)
        return [promise(uow.site, one) for one in planned]

    async def drop(self, uow: UnitOfWork, line_ids: Sequence[UUID]) -> None:
        for line_id in line_ids:
            await _let_go(uow, line_id)

    async def reserve(self, uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Promise]:
        made = []
        for one in await self._planned(uow, wishes):
            spot = await hold_or_book(uow, one.wanted)
            promised = promise(uow.site, one, due=_due(uow, one), state=_state(one))
            await _keep(uow, one, spot, promised)
            made.append(promised)
        return made

    async def _planned(self, uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Planned]:
        """Whoever wants several rooms stands in line for all of them first, so that nobody waits in a circle."""
        connection = await uow.connection()
        planned = [await plan(connection, uow.site, wish, uow.at) for wish in wishes]
        for one in planned:
            if one.wish.by_staff:
                await _may_look(uow, one)
        if len(planned) > 1:
            await lock_resources(uow, sorted({room for one in planned for room in one.wanted.resource_ids}))
        return planned


async def _let_go(uow: UnitOfWork, line_id: UUID) -> None:
    """A draft that nobody ordered; what was ordered keeps its room."""
    booked = sa.select(stay_table.c.id).where(stay_table.c.id == line_id)
    if (await uow.session.execute(booked)).first() is None:
        await vacate(uow, line_id)


async def _may_look(uow: UnitOfWork, one: Planned) -> None:
    """Staff name a pet of the record only if its family shares with them; the family's log has a line of it."""
    shop_id = one.wish.shop_id
    by = attrs.evolve(one.wish.by, shops=one.wish.by.shops | {shop_id})
    for guest in one.guests:
        if guest.pet_id is not None:
            await pets.read(uow, guest.pet_id, "identity", by=by, why=WHY, shop_id=shop_id)


def _state(one: Planned) -> str:
    if one.wish.by_staff:
        return EXPECTED
    if one.at.lodging.by_shop:
        return REQUESTED
    return HELD if one.deposit else EXPECTED


def _due(uow: UnitOfWork, one: Planned) -> Due | None:
    """A request or an unpaid booking does not keep a room for ever."""
    settings = uow.site.settings.of(BoardingSettings)
    hours = {REQUESTED: settings.answer_hours, HELD: settings.pay_hours}.get(_state(one))
    if hours is None:
        return None
    arrives = one.instant(one.arrives, one.arrive_minute)
    return Due(verb="expire", at=max(min(uow.at + timedelta(hours=hours), arrives), uow.at + timedelta(minutes=15)))


def promise(site: Site, one: Planned, *, due: Due | None = None, state: str = "") -> Promise:
    """What is promised for a stay, in the customer's words."""
    wish, locale = one.wish, one.wish.customer.locale
    names = ", ".join(guest.name for guest in one.guests)
    titles = one.at.listing.titles.texts()
    deposit = None if wish.by_staff else one.deposit
    return Promise(
        title=f"{named(titles, locale)}: {names}"[:300],
        titles={language: f"{title}: {names}" for language, title in titles.items()},
        unit_price=one.total,
        parts=tuple(Part(text=said(site, locale, r), amount=r.amount) for r in reasons_of(one.prices, len(one.guests))),
        state=state,
        facts=facts_of(one),
        starts_at=one.instant(one.arrives, one.arrive_minute),
        ends_at=one.instant(one.leaves, one.leave_minute),
        policy=_policy(site, one, locale),
        due_now=deposit,
        due=due,
    )


def facts_of(one: Planned) -> dict[str, Any]:
    return {
        "pets": [guest.name for guest in one.guests],
        "arrives": one.arrives.isoformat(),
        "leaves": one.leaves.isoformat(),
        "nights": len(one.nights),
        "arrive_at": clock(one.arrive_minute),
        "leave_by": clock(one.leave_minute),
        "begins_at": one.instant(one.arrives, one.arrive_minute).isoformat(),
        "zone": one.at.zone,
        "note": getattr(one.wish.choice, "note", ""),
    }


def _policy(site: Site, one: Planned, locale: str) -> str:
    lodging, rules = one.at.lodging, []
    if lodging.deposit_nights:
        rules.append(site.texts.render(locale, FREE_UNTIL, {"hours": lodging.cancel_hours}))
    if lodging.late_percent:
        facts = {"time": clock(one.leave_minute), "percent": lodging.late_percent}
        rules.append(site.texts.render(locale, LATE, facts))
    return " ".join(rules)


async def _keep(uow: UnitOfWork, one: Planned, spot: Spot, promised: Promise) -> None:
    """The stay with its nights and guests, and what the house may read of them."""
    wish, lodging, choice = one.wish, one.at.lodging, one.wish.choice
    note = getattr(choice, "gate_note", "") if wish.by_staff else ""
    medicine = lodging.medicine_price
    if medicine is not None and medicine.currency != one.total.currency:
        raise Invalid(Problem("medicine_price", "wrong_currency", N_("All prices of a lodging are in one currency.")))
    row = {
        "id": wish.line_id,
        "order_id": wish.order_id,
        "shop_id": wish.shop_id,
        "listing_id": wish.listing_id,
        "title": promised.title,
        "person_id": wish.customer.person_id,
        "contact_name": wish.customer.name[:120],
        "phone": wish.customer.phone[:20],
        "arrives": one.arrives,
        "leaves": one.leaves,
        "arrive_minute": one.arrive_minute,
        "leave_minute": one.leave_minute,
        "zone": one.at.zone,
        "resource_id": spot[0],
        "lane": spot[1],
        "state": promised.state,
        "currency": one.total.currency,
        "base_amount": one.at.rates.base.amount,
        "medicine_amount": medicine.amount if medicine else 0,
        "late_percent": lodging.late_percent,
        "deposit_amount": promised.due_now.amount if promised.due_now else 0,
        "cancel_hours": lodging.cancel_hours,
        "note": getattr(choice, "note", ""),
        "gate_note": note,
    }
    await uow.session.execute(sa.insert(stay_table).values(row))
    nights = [{"stay_id": wish.line_id, "night": p.night, "amount": p.total.amount} for p in one.prices]
    await uow.session.execute(sa.insert(night_table), nights)
    await uow.session.execute(sa.insert(guest_table), [_guest(wish.line_id, n, g) for n, g in enumerate(one.guests)])
    if note:
        await audit(uow, by=wish.by, act="boarding.override_gate", on=f"stay:{wish.line_id}", facts={"note": note})
    await await_guests(uow, row, one.guests, None if wish.by_staff else wish.customer.person_id)
    if not wish.by_staff:
        await share(uow, wish.line_id, one.guests, wish.shop_id, one.leaves, promised.title, wish.by)


def _guest(stay_id: UUID, position: int, guest: Guest) -> dict[str, Any]:
    return {
        "id": new_id(),
        "stay_id": stay_id,
        "position": position,
        "pet_id": guest.pet_id,
        "name": guest.name,
        "species": guest.species,
        # What the family's scales say is the family's; the house needs to know only that the room fits.
        "grams": guest.grams,
        "codes": " ".join(sorted(guest.codes)),
    }


async def share(
    uow: UnitOfWork, stay_id: UUID, guests: Sequence[Guest], shop_id: UUID, leaves: date, title: str, by: Actor
) -> None:
    """What comes with the booking: until 30 days after the day of leaving the house may read what it needs."""
    for guest in guests:
        if guest.pet_id is not None:
            await pets.grant_for_booking(
                uow,
                guest.pet_id,
                shop_id,
                booking=f"{stay_id}:{guest.pet_id}",
                service_on=leaves,
                scopes=BOOKING_SCOPES,
                purpose=title,
                by=by,
            )
