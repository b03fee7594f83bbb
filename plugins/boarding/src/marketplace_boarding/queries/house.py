"""The house: its rooms, its seasons, which nights of which places are taken."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.domain import Movable, Party, Room, Season, Spot, nights_of, piece_of
from marketplace_boarding.schemas import RoomView, SeasonView
from marketplace_boarding.tables import guest_table, room_table, season_table, stay_table
from marketplace_kit.scheduling.queries import Occupied, occupied_between

r, s, y, g = room_table.c, season_table.c, stay_table.c, guest_table.c


async def room_views(connection: AsyncConnection, shop_id: UUID) -> list[RoomView]:
    """All rooms of a shop in its order; what is not let too."""
    wanted = sa.select(room_table).where(r.shop_id == shop_id).order_by(r.rank, r.name)
    rows = (await connection.execute(wanted)).mappings()
    names = [n for n in RoomView.__struct_fields__ if n != "id"]
    return [RoomView(id=row["resource_id"], **{name: row[name] for name in names}) for row in rows]


async def rooms_for(connection: AsyncConnection, listing_id: UUID) -> list[Room]:
    """The rooms by which a lodging is let now."""
    wanted = sa.select(room_table).where(r.listing_id == listing_id, r.active).order_by(r.rank, r.resource_id)
    return [
        Room(
            resource_id=row.resource_id,
            name=row.name,
            places=row.places,
            max_pets=row.max_pets,
            max_grams=row.max_grams,
            rank=row.rank,
        )
        for row in await connection.execute(wanted)
    ]


async def season_views(connection: AsyncConnection, shop_id: UUID) -> list[SeasonView]:
    rows = await connection.execute(sa.select(season_table).where(s.shop_id == shop_id).order_by(s.first, s.id))
    return [SeasonView(id=row.id, name=row.name, first=row.first, last=row.last, percent=row.percent) for row in rows]


async def seasons_of(connection: AsyncConnection, shop_id: UUID) -> list[Season]:
    """As prices know them: of two that overlap the one that was made later is the last."""
    rows = await connection.execute(sa.select(season_table).where(s.shop_id == shop_id).order_by(s.id))
    return [Season(name=row.name, first=row.first, last=row.last, percent=row.percent) for row in rows]


async def taken_in(
    connection: AsyncConnection,
    rooms: Sequence[Room],
    first: date,
    last: date,
    zone: str,
    now: datetime,
    *,
    without: Collection[UUID] = (),
) -> tuple[dict[Spot, set[date]], list[Occupied]]:
    """The nights from ``first`` through ``last`` that are taken at each place, and what takes them; ``without`` what
    these lines have. One statement.
    """
    from_s, to_s = piece_of(first, zone)[0], piece_of(last, zone)[1]
    found = await occupied_between(connection, [room.resource_id for room in rooms], from_s, to_s, now=now)
    listed = [one for one in found if one.line_id is None or one.line_id not in without]
    nights = nights_of(first, last + timedelta(days=1))
    begins = [piece_of(night, zone)[0] for night in nights]
    taken: dict[Spot, set[date]] = {}
    for one in listed:  # a claim is of a night as a rule, a break of two days at most
        touched = range(max(bisect_right(begins, one.from_s) - 1, 0), bisect_left(begins, one.to_s))
        taken.setdefault((one.resource_id, one.lane), set()).update(nights[at] for at in touched)
    return taken, listed


async def movable_in(
    connection: AsyncConnection, listing_id: UUID, first: date, last: date, *, without: Collection[UUID] = ()
) -> list[Movable]:
    """The booked stays of a lodging that touch these nights and whose guests have not come."""
    touching = sa.and_(y.arrives <= last, y.leaves > first)
    counted = sa.func.count(g.id).label("pets")
    heaviest = sa.func.max(g.grams).label("grams")
    known = sa.func.count(g.grams).label("known")
    wanted = (
        sa.select(y.id, y.arrives, y.leaves, y.resource_id, y.lane, counted, heaviest, known)
        .join_from(stay_table, guest_table, g.stay_id == y.id)
        .where(y.listing_id == listing_id, y.state.in_(("requested", "held", "expected")), touching)
        .group_by(y.id, y.arrives, y.leaves, y.resource_id, y.lane)
    )
    return [
        Movable(
            line_id=row.id,
            party=Party(pets=row.pets, grams=row.grams if row.known == row.pets else None),
            nights=tuple(nights_of(row.arrives, row.leaves)),
            spot=(row.resource_id, row.lane),
        )
        for row in await connection.execute(wanted)
        if row.id not in without
    ]


async def houses_of(connection: AsyncConnection, shop_ids: Collection[UUID]) -> list[UUID]:
    """Those of these shops that have rooms, the largest first."""
    size = sa.func.sum(r.places)
    wanted = sa.select(r.shop_id).where(r.shop_id.in_(list(shop_ids))).group_by(r.shop_id).order_by(size.desc())
    return list((await connection.execute(wanted)).scalars())


def labels(rooms: Mapping[int, Any]) -> dict[Spot, str]:
    """What people call each place."""
    return {
        (key, lane): room.name if room.places == 1 else f"{room.name} {lane + 1}"
        for key, room in rooms.items()
        for lane in range(room.places)
    }


__all__ = [
    "houses_of",
    "labels",
    "movable_in",
    "room_views",
    "rooms_for",
    "season_views",
    "seasons_of",
    "taken_in",
]
