"""Shops where nothing can be booked, or that leave requests without an answer, leave the lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.orders import services as orders
from marketplace_kit.orders.schemas import GuestDetails, Wished
from marketplace_kit.orders.services.due import do_due
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.schemas import ResourceWeek
from marketplace_kit.scheduling.services.next_free import work_out
from marketplace_kit.shops.services import move_shop, tidy_lists
from marketplace_kit.shops.services.hygiene import look
from marketplace_kit.shops.tables import shop_table
from marketplace_kit.testing.queries import assert_query_count
from tests.scheduling.salons import WEEK, Salon

ADMIN = Actor(roles=frozenset({"admin"}))
AWAY, BACK = ResourceWeek(own_hours=True), ResourceWeek(own_hours=True, **WEEK)


async def night(salon: Salon, days: int = 0) -> tuple[int, int]:
    """What the job does after so many days; the next times were worked out before, as they are all day."""
    salon.clock.advance(timedelta(days=days))
    await work_out(salon.site, salon.shop_id)
    return await tidy_lists(salon.site)


async def week_of(salon: Salon, staff: int, week: ResourceWeek) -> None:
    await salon.site.do(services.set_resource_week, salon.shop_id, staff, week, by=salon.owner)


async def shop_now(salon: Salon) -> Any:
    return (await salon.sql(sa.select(shop_table).where(shop_table.c.id == salon.shop_id)))[0]


async def told(salon: Salon) -> list[str]:
    await run_until_idle(salon.site)
    wanted = sa.select(notice_table.c.type).where(notice_table.c.type.like("shops.%"))
    return [row["type"] for row in await salon.sql(wanted.order_by(notice_table.c.type))]


async def test_where_nothing_can_be_booked_the_shop_is_warned_hidden_and_comes_back_with_times(salon: Salon) -> None:
    await salon.sql(sa.update(shop_table).values(address="Azattyq 1"))
    await salon.service()
    staff = await salon.staff()
    assert await night(salon) == (0, 0)
    await week_of(salon, staff, AWAY)
    assert await night(salon) == (0, 0), "it is warned first"
    assert await night(salon, days=2) == (0, 0)
    assert await night(salon, days=1) == (1, 0)
    found = await shop_now(salon)
    assert (found["state"], found["hidden_for"]) == ("hidden", "no_times")
    assert await told(salon) == ["shops.hidden", "shops.hidden_soon"]
    assert await night(salon) == (0, 0)
    await week_of(salon, staff, BACK)
    assert await night(salon) == (0, 1)
    found = await shop_now(salon)
    assert (found["state"], found["hidden_for"], found["warned_at"]) == ("open", None, None)


async def test_times_in_time_take_the_warning_back_and_a_shop_that_is_called_is_left_alone(salon: Salon) -> None:
    await salon.sql(sa.update(shop_table).values(address="Azattyq 1"))
    await salon.service()
    staff = await salon.staff()
    await week_of(salon, staff, AWAY)
    await night(salon)
    assert (await shop_now(salon))["warned_at"] is not None
    await week_of(salon, staff, BACK)
    await night(salon, days=1)
    assert (await shop_now(salon))["warned_at"] is None
    await week_of(salon, staff, AWAY)
    await salon.sql(sa.update(shop_table).values(tax_id=None))  # nobody books there online at all
    assert [await night(salon), await night(salon, days=4)] == [(0, 0), (0, 0)]
    with assert_query_count(salon.site, at_most=2):
        await salon.site.ask(look, salon.site)


async def test_who_leaves_three_requests_without_an_answer_is_hidden_until_an_admin_looks(salon: Salon) -> None:
    await salon.sql(sa.update(shop_table).values(address="Azattyq 1"))
    listing = await salon.service(confirmation="by_shop", max_open=0)
    await salon.staff()
    for number, time in enumerate(("10:00", "12:00", "14:00")):
        guest = GuestDetails(name="Dana", phone=f"+7701000000{number}", consent=True)
        wished = Wished(listing_id=listing, choice={"starts_at": salon.at(time)})
        await salon.site.do(orders.place_now, [wished], guest, by=Actor(locale="en"))
    assert await night(salon) == (0, 0)
    salon.clock.advance(timedelta(hours=14))
    assert await do_due(salon.site) == 3
    assert await night(salon) == (1, 0)
    assert (await shop_now(salon))["hidden_for"] == "requests_expired"
    assert await night(salon, days=1) == (0, 0), "it does not come back by itself"
    await salon.site.do(move_shop, salon.shop_id, "show", by=ADMIN)
    assert await night(salon) == (0, 0), "what was looked at does not count again"
    assert (await shop_now(salon))["state"] == "open"
