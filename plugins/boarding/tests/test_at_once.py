"""Many at once: the database decides who has the last room, and nobody is let in twice. Each with its control."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_boarding import services
from marketplace_boarding.schemas import NewEntry
from marketplace_boarding.services import placing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.scheduling.tables.overlap import refuse_overlaps
from plugins.boarding.tests.hotels import Hotel, march, outcome

pytestmark = pytest.mark.anyio
CLIENTS = 20


async def rush(hotel: Hotel) -> Counter[str]:
    """Many want two nights each, all of them the night of the 20th."""
    wishes = [hotel.wish(march(19 + n % 2), march(21 + n % 2)) for n in range(CLIENTS)]
    return Counter(await asyncio.gather(*(outcome(hotel.site.do(hotel.capacity.reserve, [w])) for w in wishes)))


def doubles(claims: Any) -> int:
    return sum(count - 1 for count in Counter(claims).values())


async def test_twenty_want_the_last_room_and_one_has_it(hotel: Hotel) -> None:
    await hotel.room()
    assert await rush(hotel) == {"done": 1, "capacity_full": CLIENTS - 1}
    assert len(await hotel.claims()) == 2


async def test_as_many_get_in_as_there_are_rooms(hotel: Hotel) -> None:
    await hotel.room("Row", places=3)
    assert await rush(hotel) == {"done": 3, "capacity_full": CLIENTS - 3}
    claims = await hotel.claims()
    assert (len(claims), doubles(claims)) == (6, 0)


async def test_control_without_the_constraint_the_room_is_let_twice(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them looked at the same moment, when the room was free: without the constraint they all have it."""
    await hotel.room()
    for drop in refuse_overlaps(hotel.site.database.dialect)[1]:
        await hotel.sql(sa.text(drop))
    if hotel.site.database.dialect == "postgresql":  # the INSERT names it: now it refuses nothing
        await hotel.sql(sa.text("ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING btree (id WITH =)"))
    monkeypatch.setattr(placing.queries, "taken_in", _nothing_taken)
    assert await rush(hotel) == {"done": CLIENTS}
    assert doubles(await hotel.claims()) > 0


async def test_with_the_constraint_an_old_look_lets_nobody_in_twice(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hotel.room()
    monkeypatch.setattr(placing.queries, "taken_in", _nothing_taken)
    assert (await rush(hotel))["done"] == 1
    assert doubles(await hotel.claims()) == 0


async def _nothing_taken(*_: Any, **__: Any) -> tuple[dict[Any, Any], list[Any]]:
    return {}, []


async def test_a_hold_keeps_the_room_until_it_is_over(hotel: Hotel) -> None:
    await hotel.room()
    kept = hotel.wish(march(19), march(21))
    until = hotel.clock.now() + timedelta(minutes=10)
    await hotel.site.do(hotel.capacity.hold, [kept], until)
    assert await outcome(hotel.reserve(march(20), march(21))) == "capacity_full"
    await hotel.site.do(hotel.capacity.reserve, [kept])
    hotel.clock.advance(timedelta(hours=1))
    assert await outcome(hotel.reserve(march(20), march(21))) == "capacity_full", "it became a booking"
    let_go = hotel.wish(march(25), march(26))
    await hotel.site.do(hotel.capacity.hold, [let_go], hotel.clock.now() + timedelta(minutes=10))
    await hotel.site.do(hotel.capacity.drop, [let_go.line_id])
    assert await outcome(hotel.reserve(march(25), march(26))) == "done"


async def test_who_has_not_come_yet_moves_so_that_one_more_fits(hotel: Hotel) -> None:
    """Every night has a room and no room has every night, until one who is expected is given the other room."""
    first, second = await hotel.room(rank=1), await hotel.room("Run 2", rank=2)
    gone = await hotel.booked(await hotel.pet(), arrives=march(19), leaves=march(21))
    for night in (19, 20, 21):
        await hotel.reserve(march(night), march(night + 1))
    assert (await hotel.act("Olga", gone, "cancel")).status_code == 200
    assert await hotel.claims() == [(first, 0, march(21)), (second, 0, march(19)), (second, 0, march(20))]
    await hotel.reserve(march(20), march(22))
    assert await hotel.claims() == [
        (first, 0, march(20)),
        (first, 0, march(21)),
        (second, 0, march(19)),
        (second, 0, march(20)),
        (second, 0, march(21)),
    ]


async def test_a_dose_is_noted_once_however_many_note_it(hotel: Hotel) -> None:
    stay, guest = await staying(hotel)
    entry = NewEntry(kind="medicine", time="20:00", outcome="done")

    async def note(name: str) -> str:
        by = Actor(person_id=hotel.natalya, name=name, shops=frozenset({hotel.shop}))
        return await outcome(hotel.site.do(services.log, stay, guest, entry, by=by))

    assert Counter(await asyncio.gather(*(note(f"Staff {n}") for n in range(8)))) == {"done": 1, "already_logged": 7}


async def test_control_what_was_due_at_no_hour_is_noted_as_often_as_it_is_sent(hotel: Hotel) -> None:
    stay, guest = await staying(hotel)
    walk = NewEntry(kind="walk", note="Along the river")
    doing = (hotel.site.do(services.log, stay, guest, walk, by=hotel.as_natalya) for _ in range(4))
    assert Counter(await asyncio.gather(*(outcome(one) for one in doing))) == {"done": 4}


async def staying(hotel: Hotel) -> tuple[Any, Any]:
    """A guest who is in the house."""
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(16), leaves=march(18))
    hotel.now_is("11:00")
    await hotel.bring(line["id"], "checked_in", "in_progress")
    found = await services.seen_by_staff(hotel.site, UUID(line["id"]), by=hotel.as_natalya)
    return found.id, found.guests[0].id
