"""Vans that go to their customers: where to, and what a visit changes for the visits beside it.

Whoever changes a van's round stands in line for the van first: then what was read of the round stays true until the
commit, and nobody waits in a circle. Every change of a round ends with ways that fit it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields.degrees import EXAMPLE
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain.areas import NotAPoint, middle, read_point
from marketplace_kit.scheduling.domain.offers import Role
from marketplace_kit.scheduling.domain.refusals import OutOfZone
from marketplace_kit.scheduling.domain.travel import Fit, Place, Van, ways_of
from marketplace_kit.scheduling.domain.windows import day_bounds
from marketplace_kit.scheduling.queries.travelling import learn_ways, vans_of
from marketplace_kit.scheduling.tables import appointment_table, claim_table, resource_table
from marketplace_kit.scheduling.tables.travel import van_trip_table

NO_ADDRESS = N_("Please say where somebody shall come: street and house.")
NO_POINT = N_("Please choose the part of the town, or let your device tell where you are.")
NOT_A_POINT, NOT_OFFERED = TEXTS["not_a_point"], TEXTS["not_a_choice"]
_AROUND = timedelta(days=2)
c, t = claim_table.c, van_trip_table.c
Tour = tuple[int, date]
"""A van and the date of its round."""
WHERE = ("address", "entrance", "point", "district")
"""What a choice says of a place, if its kind asks for one."""


def where_of(choice: Any) -> tuple[str, ...]:
    """What is said of the place, as it was typed."""
    return tuple(str(getattr(choice, name, None) or "").strip() for name in WHERE)


def place_in(choice: Any, vans: Mapping[int, Van]) -> Place | None:
    """The place that a choice names: a point, else the middle of a part of the town that these vans serve; ``None`` as
    long as nothing is said. Refuses :class:`Invalid`.
    """
    address, entrance, point, district = where_of(choice)
    if point:
        try:
            found = read_point(point)
        except NotAPoint as wrong:
            raise Invalid(Problem("point", "not_a_point", NOT_A_POINT, {"example": EXAMPLE})) from wrong
    elif district:
        areas = {str(area.id): area for van in vans.values() for area in van.areas}
        if district not in areas:
            raise Invalid(Problem("district", "not_a_choice", NOT_OFFERED))
        found = middle(areas[district].outline)
    else:
        return None
    area = next((name for van in vans.values() if (name := van.area_of(found))), "")
    return Place(point=found, address=address, entrance=entrance, area=area)


def place_to_go(choice: Any, vans: Mapping[int, Van]) -> Place:
    """The place of somebody who books. Refuses :class:`Invalid` with what is missing, each at its field."""
    place = place_in(choice, vans)
    problems = []
    if place is None:
        problems.append(Problem("point", "no_point", NO_POINT))
    if not where_of(choice)[0]:
        problems.append(Problem("address", "no_address", NO_ADDRESS))
    if place is None or problems:
        raise Invalid(*problems)
    return place


def served(vans: Mapping[int, Van], able: Collection[int], place: Place) -> frozenset[int]:
    """The weekdays on which one of these vans goes there."""
    return frozenset().union(*(van.weekdays(place.point) for one, van in vans.items() if one in able))


def out_of_zone(vans: Mapping[int, Van], able: Collection[int], place: Place) -> OutOfZone:
    areas = dict.fromkeys(area.name for one, van in vans.items() if one in able for area in van.areas)
    return OutOfZone(weekdays=sorted(served(vans, able, place)), areas=list(areas))


async def stand_in_line(uow: UnitOfWork, van_ids: Collection[int]) -> None:
    """Nobody else changes the rounds of these vans until the commit."""
    held = sa.select(resource_table.c.id).where(resource_table.c.id.in_(van_ids)).order_by(resource_table.c.id)
    await uow.session.execute(held.with_for_update(key_share=True))


async def tours_with(uow: UnitOfWork, *which: sa.ColumnElement[bool]) -> list[Tour]:
    """The rounds that live claims belong to; they are held for whoever is about to change them."""
    of = (
        sa.select(t.resource_id, t.day)
        .distinct()
        .join_from(claim_table, van_trip_table, sa.and_(t.line_id == c.hold_id, t.resource_id == c.resource_id))
        .where(c.released_at.is_(None), *which)
    )
    found: list[Tour] = sorted((row.resource_id, row.day) for row in await uow.session.execute(of))
    if found:
        await stand_in_line(uow, {van for van, _ in found})
    return found


async def straighten(uow: UnitOfWork, tours: Collection[Tour]) -> None:
    """Let every visit of these rounds begin with the way from what is before it now. Refuses nothing: where something
    else lies in between, the van drove before that.
    """
    for van_id, day in tours:
        van = await _van_on(uow, van_id, day)
        if van is None:
            continue
        busy = [*van.others, *((trip.from_s, trip.to_s) for trip in van.trips if trip.day != day)]
        wanted = ways_of(van, day, busy)
        for trip in van.round_of(day):
            if trip.from_s != wanted[trip.line]:
                await _begin_at(uow, van_id, trip.line, wanted[trip.line])


async def _begin_at(uow: UnitOfWork, van_id: int, line: UUID, from_s: int) -> None:
    mine = sa.update(claim_table).where(c.hold_id == line, c.resource_id == van_id, c.released_at.is_(None))
    await uow.session.execute(mine.values(from_s=from_s))


def fits_of(roles: Sequence[Role], chosen: Sequence[int], start: int, works: Mapping[int, int]) -> dict[int, Fit]:
    """For each role that goes to the customer, by its number: how this start fits into the van's day."""
    found = {}
    for number, (role, resource) in enumerate(zip(roles, chosen, strict=True)):
        able = next(one for one in role.able if one.id == resource)
        if able.rounds is not None:
            work = sum(works[n] for n in role.wishes)
            found[number] = able.rounds.fit(start, role.pattern, work, by_force=True)
    return {number: fit for number, fit in found.items() if fit is not None}


async def make_room(uow: UnitOfWork, chosen: Sequence[int], fits: Mapping[int, Fit]) -> None:
    """The visit after this one begins with the way from here: before this one is claimed, which may take what the
    longer way to it took.
    """
    for number, fit in fits.items():
        if fit.following is not None:
            await _begin_at(uow, chosen[number], fit.following.line, fit.following_from_s)


@attrs.frozen(kw_only=True)
class Going:
    """That a line takes a van somewhere."""

    line: UUID
    van_id: int
    day: date
    starts_s: int
    before_s: int
    place: Place


async def note_trips(uow: UnitOfWork, goings: Sequence[Going]) -> None:
    """Where these lines take their vans; said again it replaces what was said."""
    for one in goings:
        values = {
            "resource_id": one.van_id,
            "day": one.day,
            "starts_s": one.starts_s,
            "before_s": one.before_s,
            "lat": one.place.point.lat,
            "lon": one.place.point.lon,
            "address": one.place.address[:200],
            "entrance": one.place.entrance[:80],
            "area": one.place.area[:80],
            "made_at": uow.at,
        }
        said = uow.site.database.insert(van_trip_table).values(line_id=one.line, **values)
        await uow.session.execute(said.on_conflict_do_update(index_elements=["line_id"], set_=values))


async def forget_trips(uow: UnitOfWork) -> None:
    """Places that somebody entered and never booked are not kept."""
    claimed = sa.exists().where(c.hold_id == t.line_id, c.released_at.is_(None))
    booked = sa.exists().where(appointment_table.c.id == t.line_id)
    await uow.session.execute(sa.delete(van_trip_table).where(~claimed, ~booked))


def opens_at(zone: str, starts_s: int) -> datetime:
    """The morning of the day: its first moment at the place."""
    begins, _ = day_bounds(zone, datetime.fromtimestamp(starts_s, ZoneInfo(zone)).date())
    return datetime.fromtimestamp(begins, ZoneInfo(zone))


async def way_to(uow: UnitOfWork, line_id: UUID) -> int:
    """The minutes to a visit from where its van is before it; 0 for one that takes no van."""
    for van_id, day in await tours_with(uow, c.hold_id == line_id):
        van = await _van_on(uow, van_id, day)
        place = van.base if van else None
        for trip in van.round_of(day) if van else ():
            if van and place and trip.line == line_id:
                return van.minutes(place, trip.point)
            place = trip.point
    return 0


async def _van_on(uow: UnitOfWork, van_id: int, day: date) -> Van | None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    around = int((noon - _AROUND).timestamp()), int((noon + _AROUND).timestamp())
    # A hold that is over and not taken away yet still stands in the way of others.
    ever = datetime(2000, 1, 1, tzinfo=UTC)
    connection = await uow.connection()
    vans = await vans_of(connection, [van_id], *around, now=ever)
    await learn_ways(connection, vans)
    return vans.get(van_id)
