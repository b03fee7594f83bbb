"""Vans that go to their customers, with what they have to do: one statement, however many vans and visits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.dialects import gathered, listed
from marketplace_kit.places.domain import Point, Ways
from marketplace_kit.places.queries import known_ways
from marketplace_kit.scheduling.domain.areas import Area
from marketplace_kit.scheduling.domain.travel import Place, Trip, Van
from marketplace_kit.scheduling.schemas import AreaView, VanView
from marketplace_kit.scheduling.tables import appointment_table, claim_table, resource_table
from marketplace_kit.scheduling.tables.overlap import LONGEST_S
from marketplace_kit.scheduling.tables.travel import van_area_table, van_table, van_trip_table

c, v, n, t = claim_table.c, van_table.c, van_area_table.c, van_trip_table.c


@cache
def _statement(without: bool) -> sa.Select[Any]:
    ids = sa.bindparam("ids", expanding=True, type_=v.resource_id.type)
    busy = (
        sa.select(
            gathered(listed(c.resource_id, c.from_s, c.to_s, t.line_id, t.day, t.starts_s, t.before_s, t.lat, t.lon))
        )
        .select_from(
            claim_table.outerjoin(van_trip_table, sa.and_(t.line_id == c.hold_id, t.resource_id == c.resource_id))
        )
        .where(
            c.resource_id.in_(ids),
            c.released_at.is_(None),
            sa.or_(c.hold_until.is_(None), c.hold_until > sa.bindparam("now", type_=c.hold_until.type)),
            c.from_s < sa.bindparam("to_s", type_=sa.BigInteger),
            c.from_s > sa.bindparam("far_s", type_=sa.BigInteger),
            c.to_s > sa.bindparam("from_s", type_=sa.BigInteger),
        )
    )
    if without:
        lines = sa.bindparam("lines", expanding=True, type_=c.hold_id.type)
        busy = busy.where(sa.or_(c.hold_id.is_(None), c.hold_id.not_in(lines)))
    vans = sa.select(gathered(listed(v.resource_id, v.lat, v.lon, v.radius_m, v.kmh, v.road_percent)))
    areas = sa.select(gathered(listed(n.resource_id, n.id, n.name, n.outline, n.weekdays)))
    return sa.select(
        vans.where(v.resource_id.in_(ids)).scalar_subquery().label("vans"),
        areas.where(n.resource_id.in_(ids)).scalar_subquery().label("areas"),
        busy.scalar_subquery().label("busy"),
    )


async def vans_of(
    connection: AsyncConnection,
    resource_ids: Sequence[int],
    from_s: int,
    to_s: int,
    *,
    now: datetime,
    without: Collection[UUID] = (),
) -> dict[int, Van]:
    """Those of some resources that go to their customers, with what is claimed of them between two instants; the claims
    of the lines ``without`` and holds that are over do not count.
    """
    if not resource_ids:
        return {}
    given: dict[str, Any] = {
        "ids": list(resource_ids),
        "now": now,
        "from_s": from_s,
        "to_s": to_s,
        "far_s": from_s - LONGEST_S,
    }
    if without:
        given["lines"] = list(without)
    row = (await prepared.rows(connection, _statement(bool(without)), given))[0]
    areas: dict[int, list[Area]] = {}
    for van_id, area_id, name, outline, weekdays in sorted(msgspec.json.decode(row.areas), key=lambda a: a[1]):
        corners = tuple(Point(*corner) for corner in outline)
        areas.setdefault(van_id, []).append(Area(id=area_id, name=name, outline=corners, weekdays=frozenset(weekdays)))
    trips: dict[int, list[Trip]] = {}
    others: dict[int, list[tuple[int, int]]] = {}
    for van_id, begins, ends, line, day, starts_s, before_s, lat, lon in msgspec.json.decode(row.busy):
        if line is None:
            others.setdefault(van_id, []).append((begins, ends))
        else:
            trips.setdefault(van_id, []).append(
                Trip(
                    line=UUID(line),
                    day=date.fromisoformat(day),
                    starts_s=starts_s,
                    before_s=before_s,
                    from_s=begins,
                    to_s=ends,
                    point=Point(lat, lon),
                )
            )
    return {
        van_id: Van(
            id=van_id,
            base=Point(lat, lon),
            radius_m=radius_m,
            areas=tuple(areas.get(van_id, ())),
            trips=tuple(trips.get(van_id, ())),
            others=tuple(others.get(van_id, ())),
            minutes=Ways(kmh, road_percent),
        )
        for van_id, lat, lon, radius_m, kmh, road_percent in msgspec.json.decode(row.vans)
    }


async def learn_ways(connection: AsyncConnection, vans: Mapping[int, Van], *points: Point) -> None:
    """Let these vans know the ways that were measured between all the places where they are, and these points."""
    if vans:
        known = await known_ways(connection, [*points, *(point for van in vans.values() for point in van.points())])
        for van in vans.values():
            van.minutes.known.update(known)


async def place_of(connection: AsyncConnection, line_id: UUID) -> Place | None:
    """Where a line takes its van."""
    row = (await connection.execute(sa.select(van_trip_table).where(t.line_id == line_id))).first()
    if row is None or not row.address:
        return None
    return Place(point=Point(row.lat, row.lon), address=row.address, entrance=row.entrance, area=row.area)


async def places_known(connection: AsyncConnection, person_id: UUID) -> list[Place]:
    """Where somebody came to a person before, the last first, each address once."""
    wanted = (
        sa.select(van_trip_table)
        .join_from(van_trip_table, appointment_table, appointment_table.c.id == t.line_id)
        .where(appointment_table.c.person_id == person_id, t.address != "")
        .order_by(t.made_at.desc())
        .limit(50)
    )
    found: dict[str, Place] = {}
    for row in await connection.execute(wanted):
        place = Place(point=Point(row.lat, row.lon), address=row.address, entrance=row.entrance, area=row.area)
        found.setdefault(row.address.casefold(), place)
    return list(found.values())


async def van_view(connection: AsyncConnection, resource_id: int) -> VanView | None:
    """How a van goes to its customers; ``None`` for one that stays."""
    row = (await connection.execute(sa.select(van_table).where(v.resource_id == resource_id))).first()
    if row is None:
        return None
    areas = sa.select(van_area_table).where(n.resource_id == resource_id).order_by(n.name, n.id)
    return VanView(
        resource_id=resource_id,
        lat=row.lat,
        lon=row.lon,
        radius_km=row.radius_m // 1000,
        kmh=row.kmh,
        road_percent=row.road_percent,
        areas=[
            AreaView(
                id=one.id,
                name=one.name,
                outline=[(lat, lon) for lat, lon in one.outline],
                weekdays=one.weekdays,
            )
            for one in await connection.execute(areas)
        ],
    )


async def areas_of_shop(connection: AsyncConnection, shop_id: UUID) -> list[tuple[str, str]] | None:
    """The parts of the town that a shop's vans serve, (number, name); ``None`` for one whose vans stay."""
    r = resource_table.c
    wanted = (
        sa.select(n.id, n.name)
        .select_from(
            resource_table.join(van_table, v.resource_id == r.id).outerjoin(van_area_table, n.resource_id == r.id)
        )
        .where(r.shop_id == shop_id, r.active)
        .order_by(n.name, n.id)
    )
    rows = (await connection.execute(wanted)).all()
    return [(str(row.id), row.name) for row in rows if row.id is not None] if rows else None
