"""What a verb does to a stay: other days, another room, leaving, letting go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_boarding import queries
from marketplace_boarding.domain import (
    BadDates,
    Guest,
    NightsFull,
    PetsArrived,
    PetsLeft,
    Spot,
    nights_of,
    party_of,
    percent_of,
    piece_of,
    pieces_of,
)
from marketplace_boarding.domain.process import EXPECTED, LINE, STAY
from marketplace_boarding.schemas.forms import DONE, MEDICINE, PARTLY
from marketplace_boarding.services.gates import check_all
from marketplace_boarding.services.lodgings import Offered, offered
from marketplace_boarding.services.placing import Wanted, place
from marketplace_boarding.tables import entry_table, guest_table, night_table, stay_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor, Moved, Moving
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.queries import line_of
from marketplace_kit.scheduling.domain import CutoffPassed, NotYet
from marketplace_kit.scheduling.services import Place, lock_resources, occupy, vacate
from marketplace_kit.shops.queries import shop_by_id
from marketplace_pets import services as pets
from marketplace_pets.domain import check_reason

y, g, n, e = stay_table.c, guest_table.c, night_table.c, entry_table.c
NO_SUCH_ROOM = N_("There is no such room here.")
ROOM_TOO_SMALL = N_("This room does not take these guests.")
STAYED = N_("Stayed: {nights} nights")
_SHOP = frozenset({"staff", "owner", "admin", "system"})
_LONGEST = 180


def today_in(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def instant(day: date, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))


class Moves:
    """The half of the capacity that comes after the booking."""

    async def move(self, uow: UnitOfWork, moving: Moving) -> Moved:
        wanted = sa.select(stay_table).where(y.id == moving.line_id).with_for_update()
        row = (await uow.session.execute(wanted)).first()
        if row is None:
            raise Missing
        own: dict[str, Any] = {}
        moved = Moved()
        verb = moving.verb
        if verb in ("cancel", "change_dates") and not moving.roles & _SHOP:
            await _check_in_time(uow, row)
        if verb == "change_dates":
            own, moved = await self._change(uow, moving, row, moving.asked.arrives, moving.asked.leaves)  # type: ignore[attr-defined]  # the verb's form
        elif verb == "change_leaving":
            own, moved = await self._change(uow, moving, row, row.arrives, moving.asked.leaves)  # type: ignore[attr-defined]  # the verb's form
        elif verb == "move_room":
            own = await self._move_room(uow, moving, row)
        elif verb == "check_in":
            own = await self._check_in(uow, moving, row)
        elif verb == "undo_check_in":
            own = {"checked_in_at": None}
        elif verb == "pick_up":
            own, moved = await self._pick_up(uow, moving, row)
        elif verb == "miss" and today_in(row.zone, uow.at) < row.arrives:
            raise NotYet(opens_at=instant(row.arrives, row.arrive_minute, row.zone).isoformat())
        if STAY.state(moving.after).stage is Stage.CANCELLED:
            moved = await _let_go(uow, moving, row)
        values = {"state": moving.after, **own}
        await uow.session.execute(sa.update(stay_table).where(y.id == row.id).values(values))
        uow.touch(f"shop:{row.shop_id}:calendar")
        return moved

    # --- nights ------------------------------------------------------------------------------------------------------

    async def _change(
        self, uow: UnitOfWork, moving: Moving, row: Any, arrives: date, leaves: date
    ) -> tuple[dict[str, Any], Moved]:
        """Other nights: what is agreed for a night stays agreed, a new one costs what it costs now."""
        connection = await uow.connection()
        at = await offered(connection, uow.site, row.listing_id, locale=moving.customer.locale)
        guests = await guests_of(uow, row.id)
        here = row.state not in (EXPECTED, "requested", "held")
        _check_change(at, row, arrives, leaves, uow.at, here=here, by_shop=bool(moving.roles & _SHOP))
        if not row.gate_note:
            await check_all(connection, guests, at.lodging, row.arrives if here else arrives, leaves, on_the_day=here)
        before, after = nights_of(row.arrives, row.leaves), nights_of(arrives, leaves)
        spot: Spot = (row.resource_id, row.lane)
        if here:
            spot = await _stretch(uow, row, at, guests, before, after)
        else:
            await lock_resources(uow, sorted({*(room.resource_id for room in at.rooms), row.resource_id}))
            await vacate(uow, row.id)
            spot = await place(uow, _wanted(row, at, guests, after), first=[spot])
        total = await _reprice(uow, row, at, after, len(guests))
        await await_guests(uow, dict(row._mapping) | {"arrives": arrives}, guests, row.person_id)
        for guest in guests:
            if guest.pet_id is not None and row.person_id is not None:
                await pets.grant_for_booking(
                    uow,
                    guest.pet_id,
                    row.shop_id,
                    booking=f"{row.id}:{guest.pet_id}",
                    service_on=leaves,
                    by=Actor(person_id=row.person_id),
                )
        own = {"arrives": arrives, "leaves": leaves, "resource_id": spot[0], "lane": spot[1]}
        begins = instant(arrives, row.arrive_minute, row.zone)
        facts = {
            "arrives": arrives.isoformat(),
            "leaves": leaves.isoformat(),
            "nights": len(after),
            "begins_at": begins.isoformat(),
        }
        ends = instant(leaves, row.leave_minute, row.zone)
        return own, Moved(facts=facts, starts_at=begins, ends_at=ends, unit_price=total)

    async def _move_room(self, uow: UnitOfWork, moving: Moving, row: Any) -> dict[str, Any]:
        """Another room of the same lodging for the nights that are left."""
        at = await offered(await uow.connection(), uow.site, row.listing_id)
        asked = str(getattr(moving.asked, "room", "")).strip().casefold()
        found = [(room, spot) for room in at.rooms for spot in room.spots if room.label(spot[1]).casefold() == asked]
        if not found:
            raise Invalid(Problem("room", "not_a_choice", NO_SUCH_ROOM))
        room, spot = found[0]
        guests = await guests_of(uow, row.id)
        if not party_of(guests).fits(room):
            raise Invalid(Problem("room", "too_small", ROOM_TOO_SMALL))
        first = max(today_in(row.zone, uow.at), row.arrives)
        nights = nights_of(first, row.leaves)
        if nights:
            await lock_resources(uow, sorted({row.resource_id, spot[0]}))
            await vacate(uow, row.id, from_s=piece_of(first, row.zone)[0])
            pieces = pieces_of(nights, row.zone)
            if await occupy(uow, row.shop_id, row.id, [Place(*spot)], pieces, source=LINE) is None:
                raise NightsFull(
                    nights=[one.isoformat() for one in nights], said=", ".join(f"{one:%d.%m}" for one in nights)
                )
        return {"resource_id": spot[0], "lane": spot[1]}

    # --- at the door -------------------------------------------------------------------------------------------------

    async def _check_in(self, uow: UnitOfWork, moving: Moving, row: Any) -> dict[str, Any]:
        """The gate on the day through the day of leaving, and what is handed over with the pets."""
        asked: Any = moving.asked
        today = today_in(row.zone, uow.at)
        if today < row.arrives:
            raise NotYet(opens_at=instant(row.arrives, row.arrive_minute, row.zone).isoformat())
        note = asked.gate_note.strip()
        if note:
            check_reason(note)
            await audit(uow, by=moving.by, act="boarding.override_gate", on=f"stay:{row.id}", facts={"note": note})
        elif not row.gate_note:
            at = await offered(await uow.connection(), uow.site, row.listing_id)
            guests = await guests_of(uow, row.id)
            last = max(row.leaves, today)
            await check_all(await uow.connection(), guests, at.lodging, today, last, on_the_day=True)
        uow.record(PetsArrived(stay_id=row.id, order_id=row.order_id, shop_id=row.shop_id, person_id=row.person_id))
        return {
            "checked_in_at": uow.at,
            "gate_note": note or row.gate_note,
            "collector": asked.collector,
            "belongings": asked.belongings,
            "phone": asked.phone or row.phone,
        }

    async def _pick_up(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        """The bill: the nights that were stayed, the medicines that were given, late collecting."""
        today = today_in(row.zone, uow.at)
        leaves = min(row.leaves, max(today, row.arrives + timedelta(days=1)))
        await vacate(uow, row.id, from_s=piece_of(today, row.zone)[0])
        await uow.session.execute(sa.delete(night_table).where(n.stay_id == row.id, n.night >= leaves))
        late = uow.at > instant(row.leaves, row.leave_minute, row.zone) and not moving.asked.waive_late  # type: ignore[attr-defined]  # the verb's form
        base = Money.stored(row.base_amount, row.currency)
        fee = percent_of(base, row.late_percent) if late else Money.zero(row.currency)
        given = await _medicines(uow, row.id)
        bill = await _agreed(uow, row) + fee + Money.stored(row.medicine_amount, row.currency) * given
        left = PetsLeft(stay_id=row.id, order_id=row.order_id, shop_id=row.shop_id, person_id=row.person_id)
        uow.record(left)
        await _note_stay(uow, moving, row, (leaves - row.arrives).days)
        facts: dict[str, Any] = {"nights": (leaves - row.arrives).days, "leaves": leaves.isoformat()}
        if fee:
            facts["late"] = fee.amount
        if given and row.medicine_amount:
            facts["medicines"] = {"count": given, "amount": row.medicine_amount * given}
        own = {"left_at": uow.at, "leaves": leaves, "late_amount": fee.amount}
        return own, Moved(facts=facts | {"currency": row.currency}, unit_price=bill)


async def await_guests(
    uow: UnitOfWork, stay: Mapping[str, Any], guests: Sequence[Guest], person_id: UUID | None
) -> None:
    """The families of pets with a record see the stay among what is booked for them."""
    for guest in guests:
        if guest.pet_id is not None:
            await pets.expect(
                uow,
                guest.pet_id,
                booking=f"{stay['id']}:{guest.pet_id}",
                shop_id=stay["shop_id"],
                on=stay["arrives"],
                title=stay["title"],
                link=f"/boarding/stays/{stay['id']}",
                person_id=person_id,
            )


def _check_change(
    at: Offered, row: Any, arrives: date, leaves: date, now: datetime, *, here: bool, by_shop: bool
) -> None:
    today = today_in(at.zone, now)
    most = _LONGEST if by_shop else max(at.lodging.max_nights, 1)
    fewest = 1 if by_shop or here else at.lodging.min_nights
    earliest = row.arrives if here else today
    latest = today + timedelta(days=at.lodging.ahead_days)
    over = leaves < today if here else not today <= arrives <= latest
    if over or not fewest <= (leaves - arrives).days <= most:
        raise BadDates(fewest=fewest, most=most, earliest=earliest.isoformat(), latest=latest.isoformat())


def _wanted(row: Any, at: Offered, guests: Sequence[Guest], nights: Sequence[date]) -> Wanted:
    return Wanted(line_id=row.id, at=at, party=party_of(guests), nights=nights)


async def _stretch(
    uow: UnitOfWork, row: Any, at: Offered, guests: Sequence[Guest], before: Sequence[date], after: Sequence[date]
) -> Spot:
    """The guests are in the house: the nights that go are free at once; those that come are in the same room if it is
    free, else in another one from then on.
    """
    spot = (row.resource_id, row.lane)
    if len(after) < len(before):
        await vacate(uow, row.id, from_s=piece_of(after[-1] + timedelta(days=1), row.zone)[0])
        return spot
    more = [night for night in after if night not in before]
    if not more:
        return spot
    await place(uow, _wanted(row, at, guests, more), first=[spot])
    return spot


async def guests_of(uow: UnitOfWork, stay_id: UUID) -> list[Guest]:
    rows = await uow.session.execute(sa.select(guest_table).where(g.stay_id == stay_id).order_by(g.position))
    return [
        Guest(
            name=one.name, species=one.species, pet_id=one.pet_id, grams=one.grams, codes=frozenset(one.codes.split())
        )
        for one in rows
    ]


async def _reprice(uow: UnitOfWork, row: Any, at: Offered, nights: Sequence[date], count: int) -> Money:
    known = await queries.night_amounts(await uow.connection(), row.id)
    await uow.session.execute(sa.delete(night_table).where(n.stay_id == row.id, n.night.not_in(nights)))
    more = [night for night in nights if night not in known]
    if more:
        prices = at.prices(more, count)
        rows = [{"stay_id": row.id, "night": one.night, "amount": one.total.amount} for one in prices]
        await uow.session.execute(sa.insert(night_table), rows)
    return await _agreed(uow, row)


async def _agreed(uow: UnitOfWork, row: Any) -> Money:
    amounts = await queries.night_amounts(await uow.connection(), row.id)
    return Money.stored(sum(amounts.values()), row.currency)


async def _medicines(uow: UnitOfWork, stay_id: UUID) -> int:
    """How often a medicine was really given."""
    given = sa.select(sa.func.count()).where(
        e.stay_id == stay_id, e.kind == MEDICINE, e.outcome.in_((DONE, PARTLY)), e.minute.is_not(None)
    )
    return int((await uow.session.execute(given)).scalar_one())


async def _check_in_time(uow: UnitOfWork, row: Any) -> None:
    """Once the pets are awaited the customer calls instead."""
    if uow.at < instant(row.arrives, row.arrive_minute, row.zone):
        return
    shop = await shop_by_id(await uow.connection(), row.shop_id)
    raise CutoffPassed(phone=(shop.phone if shop else "") or "")


async def _let_go(uow: UnitOfWork, moving: Moving, row: Any) -> Moved:
    """The room is free for others. The deposit of whoever cancels late stays with the house."""
    await vacate(uow, row.id)
    for guest in await guests_of(uow, row.id):
        if guest.pet_id is not None:
            await pets.end_booking_grant(uow, f"{row.id}:{guest.pet_id}")
            await pets.expect_no_more(uow, f"{row.id}:{guest.pet_id}")
    paid = row.deposit_amount and moving.before == EXPECTED
    late = uow.at > instant(row.arrives, row.arrive_minute, row.zone) - timedelta(hours=row.cancel_hours)
    by_customer = not moving.roles & _SHOP or moving.verb == "miss"
    if paid and late and by_customer:
        return Moved(facts={"deposit_kept": row.deposit_amount, "currency": row.currency})
    return Moved()


async def _note_stay(uow: UnitOfWork, moving: Moving, row: Any, nights: int) -> None:
    """The family's history of each pet has the stay."""
    line = await line_of(await uow.connection(), row.id)
    for guest in await guests_of(uow, row.id):
        if guest.pet_id is not None:
            await pets.expect_no_more(uow, f"{row.id}:{guest.pet_id}", came=True)
            await pets.note(
                uow,
                guest.pet_id,
                kind="boarding",
                title=STAYED,
                facts={"nights": nights},
                shop_id=row.shop_id,
                by_person_id=moving.by.person_id,
                link=f"/orders/{line.number}" if line else "",
                key=f"boarding.stay:{row.id}:{guest.pet_id}",
            )


__all__ = ["Moves", "await_guests", "guests_of", "instant", "today_in"]
