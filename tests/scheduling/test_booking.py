"""Booking a time: what is promised, what is refused, and what becomes of the claims."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain import (
    BookingBlocked,
    CutoffPassed,
    HoldExpired,
    NoSuchSlot,
    NotYet,
    OutsideHours,
    PrepaymentRequired,
    ResourceConflict,
    SlotTaken,
    StaffCannotDo,
    TooFar,
    TooManyOpenVisits,
    TooManyReschedules,
    TooSoon,
)
from marketplace_kit.scheduling.domain.process import NewTime, Summary
from marketplace_kit.scheduling.schemas import AppointmentChoice, MarkForm, MissedRule, Performer, WalkIn
from marketplace_kit.scheduling.tables import claim_table
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
c = claim_table.c


async def test_a_salon_that_has_set_up_nobody_can_be_booked_at_once(salon: Salon) -> None:
    haircut = await salon.service()
    assert (await salon.times(haircut))[:3] == ["09:00", "09:30", "10:00"]
    wish, promise = await salon.book(haircut, "10:00")
    assert promise.state == "confirmed"
    assert promise.facts["staff_name"] == "Salon"
    assert promise.facts["starts_at"] == "2026-03-03T10:00:00+05:00"
    row = await salon.appointment(wish.line_id)
    assert (str(row["local_date"]), row["local_time"], row["zone"]) == ("2026-03-03", 600, "Asia/Atyrau")
    assert "10:00" not in await salon.times(haircut)
    assert "09:00" in await salon.times(haircut)
    assert "11:00" in await salon.times(haircut)


async def test_visible_example_1_a_day_in_atyrau(salon: Salon) -> None:
    await salon.hours(thu="09:30-13:30, 14:15-18:45")
    day = date(2027, 4, 15)
    service = await salon.service(minutes=50, after=10, step=20)
    break_ = await salon.service("Other", minutes=60, step=10)
    await salon.book(break_, "10:30", day, by_staff=True)
    short = await salon.service("Short", minutes=40, step=5)
    await salon.book(short, "16:00", day, by_staff=True)
    assert " ".join(await salon.times(service, day, by_staff=True)) == (
        "09:30 11:30 11:50 12:10 12:30 14:15 14:35 14:55 16:55 17:15 17:35 17:55"
    )
    await salon.book(service, "12:10", day, by_staff=True)
    with pytest.raises(SlotTaken) as taken:
        await salon.book(service, "12:10", day, by_staff=True)
    assert [one[11:16] for one in taken.value.facts["alternatives"]] == ["09:30", "14:15", "14:35"]


@pytest.mark.parametrize(
    ("time", "day", "refusal"),
    [
        ("10:10", TUESDAY, NoSuchSlot),
        ("07:00", TUESDAY, OutsideHours),
        ("09:00", date(2026, 3, 1), TooSoon),
        ("09:00", date(2027, 9, 1), TooFar),
    ],
)
async def test_a_start_that_was_never_offered_is_refused(
    salon: Salon, time: str, day: date, refusal: type[DomainError]
) -> None:
    haircut = await salon.service()
    await salon.staff()
    with pytest.raises(refusal):
        await salon.book(haircut, time, day)
    assert await salon.claims() == []


async def test_a_start_is_an_instant(salon: Salon) -> None:
    haircut = await salon.service()
    for text in ("2026-03-03T10:00", "tomorrow", "2026-03-03T10:00:30+05:00", "0001-01-01T00:00:00+23:00"):
        wish = attrs.evolve(salon.wish(haircut, "10:00"), choice=AppointmentChoice(starts_at=text))
        with pytest.raises(Invalid):
            await salon.site.do(salon.capacity.reserve, [wish])


async def test_any_staff_is_the_one_with_the_fewest_minutes_that_day_then_the_lowest_id(salon: Salon) -> None:
    first, second = await salon.staff("A"), await salon.staff("B")
    haircut = await salon.service()
    chosen = [(await salon.book(haircut, time))[1].facts["staff"] for time in ("10:00", "12:00", "14:00", "14:00")]
    assert chosen == [first, second, first, second]
    with pytest.raises(SlotTaken):
        await salon.book(haircut, "14:00")


async def test_only_those_who_do_it_can_be_chosen_and_with_minutes_and_price_of_their_own(salon: Salon) -> None:
    first, second = await salon.staff("A"), await salon.staff("B")
    haircut = await salon.service()
    await salon.site.do(
        services.set_service_resources, haircut, [Performer(resource_id=second, minutes=90)], by=salon.owner
    )
    with pytest.raises(StaffCannotDo) as refused:
        await salon.book(haircut, "10:00", staff=first)
    assert [one["id"] for one in refused.value.facts["who_can"]] == [second]
    assert (await salon.book(haircut, "10:00", staff=second))[1].facts["minutes"] == 90


async def test_staff_and_room_are_claimed_together_or_not_at_all(salon: Salon) -> None:
    for name in ("A", "B"):
        await salon.staff(name)
    room = await salon.staff("Room", kind="room", skills="massage")
    await salon.staff("Other room", kind="room")
    massage = await salon.service(needs="staff, room:massage")
    wish, _ = await salon.book(massage, "10:00")
    assert [one["resource_id"] for one in await salon.claims(c.appointment_id == wish.line_id)][-1] == room
    assert len(await salon.claims()) == 2
    with pytest.raises(ResourceConflict) as refused:
        await salon.book(massage, "10:30")
    assert refused.value.facts["need"] == "room"
    assert len(await salon.claims()) == 2


async def test_a_hold_becomes_the_booking_and_dies_by_itself(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    mine, other = salon.wish(haircut, "10:00"), salon.wish(haircut, "10:00")
    until = salon.clock.now() + timedelta(minutes=10)
    await salon.site.do(salon.capacity.hold, [mine], until)
    assert "10:00" not in await salon.times(haircut)
    with pytest.raises(SlotTaken):
        await salon.site.do(salon.capacity.reserve, [other])
    again = attrs.evolve(mine, choice=AppointmentChoice(starts_at=salon.at("12:00")))
    await salon.site.do(salon.capacity.hold, [again], until)
    assert "10:00" in await salon.times(haircut)
    await salon.site.do(salon.capacity.reserve, [again])
    claims = await salon.claims()
    assert [(one["kind"], one["appointment_id"]) for one in claims] == [("booking", mine.line_id)]


async def test_a_hold_that_is_over_is_tried_again_and_refused_if_somebody_was_faster(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    late, lucky = salon.wish(haircut, "10:00"), salon.wish(haircut, "14:00")
    await salon.site.do(salon.capacity.hold, [late], salon.clock.now() + timedelta(minutes=10))
    await salon.site.do(salon.capacity.hold, [lucky], salon.clock.now() + timedelta(minutes=10))
    salon.clock.advance(timedelta(minutes=10, seconds=31))
    await salon.book(haircut, "10:00")
    with pytest.raises(HoldExpired):
        await salon.site.do(salon.capacity.reserve, [late])
    assert (await salon.site.do(salon.capacity.reserve, [lucky]))[0].state == "confirmed"
    assert len(await salon.claims()) == 2


async def test_visible_example_5_three_in_turn_are_one_block(salon: Salon) -> None:
    for name in ("A", "B"):
        await salon.staff(name)
    await salon.hours(tue="10:00-11:50", wed="10:00-12:00")
    lengths = [await salon.service(f"Dog {n}", minutes=n, step=5) for n in (40, 55, 25)]
    order = salon.wish(lengths[0], "10:00").order_id
    for day, fits in ((TUESDAY, False), (TUESDAY + timedelta(days=1), True)):
        wishes = [salon.wish(one, "10:00", day, order_id=order) for one in lengths]
        if not fits:
            with pytest.raises(DomainError):
                await salon.site.do(salon.capacity.reserve, wishes)
            together = [salon.wish(one, "10:00", day, order_id=order, together=True) for one in lengths]
            with pytest.raises(DomainError):
                await salon.site.do(salon.capacity.reserve, together)
            assert await salon.claims() == []
            continue
        promises = await salon.site.do(salon.capacity.reserve, wishes)
        assert [p.facts["starts_at"][11:16] for p in promises] == ["10:00", "10:40", "11:35"]
        assert len({p.facts["staff"] for p in promises}) == 1


async def test_a_refused_move_leaves_the_old_time_untouched(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    mine, _ = await salon.book(haircut, "10:00")
    other, _ = await salon.book(haircut, "12:00")
    with pytest.raises(SlotTaken):
        await salon.move(mine.line_id, "reschedule", NewTime(starts_at=salon.at("11:30")), role="customer")
    assert [one["appointment_id"] for one in await salon.claims()] == [mine.line_id, other.line_id]
    moved = await salon.move(mine.line_id, "reschedule", NewTime(starts_at=salon.at("10:30")), role="customer")
    assert moved.facts["starts_at"] == salon.at("10:30")
    row = await salon.appointment(mine.line_id)
    assert (row["local_time"], row["version"], row["sequence"], row["moves_used"]) == (630, 2, 1, 1)
    assert len(await salon.claims(c.appointment_id == mine.line_id)) == 1


async def test_customers_are_bound_by_cutoff_and_moves_and_the_shop_is_not(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(cutoff_hours=6, moves=1)
    mine, _ = await salon.book(haircut, "17:00")
    await salon.move(mine.line_id, "reschedule", NewTime(starts_at=salon.at("16:00")), role="customer")
    with pytest.raises(TooManyReschedules):
        await salon.move(mine.line_id, "reschedule", NewTime(starts_at=salon.at("15:00")), role="customer")
    starts = salon.clock.now() + timedelta(hours=29)
    salon.clock.set(starts - timedelta(hours=6))
    salon.clock.advance(timedelta(seconds=1))
    with pytest.raises(CutoffPassed) as late:
        await salon.move(mine.line_id, "cancel", role="customer")
    assert late.value.facts["phone"] == "+77122354040"
    salon.clock.advance(timedelta(seconds=-1))
    await salon.move(mine.line_id, "cancel", role="customer")
    assert await salon.claims() == []


async def test_a_visit_goes_its_way_and_ends_when_it_really_ends(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(after=10)
    mine, _ = await salon.book(haircut, "10:00")
    with pytest.raises(NotYet):
        await salon.move(mine.line_id, "check_in", role="customer")
    salon.clock.advance(timedelta(hours=22, minutes=35))  # 09:35
    await salon.move(mine.line_id, "check_in", role="customer")
    with pytest.raises(InvalidTransition):
        await salon.move(mine.line_id, "cancel", role="customer")
    salon.clock.advance(timedelta(minutes=25))
    moved = await salon.move(mine.line_id, "start")
    assert moved.facts["eta"] == salon.at("11:00")
    salon.clock.advance(timedelta(minutes=20))
    await salon.move(mine.line_id, "finish", Summary(summary="Short"))
    (claim,) = await salon.claims()
    assert claim["to_s"] == int(salon.clock.now().timestamp()) + 600
    assert "10:30" in await salon.times(haircut)


async def test_a_missed_visit_frees_its_time_and_comes_back_only_if_it_is_still_free(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    mine, _ = await salon.book(haircut, "10:00")
    with pytest.raises(NotYet):
        await salon.move(mine.line_id, "miss")
    salon.clock.advance(timedelta(hours=23, minutes=5))
    await salon.move(mine.line_id, "miss")
    assert await salon.claims() == []
    await salon.move(mine.line_id, "undo_miss")
    assert len(await salon.claims()) == 1
    await salon.move(mine.line_id, "miss")
    await salon.book(haircut, "10:00", by_staff=True)
    with pytest.raises(SlotTaken):
        await salon.move(mine.line_id, "undo_miss")
    assert (await salon.appointment(mine.line_id))["state"] == "no_show"


async def test_a_shop_that_confirms_each_may_propose_another_time(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(confirmation="by_shop")
    mine, promise = await salon.book(haircut, "10:00")
    assert promise.state == "requested"
    assert promise.due is not None
    assert (promise.due.verb, promise.due.at - salon.clock.now()) == ("expire", timedelta(hours=12))
    await salon.move(mine.line_id, "propose", NewTime(starts_at=salon.at("12:00")))
    await salon.move(mine.line_id, "accept", role="customer")
    row = await salon.appointment(mine.line_id)
    assert (row["state"], row["local_time"]) == ("confirmed", 720)
    soon, promise = await salon.book(haircut, "13:00", date(2026, 3, 2))
    assert promise.due is not None
    assert promise.due.at - salon.clock.now() == timedelta(minutes=15)
    await salon.move(soon.line_id, "expire", role="system")
    assert len(await salon.claims()) == 1


async def test_unpaid_time_is_kept_until_its_deadline_and_then_tried_once_more(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(prepay="percent", prepay_amount=30)
    mine, promise = await salon.book(haircut, "10:00")
    assert promise.state == "held"
    assert promise.due_now is not None
    assert promise.due_now.amount == 150_000
    await salon.move(mine.line_id, "settle", role="system")
    assert [one["kind"] for one in await salon.claims()] == ["booking"]
    late, _ = await salon.book(haircut, "12:00")
    salon.clock.advance(timedelta(minutes=16))
    await salon.book(haircut, "12:00", by_staff=True)
    with pytest.raises(HoldExpired):
        await salon.move(late.line_id, "settle", role="system")
    await salon.move(late.line_id, "expire", role="system")
    assert len(await salon.claims()) == 2


async def test_visible_example_9_missed_visits_and_the_blacklist(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    await salon.site.do(services.set_missed_rule, salon.shop_id, MissedRule(limit=3, days=60), by=salon.owner)
    for number in range(3):
        mine, _ = await salon.book(haircut, f"{12 + number}:00", date(2026, 3, 2))
        salon.clock.set(salon.clock.now().replace(hour=7 + number, minute=5))
        await salon.move(mine.line_id, "miss")
    with pytest.raises(PrepaymentRequired):
        await salon.book(haircut, "16:00")
    assert (await salon.book(haircut, "15:00", by_staff=True))[1].state == "confirmed"
    salon.clock.advance(timedelta(minutes=1))
    lift = MarkForm(phone="+77010000001", mode="allow", reason="It was our mistake")
    await salon.site.do(services.mark_customer, salon.shop_id, lift, by=salon.owner)
    assert (await salon.book(haircut, "16:00"))[1].state == "confirmed"
    for mode, refusal in (("prepay_only", PrepaymentRequired), ("block", BookingBlocked)):
        mark = MarkForm(phone="+77010000001", mode=mode, reason="Rude")
        await salon.site.do(services.mark_customer, salon.shop_id, mark, by=salon.owner)
        with pytest.raises(refusal) as refused:
            await salon.book(haircut, "17:00")
        assert set(refused.value.facts) == {"phone"}


async def test_a_customer_has_only_so_many_open_visits(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(max_open=2)
    for time in ("10:00", "11:00"):
        await salon.book(haircut, time)
    with pytest.raises(TooManyOpenVisits):
        await salon.book(haircut, "12:00")
    assert (await salon.book(haircut, "12:00", by_staff=True))[1].state == "confirmed"


async def test_a_class_has_as_many_places_as_it_has_and_begins_for_all_at_once(salon: Salon) -> None:
    await salon.staff("Hall", lanes=8)
    yoga = await salon.service("Yoga", places=3)
    for _ in range(3):
        await salon.book(yoga, "10:00", customer=salon.wish(yoga, "10:00").customer)
    with pytest.raises(DomainError) as full:
        await salon.book(yoga, "10:00")
    assert full.value.code in ("capacity_full", "slot_taken")
    assert "10:30" not in await salon.times(yoga)
    view = await services.slots_for(salon.site, yoga, (), TUESDAY, 1)
    assert next(s.places_left for s in view.days[0].slots if s.time == "11:00") == 3


async def test_visible_example_4_lanes_are_chosen_by_the_smallest_gap_and_dealt_anew(salon: Salon) -> None:
    tub = await salon.staff("Tubs", lanes=2)
    three, four = await salon.service("3 h", minutes=180), await salon.service("4 h", minutes=240)
    await salon.book(three, "10:00")
    await salon.book(four, "10:00")
    await salon.book(three, "14:00")
    assert [(one["lane"]) for one in await salon.claims(c.resource_id == tub)] == [0, 1, 1]
    await salon.book(three, "13:00")
    # Scattered on purpose: no lane is free from 09:00 to 10:00 … unless the day is dealt anew.
    half = await salon.service("1 h", minutes=60)
    await salon.book(half, "09:00", date(2026, 3, 5))
    await salon.book(three, "10:00", date(2026, 3, 5))
    await salon.sql(
        sa.update(claim_table).where(c.from_s >= _s(salon, "10:00"), c.to_s <= _s(salon, "13:00")).values(lane=1)
    )
    two = await salon.service("2 h", minutes=120)
    await salon.book(two, "13:00", date(2026, 3, 5))
    await salon.sql(sa.update(claim_table).where(c.from_s == _s(salon, "13:00")).values(lane=0))
    await salon.book(four, "09:00", date(2026, 3, 5), by_staff=True)


def _s(salon: Salon, time: str) -> int:
    return int(datetime.fromisoformat(salon.at(time, date(2026, 3, 5))).timestamp())


async def test_a_walk_in_may_be_squeezed_in_for_a_reason(salon: Salon) -> None:
    staff = await salon.staff()
    haircut = await salon.service()
    await salon.book(haircut, "10:00")
    form = WalkIn(starts_at=salon.at("10:00"), staff=staff, name="Guest")
    with pytest.raises(SlotTaken):
        await salon.site.do(services.walk_in, salon.shop_id, haircut, form, by=salon.owner)
    forced = WalkIn(starts_at=salon.at("10:00"), staff=staff, overbook="A friend of the house")
    made = await salon.site.do(services.walk_in, salon.shop_id, haircut, forced, by=salon.owner)
    assert (await salon.appointment(made))["overbooked"]
    assert sorted(one["enforced"] for one in await salon.claims()) == [False, True]
