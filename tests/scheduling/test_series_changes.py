"""What repeats is changed: this appointment alone, or it and all that follow, by its customer or by the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.services import create_person
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.orders.services.adopting import adopt_orders
from marketplace_kit.orders.tables import order_table
from marketplace_kit.scheduling.domain import CutoffPassed
from marketplace_kit.scheduling.schemas import WalkIn
from marketplace_kit.scheduling.services import walk_in
from marketplace_kit.scheduling.services.adopting import adopt_visits
from marketplace_kit.scheduling.services.repeating import ALL, RepeatForm, SeriesConflicts, repeat, series_of
from marketplace_kit.scheduling.services.series import (
    LATER,
    CancelSeries,
    MoveSeries,
    cancel_series,
    move_series,
)
from marketplace_kit.scheduling.tables import appointment_table
from marketplace_kit.scheduling.tables.following import series_date_table, series_table
from marketplace_kit.testing.clients import open_client
from tests.scheduling.salons import TUESDAY, Salon
from tests.scheduling.test_series import PASSWORD, WEEK, visit

pytestmark = pytest.mark.anyio
a = appointment_table.c


async def weekly(salon: Salon, count: int = 4, **rule: Any) -> tuple[Actor, list[UUID]]:
    """Aigerim comes every Tuesday at ten; the appointments in order."""
    by, first = await visit(salon, **rule)
    await salon.site.do(repeat, first, RepeatForm(count=count), by=by)
    rows = await salon.sql(sa.select(a.id).where(a.series_id.is_not(None)).order_by(a.starts_s))
    return by, [row["id"] for row in rows]


async def times(salon: Salon) -> list[tuple[date, int]]:
    live = sa.select(a.local_date, a.local_time).where(a.effect == "keeps").order_by(a.starts_s)
    return [(row["local_date"], row["local_time"]) for row in await salon.sql(live)]


async def planned(salon: Salon) -> list[date]:
    t = series_date_table.c
    rows = await salon.sql(sa.select(t.day).where(t.state == "planned").order_by(t.day))
    return [row["day"] for row in rows]


def weeks(*numbers: int, days: int = 0) -> list[date]:
    return [TUESDAY + n * WEEK + timedelta(days=days) for n in numbers]


def days(changes: Sequence[Any]) -> list[date]:
    return [one.day for one in changes]


async def test_one_of_a_series_is_cancelled_alone(salon: Salon) -> None:
    by, ids = await weekly(salon)
    done = await salon.site.do(cancel_series, ids[1], CancelSeries(), by=by)
    assert days(done.done) == weeks(1)
    assert await times(salon) == [(day, 600) for day in weeks(0, 2, 3)]


async def test_this_one_and_all_that_follow_are_cancelled_and_no_more_are_booked(salon: Salon) -> None:
    by, ids = await weekly(salon, count=8, horizon_days=30)
    assert await planned(salon) == weeks(5, 6, 7)
    done = await salon.site.do(cancel_series, ids[2], CancelSeries(scope=LATER, reason="We move away"), by=by)
    assert days(done.done) == weeks(2, 3, 4)
    assert done.planned == 3
    assert await times(salon) == [(day, 600) for day in weeks(0, 1)]
    assert await planned(salon) == []
    assert (await salon.sql(sa.select(series_table.c.ended_at)))[0]["ended_at"] is not None
    statuses = await salon.sql(sa.select(order_table.c.status).order_by(order_table.c.status))
    assert [row["status"] for row in statuses].count("cancelled") == 3, "each is cancelled as the order that it is"


async def test_all_that_follow_are_moved_to_another_day_and_time_with_what_is_planned(salon: Salon) -> None:
    by, ids = await weekly(salon, count=7, horizon_days=32)
    thursday = TUESDAY + WEEK + timedelta(days=2)
    form = MoveSeries(starts_at=salon.at("12:30", thursday), scope=LATER)
    done = await salon.site.do(move_series, ids[1], form, by=by)
    assert days(done.done) == weeks(1, 2, 3, 4, days=2)
    assert await times(salon) == [(TUESDAY, 600), *((day, 750) for day in weeks(1, 2, 3, 4, days=2))]
    assert await planned(salon) == weeks(5, 6, days=2)


async def test_a_series_may_be_moved_onto_its_own_days(salon: Salon) -> None:
    by, ids = await weekly(salon)
    form = MoveSeries(starts_at=salon.at("10:00", TUESDAY + WEEK), scope=LATER)
    done = await salon.site.do(move_series, ids[0], form, by=by)
    assert done.conflicts == []
    assert await times(salon) == [(day, 600) for day in weeks(1, 2, 3, 4)]


async def test_what_cannot_be_moved_stays_and_says_why(salon: Salon) -> None:
    by, ids = await weekly(salon)
    haircut = (await salon.appointment(ids[0]))["listing_id"]
    await salon.book(haircut, "15:00", TUESDAY + 2 * WEEK, by_staff=True)
    form = MoveSeries(starts_at=salon.at("15:00", TUESDAY + WEEK), scope=LATER)
    done = await salon.site.do(move_series, ids[1], form, by=by)
    assert days(done.done) == weeks(1, 3)
    (conflict,) = done.conflicts
    assert (conflict.day, conflict.reason, len(conflict.alternatives)) == (weeks(2)[0], "slot_taken", 3)
    row = await salon.appointment(ids[2])
    assert (row["local_time"], row["version"]) == (600, 1), "a refused move leaves no trace"


async def test_all_or_nothing_moves_nothing_if_one_is_not_possible(salon: Salon) -> None:
    by, ids = await weekly(salon)
    haircut = (await salon.appointment(ids[0]))["listing_id"]
    await salon.book(haircut, "15:00", TUESDAY + 3 * WEEK, by_staff=True)
    before = await times(salon)
    form = MoveSeries(starts_at=salon.at("15:00", TUESDAY + WEEK), scope=LATER, mode=ALL)
    with pytest.raises(SeriesConflicts) as refused:
        await salon.site.do(move_series, ids[1], form, by=by)
    assert [c["reason"] for c in refused.value.facts["conflicts"]] == ["slot_taken"]
    assert await times(salon) == before


async def test_the_customer_keeps_the_rules_of_each_and_the_shop_is_bound_by_none(salon: Salon) -> None:
    by, ids = await weekly(salon, cutoff_hours=72)
    with pytest.raises(CutoffPassed):
        await salon.site.do(cancel_series, ids[0], CancelSeries(), by=by)
    done = await salon.site.do(cancel_series, ids[0], CancelSeries(scope=LATER), by=by)
    assert [(c.day, c.reason) for c in done.conflicts] == [(TUESDAY, "cutoff_passed")]
    assert await times(salon) == [(TUESDAY, 600)]
    done = await salon.site.do(cancel_series, ids[0], CancelSeries(), by=salon.owner)
    assert await times(salon) == []


async def test_strangers_change_nothing(salon: Salon) -> None:
    _, ids = await weekly(salon)
    stranger = await create_person(salon.site, name="Marat", email="marat@example.kz", password=PASSWORD)
    with pytest.raises(Missing):
        await salon.site.do(cancel_series, ids[0], CancelSeries(), by=Actor(person_id=stranger))
    alone, _ = await salon.book((await salon.appointment(ids[0]))["listing_id"], "12:00")
    with pytest.raises(Missing):
        await salon.site.do(cancel_series, alone.line_id, CancelSeries(), by=salon.owner)


async def signed_in(client: Any, email: str) -> None:
    signed = await client.post("/api/auth/login", json={"email": email, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
    client.headers["Accept-Language"] = "en"


async def test_on_pages_the_customer_moves_what_follows_and_the_shop_cancels_it(salon: Salon) -> None:
    _, ids = await weekly(salon)
    async with open_client(create_app(salon.site), salon.site) as client:
        await signed_in(client, "aigerim@example.kz")
        mine = await client.get(f"/visits/{ids[1]}")
        assert f"/visits/{ids[1]}/series/move" in mine.text
        here = f"/visits/{ids[1]}/series/move"
        picked = salon.at("11:00", TUESDAY + WEEK)
        shown = await client.get(here, params={"starts_at": picked})
        assert 'value="11:00"' in shown.text
        token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
        given = {
            "csrf_token": token,
            "day": str(TUESDAY + WEEK),
            "time": "noon",
            "scope": "later",
            "mode": "each_that_fits",
        }
        wrong = await client.post(here, data=given)
        assert wrong.status_code == 422
        assert "Write a time like 14:30." in wrong.text
        done = await client.post(here, data={**given, "time": "11:00"})
        assert (done.status_code, done.headers["location"]) == (303, f"/visits/{ids[1]}")
        assert await times(salon) == [(TUESDAY, 600), *((day, 660) for day in weeks(1, 2, 3))]
        assert (await client.get(f"/sell/calendar/{ids[2]}/series/cancel")).status_code in (403, 404)
        await signed_in(client, "owner@example.kz")
        assert f"/sell/calendar/{ids[2]}/series/cancel" in (await client.get(f"/sell/calendar/{ids[2]}")).text
        here = f"/sell/calendar/{ids[2]}/series/cancel"
        token = (await client.get(here)).text.split('name="csrf_token" value="')[1].split('"')[0]
        given = {"csrf_token": token, "scope": "later", "reason": "ill", "mode": "each_that_fits"}
        assert (await client.post(here, data=given)).status_code == 303
        assert await times(salon) == [(TUESDAY, 600), (weeks(1)[0], 660)]


async def test_by_the_api_what_could_not_be_done_is_answered_beside_what_was(salon: Salon) -> None:
    _, ids = await weekly(salon)
    haircut = (await salon.appointment(ids[0]))["listing_id"]
    await salon.book(haircut, "15:00", TUESDAY + 2 * WEEK, by_staff=True)
    async with open_client(create_app(salon.site), salon.site) as client:
        await signed_in(client, "aigerim@example.kz")
        path = f"/api/appointments/{ids[1]}/series"
        wanted = {"starts_at": salon.at("15:00", TUESDAY + WEEK), "scope": "later"}
        moved = (await client.post(f"{path}/move", json=wanted)).json()
        assert [len(moved[k]) for k in ("done", "conflicts")] == [2, 1]
        assert moved["conflicts"][0]["reason"] == "slot_taken"
        refused = await client.post(f"{path}/move", json={**wanted, "starts_at": "tomorrow"})
        assert refused.status_code == 422
        gone = (await client.post(f"{path}/cancel", json={"scope": "later"})).json()
        assert len(gone["done"]) == 3


async def test_a_guest_who_proves_the_number_looks_after_what_the_shop_repeats(salon: Salon) -> None:
    haircut = await salon.service()
    form = WalkIn(starts_at=salon.at("10:00"), name="Dana", phone="+77010000003")
    first = await salon.site.do(walk_in, salon.shop_id, haircut, form, by=salon.owner)
    await salon.site.do(repeat, first, RepeatForm(count=4), by=salon.owner)
    made = await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana = Actor(person_id=made, name="Dana")
    with pytest.raises(Missing):
        await salon.site.do(cancel_series, first, CancelSeries(scope=LATER), by=dana)
    values = {"phone": "+77010000003", "phone_verified_at": salon.clock.now()}
    await salon.sql(sa.update(person_table).where(person_table.c.id == made).values(**values))
    await salon.site.do(adopt_orders, made)
    await salon.site.do(adopt_visits, PhoneVerified(person_id=made))
    assert len(await salon.site.ask(series_of, made)) == 1
    ids = [row["id"] for row in await salon.sql(sa.select(a.id).where(a.person_id == made).order_by(a.starts_s))]
    assert len(ids) == 4
    done = await salon.site.do(cancel_series, ids[1], CancelSeries(scope=LATER), by=dana)
    assert days(done.done) == weeks(1, 2, 3)
    assert await times(salon) == [(TUESDAY, 600)]
