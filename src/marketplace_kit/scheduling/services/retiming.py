"""A shop's coming times under a new law of the clock: the wall stays, the instants follow.

Appointments and dates of series say what is on the wall. What says only an instant (holds, breaks, stays, proposals) is
read by the law that it was worked out by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import AppointmentRescheduled
from marketplace_kit.scheduling.domain.clocks import Law, again, instant_at, wall_at
from marketplace_kit.scheduling.domain.windows import instant_of, wall_of
from marketplace_kit.scheduling.queries.clocks import law_noted
from marketplace_kit.scheduling.schemas import LODGING
from marketplace_kit.scheduling.services.capacity.facts import event_facts
from marketplace_kit.scheduling.services.capacity.finding import ANSWER_BEFORE
from marketplace_kit.scheduling.services.colliding import Claim, put_down, take_up, tell_owners
from marketplace_kit.scheduling.services.desk import Retimed, Timekeeper
from marketplace_kit.scheduling.services.keeping import changed_hours
from marketplace_kit.scheduling.services.planning import local
from marketplace_kit.scheduling.services.reminding import plan_reminders
from marketplace_kit.scheduling.services.repeating import SKIPPED_BY_THE_CLOCK
from marketplace_kit.scheduling.services.travelling import straighten, tours_with
from marketplace_kit.scheduling.tables import appointment_table, claim_table, resource_table
from marketplace_kit.scheduling.tables.clocks import zone_law_shop_table as through
from marketplace_kit.scheduling.tables.clocks import zone_law_table as law_table
from marketplace_kit.scheduling.tables.following import answer_table, series_table, wait_table
from marketplace_kit.scheduling.tables.following import series_date_table as dates
from marketplace_kit.scheduling.tables.overlap import LONGEST_S
from marketplace_kit.scheduling.tables.travel import van_trip_table
from marketplace_kit.shops.domain.hours import DAY
from marketplace_kit.shops.tables import shop_table

a, c, r = appointment_table.c, claim_table.c, resource_table.c
_CHUNK = 500
_STANDING = ("booking", "break", "hold")


@attrs.frozen(kw_only=True)
class Retiming:
    """The laws of today of the zones that are done, and from when on."""

    laws: Mapping[str, Law]
    since_s: int


@attrs.frozen(kw_only=True)
class Done:
    appointments: int
    collisions: int


@attrs.frozen(kw_only=True)
class Shift:
    """An appointment that gets another instant. ``kept``: what is on the wall is what was agreed."""

    row: Any
    starts_s: int
    proposed_s: int | None

    @property
    def by_s(self) -> int:
        return int(self.starts_s - self.row.starts_s)

    @property
    def wall(self) -> int:
        return wall_of(self.row.zone, self.starts_s)

    @property
    def kept(self) -> bool:
        return self.wall == wall_at(self.row.local_date, self.row.local_time)


async def retime_shop(uow: UnitOfWork, shop_id: UUID, retiming: Retiming) -> Done:
    """Work out anew every coming instant of a shop whose zone's law was changed. Nothing is refused: what collides is
    kept and marked, and its owner told. Customers hear of it only where the clock skips the time that they had.
    """
    before = await _law_before(uow, shop_id, retiming)
    shifts = await _shifts(uow, shop_id, retiming, before)
    ids = [one.row.id for one in shifts]
    tours = await _tours(uow, ids)
    claims = await _moved_claims(uow, shifts)
    if before is not None:
        claims += await _instants(uow, shop_id, *before, retiming.since_s)
    order = {one.row.id: one.row.booked_at for one in shifts}
    claims.sort(key=lambda one: _rank(one, order))
    collisions = await put_down(uow, shop_id, claims)
    await _store(uow, shifts)
    await straighten(uow, tours)
    await _series(uow, shop_id, retiming)
    if claims or shifts:
        changed_hours(uow, shop_id)
        facts = {"appointments": len(shifts), "collisions": len(collisions)}
        await audit(uow, by=Actor(), act="scheduling.clock_changed", on=f"shop:{shop_id}", facts=facts)
    if collisions:
        await tell_owners(uow, shop_id, len(collisions))
    return Done(appointments=len(shifts), collisions=len(collisions))


async def _law_before(uow: UnitOfWork, shop_id: UUID, retiming: Retiming) -> tuple[str, Law] | None:
    """By what law the shop's instants were worked out, if it was another one and they were not done yet."""
    rows = [{"zone": zone, "shop_id": shop_id} for zone in retiming.laws]
    noted = uow.site.database.insert(through).values(rows).on_conflict_do_nothing()
    first = set((await uow.session.execute(noted.returning(through.c.zone))).scalars())
    wanted = sa.select(law_table).join(shop_table, shop_table.c.zone == law_table.c.zone)
    row = (await uow.session.execute(wanted.where(shop_table.c.id == shop_id))).first()
    if row is None or row.zone not in first or row.zone not in retiming.laws:
        return None
    was = law_noted(row)
    return (row.zone, was) if was.differs(retiming.laws[row.zone], retiming.since_s) else None


async def _shifts(uow: UnitOfWork, shop_id: UUID, retiming: Retiming, before: tuple[str, Law] | None) -> list[Shift]:
    coming = sa.and_(
        a.shop_id == shop_id,
        a.zone.in_(list(retiming.laws)),
        a.effect == "keeps",
        a.started_s.is_(None),
        a.starts_s > retiming.since_s,
    )
    keeper = uow.site.facilities.get(Timekeeper)
    if keeper is not None:
        orders = sa.select(a.order_id).distinct().where(coming).order_by(a.order_id)
        await keeper.hold(uow, list((await uow.session.execute(orders)).scalars()))
    rows = await uow.session.execute(sa.select(appointment_table).where(coming).order_by(a.id).with_for_update())
    found = []
    for row in rows:
        starts_s = instant_at(row.zone, wall_at(row.local_date, row.local_time), row.starts_s)
        proposed_s = row.proposed_s
        if proposed_s is not None and before is not None and before[0] == row.zone:
            proposed_s = again(*before, proposed_s)
        if (starts_s, proposed_s) != (row.starts_s, row.proposed_s):
            found.append(Shift(row=row, starts_s=starts_s, proposed_s=proposed_s))
    return found


async def _tours(uow: UnitOfWork, ids: Sequence[UUID]) -> set[tuple[int, date]]:
    found: set[tuple[int, date]] = set()
    for some in _chunks(ids):
        found.update(await tours_with(uow, c.appointment_id.in_(some)))
    return found


async def _moved_claims(uow: UnitOfWork, shifts: Sequence[Shift]) -> list[Claim]:
    """What these appointments claim, where it belongs now."""
    by = {one.row.id: one.by_s for one in shifts if one.by_s}
    found: list[Claim] = []
    for some in _chunks(list(by)):
        for row in await take_up(uow, c.appointment_id.in_(some)):
            shift = by[row["appointment_id"]]
            found.append({**row, "from_s": row["from_s"] + shift, "to_s": row["to_s"] + shift})
    return found


async def _instants(uow: UnitOfWork, shop_id: UUID, zone: str, law: Law, since_s: int) -> list[Claim]:
    """What is claimed of the shop by no appointment: a hold moves as one, of breaks and stays each edge by itself."""
    kinds = {row.id: row.kind for row in await uow.session.execute(sa.select(r.id, r.kind).where(r.shop_id == shop_id))}
    own = sa.select(r.id).where(r.shop_id == shop_id)
    rows = await take_up(
        uow, c.resource_id.in_(own), c.appointment_id.is_(None), c.kind.in_(_STANDING), c.to_s > since_s
    )
    holds: dict[UUID, int] = {}
    for row in rows:
        if row["kind"] == "hold" and kinds[row["resource_id"]] != LODGING and row["hold_id"] is not None:
            holds[row["hold_id"]] = min(row["from_s"], holds.get(row["hold_id"], row["from_s"]))
    by = {hold_id: again(zone, law, at) - at for hold_id, at in holds.items()}
    for some in _chunks(list(by)):  # what the customer brings is held with it
        rows += await take_up(uow, c.hold_id.in_(some), c.appointment_id.is_(None), c.kind == "hold")
    found: list[Claim] = []
    for row in rows:
        shift = by.get(row["hold_id"])
        if shift is not None:
            from_s, to_s = row["from_s"] + shift, row["to_s"] + shift
        else:
            from_s, to_s = again(zone, law, row["from_s"]), again(zone, law, row["to_s"])
        found.append({**row, "from_s": from_s, "to_s": min(max(to_s, from_s + 1), from_s + LONGEST_S)})
    await _held(uow, zone, {hold_id: shift for hold_id, shift in by.items() if shift})
    return found


async def _held(uow: UnitOfWork, zone: str, by: Mapping[UUID, int]) -> None:
    """What stands beside a hold: where a van goes, what is offered to somebody who waits, what is about to be
    ordered.
    """
    w, t = wait_table.c, van_trip_table.c
    for hold_id, shift in by.items():
        mine = sa.update(wait_table).where(w.offer_id == hold_id, w.offer_s.is_not(None))
        await uow.session.execute(mine.values(offer_s=w.offer_s + shift))
        trip = sa.update(van_trip_table).where(t.line_id == hold_id)
        await uow.session.execute(trip.values(starts_s=t.starts_s + shift))
    keeper = uow.site.facilities.get(Timekeeper)
    if keeper is not None and by:
        await keeper.retimed_drafts(uow, zone, by)


async def _store(uow: UnitOfWork, shifts: Sequence[Shift]) -> None:
    keeper = uow.site.facilities.get(Timekeeper)
    t, said = van_trip_table.c, answer_table.c
    for one in shifts:
        row, version = one.row, one.row.version + 1
        values = {
            "local_date": date.fromordinal(one.wall // DAY),
            "local_time": one.wall % DAY,
            "starts_s": one.starts_s,
            "ends_s": row.ends_s + one.by_s,
            "eta_s": None if row.eta_s is None else row.eta_s + one.by_s,
            "proposed_s": one.proposed_s,
            "sequence": row.sequence + 1,
            "version": version,
        }
        await uow.session.execute(sa.update(appointment_table).where(a.id == row.id).values(**values))
        trip = sa.update(van_trip_table).where(t.line_id == row.id)
        await uow.session.execute(trip.values(starts_s=t.starts_s + one.by_s))
        answer = sa.update(answer_table).where(said.appointment_id == row.id, said.starts_s == row.starts_s)
        await uow.session.execute(answer.values(starts_s=one.starts_s))
        await plan_reminders(
            uow, row.id, version=version, starts_s=one.starts_s, zone=row.zone, shifted_s=one.by_s if one.kept else 0
        )
        if not one.kept:
            facts = event_facts({**row._mapping, **values})
            was = datetime.fromtimestamp(row.starts_s, UTC)
            uow.record(AppointmentRescheduled(**facts, verb="clock_changed", before=was))
    if keeper is not None:
        await keeper.retimed(uow, [_retimed(one) for one in shifts])


def _retimed(one: Shift) -> Retimed:
    zone, ends_s = one.row.zone, one.row.ends_s + one.by_s
    starts_at, ends_at = local(zone, one.starts_s), local(zone, ends_s)
    facts = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    if one.row.eta_s is not None:
        facts["eta"] = local(zone, one.row.eta_s + one.by_s).isoformat()
    if one.proposed_s is not None:
        facts["proposed"] = local(zone, one.proposed_s).isoformat()
    was = datetime.fromtimestamp(one.row.starts_s, UTC) - ANSWER_BEFORE
    deadline = was, was + timedelta(seconds=one.by_s)
    return Retimed(line_id=one.row.id, starts_at=starts_at, ends_at=ends_at, facts=facts, deadline=deadline)


async def _series(uow: UnitOfWork, shop_id: UUID, retiming: Retiming) -> None:
    """Dates that are no appointments yet: the rule says what is on the wall. One that the clock skips cannot be."""
    planned = (
        sa.select(dates.c.series_id, dates.c.day, dates.c.starts_s, series_table.c.zone)
        .add_columns(sa.func.coalesce(dates.c.minute, series_table.c.minute).label("at_minute"))
        .join_from(dates, series_table, series_table.c.id == dates.c.series_id)
        .where(
            series_table.c.shop_id == shop_id,
            series_table.c.zone.in_(list(retiming.laws)),
            dates.c.state == "planned",
            dates.c.starts_s > retiming.since_s,
        )
    )
    for row in (await uow.session.execute(planned)).all():
        wall = wall_at(row.day, row.at_minute)
        if row.starts_s is None or wall_of(row.zone, row.starts_s) == wall:
            continue
        at = instant_of(row.zone, wall)
        values: dict[str, Any] = {"starts_s": at}
        if at is None:
            values |= {"state": "conflict", "reason": SKIPPED_BY_THE_CLOCK}
        mine = sa.update(dates).where(dates.c.series_id == row.series_id, dates.c.day == row.day)
        await uow.session.execute(mine.values(**values))


def _rank(one: Claim, booked: Mapping[UUID, datetime]) -> tuple[Any, ...]:
    """Who comes first where two collide: who booked first, then stays, then breaks, holds last."""
    at = booked.get(one["appointment_id"])
    if at is not None:
        return (0, at, one["resource_id"], one["from_s"], str(one["id"]))
    return (1 + _STANDING.index(one["kind"]), one["resource_id"], one["from_s"], str(one["id"]))


def _chunks(ids: Sequence[UUID]) -> Collection[Sequence[UUID]]:
    return [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
