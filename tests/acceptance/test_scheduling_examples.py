"""The visible examples of scheduling, through the public doors. Where each of them is proved:

1. here; without the API in ``tests/scheduling/test_booking.py``;
2. here, to the letter; with fifty programs against a running server in ``tests/journeys/test_one_time_for_fifty.py``;
3. here; the pure sweep in ``tests/scheduling/test_slots.py``;
4. here, and what is dealt anew in ``tests/scheduling/test_booking.py``;
5. here, and ``together`` in ``tests/scheduling/test_booking.py``;
6. here, with the notices that are really written; the rule in ``tests/scheduling/test_reminders.py``;
7. here, as a series of appointments; the rule in ``tests/scheduling/test_series.py``;
8. here; on paper in ``tests/scheduling/test_travel.py``, without the API in ``tests/scheduling/test_home_visits.py``;
9. here; without the API in ``tests/scheduling/test_booking.py``.

Below them what other calendars got wrong, by the number of the report.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.schemas import MarkForm, MissedRule
from marketplace_kit.scheduling.tables import appointment_reminder_table, appointment_table
from marketplace_kit.shops.tables import shop_table
from tests.acceptance.conftest import Doors
from tests.scheduling.rounds import A, B, C, Garage
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
MONDAY = TUESDAY - timedelta(days=1)
WEDNESDAY = TUESDAY + timedelta(days=1)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""The nights on which the clocks of Berlin change."""


def said(slots: list[dict[str, Any]]) -> str:
    return " ".join(slot["time"] for slot in slots)


async def moved_to(salon: Salon, zone: str) -> None:
    salon.zone = zone
    await salon.sql(sa.update(shop_table).values(zone=zone))


def utc(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%m-%d %H:%M}"


async def test_examples_1_and_2_a_day_in_atyrau_and_sixteen_who_want_one_time(salon: Salon, doors: Doors) -> None:
    await salon.hours(thu="09:30-13:30, 14:15-18:45")
    await salon.staff()
    thursday = date(2027, 4, 15)
    far = {"horizon_days": 600}
    other, short = await salon.service("Other", step=10, **far), await salon.service("Short", 40, step=5, **far)
    service = await salon.service(minutes=50, after=10, step=20, **far)
    guest, owner = doors.guest(), await doors.owner()
    for listing, time in ((other, "10:30"), (short, "16:00")):
        await doors.ordered(owner, listing, time, thursday, by_staff=True, name="Dana")
    offered = await doors.slots(guest, service, thursday)
    assert said(offered) == "09:30 11:30 11:50 12:10 12:30 14:15 14:35 14:55 16:55 17:15 17:35 17:55"
    assert offered[0]["starts_at"] == "2027-04-15T09:30:00+05:00"

    async def asks(number: int) -> Any:
        return await doors.ask(doors.guest(), service, "12:10", thursday, name="G", phone=f"+7701{number:07}")

    answers = await asyncio.gather(*(asks(number) for number in range(16)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}
    for refused in (answer.json() for answer in answers if answer.status_code == 409):
        assert refused["code"] == "slot_taken"
        assert [one[11:16] for one in refused["facts"]["alternatives"]] == ["09:30", "14:15", "14:35"]
    taken = [(one["from_at"][11:16], one["to_at"][11:16]) for one in await doors.calendar(thursday)]
    assert sorted(taken) == [("10:30", "11:30"), ("12:10", "13:10"), ("16:00", "16:40")]


async def test_example_3_the_hour_that_is_not_and_the_hour_that_is_twice(salon: Salon, doors: Doors) -> None:
    await moved_to(salon, "Europe/Berlin")
    await salon.hours(sun="00:00-05:00")
    await salon.staff()
    service = await salon.service(minutes=30, step=30, horizon_days=700)
    guest = doors.guest()
    spring, autumn = [await doors.slots(guest, service, day) for day in (SPRING, AUTUMN)]
    assert said(spring) == "00:00 00:30 01:00 01:30 03:00 03:30 04:00 04:30"
    assert said(autumn) == "00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00 04:30"
    twice = [slot["starts_at"] for slot in autumn if slot["time"].startswith("02")]
    assert twice == ["2027-10-31T02:00:00+02:00", "2027-10-31T02:30:00+02:00"]
    never = {"listing_id": str(service), "choice": {"starts_at": "2027-10-31T02:30:00+01:00"}}
    given = {"lines": [never], "name": "Dana", "phone": "87010000001", "consent": True}
    refused = await guest.post("/api/orders/create", json=given)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_slot")


async def test_example_4_the_lane_without_an_idle_gap(salon: Salon, doors: Doors) -> None:
    await salon.staff("Tubs", lanes=2)
    three, four = await salon.service("3 h", minutes=180), await salon.service("4 h", minutes=240)
    guest = await doors.program("dana")
    for listing, time in ((three, "10:00"), (four, "10:00"), (three, "14:00"), (three, "13:00")):
        await doors.ordered(guest, listing, time)
    found = sorted((one["from_at"][11:16], one["to_at"][11:16], one["lane"]) for one in await doors.calendar())
    assert found == [
        ("10:00", "13:00", 0),
        ("10:00", "14:00", 1),
        ("13:00", "16:00", 0),
        ("14:00", "17:00", 1),
    ]


async def test_example_5_three_dogs_are_one_order_of_three_lines_in_one_block(salon: Salon, doors: Doors) -> None:
    for name in ("A", "B"):
        await salon.staff(name)
    await salon.hours(tue="10:00-11:50", wed="10:00-12:00")
    dogs = [await salon.service(f"Dog {minutes}", minutes=minutes, step=5) for minutes in (40, 55, 25)]
    guest = await doors.program("dana")

    async def asks(day: date, **choice: Any) -> Any:
        lines = [doors.line(dog, "10:00", day, **choice) for dog in dogs]
        return await guest.post("/api/orders/create", json={"lines": lines, "consent": True})

    for choice in ({}, {"together": True}):
        refused = await asks(TUESDAY, **choice)
        assert refused.json()["code"] in ("no_such_slot", "outside_hours", "slot_taken"), refused.text
    assert await doors.calendar() == []
    answer = await asks(WEDNESDAY)
    assert answer.status_code == 201, answer.text
    lines = answer.json()["order"]["lines"]
    assert [line["facts"]["starts_at"][11:16] for line in lines] == ["10:00", "10:40", "11:35"]
    block = sorted((one["from_at"][11:16], one["to_at"][11:16]) for one in await doors.calendar(WEDNESDAY))
    assert block == [("10:00", "10:40"), ("10:40", "11:35"), ("11:35", "12:00")]
    assert len({one["resource_id"] for one in await doors.calendar(WEDNESDAY)}) == 1


async def test_example_6_reminded_of_the_time_that_holds_and_of_no_other(salon: Salon, doors: Doors) -> None:
    await salon.hours(**dict.fromkeys(("mon", "tue"), "09:00-20:00"))
    await salon.staff()
    haircut = await salon.service()
    dana = await doors.program("dana")
    order = await doors.ordered(dana, haircut, "18:00", MONDAY)
    assert await waiting(salon) == ["03-02 15:00"]
    salon.clock.advance(timedelta(minutes=30))
    moved = await doors.act(dana, order, "reschedule", starts_at=salon.at("12:00"))
    assert moved.status_code == 200, moved.text
    assert await waiting(salon) == ["03-03 09:00", "03-02 12:00"]
    seen = []
    for hours in (0.5, 3, 18):  # 12:00, 15:00 - the old one's - and 09:00 of the next day
        await doors.work(hours=hours)
        told = (await dana.get("/api/notifications")).json()["items"]
        seen.append(sum(one["type"] == "scheduling.reminder" for one in told))
    assert seen == [1, 1, 2]


async def waiting(salon: Salon) -> list[str]:
    """When reminders are due, in Atyrau."""
    r = appointment_reminder_table.c
    rows = await salon.sql(sa.select(r.due_at).where(r.state == "waiting").order_by(r.offset_minutes))
    return [f"{row['due_at'] + timedelta(hours=5):%m-%d %H:%M}" for row in rows]


async def test_example_7_every_second_monday_at_half_past_nine_on_the_wall(salon: Salon, doors: Doors) -> None:
    await moved_to(salon, "Europe/Berlin")
    salon.clock.set(datetime(2027, 10, 11, 8, tzinfo=UTC))
    await salon.staff()
    haircut = await salon.service()
    dana = await doors.program("dana")
    order = await doors.ordered(dana, haircut, "09:30", date(2027, 10, 18))
    rule = {"freq": "weekly", "every": 2, "count": 4}
    series = await dana.post(f"/api/appointments/{order['lines'][0]['id']}/repeat", json=rule)
    assert series.status_code == 201, series.text
    assert series.json()["conflicts"] == []
    coming = [one["starts_at"] for one in (await dana.get("/api/appointments")).json()]
    assert [one[11:16] for one in coming] == ["09:30"] * 4
    assert [utc(one) for one in coming] == ["10-18 07:30", "11-01 08:30", "11-15 08:30", "11-29 08:30"]


async def test_example_8_a_van_between_two_visits(salon: Salon, doors: Doors) -> None:
    garage = await Garage.opened(salon)
    dana, owner = await doors.program("dana"), await doors.owner()

    async def asks(place: Any, time: str) -> Any:
        where = {"address": "Satpaev 5", "point": said_point(place)}
        body = {"lines": [doors.line(garage.listing, time, **where)], "phone": "87010000001", "consent": True}
        return await dana.post("/api/orders/create", json=body)

    for place, time in ((A, "10:00"), (C, "13:10")):
        assert (await asks(place, time)).status_code == 201
    short = await asks(B, "11:50")
    assert (short.status_code, short.json()["code"]) == (409, "travel_time_short")
    assert [one[11:16] for one in short.json()["facts"]["alternatives"]] == ["11:35", "11:40", "11:45"]
    asked = {"listing": str(garage.listing), "day": TUESDAY.isoformat(), "days": 1, "point": said_point(B)}
    offered = (await dana.get("/api/scheduling/slots", params=asked)).json()["days"][0]["slots"]
    assert "11:30" in said(offered)
    assert "11:50" not in said(offered)
    made = await asks(B, "11:30")
    assert made.status_code == 201, made.text
    taken = [(one["from_at"][11:16], one["to_at"][11:16]) for one in await doors.calendar()]
    assert taken == [("10:00", "11:00"), ("11:10", "12:30"), ("12:45", "14:10")]
    cancelled = await doors.act(owner, made.json()["order"], "cancel", reason="Fell ill")
    assert cancelled.status_code == 200, cancelled.text
    taken = [(one["from_at"][11:16], one["to_at"][11:16]) for one in await doors.calendar()]
    assert taken == [("10:00", "11:00"), ("12:55", "14:10")]


async def test_example_9_three_missed_in_sixty_days_and_the_marks_of_the_shop(salon: Salon, doors: Doors) -> None:
    await salon.staff()
    haircut = await salon.service()
    await salon.site.do(services.set_missed_rule, salon.shop_id, MissedRule(limit=3, days=60), by=salon.owner)
    dana, owner = await doors.program("dana"), await doors.owner()
    for hour in (12, 13, 14):
        order = await doors.ordered(dana, haircut, f"{hour}:00", MONDAY, phone="8 701 000 00 01")
        salon.clock.set(datetime(2026, 3, 2, hour - 5, 5, tzinfo=UTC))
        assert (await doors.act(owner, order, "miss")).status_code == 200
    assert await asked(doors, dana, haircut) == (409, "prepayment_required")
    assert await asked(doors, doors.guest(), haircut, name="Dana", phone="+77010000001") == (
        409,
        "prepayment_required",
    )
    salon.clock.advance(timedelta(minutes=1))
    for time, mode, expected in (
        ("15:00", "allow", (201, "confirmed")),
        ("16:00", "prepay_only", (409, "prepayment_required")),
        ("16:00", "block", (403, "booking_blocked")),
    ):
        mark = MarkForm(phone="+77010000001", mode=mode, reason="As agreed on the phone")
        await salon.site.do(services.mark_customer, salon.shop_id, mark, by=salon.owner)
        answer = await doors.ask(dana, haircut, time, phone="87010000001")
        told = answer.json()
        found = told["order"]["lines"][0]["status"] if answer.status_code == 201 else told["code"]
        assert (answer.status_code, found) == expected
    assert told["facts"] == {"phone": "+77122354040"}
    by_hand = {"by_staff": True, "name": "Dana", "phone": "87010000001"}
    assert await asked(doors, owner, haircut, **by_hand) == (201, "")


async def asked(doors: Doors, client: Any, listing: Any, **more: Any) -> tuple[int, str]:
    answer = await doors.ask(client, listing, "17:00", **{"phone": "87010000001"} | more)
    return answer.status_code, answer.json().get("code", "")


# ── what others got wrong ────────────────────────────────────────────────────────────────────────


async def test_two_requests_for_one_time_are_never_both_confirmed(salon: Salon, doors: Doors) -> None:
    """calcom/cal.diy #10789, #29958: a request blocks like a confirmed visit, and two who press at once confirm once.

    Also where a request was moved onto the time of another one: the time is that one's, whoever is confirmed first.
    """
    await salon.staff()
    haircut = await salon.service(confirmation="by_shop")
    owner = await doors.owner()
    first = await doors.ordered(await doors.program("dana"), haircut, "10:00")
    second = await doors.ask(await doors.program("marat"), haircut, "10:00")
    assert (second.status_code, second.json()["code"]) == (409, "slot_taken")
    elsewhere = await doors.ordered(await doors.program("marat"), haircut, "12:00")
    onto = await doors.act(await doors.program("marat"), elsewhere, "reschedule", starts_at=salon.at("10:00"))
    assert onto.json()["code"] == "slot_taken"
    answers = await asyncio.gather(*(doors.act(owner, first, "confirm") for _ in range(4)))
    assert Counter(a.json().get("code", "confirmed") for a in answers) == {"confirmed": 1, "invalid_transition": 3}
    states = sa.select(appointment_table.c.local_time, appointment_table.c.state).order_by(
        appointment_table.c.local_time
    )
    assert [tuple(row.values()) for row in await salon.sql(states)] == [(600, "confirmed"), (720, "requested")]


async def test_an_afternoon_keeps_its_hours_on_the_day_the_clock_changes(salon: Salon, doors: Doors) -> None:
    """calcom/cal.diy #30021, #10517: neither is the afternoon of that day shifted nor any day of the month after."""
    await moved_to(salon, "Europe/Berlin")
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-12:00, 14:00-16:00")
    await salon.hours(**week)
    await salon.staff()
    haircut = await salon.service(step=60, horizon_days=700)
    guest = doors.guest()
    for day, summer in ((SPRING, True), (AUTUMN, False)):
        asked = {"listing": str(haircut), "day": (day - timedelta(days=1)).isoformat(), "days": 33}
        days = (await guest.get("/api/scheduling/slots", params=asked)).json()["days"]
        assert {said(one["slots"]) for one in days} == {"09:00 10:00 11:00 14:00 15:00"}
        offsets = [slot["starts_at"][-6:] for one in days for slot in one["slots"]]
        assert set(offsets[5:]) == {"+02:00" if summer else "+01:00"}
        assert set(offsets[:5]) == {"+01:00" if summer else "+02:00"}
        assert days[1]["slots"][3]["starts_at"][11:16] == "14:00"


async def test_whoever_is_free_is_booked_once(salon: Salon, doors: Doors) -> None:
    """alextselegidis/easyappointments #845, #982: "any provider" gives each customer a provider of their own, and
    whoever was asked for by name is not given away to somebody who did not mind.
    """
    first, second = await salon.staff("A"), await salon.staff("B")
    haircut = await salon.service()

    async def asks(number: int, **choice: Any) -> Any:
        line = doors.line(haircut, "10:00", **choice)
        given = {"lines": [line], "name": "G", "phone": f"+7701{number:07}", "consent": True}
        return await doors.guest().post("/api/orders/create", json=given)

    named = (asks(n, staff=first, staff_matters=True) for n in range(4))
    answers = await asyncio.gather(*named, *(asks(10 + n) for n in range(8)))
    assert Counter(a.json().get("code", "done") for a in answers) == {"done": 2, "slot_taken": 10}
    claims = await doors.calendar()
    assert sorted(one["resource_id"] for one in claims) == [first, second]
    assert (await asks(30)).json()["code"] == "slot_taken"
    assert "10:00" not in said(await doors.slots(doors.guest(), haircut))
