"""Places that are taken for days on end: one place for the whole stay, and the database decides who has it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.queries import occupied_between, resource_list
from marketplace_kit.scheduling.services import Place
from marketplace_kit.scheduling.tables.overlap import refuse_overlaps
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.anyio
DAY = 86_400
CLIENTS = 24


def days(first: int, count: int) -> list[tuple[int, int]]:
    return [(at * DAY, (at + 1) * DAY) for at in range(first, first + count)]


async def took(salon: Salon, wanted: list[Place], pieces: list[tuple[int, int]], **more: Any) -> Place | None:
    line_id = more.pop("line_id", None) or new_id()
    return await salon.site.do(
        services.occupy, salon.shop_id, line_id, wanted, pieces, **{"source": "test.stay"} | more
    )


async def rush(salon: Salon, wanted: list[Place]) -> list[Place]:
    """Many want three days each, all of them with the same day in the middle."""
    found = await asyncio.gather(*(took(salon, wanted, days(9 + n % 3, 3)) for n in range(CLIENTS)))
    return [one for one in found if one is not None]


async def test_many_want_the_last_place_and_one_gets_it(salon: Salon) -> None:
    room = await salon.staff("Run 1", kind="lodging")
    assert await rush(salon, [Place(room)]) == [Place(room)]
    assert len(await salon.claims()) == 3


async def test_as_many_get_in_as_there_are_places(salon: Salon) -> None:
    wanted = [Place(await salon.staff(f"Run {n}", kind="lodging")) for n in range(3)]
    assert sorted(await rush(salon, wanted)) == wanted
    assert len(await salon.claims()) == 9


async def test_control_without_the_constraint_everybody_gets_the_last_place(salon: Salon) -> None:
    room = await salon.staff("Run 1", kind="lodging")
    for drop in refuse_overlaps(salon.site.database.dialect)[1]:
        await salon.sql(sa.text(drop))
    if salon.site.database.dialect == "postgresql":
        salon_claims = "ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING btree (id WITH =)"
        await salon.sql(sa.text(salon_claims))  # the INSERT names it: now it refuses nothing
    assert len(await rush(salon, [Place(room)])) == CLIENTS


async def test_a_stay_that_does_not_fit_whole_leaves_nothing_behind(salon: Salon) -> None:
    room = await salon.staff("Run 1", kind="lodging")
    assert await took(salon, [Place(room)], days(12, 1))
    assert await took(salon, [Place(room)], days(10, 3)) is None
    assert await took(salon, [Place(room)], days(10, 2)), "the day of leaving is free for the next"
    assert await took(salon, [Place(room, 1)], days(10, 3)) == Place(room, 1)


async def held(salon: Salon, room: int, line_id: UUID) -> Place | None:
    until = salon.clock.now() + timedelta(minutes=10)
    return await took(salon, [Place(room)], days(10, 2), line_id=line_id, until=until)


async def test_a_hold_becomes_a_booking_only_while_it_lives(salon: Salon) -> None:
    room, one, two = await salon.staff("Run 1", kind="lodging"), new_id(), new_id()
    assert await held(salon, room, one)
    assert await held(salon, room, two) is None
    assert await salon.site.do(services.keep, one, days(10, 3)) is None, "other days than were held"
    salon.clock.advance(timedelta(minutes=11))
    assert await salon.site.do(services.keep, one, days(10, 2)) is None
    assert await held(salon, room, two), "what is over is in nobody's way"
    assert await salon.site.do(services.keep, two, days(10, 2)) == Place(room)
    seen = await salon.site.ask(occupied_between, [room], 0, 99 * DAY, now=salon.clock.now())
    assert [(one.kind, one.line_id) for one in seen] == [("booking", two)] * 2


async def test_who_leaves_early_frees_the_rest(salon: Salon) -> None:
    room, line_id = await salon.staff("Run 1", kind="lodging"), new_id()
    assert await took(salon, [Place(room)], days(10, 4), line_id=line_id)
    assert await salon.site.do(services.vacate, line_id, from_s=12 * DAY) == 2
    assert await took(salon, [Place(room)], days(12, 2))


async def test_rooms_by_the_night_are_no_columns_of_the_calendar(salon: Salon) -> None:
    await salon.staff("Aigerim")
    await salon.staff("Run 1", kind="lodging")
    assert [one.name for one in await salon.site.ask(resource_list, salon.shop_id)] == ["Aigerim"]
