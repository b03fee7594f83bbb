"""What those see who look for a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace_kit.app import create_app
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.scheduling import queries, services
from marketplace_kit.scheduling.domain import HasAppointments
from marketplace_kit.scheduling.schemas import Break, ResourceDay, ResourceForm, ResourceWeek
from marketplace_kit.scheduling.tables import claim_table, resource_table
from marketplace_kit.shops.domain import InUse
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.queries import assert_query_count, count_queries
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.anyio


async def test_the_number_of_statements_grows_with_nothing(salon: Salon) -> None:
    haircut = await salon.service()
    await salon.staff()
    with count_queries(salon.site) as little:
        await services.slots_for(salon.site, haircut, (), TUESDAY, 1)
    with count_queries(salon.site) as calendar:
        await salon.site.ask(queries.calendar_of, salon.shop_id, TUESDAY, 1, now=salon.clock.now())
    ids = [await salon.staff(f"S{n}") for n in range(2)]
    rows = [{"shop_id": salon.shop_id, "kind": "staff", "name": f"T{n}", "skills": []} for n in range(47)]
    await salon.sql(sa.insert(resource_table).values(rows))
    begins = int(salon.clock.now().timestamp()) // 3600 * 3600
    claims = [
        {
            "id": new_id(),
            "resource_id": one,
            "kind": "busy",
            "from_s": begins + n * 7200,
            "to_s": begins + n * 7200 + 900,
        }
        for one in ids
        for n in range(300)
    ]
    await salon.sql(sa.insert(claim_table).values(claims))
    with assert_query_count(salon.site, len(little)):
        view = await services.slots_for(salon.site, haircut, (), TUESDAY, 30)
    assert len(view.staff) == 50
    with assert_query_count(salon.site, len(calendar)):
        await salon.site.ask(queries.calendar_of, salon.shop_id, TUESDAY, 30, now=salon.clock.now())
    assert len(little) == 1


async def test_every_offered_start_can_be_booked(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service(minutes=55, after=5, step=40)
    while free := await salon.times(haircut):
        await salon.book(haircut, free[-1], by_staff=True)
    day = (await services.slots_for(salon.site, haircut, (), TUESDAY, 1)).days[0]
    assert day.state == "none"


async def test_the_api_tells_times_with_offset_and_days_with_states(salon: Salon) -> None:
    haircut = await salon.service(horizon_days=3)
    await salon.hours(tue="09:00-12:00", wed="09:00-10:30")
    async with open_client(create_app(salon.site), salon.site) as client:
        answer = await client.get(f"/api/scheduling/slots?listing={haircut}&day=2026-03-03&days=2")
        assert answer.status_code == 200, answer.text
        first = answer.json()["days"][0]["slots"][0]
        assert (first["time"], first["starts_at"]) == ("09:00", "2026-03-03T09:00:00+05:00")
        days = (await client.get(f"/api/scheduling/days?listing={haircut}&day=2026-03-02&days=6")).json()["days"]
        assert [d["state"] for d in days] == ["closed", "free", "few", "closed", "beyond", "beyond"]
        assert (await client.get(f"/api/scheduling/slots?listing={new_id()}")).status_code == 404
        assert (await client.get("/api/scheduling/slots?listing=x")).status_code == 422
        assert (await client.get(f"/api/scheduling/slots?listing={haircut}&dya=1")).status_code == 400
        assert (await client.get(f"/api/scheduling/slots?listing={haircut}&day=0001-01-01")).status_code == 422
        two = await client.get(f"/api/scheduling/slots?listing={haircut}&day=2026-03-04&days=1&count=2")
        assert two.json()["days"][0]["slots"] == []


async def test_a_change_that_would_strand_appointments_is_refused_with_their_list(salon: Salon) -> None:
    staff = await salon.staff()
    haircut = await salon.service()
    await salon.book(haircut, "10:00", staff=staff)
    closed = ResourceDay(mode="closed", reason="Ill")
    with pytest.raises(HasAppointments) as refused:
        await salon.site.do(services.set_resource_day, salon.shop_id, staff, TUESDAY, closed, by=salon.owner)
    assert [one["customer"] for one in refused.value.facts["appointments"]] == ["Dana"]
    week = ResourceWeek(tue="12:00-18:00")
    with pytest.raises(HasAppointments):
        await salon.site.do(services.set_resource_week, salon.shop_id, staff, week, by=salon.owner)
    gone = ResourceForm(kind="staff", name="Aigerim", active=False)
    with pytest.raises(InUse):
        await salon.site.do(services.save_resource, salon.shop_id, gone, by=salon.owner, resource_id=staff)
    lunch = Break(starts_at=salon.at("10:30"), ends_at=salon.at("11:30"))
    with pytest.raises(HasAppointments):
        await salon.site.do(services.take_break, salon.shop_id, staff, lunch, by=salon.owner)
    await salon.site.do(
        services.set_resource_day, salon.shop_id, staff, TUESDAY + timedelta(days=1), closed, by=salon.owner
    )
    assert await salon.times(haircut, TUESDAY + timedelta(days=1)) == []


async def test_a_break_takes_time_until_it_is_off(salon: Salon) -> None:
    staff = await salon.staff()
    haircut = await salon.service()
    leave = Break(starts_at=salon.at("09:00"), ends_at=salon.at("18:00", date(2026, 3, 8)), reason="Leave")
    made = await salon.site.do(services.take_break, salon.shop_id, staff, leave, by=salon.owner)
    assert len(made) == 3
    assert await salon.times(haircut) == []
    await salon.site.do(services.release_break, salon.shop_id, made[0], by=salon.owner)
    assert await salon.times(haircut) != []
    with pytest.raises(Missing):
        await salon.site.do(services.release_break, salon.shop_id, made[0], by=salon.owner)


async def test_search_can_know_the_next_free_start(salon: Salon) -> None:
    haircut, online = await salon.service(), await salon.service("By phone", bookable_online=False)
    await services.work_out(salon.site, salon.shop_id)
    found = await salon.site.ask(services.next_free, [haircut, online])
    assert {k: v.isoformat() for k, v in found.items()} == {haircut: "2026-03-02T06:00:00+00:00"}


async def test_several_days_can_be_asked_for_at_a_member_of_staff_with_hours_of_their_own(salon: Salon) -> None:
    staff = await salon.staff()
    haircut = await salon.service()
    week = ResourceWeek(tue="10:00-12:00")
    await salon.site.do(services.set_resource_week, salon.shop_id, staff, week, by=salon.owner)
    assert await salon.times(haircut) == ["10:00", "10:30", "11:00"]
    month = await services.month_for(salon.site, haircut, (), TUESDAY, 8)
    assert [d.state for d in month.days] == ["few", *["closed"] * 6, "few"]
