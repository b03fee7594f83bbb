"""Search by when something is free next: filtered, counted and ordered by what was worked out beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
import sqlalchemy as sa

from marketplace_kit.listings import queries
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.services.indexing import index_listings
from marketplace_kit.scheduling.tables import next_free_table
from marketplace_kit.testing.queries import assert_query_count
from tests.scheduling.counter import Counter
from tests.scheduling.salons import ATYRAU, Salon

pytestmark = pytest.mark.anyio


async def four_services(salon: Salon) -> dict[str, UUID]:
    """One free today, tomorrow, in three days and never."""
    now = salon.clock.now().astimezone(ZoneInfo(ATYRAU))
    found = {}
    for title, days in (("Today", 0), ("Tomorrow", 1), ("Later", 3), ("Never", None)):
        found[title] = await salon.service(title)
        at = None if days is None else int((now + timedelta(days=days, minutes=30)).timestamp())
        row = {"listing_id": found[title], "next_s": at, "worked_out_at": now}
        await salon.sql(sa.insert(next_free_table).values(row))
    await salon.site.do(index_listings, list(found.values()))
    return found


def asked(salon: Salon, **more: Any) -> Criteria:
    return attrs.evolve(Criteria(now=salon.clock.now(), zone=ATYRAU), **more)


async def titles(salon: Salon, **more: Any) -> list[str]:
    found = await queries.search(salon.site, asked(salon, **more), active_kinds(salon.site))
    return [card.title for card in found.page.items]


async def test_what_is_free_by_a_day_is_found_and_counted(salon: Salon) -> None:
    await four_services(salon)
    assert await titles(salon, free="today") == ["Today"]
    assert set(await titles(salon, free="tomorrow")) == {"Today", "Tomorrow"}
    assert set(await titles(salon, free="week")) == {"Today", "Tomorrow", "Later"}
    found = await queries.search(salon.site, asked(salon, free="today"), active_kinds(salon.site))
    assert found.counts.values["free"] == {"today": 1, "tomorrow": 2, "week": 3}
    assert found.counts.total == 1


async def test_the_soonest_comes_first_page_by_page_and_what_is_over_does_not_come(salon: Salon) -> None:
    await four_services(salon)
    seen, cursor = [], None
    while True:
        kinds = active_kinds(salon.site)
        found = await queries.search(salon.site, asked(salon, sort="soonest"), kinds, cursor=cursor, limit=1)
        seen += [card.title for card in found.page.items]
        cursor = found.page.next
        if cursor is None:
            break
    assert seen == ["Today", "Tomorrow", "Later"]
    salon.clock.advance(timedelta(hours=1))
    assert await titles(salon, sort="soonest") == ["Tomorrow", "Later"]
    assert await titles(salon, free="today") == []


async def test_knowing_the_next_time_costs_no_statement(salon: Salon) -> None:
    await four_services(salon)
    questions: tuple[dict[str, Any], ...] = ({}, {"free": "week"}, {"sort": "soonest"})
    for more in questions:
        await titles(salon, **more)
        with assert_query_count(salon.site, 2):
            await titles(salon, **more)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Next free: today {}"),
        ("ru", "Ближайшее время: сегодня в {}"),
        ("kk", "Жақын бос уақыт: бүгін {}"),
    ],
)
async def test_a_card_says_when_it_is_free_next(salon: Salon, language: str, said: str) -> None:
    await four_services(salon)
    visitor = await Counter(salon).browser(language=language)
    at = (salon.clock.now() + timedelta(minutes=30)).astimezone(ZoneInfo(ATYRAU))
    shown = await visitor.get("/listings?free=today")
    assert said.format(f"{at:%H:%M}") in shown.text
    answer = (await visitor.get("/api/listings?free=today&sort=soonest")).json()
    (item,) = answer["items"]
    assert datetime.fromisoformat(item["next_free"]) == at.replace(microsecond=0)
    (facet,) = [one for one in answer["facets"] if one["name"] == "free"]
    assert [value["count"] for value in facet["values"]] == [1, 2, 3]
    assert (await visitor.get("/api/listings?free=never")).status_code == 400
