"""Appointments that repeat: the same time on the wall, every date an appointment and an order of its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.orders.schemas import MemberDetails, Wished
from marketplace_kit.orders.services import place_now
from marketplace_kit.scheduling.domain.series import LAST, MONTHLY, Rule
from marketplace_kit.scheduling.services import repeating
from marketplace_kit.scheduling.services.repeating import ALL, RepeatForm, SeriesConflicts, end_series, repeat
from marketplace_kit.scheduling.tables import appointment_table
from marketplace_kit.scheduling.tables.following import series_date_table, series_table
from marketplace_kit.testing.clients import open_client
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
PASSWORD = "a-good-long-password"
WEEK = timedelta(weeks=1)


@pytest.mark.one_engine
class TestRules:
    def test_visible_example_7_the_wall_keeps_its_time_when_the_clock_changes(self) -> None:
        rule = Rule(first=date(2027, 10, 18), minute=9 * 60 + 30, zone="Europe/Berlin", every=2, count=4)
        starts = [datetime.fromtimestamp(at or 0, UTC) for _, at in rule.starts()]
        assert [f"{s:%m-%d %H:%M}" for s in starts] == ["10-18 07:30", "11-01 08:30", "11-15 08:30", "11-29 08:30"]

    def test_on_several_days_until_a_date(self) -> None:
        rule = Rule(first=TUESDAY, minute=600, zone="Asia/Atyrau", weekdays=(1, 3), until=TUESDAY + 2 * WEEK)
        assert [d.isoformat() for d in rule.days()] == [
            "2026-03-03",
            "2026-03-05",
            "2026-03-10",
            "2026-03-12",
            "2026-03-17",
        ]

    def test_the_second_and_the_last_weekday_of_a_month(self) -> None:
        second = Rule(first=date(2026, 3, 10), minute=600, zone="UTC", freq=MONTHLY, count=3)
        assert [str(d) for d in second.days()] == ["2026-03-10", "2026-04-14", "2026-05-12"]
        last = Rule(first=date(2026, 3, 31), minute=600, zone="UTC", freq=MONTHLY, nth=LAST, count=3)
        assert [str(d) for d in last.days()] == ["2026-03-31", "2026-04-28", "2026-05-26"]

    def test_never_more_than_fifty_two(self) -> None:
        assert len(Rule(first=TUESDAY, minute=600, zone="UTC", until=date(2050, 1, 1)).days()) == 52

    def test_a_time_that_the_clock_skips_has_no_instant(self) -> None:
        rule = Rule(first=date(2027, 3, 21), minute=150, zone="Europe/Berlin", count=2)
        assert rule.starts()[1][1] is None


async def visit(salon: Salon, **rule: Any) -> tuple[Actor, UUID]:
    """Aigerim's order for Tuesday at ten; her appointment."""
    made = await create_person(salon.site, name="Aigerim", email="aigerim@example.kz", password=PASSWORD, locale="en")
    by = Actor(person_id=made, name="Aigerim", locale="en")
    haircut = await salon.service(**rule)
    wished = Wished(listing_id=haircut, choice={"starts_at": salon.at("10:00")})
    await salon.site.do(place_now, [wished], MemberDetails(consent=True, phone="+77010000002"), by=by)
    found = await salon.sql(sa.select(appointment_table.c.id).where(appointment_table.c.person_id == made))
    return by, found[0]["id"]


async def states(salon: Salon) -> list[str]:
    found = await salon.sql(sa.select(series_date_table.c.state).order_by(series_date_table.c.day))
    return [row["state"] for row in found]


async def test_what_fits_is_booked_and_what_does_not_is_said_with_alternatives(salon: Salon) -> None:
    by, first = await visit(salon)
    haircut = (await salon.appointment(first))["listing_id"]
    await salon.book(haircut, "10:00", TUESDAY + WEEK, by_staff=True)
    made = await salon.site.do(repeat, first, RepeatForm(count=4), by=by)
    assert [d.day for d in made.booked] == [TUESDAY + 2 * WEEK, TUESDAY + 3 * WEEK]
    (conflict,) = made.conflicts
    assert (conflict.day, conflict.reason) == (TUESDAY + WEEK, "slot_taken")
    assert len(conflict.alternatives) == 3
    rows = await salon.sql(sa.select(appointment_table).where(appointment_table.c.series_id == made.id))
    assert len({row["order_id"] for row in rows}) == 3, "each is an order of its own"
    assert {(row["local_time"], row["person_id"]) for row in rows} == {(600, by.person_id)}


async def test_all_or_nothing_books_nothing_if_one_is_taken(salon: Salon) -> None:
    by, first = await visit(salon)
    haircut = (await salon.appointment(first))["listing_id"]
    await salon.book(haircut, "10:00", TUESDAY + 3 * WEEK, by_staff=True)
    before = len(await salon.claims())
    with pytest.raises(SeriesConflicts) as refused:
        await salon.site.do(repeat, first, RepeatForm(count=4, mode=ALL), by=by)
    assert [c["reason"] for c in refused.value.facts["conflicts"]] == ["slot_taken"]
    assert len(await salon.claims()) == before
    assert await salon.sql(sa.select(series_table)) == []


async def test_the_rest_is_booked_by_a_job_twelve_weeks_ahead_and_once_by_two_workers(salon: Salon) -> None:
    by, first = await visit(salon, horizon_days=30)
    made = await salon.site.do(repeat, first, RepeatForm(count=8), by=by)
    assert (len(made.booked), len(made.planned)) == (4, 3)
    salon.clock.advance(timedelta(days=14))
    due = await salon.site.ask(repeating._due, salon.clock.now() + timedelta(weeks=12))
    assert len(due) == 3
    both = [salon.site.do(repeating._materialise_one, *one) for one in due for _ in range(2)]
    await asyncio.gather(*both)
    assert await states(salon) == ["booked"] * 6 + ["planned"]
    live = await salon.sql(sa.select(appointment_table.c.starts_s).where(appointment_table.c.series_id == made.id))
    assert len(live) == len({row["starts_s"] for row in live}) == 7


async def test_a_series_that_was_ended_books_no_more_and_keeps_what_is_booked(salon: Salon) -> None:
    by, first = await visit(salon, horizon_days=30)
    made = await salon.site.do(repeat, first, RepeatForm(count=8), by=by)
    with pytest.raises(Missing):
        await salon.site.do(end_series, made.id, by=Actor(person_id=made.id))
    assert await salon.site.do(end_series, made.id, by=by) == 3
    assert await states(salon) == ["booked"] * 4 + ["dropped"] * 3


async def test_only_ones_own_appointment_is_repeated_and_not_for_ever(salon: Salon) -> None:
    by, first = await visit(salon)
    with pytest.raises(Invalid):
        await salon.site.do(repeat, first, RepeatForm(), by=by)
    stranger = await create_person(salon.site, name="Marat", email="marat@example.kz", password=PASSWORD)
    with pytest.raises(Missing):
        await salon.site.do(repeat, first, RepeatForm(count=2), by=Actor(person_id=stranger))


async def test_on_the_page_a_missing_end_is_said_at_its_field(salon: Salon) -> None:
    _, first = await visit(salon)
    async with open_client(create_app(salon.site), salon.site) as client:
        signed = await client.post("/api/auth/login", json={"email": "aigerim@example.kz", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        client.headers["Accept-Language"] = "en"
        path = f"/visits/{first}/repeat"
        shown = await client.get(path)
        assert shown.status_code == 200
        token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
        lacking = await client.post(path, data={"csrf_token": token, "freq": "weekly", "every": "2"})
        assert lacking.status_code == 422
        assert "Say how many times" in lacking.text
        done = await client.post(path, data={"csrf_token": token, "freq": "weekly", "every": "2", "count": "3"})
        assert done.status_code == 303
        mine = await client.get("/api/appointments/series")
        assert [len(mine.json()[0][k]) for k in ("booked", "conflicts")] == [2, 0]
