"""Writing claims. The database refuses every overlap; here the refusal becomes the next candidate, or an answer.

Claims of one booking are written in ascending order of resource and lane, so that nobody waits in a circle. Holds that
are over are taken away first: the constraint cannot look at the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel import dialects, prepared
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.outgoing import Outgoing
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import (
    CapacityFull,
    ResourceConflict,
    SlotTaken,
    SubjectBusy,
)
from marketplace_kit.scheduling.domain.offers import STAFF, Role
from marketplace_kit.scheduling.domain.slots import assigned, dealt, lane_for
from marketplace_kit.scheduling.services.guarding import FREED, GUARD, freed
from marketplace_kit.scheduling.services.travelling import fits_of, make_room, straighten, tours_with
from marketplace_kit.scheduling.tables import claim_table, resource_table
from marketplace_kit.scheduling.tables.overlap import LONGEST_S, insert_free, insert_if_free

c = claim_table.c


@attrs.frozen(kw_only=True)
class Stretch:
    """What one line claims of one resource."""

    line: int
    resource_id: int
    from_s: int
    to_s: int


@attrs.frozen(kw_only=True)
class Placed:
    """Where one wish found its time: when the work begins and ends, and who does it. ``van_id`` goes to the customer,
    in its round of ``day``.
    """

    starts_s: int
    ends_s: int
    minutes: int
    before: int
    after: int
    staff_id: int | None
    van_id: int | None = None
    day: date | None = None


class Along:
    """What is stored with the claims of a visit, in their statement where the database can: rows, and what is said and
    asked for. ``make`` is asked for whoever would do it, and again for the next when somebody was faster.
    """

    def __init__(
        self, uow: UnitOfWork, make: Callable[[Mapping[int, Placed], Outgoing], Sequence[prepared.New]]
    ) -> None:
        self._uow, self._make = uow, make
        self._outgoing = uow.outgoing()

    def news(self, placed: Mapping[int, Placed]) -> list[prepared.New]:
        self._outgoing = self._uow.outgoing()
        return [*self._make(placed, self._outgoing), *self._outgoing.news()]

    def stored(self) -> None:
        """Everything of the last :meth:`news` stands in the database."""
        self._uow.take(self._outgoing)

    async def store(self, placed: Mapping[int, Placed]) -> None:
        """By itself, after claims that took more than one statement."""
        await prepared.insert(await self._uow.connection(), *self.news(placed))
        self.stored()


async def release_dead(uow: UnitOfWork, shop_id: UUID, resource_ids: Collection[int], from_s: int, to_s: int) -> None:
    """Take away holds whose time is over, where somebody wants to claim."""
    over = (
        c.resource_id.in_(resource_ids),
        c.kind == "hold",
        c.hold_until <= uow.at,
        c.from_s < to_s,
        c.from_s > from_s - LONGEST_S,
        c.to_s > from_s,
    )
    dead = sa.select(c.id).where(c.released_at.is_(None), *over)
    # One that somebody else takes away at this moment is waited for by the INSERT that follows.
    chosen = dialects.skip_locked(uow.site.database.dialect, dead)
    tours = await tours_with(uow, *over)
    gone = sa.update(claim_table).where(c.id.in_(chosen)).values(released_at=uow.at).returning(*FREED)
    rows = (await uow.session.execute(gone)).all()
    freed(uow, shop_id, [row for row in rows if row.source != GUARD])
    # Nobody who waits took it over in time: now it is anybody's.
    freed(uow, shop_id, [row for row in rows if row.source == GUARD], asking=False)
    await straighten(uow, tours)


async def release(uow: UnitOfWork, shop_id: UUID, *which: sa.ColumnElement[bool], asking: bool = True) -> int:
    """Let go of live claims; how many there were. Those who wait are asked first, unless ``asking`` is off (the time is
    taken again at once, or nobody who waits wanted it). A van's way to its next visit becomes another; what that leaves
    is kept for who waits.
    """
    tours = await tours_with(uow, *which)
    gone = sa.update(claim_table).where(c.released_at.is_(None), *which).values(released_at=uow.at)
    rows = (await uow.session.execute(gone.returning(*FREED))).all()
    freed(uow, shop_id, rows, asking=asking)
    await straighten(uow, tours)
    return len(rows)


async def place(
    uow: UnitOfWork,
    roles: Sequence[Role],
    who: Sequence[Sequence[int]],
    start: int,
    rows: Mapping[int, Mapping[str, Any]],
    *,
    load: Mapping[int, int],
    first: int | None = None,
    along: Along | None = None,
) -> dict[int, Placed]:
    """Claim everything that the roles need for a start, or nothing. ``who`` could fill each role; who does is those
    with the least ``load`` that day (``first`` before all), and the next when somebody was faster. ``rows`` are further
    values of the claims of each line, ``along`` is stored with them. Refuses :class:`SlotTaken`,
    :class:`ResourceConflict`, :class:`CapacityFull`.
    """
    left = [sorted(ids, key=lambda i: (i != first, load.get(i, 0), i)) for ids in who]
    while True:
        chosen = assigned(left)
        if chosen is None:
            short = next((n for n, ids in enumerate(left) if not ids), 0)
            raise _refused(roles[short])
        stretches, placed = laid_out(roles, chosen, start)
        fits = fits_of(roles, chosen, start, works_of(roles, chosen))
        await make_room(uow, chosen, fits)
        failed = await _claim_all(uow, roles, chosen, stretches, rows, placed, along)
        if failed is None:
            return placed
        await straighten(uow, [(chosen[number], fit.day) for number, fit in fits.items()])
        left[failed].remove(chosen[failed])


def _refused(role: Role) -> Exception:
    if role.places > 1:
        return CapacityFull(need=role.need.kind)
    return SlotTaken(need=STAFF) if role.need.kind == STAFF else ResourceConflict(need=role.need.kind)


def laid_out(roles: Sequence[Role], chosen: Sequence[int], start: int) -> tuple[list[list[Stretch]], dict[int, Placed]]:
    """What each role claims, and where each wish lies. Within a block one wish begins where the one before ends; who
    goes to the customer is away from the beginning of the way.
    """
    works = works_of(roles, chosen)
    fits = fits_of(roles, chosen, start, works)
    staff: dict[int, int] = {}
    vans: dict[int, tuple[int, date]] = {}
    for at_role, (role, resource) in enumerate(zip(roles, chosen, strict=True)):
        for number in role.wishes:
            if role.need.kind == STAFF:
                staff.setdefault(number, resource)
            if at_role in fits:
                vans.setdefault(number, (resource, fits[at_role].day))
    listed: list[list[Stretch]] = []
    placed: dict[int, Placed] = {}
    for at_role, (role, resource) in enumerate(zip(roles, chosen, strict=True)):
        way = fits[at_role].way_s if at_role in fits else 0
        at, stretches = start, []
        for number in role.wishes:
            before = role.pattern.before if number == role.wishes[0] else 0
            after = role.pattern.after if number == role.wishes[-1] else 0
            ends = at + works[number]
            begins = at - before - (way if number == role.wishes[0] else 0)
            stretches.append(Stretch(line=number, resource_id=resource, from_s=begins, to_s=ends + after))
            van_id, day = vans.get(number, (None, None))
            placed[number] = Placed(
                starts_s=at,
                ends_s=ends,
                minutes=works[number] // 60,
                before=before // 60,
                after=after // 60,
                staff_id=staff.get(number, van_id),  # without anybody beside it, it is the van that comes
                van_id=van_id,
                day=day,
            )
            at = ends
        listed.append(stretches)
    return listed, placed


def works_of(roles: Sequence[Role], chosen: Sequence[int]) -> dict[int, int]:
    """How long each wish takes, by those who were chosen: as long as its member of staff needs."""
    works: dict[int, int] = {}
    staffed: set[int] = set()
    for role, resource in zip(roles, chosen, strict=True):
        able = next(one for one in role.able if one.id == resource)
        for number, work in zip(role.wishes, able.works, strict=True):
            if number not in works or (role.need.kind == STAFF and number not in staffed):
                works[number] = work
        if role.need.kind == STAFF:
            staffed.update(role.wishes)
    return works


async def _claim_all(
    uow: UnitOfWork,
    roles: Sequence[Role],
    chosen: Sequence[int],
    stretches: Sequence[Sequence[Stretch]],
    rows: Mapping[int, Mapping[str, Any]],
    placed: Mapping[int, Placed],
    along: Along | None,
) -> int | None:
    """Write every claim in ascending order; the number of the role that was refused, with nothing left behind."""
    order = sorted(range(len(roles)), key=lambda n: chosen[n])
    able = {n: next(one for one in roles[n].able if one.id == chosen[n]) for n in order}
    most = {n: able[n].lanes if roles[n].places == 1 else min(able[n].lanes, roles[n].places) for n in order}
    lanes = {
        # Of a van there is one: its next visit has made room since.
        n: [0] if able[n].rounds else lane_for(able[n].claims, most[n], stretches[n][0].from_s, stretches[n][-1].to_s)
        for n in order
    }
    if all(lanes.values()):  # as a rule all of it is free, and one statement is enough
        wanted = [_row(one, lanes[n][0], rows[one.line]) for n in order for one in stretches[n]]
        news = along.news(placed) if along else ()
        got = await insert_free(await uow.connection(), claim_table, wanted, *news)
        if len(got) == len(wanted):
            if along:
                along.stored()
            return None
        if len(wanted) == 1 and most[order[0]] == 1:
            return order[0]
        await _take_back(uow, got)
    written: list[UUID] = []
    for number in order:
        block = stretches[number]
        claimed = await _claim_block(uow, block, rows, lanes[number])
        if claimed is None and most[number] > 1 and roles[number].places == 1:
            claimed = await _dealt_anew(uow, block, rows, most[number])
        if claimed is None:
            await _take_back(uow, written)
            return number
        written += claimed
    if along:
        await along.store(placed)
    return None


async def _take_back(uow: UnitOfWork, written: Sequence[UUID]) -> None:
    if written:
        await uow.session.execute(sa.delete(claim_table).where(c.id.in_(written)))


async def _claim_block(
    uow: UnitOfWork, block: Sequence[Stretch], rows: Mapping[int, Mapping[str, Any]], lanes: Sequence[int]
) -> list[UUID] | None:
    """One lane for the whole block: the one with the smallest idle gap before it, on conflict the next."""
    for lane in lanes:
        written = await insert_free(
            await uow.connection(), claim_table, [_row(one, lane, rows[one.line]) for one in block]
        )
        if len(written) == len(block):
            return written
        await _take_back(uow, written)
    return None


def _row(one: Stretch, lane: int, more: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": new_id(), "resource_id": one.resource_id, "lane": lane, "from_s": one.from_s, "to_s": one.to_s}
    return {**row, **more}


async def _write(uow: UnitOfWork, one: Stretch, lane: int, more: Mapping[str, Any]) -> UUID | None:
    return await insert_if_free(uow.session, claim_table, _row(one, lane, more))


async def _dealt_anew(
    uow: UnitOfWork, block: Sequence[Stretch], rows: Mapping[int, Mapping[str, Any]], lanes: int
) -> list[UUID] | None:
    """No lane is free for the whole time although fewer are taken at every moment: deal that stretch anew, in order of
    start. The resource is held meanwhile, so that two who deal do not undo each other.
    """
    resource_id, begins, ends = block[0].resource_id, block[0].from_s, block[-1].to_s
    await lock_resources(uow, [resource_id])
    live = sa.select(claim_table).where(
        c.resource_id == resource_id,
        c.released_at.is_(None),
        c.enforced,
        c.from_s < ends + LONGEST_S,
        c.from_s > begins - 2 * LONGEST_S,
    )
    found = list((await uow.session.execute(live)).mappings())
    low, high, joined = begins, ends, -1
    while joined != (joined := sum(1 for row in found if row["from_s"] < high and row["to_s"] > low)):
        touched = [row for row in found if row["from_s"] < high and row["to_s"] > low]
        low = min([low, *(row["from_s"] for row in touched)])
        high = max([high, *(row["to_s"] for row in touched)])
    around = [row for row in found if row["from_s"] < high and row["to_s"] > low]
    new_lanes = dealt([*((row["from_s"], row["to_s"]) for row in around), (begins, ends)], lanes)
    if new_lanes is None:
        return None
    moved = [(row, lane) for row, lane in zip(around, new_lanes, strict=False) if row["lane"] != lane]
    gone = sa.update(claim_table).where(c.id.in_([row["id"] for row, _ in moved])).values(released_at=uow.at)
    await uow.session.execute(gone)
    for row, lane in moved:
        if await insert_if_free(uow.session, claim_table, {**row, "id": new_id(), "lane": lane}) is None:
            raise SlotTaken(need=STAFF)
    written = []
    for one in block:
        got = await _write(uow, one, new_lanes[-1], rows[one.line])
        if got is None:
            raise SlotTaken(need=STAFF)
        written.append(got)
    return written


async def lock_resources(uow: UnitOfWork, resource_ids: Collection[int]) -> None:
    """Stand in line for resources, in one order for all. Whoever only books does not wait here."""
    held = sa.select(resource_table.c.id).where(resource_table.c.id.in_(resource_ids)).order_by(resource_table.c.id)
    await uow.session.execute(held.with_for_update(key_share=True))


async def claim_subject(uow: UnitOfWork, subject: str, at: Placed, row: Mapping[str, Any]) -> None:
    """What the customer brings is in one place at a time. Refuses :class:`SubjectBusy`."""
    made = uow.site.database.insert(resource_table).values(
        kind="subject", name=subject, subject=subject, skills=[], public=False
    )
    await uow.session.execute(made.on_conflict_do_nothing(index_elements=["subject"]))
    named = sa.select(resource_table.c.id).where(resource_table.c.subject == subject)
    resource_id: int = (await uow.session.execute(named)).scalar_one()
    dead = sa.update(claim_table).where(
        c.resource_id == resource_id, c.kind == "hold", c.released_at.is_(None), c.hold_until <= uow.at
    )
    await uow.session.execute(dead.values(released_at=uow.at))
    one = Stretch(line=0, resource_id=resource_id, from_s=at.starts_s, to_s=at.ends_s)
    if await _write(uow, one, 0, row) is None:
        raise SubjectBusy


async def write_overbooked(uow: UnitOfWork, block: Sequence[Stretch], rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Claim on purpose what is taken: nothing refuses these."""
    values = [
        {
            "id": new_id(),
            "resource_id": one.resource_id,
            "lane": 0,
            "from_s": one.from_s,
            "to_s": one.to_s,
            "enforced": False,
            **rows[one.line],
        }
        for one in block
    ]
    await uow.session.execute(sa.insert(claim_table), values)
