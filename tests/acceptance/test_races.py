"""Acts that meet at one instant, through the public doors. One time that many want is in
``test_scheduling_examples.py``; moves that cross, holds that run out under load, and the controls without the
constraint are in ``tests/scheduling/test_at_once.py``.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.acceptance.conftest import Doors
from tests.scheduling.salons import Salon
from tests.scheduling.test_at_once import overlaps

pytestmark = pytest.mark.anyio


async def test_a_request_that_is_moved_and_confirmed_at_once_is_both_and_holds_one_time(
    salon: Salon, doors: Doors
) -> None:
    """Whichever comes first, the visit is confirmed at its new time, its old one is free, and nothing is half done."""
    await salon.staff()
    haircut = await salon.service(confirmation="by_shop")
    dana, owner = await doors.program("dana"), await doors.owner()
    for old, new in (("09:00", "10:00"), ("11:00", "12:00"), ("13:00", "14:00")):
        order = await doors.ordered(dana, haircut, old)
        confirmed, moved = await asyncio.gather(
            doors.act(owner, order, "confirm"), doors.act(dana, order, "reschedule", starts_at=salon.at(new))
        )
        assert (confirmed.status_code, moved.status_code) == (200, 200), (confirmed.text, moved.text)
        (line,) = (await dana.get(f"/api/orders/{order['id']}")).json()["lines"]
        assert (line["status"], line["facts"]["starts_at"]) == ("confirmed", salon.at(new))
    assert [one["starts_at"][11:16] for one in await doors.calendar()] == ["10:00", "12:00", "14:00"]
    assert overlaps(await salon.claims()) == 0


async def test_of_a_move_and_a_cancellation_at_once_nothing_keeps_a_time_that_is_off(
    salon: Salon, doors: Doors
) -> None:
    await salon.staff()
    haircut = await salon.service()
    dana, owner = await doors.program("dana"), await doors.owner()
    for old, new in (("09:00", "10:00"), ("11:00", "12:00"), ("13:00", "14:00")):
        order = await doors.ordered(dana, haircut, old)
        moved, gone = await asyncio.gather(
            doors.act(dana, order, "reschedule", starts_at=salon.at(new)), doors.act(owner, order, "cancel")
        )
        assert gone.status_code == 200
        assert moved.json().get("code", "moved") in ("moved", "invalid_transition")
        assert (await dana.get(f"/api/orders/{order['id']}")).json()["status"] == "cancelled"
    assert await salon.claims() == []


async def test_a_time_that_is_given_back_at_the_instant_many_want_it_is_sold_at_most_once(
    salon: Salon, doors: Doors
) -> None:
    await salon.staff()
    haircut = await salon.service()
    dana = await doors.program("dana")
    order = await doors.ordered(dana, haircut, "10:00")
    asks = (doors.ask(doors.guest(), haircut, "10:00", name="G", phone=f"+7701{n:07}") for n in range(8))
    gone, *answers = await asyncio.gather(doors.act(dana, order, "cancel"), *asks)
    assert gone.status_code == 200
    told = Counter(answer.status_code for answer in answers)
    assert set(told) <= {201, 409}
    assert told[201] <= 1
    last = await doors.ask(doors.guest(), haircut, "10:00", name="G", phone="+77019999999")
    assert (last.status_code == 201) is (told[201] == 0)
    assert len(await salon.claims()) == 1
