"""Waiting for a time: who came first and fits is offered what becomes free, then the next; nobody slips in between."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders.schemas import MemberDetails
from marketplace_kit.orders.services import place
from marketplace_kit.scheduling.domain.process import Reason
from marketplace_kit.scheduling.services.waiting import OfferExpired, WaitForm, join_wait, leave_wait, take_offer
from marketplace_kit.scheduling.tables import appointment_table
from marketplace_kit.scheduling.tables.following import wait_table
from marketplace_kit.testing.clients import open_client
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio
PASSWORD = "a-good-long-password"
MORNING = WaitForm(first_day=TUESDAY, last_day=TUESDAY, part="morning")
EVENING = WaitForm(first_day=TUESDAY, last_day=TUESDAY, part="evening")


async def person(salon: Salon, name: str) -> Actor:
    made = await create_person(
        salon.site, name=name, email=f"{name.lower()}@example.kz", password=PASSWORD, locale="en"
    )
    return Actor(person_id=made, name=name, locale="en")


async def full_day(salon: Salon) -> tuple[UUID, UUID]:
    """A service whose Tuesday is taken from 9 to 18, and the appointment at ten."""
    haircut = await salon.service(step=60)
    booked = {}
    for hour in range(9, 18):
        booked[hour] = (await salon.book(haircut, f"{hour}:00", by_staff=True))[0].line_id
    await run_until_idle(salon.site)
    return haircut, booked[10]


async def states(salon: Salon) -> list[str]:
    return [r["state"] for r in await salon.sql(sa.select(wait_table.c.state).order_by(wait_table.c.id))]


async def told(salon: Salon, to: Actor) -> int:
    mine = sa.select(notice_table.c.id).where(
        notice_table.c.user_id == to.person_id, notice_table.c.type == "scheduling.time_free"
    )
    return len(await salon.sql(mine))


async def test_the_first_who_fits_is_asked_and_nobody_else_is_shown_the_time(salon: Salon) -> None:
    haircut, ten = await full_day(salon)
    late, first, second = [await person(salon, n) for n in ("Late", "Aigerim", "Marat")]
    await salon.site.do(join_wait, haircut, EVENING, by=late)
    hers = await salon.site.do(join_wait, haircut, MORNING, by=first)
    await salon.site.do(join_wait, haircut, MORNING, by=second)
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    assert await states(salon) == ["waiting", "offered", "waiting"]
    assert [await told(salon, one) for one in (late, first, second)] == [0, 1, 0]
    assert "10:00" not in await salon.times(haircut)
    path = await salon.site.do(take_offer, hers, by=first)
    assert path.startswith("/order/draft/")
    assert "10:00" not in await salon.times(haircut), "it is kept by the order that was begun"
    await salon.site.do(place, path.rsplit("/", 1)[1], MemberDetails(consent=True), by=first)
    mine = sa.select(appointment_table.c.local_time).where(appointment_table.c.person_id == first.person_id)
    assert [row["local_time"] for row in await salon.sql(mine)] == [600]


@pytest.mark.parametrize("silent", [True, False])
async def test_passed_or_silent_the_next_is_asked_and_at_last_it_is_open_to_all(salon: Salon, silent: bool) -> None:
    haircut, ten = await full_day(salon)
    first, second = [await person(salon, n) for n in ("Aigerim", "Marat")]
    waits = [await salon.site.do(join_wait, haircut, MORNING, by=one) for one in (first, second)]
    await salon.move(ten, "cancel", Reason())
    await run_until_idle(salon.site)
    for number, (one, wait_id) in enumerate(zip((first, second), waits, strict=True)):
        assert (await states(salon))[number] == "offered"
        if silent:
            salon.clock.advance(timedelta(minutes=15, seconds=1))
            with pytest.raises(OfferExpired):
                await salon.site.do(take_offer, wait_id, by=one)
        else:
            await salon.site.do(leave_wait, wait_id, by=one)
        await run_until_idle(salon.site)
    assert await states(salon) == ["passed" if silent else "left"] * 2
    assert "10:00" in await salon.times(haircut)


async def test_one_waits_once_for_days_that_can_come_and_only_for_oneself(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    first, second = [await person(salon, n) for n in ("Aigerim", "Marat")]
    wait_id = await salon.site.do(join_wait, haircut, MORNING, by=first)
    await salon.site.do(join_wait, haircut, EVENING, by=first)
    assert await states(salon) == ["left", "waiting"]
    with pytest.raises(Missing):
        await salon.site.do(leave_wait, wait_id, by=second)
    for days in ((date(2026, 2, 1), date(2026, 2, 2)), (TUESDAY, TUESDAY + timedelta(days=60))):
        with pytest.raises(Invalid):
            await salon.site.do(join_wait, haircut, WaitForm(first_day=days[0], last_day=days[1]), by=first)


async def test_it_is_joined_and_left_on_pages(salon: Salon) -> None:
    haircut, _ = await full_day(salon)
    await person(salon, "Aigerim")
    async with open_client(create_app(salon.site), salon.site) as client:
        given: dict[str, Any] = {"email": "aigerim@example.kz", "password": PASSWORD}
        signed = await client.post("/api/auth/login", json=given)
        client.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        client.headers["Accept-Language"] = "en"
        page = await client.get(f"/book/{haircut}/wait", params={"day": TUESDAY.isoformat()})
        assert page.status_code == 200
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        wrong = {"csrf_token": token, "first_day": "2026-03-05", "last_day": "2026-03-03", "part": "any"}
        assert (await client.post(f"/book/{haircut}/wait", data=wrong)).status_code == 422
        joined = await client.post(f"/book/{haircut}/wait", data={**wrong, "last_day": "2026-03-06"})
        assert joined.status_code == 303
        (mine,) = (await client.get("/api/scheduling/waits")).json()
        assert "Waiting for a time" in (await client.get("/account/calendar")).text
        assert "Nothing is free yet" in (await client.get(f"/waits/{mine['id']}")).text
        left = await client.post(f"/waits/{mine['id']}/leave", data={"csrf_token": token})
        assert left.status_code == 303
        assert (await client.get("/api/scheduling/waits")).json() == []
        late = await client.post(f"/api/scheduling/waits/{mine['id']}/take")
        assert (late.status_code, late.json()["code"]) == (409, "offer_expired")
