"""Finding a room: the database decides who has it, and nobody is sent away while dealing anew would make room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa

from marketplace_boarding import queries
from marketplace_boarding.domain import (
    AHEAD,
    LINE,
    NightsFull,
    Party,
    Spot,
    choose,
    deal,
    full_nights,
    nights_of,
    pieces_of,
)
from marketplace_boarding.services.lodgings import Offered
from marketplace_boarding.tables import stay_table
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.services import Place, keep, lock_resources, occupy, vacate

LOOK = 31
"""So many days around a stay are read: gaps before it, other days for it."""
NEAREST = 14
y = stay_table.c


@attrs.frozen(kw_only=True)
class Wanted:
    """What a line wants of the house."""

    line_id: UUID
    at: Offered
    party: Party
    nights: Sequence[date]

    @property
    def shop_id(self) -> UUID:
        return self.at.listing.shop.id

    @property
    def pieces(self) -> list[tuple[int, int]]:
        return pieces_of(self.nights, self.at.zone)

    @property
    def resource_ids(self) -> list[int]:
        return [room.resource_id for room in self.at.rooms]


async def hold_or_book(uow: UnitOfWork, wanted: Wanted, *, until: datetime | None = None) -> Spot:
    """One room for all nights: the live hold of the same line if it is of these nights, else the least wasteful room
    that is free. Refuses :class:`NightsFull` with the nights and the nearest other days.
    """
    if until is None:
        kept = await keep(uow, wanted.line_id, wanted.pieces)
        if kept is not None:
            return kept.resource_id, kept.lane
    await vacate(uow, wanted.line_id)
    return await place(uow, wanted, until=until)


async def place(uow: UnitOfWork, wanted: Wanted, *, first: Sequence[Spot] = (), until: datetime | None = None) -> Spot:
    """Claim a room, of those the ones in ``first`` before others."""
    connection = await uow.connection()
    begin, end = wanted.nights[0] - timedelta(days=LOOK), wanted.nights[-1] + timedelta(days=NEAREST)
    taken, _ = await queries.taken_in(connection, wanted.at.rooms, begin, end, wanted.at.zone, uow.at)
    spots = choose(wanted.at.rooms, wanted.party, wanted.nights, taken)
    spots.sort(key=lambda spot: spot not in first)
    got = await _claim(uow, wanted, spots, until)
    if got is None:
        got = await _dealt_anew(uow, wanted, until)
    if got is None:
        taken, _ = await queries.taken_in(connection, wanted.at.rooms, begin, end, wanted.at.zone, uow.at)
        raise refused(wanted, taken, uow.at)
    return got


async def _claim(uow: UnitOfWork, wanted: Wanted, spots: Sequence[Spot], until: datetime | None) -> Spot | None:
    places = [Place(*spot) for spot in spots]
    got = await occupy(uow, wanted.shop_id, wanted.line_id, places, wanted.pieces, source=LINE, until=until)
    return None if got is None else (got.resource_id, got.lane)


async def _dealt_anew(uow: UnitOfWork, wanted: Wanted, until: datetime | None) -> Spot | None:
    """Every night has a room but no room has every night: those who have not come yet are dealt other rooms, under a
    lock, so that two who deal do not undo each other.
    """
    await lock_resources(uow, wanted.resource_ids)
    connection, listing_id = await uow.connection(), wanted.at.listing.id
    movable = await queries.movable_in(
        connection, listing_id, wanted.nights[0], wanted.nights[-1], without=[wanted.line_id]
    )
    days = [*wanted.nights, *(night for one in movable for night in one.nights)]
    taken, _ = await queries.taken_in(
        connection, wanted.at.rooms, min(days) - timedelta(days=1), max(days), wanted.at.zone, uow.at
    )
    dealt = deal(wanted.at.rooms, wanted.party, wanted.nights, taken, movable)
    if dealt is None:
        return None
    own, moved = dealt
    by_line = {one.line_id: one for one in movable}
    for line_id in moved:
        await vacate(uow, line_id)
    for line_id, spot in moved.items():
        pieces = pieces_of(by_line[line_id].nights, wanted.at.zone)
        if await occupy(uow, wanted.shop_id, line_id, [Place(*spot)], pieces, source=LINE) is None:
            raise refused(wanted, taken, uow.at)
        there = sa.update(stay_table).where(y.id == line_id, y.state.in_(AHEAD))
        there = there.values(resource_id=spot[0], lane=spot[1])
        if (await uow.session.execute(there.returning(y.id))).first() is None:
            raise refused(wanted, taken, uow.at)  # they came while this was dealt
    return await _claim(uow, wanted, [own], until)


def refused(wanted: Wanted, taken: dict[Spot, set[date]], now: datetime) -> NightsFull:
    """What is full, and the nearest days on which such a stay would fit."""
    full = full_nights(wanted.at.rooms, wanted.party, wanted.nights, taken)
    today = now.astimezone(ZoneInfo(wanted.at.zone)).date()
    first, count = wanted.nights[0], len(wanted.nights)
    near = []
    for days in sorted(range(-NEAREST, NEAREST + 1), key=lambda d: (abs(d), d)):
        start = first + timedelta(days=days)
        # Beyond the stretch that was read everything would look free.
        known = days and start >= today and start + timedelta(days=count) <= wanted.nights[-1] + timedelta(days=NEAREST)
        nights = nights_of(start, start + timedelta(days=count))
        if known and choose(wanted.at.rooms, wanted.party, nights, taken):
            near.append(start)
    return NightsFull(
        nights=[night.isoformat() for night in full],
        said=", ".join(f"{night:%d.%m}" for night in full),
        alternatives=[start.isoformat() for start in sorted(near[:3])],
    )
