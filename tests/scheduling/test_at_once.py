"""Many at once: the database decides, and nobody is booked twice. Each with a control that shows what it decides."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.scheduling.domain import AppointmentConfirmed
from marketplace_kit.scheduling.domain.process import NewTime
from marketplace_kit.scheduling.services.reminding import REMIND
from marketplace_kit.scheduling.tables import appointment_reminder_table, appointment_table, claim_table
from marketplace_kit.scheduling.tables.overlap import insert_if_free, refuse_overlaps
from marketplace_kit.testing.queries import assert_query_count
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio
c = claim_table.c
CONFIRMED = AppointmentConfirmed.name


async def outcome(doing: Any) -> str:
    try:
        await doing
    except DomainError as refused:
        return refused.code
    return "done"


def overlaps(claims: Any) -> int:
    """Pairs of enforced live claims of one lane that lie over each other."""
    listed = [row for row in claims if row["enforced"]]
    return sum(
        1
        for i, one in enumerate(listed)
        for other in listed[i + 1 :]
        if (one["resource_id"], one["lane"]) == (other["resource_id"], other["lane"])
        and one["from_s"] < other["to_s"]
        and other["from_s"] < one["to_s"]
    )


async def rush(salon: Salon, haircut: UUID, count: int) -> Counter[str]:
    wishes = [salon.wish(haircut, "10:00", customer=Customer(name="Dana", phone=f"+7701{n:07}")) for n in range(count)]
    return Counter(await asyncio.gather(*(outcome(salon.site.do(salon.capacity.reserve, [w])) for w in wishes)))


async def test_fifty_want_one_time_and_one_gets_it(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    assert await rush(salon, haircut, 50) == {"done": 1, "slot_taken": 49}
    assert len(await salon.claims()) == 1


async def test_who_comes_too_late_leaves_nothing_of_a_booking(salon: Salon) -> None:
    """Claim, appointment, reminders, event and jobs are stored together, or none of them, also by who looked when the
    time was still free.
    """
    await salon.staff()
    haircut = await salon.service()
    assert await rush(salon, haircut, 20) == {"done": 1, "slot_taken": 19}
    (claim,) = await salon.claims()
    (told,) = await salon.sql(sa.select(event_table.c.payload).where(event_table.c.name == CONFIRMED))
    assert told["payload"]["appointment_id"] == str(claim["appointment_id"])
    for table, column in ((appointment_table, "id"), (appointment_reminder_table, "appointment_id")):
        assert {row[column] for row in await salon.sql(sa.select(table.c[column]))} == {claim["appointment_id"]}
    jobs = await salon.sql(sa.select(job_table.c.key).where(job_table.c.name == REMIND))
    assert jobs
    assert all(str(claim["appointment_id"]) in job["key"] for job in jobs)


async def test_a_booking_is_two_statements_where_one_can_store_it_all(salon: Salon) -> None:
    """Besides those that ask what the shop says of a customer whom it knows."""
    await salon.staff()
    haircut = await salon.service()
    walk_in = Customer(name="Dana")
    await salon.book(haircut, "09:00", customer=walk_in)
    with assert_query_count(salon.site, at_most=2 if salon.site.database.dialect == "postgresql" else 6):
        await salon.book(haircut, "10:00", customer=walk_in)
    with assert_query_count(salon.site, 1), pytest.raises(DomainError):  # and a refusal is the look alone
        await salon.book(haircut, "10:00", customer=walk_in)


async def test_control_without_the_constraint_there_are_doubles(salon: Salon) -> None:
    """Claims written without a look before, as many clients do at one instant."""
    staff = await salon.staff()
    for drop in refuse_overlaps(salon.site.database.dialect)[1]:
        await salon.sql(sa.text(drop))

    async def write(uow: Any) -> None:
        row = {"id": new_id(), "resource_id": staff, "lane": 0, "kind": "busy", "from_s": 0, "to_s": 60}
        await uow.session.execute(sa.insert(claim_table).values(**row))

    await asyncio.gather(*(salon.site.do(write) for _ in range(8)))
    assert overlaps(await salon.claims()) == 28


async def test_the_database_itself_refuses_every_overlap(salon: Salon) -> None:
    staff = await salon.staff()

    async def write(uow: Any, from_s: int, to_s: int, lane: int = 0, enforced: bool = True) -> UUID | None:
        row = {"id": new_id(), "resource_id": staff, "lane": lane, "kind": "busy", "from_s": from_s, "to_s": to_s}
        return await insert_if_free(uow.session, claim_table, {**row, "enforced": enforced})

    assert await salon.site.do(write, 100, 200)
    for taken in ((150, 160), (50, 101), (199, 300), (100, 200)):
        assert await salon.site.do(write, *taken) is None
    for free in ((0, 100), (200, 300)):
        assert await salon.site.do(write, *free)
    assert await salon.site.do(write, 100, 200, lane=1)
    assert await salon.site.do(write, 100, 200, enforced=False)
    with pytest.raises(sa.exc.IntegrityError):
        await salon.sql(sa.update(claim_table).where(c.lane == 1).values(lane=0))


async def test_two_who_change_places_never_lose_both_times(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    for round_ in range(3):
        one, _ = await salon.book(haircut, "10:00")
        two, _ = await salon.book(haircut, "12:00")
        moves = (
            salon.move(one.line_id, "reschedule", NewTime(starts_at=salon.at("12:00"))),
            salon.move(two.line_id, "reschedule", NewTime(starts_at=salon.at("14:00" if round_ else "10:00"))),
        )
        results = await asyncio.gather(*(outcome(m) for m in moves))
        assert set(results) <= {"done", "slot_taken"}
        claims = await salon.claims()
        assert sorted(row["appointment_id"] for row in claims) == sorted([one.line_id, two.line_id])
        assert overlaps(claims) == 0
        if round_:
            assert "done" in results
        for line in (one, two):
            await salon.move(line.line_id, "cancel")


async def test_two_pending_requests_for_one_time_are_never_both_confirmed(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(confirmation="by_shop")
    first, _ = await salon.book(haircut, "10:00")
    assert await rush(salon, haircut, 5) == {"slot_taken": 5}
    results = await asyncio.gather(*(outcome(confirm(salon, first.line_id)) for _ in range(2)))
    assert sorted(results) == ["done", "invalid_transition"]


async def confirm(salon: Salon, line_id: UUID) -> None:
    """As an order does it: the state is changed by one conditional update before the capacity is asked."""
    t = appointment_table

    async def act(uow: Any) -> None:
        turned = sa.update(t).where(t.c.id == line_id, t.c.state == "requested").values(state="confirmed")
        if (await uow.session.execute(turned.returning(t.c.id))).first() is None:
            raise InvalidTransition(verb="confirm", **{"from": "confirmed"})

    await salon.site.do(act)


async def test_holds_that_run_out_under_load_are_sold_once(salon: Salon) -> None:
    await salon.staff("A")
    await salon.staff("B")
    haircut = await salon.service()
    held = [salon.wish(haircut, time) for time in ("10:00", "10:00", "11:00")]
    for wish in held:
        await salon.site.do(salon.capacity.hold, [wish], salon.clock.now() + timedelta(minutes=10))
    salon.clock.advance(timedelta(minutes=11))
    others = [
        salon.wish(haircut, time, customer=Customer(name="X", phone=f"+7702{n:07}"))
        for n, time in enumerate(["10:00", "11:00"] * 6)
    ]
    results = Counter(
        await asyncio.gather(*(outcome(salon.site.do(salon.capacity.reserve, [w])) for w in [*held, *others]))
    )
    claims = await salon.claims()
    assert results["done"] == 4 == len(claims)
    assert overlaps(claims) == 0
    assert {row["kind"] for row in claims} == {"booking"}


async def test_places_of_a_room_and_any_staff_are_sold_as_often_as_there_are_some(salon: Salon) -> None:
    for name in ("A", "B", "C"):
        await salon.staff(name)
    await salon.staff("Room", kind="room", lanes=2)
    massage = await salon.service(needs="room, staff")
    results = await rush(salon, massage, 12)
    assert results["done"] == 2, results
    assert overlaps(await salon.claims()) == 0
    assert len(await salon.claims()) == 4
