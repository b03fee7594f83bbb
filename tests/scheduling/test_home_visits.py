"""Visits at the customer's home: the way to them is part of what a van is busy with."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.places.services import keep_ways
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain import (
    HasAppointments,
    HoldExpired,
    OutOfZone,
    ResourceConflict,
    SlotTaken,
    TravelTimeShort,
)
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.domain.process import NewTime
from marketplace_kit.scheduling.schemas import AppointmentChoice, AreaForm, Break, VanForm, Where
from marketplace_kit.scheduling.services import travelling
from marketplace_kit.scheduling.services.sweeping import sweep_holds
from marketplace_kit.scheduling.tables.travel import van_trip_table
from tests.scheduling.rounds import A, B, C, Garage, away
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
WEDNESDAY = TUESDAY + timedelta(days=1)


async def test_a_visit_between_two_others_changes_the_way_to_the_second(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10"]
    await garage.book(B, "11:30")
    assert await garage.blocked() == ["10:00-11:00", "11:10-12:30", "12:45-14:10"]


async def test_a_way_that_does_not_fit_is_said_so_with_times_that_do(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    with pytest.raises(TravelTimeShort) as short:
        await garage.book(B, "11:50")
    assert [one[11:16] for one in short.value.facts["alternatives"]] == ["11:35", "11:40", "11:45"]
    with pytest.raises(SlotTaken):
        await garage.book(B, "10:30")
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10"]


async def test_every_offered_start_can_be_booked_and_no_other(salon: Salon) -> None:
    dice = random.Random(8)
    garage = await Garage.opened(salon, step=60, minutes=45, before=5, after=5)
    for _ in range(12):
        place = away(dice.uniform(-25, 25), dice.uniform(-25, 25))
        offered = await garage.times(place)
        for time in (f"{hour:02}:00" for hour in range(9, 18)):
            wish = garage.wish(place, time)
            if time in offered:
                await salon.site.do(salon.capacity.hold, [wish], salon.clock.now() + timedelta(minutes=5))
                await salon.site.do(salon.capacity.drop, [wish.line_id])
            else:
                with pytest.raises(DomainError):
                    await salon.site.do(salon.capacity.reserve, [wish])
        if offered:
            await garage.book(place, dice.choice(offered))
        assert await garage.ways_fit() == []


async def test_cancelling_or_moving_a_visit_gives_the_next_one_its_own_way_back(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    middle, _ = await garage.book(B, "11:30")
    await garage.book(C, "13:10")
    assert (await garage.blocked())[-1] == "12:45-14:10"
    await salon.move(middle.line_id, "reschedule", NewTime(starts_at=salon.at("15:00")))
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10", "14:35-16:00"]
    await salon.move(middle.line_id, "reschedule", NewTime(starts_at=salon.at("11:35")))
    assert await garage.blocked() == ["10:00-11:00", "11:15-12:35", "12:45-14:10"]
    await salon.move(middle.line_id, "cancel")
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10"]


async def test_a_refused_move_leaves_every_way_as_it_was(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    other, _ = await garage.book(B, "16:00")
    before = await garage.blocked()
    with pytest.raises(TravelTimeShort):
        await salon.move(other.line_id, "reschedule", NewTime(starts_at=salon.at("11:50")))
    assert await garage.blocked() == before


async def test_a_hold_is_a_stop_and_lets_go_of_its_way(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    held = garage.wish(B, "11:30")
    await salon.site.do(salon.capacity.hold, [held], salon.clock.now() + timedelta(minutes=10))
    assert await garage.blocked() == ["10:00-11:00", "11:10-12:30", "12:45-14:10"]
    assert "11:30" not in await garage.times(B)
    await salon.site.do(salon.capacity.drop, [held.line_id])
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10"]
    await salon.site.do(salon.capacity.hold, [held], salon.clock.now() + timedelta(minutes=10))
    salon.clock.advance(timedelta(minutes=11))
    await salon.site.do(sweep_holds)
    assert await garage.blocked() == ["10:00-11:00", "12:55-14:10"]
    assert await salon.sql(sa.select(van_trip_table.c.line_id).where(van_trip_table.c.line_id == held.line_id)) == []


async def test_a_held_time_is_booked_with_its_way_and_not_for_another_address(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(C, "13:10")
    held = garage.wish(B, "11:30")
    await salon.site.do(salon.capacity.hold, [held], salon.clock.now() + timedelta(minutes=10))
    await salon.site.do(salon.capacity.reserve, [held])
    assert await garage.blocked() == ["11:10-12:30", "12:45-14:10"]
    elsewhere = garage.wish(A, "16:00")
    await salon.site.do(salon.capacity.hold, [elsewhere], salon.clock.now() + timedelta(minutes=10))
    choice = AppointmentChoice(starts_at=salon.at("16:00"), address="Elsewhere 1", point=said_point(C))
    await salon.site.do(salon.capacity.reserve, [attrs.evolve(elsewhere, choice=choice)])
    assert await garage.blocked() == ["11:10-12:30", "12:45-14:10", "16:00-17:00"]
    assert await garage.ways_fit() == []


async def test_a_hold_that_is_over_is_no_stop(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(C, "13:10")
    stale = garage.wish(B, "11:30")
    await salon.site.do(salon.capacity.hold, [stale], salon.clock.now() + timedelta(minutes=10))
    salon.clock.advance(timedelta(minutes=11))
    await garage.book(A, "11:30", customer=Customer(name="X", phone="+77010000002"))
    assert await garage.blocked() == ["11:30-12:30", "12:55-14:10"]
    with pytest.raises((HoldExpired, TravelTimeShort, SlotTaken)):
        await salon.site.do(salon.capacity.reserve, [stale])


async def test_nobody_comes_beyond_the_areas_or_on_another_day(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    form = VanForm(base=said_point(A), radius_km=0, kmh=60, road_percent=100)
    await salon.site.do(services.save_van, salon.shop_id, garage.van, form, by=salon.owner)
    corners = "\n".join(said_point(away(n, e)) for n, e in ((15, -5), (15, 5), (25, 5), (25, -5)))
    area = AreaForm(name="North", outline=corners, weekdays=("1", "3"))
    area_id = await salon.site.do(services.save_area, salon.shop_id, garage.van, area, by=salon.owner)
    assert (await garage.times(B))[0] == "09:20"
    assert await garage.times(B, day=WEDNESDAY) == []
    with pytest.raises(OutOfZone) as refused:
        await garage.book(B, "10:00", day=WEDNESDAY)
    assert refused.value.facts == {"weekdays": [1, 3], "areas": ["North"]}
    with pytest.raises(OutOfZone) as never:
        await garage.book(C, "10:00")
    assert never.value.facts["weekdays"] == []
    by_name = salon.wish(garage.listing, "10:00")
    choice = AppointmentChoice(starts_at=salon.at("10:00"), address="Auezov 1", district=str(area_id))
    await salon.site.do(salon.capacity.reserve, [attrs.evolve(by_name, choice=choice)])
    assert await garage.blocked() == ["09:40-11:00"]
    view = await services.slots_for(salon.site, garage.listing, (), TUESDAY, 1)
    assert (view.not_bookable, view.home_visit, view.areas) == ("no_address", True, [(area_id, "North")])
    far = await services.slots_for(salon.site, garage.listing, (), TUESDAY, 1, where=Where(point=said_point(C)))
    assert far.not_bookable == "out_of_zone"


async def test_who_books_a_visit_at_home_says_where(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    with pytest.raises(Invalid) as refused:
        await salon.book(garage.listing, "10:00")
    assert {(p.field, p.code) for p in refused.value.problems} == {("point", "no_point"), ("address", "no_address")}
    wish = garage.wish(A, "10:00")
    for said, field in (({"point": "here"}, "point"), ({"point": "", "district": "77"}, "district")):
        given = {"starts_at": salon.at("10:00"), "address": "Satpaev 5", "point": ""} | said
        with pytest.raises(Invalid) as wrong:
            await salon.site.do(salon.capacity.reserve, [attrs.evolve(wish, choice=AppointmentChoice(**given))])
        assert [p.field for p in wrong.value.problems] == [field]


async def test_two_visits_of_one_order_know_of_each_other(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    first = garage.wish(B, "10:00")
    second = garage.wish(C, "11:30", order_id=first.order_id)
    await salon.site.do(salon.capacity.reserve, [first, second])
    assert await garage.blocked() == ["09:40-11:00", "11:05-12:30"]
    third = garage.wish(B, "14:00")
    fourth = garage.wish(C, "15:10", order_id=third.order_id)
    with pytest.raises(TravelTimeShort):
        await salon.site.do(salon.capacity.reserve, [third, fourth])
    assert len(await garage.blocked()) == 2


async def test_two_dogs_at_one_address_are_one_way(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    one = garage.wish(B, "10:00")
    two = garage.wish(B, "10:00", order_id=one.order_id)
    await salon.site.do(salon.capacity.reserve, [one, two])
    assert await garage.blocked() == ["09:40-11:00", "11:00-12:00"]
    await salon.move(one.line_id, "cancel")
    assert await garage.blocked() == ["10:40-12:00"]


async def test_a_member_of_staff_rides_along_and_is_claimed_for_the_visit(salon: Salon) -> None:
    staff = await salon.staff("Aigerim")
    garage = await Garage.opened(salon, needs="staff, van")
    wish, promise = await garage.book(B, "10:00")
    assert promise.facts["staff_name"] == "Aigerim"
    assert promise.facts["home_visit"] is True
    assert [r["resource_id"] for r in await salon.claims()] == [garage.van, staff]
    with pytest.raises((ResourceConflict, SlotTaken, TravelTimeShort)):
        await garage.book(C, "10:00")
    assert (await salon.appointment(wish.line_id))["before"] == 0


async def test_a_break_of_the_van_keeps_the_ways_apart(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    middle, _ = await garage.book(B, "11:30")
    await garage.book(C, "13:10")
    lunch = Break(starts_at=salon.at("12:30"), ends_at=salon.at("12:45"))
    await salon.site.do(services.take_break, salon.shop_id, garage.van, lunch, by=salon.owner)
    await salon.move(middle.line_id, "cancel")
    assert (await garage.blocked())[-1] == "12:55-14:10"
    tea = Break(starts_at=salon.at("12:50"), ends_at=salon.at("12:55"))
    await salon.site.do(services.take_break, salon.shop_id, garage.van, tea, by=salon.owner)
    assert "11:00" not in await garage.times(B)


async def test_overbooking_on_purpose_takes_whatever_way_there_is(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    await garage.book(B, "11:50", by_staff=True, overbook="She cannot wait")
    assert await garage.blocked() == ["10:00-11:00", "11:30-12:50", "12:50-14:10"]


async def test_a_van_with_visits_ahead_does_not_simply_stay(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    wish, _ = await garage.book(A, "10:00")
    with pytest.raises(HasAppointments):
        await salon.site.do(services.stay_at_shop, salon.shop_id, garage.van, by=salon.owner)
    await salon.move(wish.line_id, "cancel")
    await salon.site.do(services.stay_at_shop, salon.shop_id, garage.van, by=salon.owner)
    assert (await services.slots_for(salon.site, garage.listing, (), TUESDAY, 1)).home_visit is False


async def test_ways_that_a_router_measured_are_read_and_never_asked_for_within_a_booking(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await garage.book(A, "10:00")
    await garage.book(C, "13:10")
    assert "11:20" in await garage.times(B)
    measured = {(A, B): 40, (B, C): 30, (B, A): 40}
    await salon.site.do(keep_ways, measured, source="a router")
    offered = await garage.times(B)
    assert [time for time in offered if "11:00" < time < "12:30"] == ["11:40"]
    with pytest.raises(TravelTimeShort):
        await garage.book(B, "11:30")
    wish, _ = await garage.book(B, "11:40")
    assert await garage.blocked() == ["10:00-11:00", "11:00-12:40", "12:40-14:10"]
    await salon.site.do(keep_ways, {(A, C): 20}, source="a driver")
    await salon.move(wish.line_id, "cancel")
    assert await garage.blocked() == ["10:00-11:00", "12:50-14:10"]


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


async def outcome(doing: Any) -> str:
    try:
        await doing
    except DomainError as refused:
        return refused.code
    return "done"


async def rush(garage: Garage, number: int) -> Counter[str]:
    """Customers all over the town who want times of one day at one instant."""
    dice = random.Random(number)
    salon = garage.salon
    wishes = [
        garage.wish(
            away(dice.uniform(-20, 20), dice.uniform(-20, 20)),
            f"{dice.randrange(9, 17)}:{dice.choice(('00', '30'))}",
            customer=Customer(name="Dana", phone=f"+7701{number:03}{n:04}"),
        )
        for n in range(24)
    ]
    return Counter(await asyncio.gather(*(outcome(salon.site.do(salon.capacity.reserve, [w])) for w in wishes)))


async def test_many_who_book_one_van_at_once_leave_ways_that_fit(salon: Salon) -> None:
    garage = await Garage.opened(salon, minutes=30)
    results = await rush(garage, 1)
    assert results["done"] >= 4
    assert set(results) <= {"done", "slot_taken", "travel_time_short"}
    assert await garage.ways_fit() == []


async def test_control_without_the_line_before_the_van_ways_are_wrong(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who read the round before either has written: each is right alone, together they are not. On SQLite nobody
    reads between: there the writers stand in line anyway, so the reads are taken beforehand.
    """
    garage = await Garage.opened(salon, minutes=30)
    wishes = [garage.wish(B, "10:00"), garage.wish(C, "12:00", customer=Customer(name="X", phone="+77010000009"))]

    async def planned_before(uow: Any, visit: Any) -> Any:
        return None  # what was read without standing in line

    async def nobody_waits(uow: Any, van_ids: Any) -> None:
        return None

    seen = [await salon.site.do(salon.capacity.visits_in, [wish]) for wish in wishes]
    monkeypatch.setattr(salon.capacity, "_plan_now", planned_before)
    monkeypatch.setattr("marketplace_kit.scheduling.services.capacity.finding.stand_in_line", nobody_waits)
    rows = {0: {"kind": "booking"}}
    for wish, visits in zip(wishes, seen, strict=True):
        given = {0: rows[0] | {"hold_id": wish.line_id, "held_for": wish.order_id}}
        await salon.site.do(salon.capacity._place, visits[0], given)
    assert await garage.ways_fit() == ["11:45 is not 11:35"]
    assert travelling.stand_in_line is not nobody_waits
