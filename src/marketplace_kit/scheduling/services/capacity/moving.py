"""What a verb does to the time of an appointment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks.lines import Customer, Due, Moved, Moving, Wish
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import (
    AppointmentCancelled,
    AppointmentCompleted,
    AppointmentConfirmed,
    AppointmentDelayed,
    AppointmentExpired,
    AppointmentMissed,
    AppointmentOnTheWay,
    AppointmentProposed,
    AppointmentRescheduled,
    AppointmentStarted,
    CustomerCheckedIn,
    CutoffPassed,
    HoldExpired,
    NothingProposed,
    NotYet,
    ResourceConflict,
    SlotTaken,
    TooManyReschedules,
)
from marketplace_kit.scheduling.domain.process import Effect
from marketplace_kit.scheduling.domain.windows import wall_of
from marketplace_kit.scheduling.queries.plans import plan_between
from marketplace_kit.scheduling.queries.services import services_of
from marketplace_kit.scheduling.queries.travelling import learn_ways, place_of
from marketplace_kit.scheduling.schemas import Measured, SchedulingSettings
from marketplace_kit.scheduling.services.capacity.facts import event_facts, is_customer, time_facts
from marketplace_kit.scheduling.services.capacity.finding import AFTER_S, BEFORE_S, GRACE, Finding, Visit
from marketplace_kit.scheduling.services.claiming import lock_resources, release
from marketplace_kit.scheduling.services.planning import Job, instant_in, local
from marketplace_kit.scheduling.services.reminding import plan_reminders
from marketplace_kit.scheduling.services.travelling import opens_at, way_to
from marketplace_kit.scheduling.tables import appointment_table, claim_table
from marketplace_kit.shops.domain.hours import DAY

EARLY_CHECK_IN_S = 30 * 60
UNDO_MISS = timedelta(hours=24)
TOLD_DELAY_S = 10 * 60
a, c = appointment_table.c, claim_table.c


class Moves(Finding):
    """From one state of an appointment to the next."""

    async def move(self, uow: UnitOfWork, moving: Moving) -> Moved:
        """What a verb does to the time. A refusal leaves everything as it was."""
        uow.touch(f"shop:{moving.shop_id}:calendar")
        wanted = sa.select(appointment_table).where(a.id == moving.line_id).with_for_update()
        row = (await uow.session.execute(wanted)).first()
        if row is None:
            raise Missing
        effect = self.effects[moving.after]
        changes: dict[str, Any] = {}
        moved = Moved()
        if moving.before == self._held and moving.after != self._held and effect == Effect.KEEPS:
            changes = await self._settled(uow, moving, row)
        act = getattr(self, f"_on_{moving.verb}", None)
        if act is not None:
            changed, moved = await act(uow, moving, row)
            changes |= changed
        values = {"state": moving.after, "effect": str(effect), "version": a.version + 1, **changes}
        await uow.session.execute(sa.update(appointment_table).where(a.id == row.id).values(**values))
        if effect == Effect.LETS_GO and row.effect != Effect.LETS_GO:
            await release(uow, row.shop_id, c.appointment_id == row.id)
        elif effect == Effect.SHORTENS and row.effect != Effect.SHORTENS:
            await _shorten(uow, row)
        after = dict(row._mapping) | changes | {"version": row.version + 1}
        live = effect == Effect.KEEPS
        await plan_reminders(
            uow, row.id, version=after["version"], starts_s=after["starts_s"], zone=row.zone, live=live
        )
        uow.record(*self._told(moving, after, row))
        return moved

    def _told(self, moving: Moving, after: Mapping[str, Any], before: Any) -> Iterable[Event]:
        facts = event_facts(after) | {"verb": moving.verb, "by_customer": is_customer(moving)}
        if moving.verb == "propose":
            yield AppointmentProposed(**facts, proposed=datetime.fromtimestamp(after["proposed_s"], UTC))
        if moving.verb in ("reschedule", "accept") and after["starts_s"] != before.starts_s:
            was = datetime.fromtimestamp(before.starts_s, UTC)
            yield AppointmentRescheduled(**facts, before=was)
        if moving.verb == "delay" and after["eta_s"] - before.ends_s >= TOLD_DELAY_S:
            yield AppointmentDelayed(**facts, eta=datetime.fromtimestamp(after["eta_s"], UTC))
        if moving.before == moving.after:
            return
        stage = self.process.state(moving.after).stage
        if moving.after == self._confirmed and moving.before in (self._requested, self._held):
            yield AppointmentConfirmed(**facts)
        elif moving.verb == "check_in":
            yield CustomerCheckedIn(**facts)
        elif moving.verb == "set_out":
            arrives_at = datetime.fromtimestamp(after["eta_s"] - after["minutes"] * 60, UTC)
            yield AppointmentOnTheWay(**facts, arrives_at=arrives_at)
        elif moving.verb == "start":
            yield AppointmentStarted(**facts, ends_at=datetime.fromtimestamp(after["eta_s"], UTC))
        elif moving.verb == "miss":
            yield AppointmentMissed(**facts)
        elif moving.verb == "expire":
            yield AppointmentExpired(**facts)
        elif stage == "completed":
            yield AppointmentCompleted(**facts)
        elif stage == "cancelled":
            yield AppointmentCancelled(**facts)

    async def _on_confirm(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        return {"proposed_s": None}, Moved()

    async def _on_ask_payment(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        minutes = uow.site.settings.of(SchedulingSettings).payment_minutes
        due = Due(verb="expire", at=uow.at + timedelta(minutes=minutes))
        await uow.session.execute(
            sa.update(claim_table)
            .where(c.appointment_id == row.id, c.released_at.is_(None))
            .values(kind="hold", hold_until=due.at + GRACE)
        )
        return {}, Moved(due=due)

    async def _settled(self, uow: UnitOfWork, moving: Moving, row: Any) -> dict[str, Any]:
        """The time that was kept until the payment becomes a booking; if its hold is over, it is tried once more."""
        turned = sa.update(claim_table).where(
            c.appointment_id == row.id, c.kind == "hold", c.hold_until > uow.at, c.released_at.is_(None)
        )
        kept = await uow.session.execute(turned.values(kind="booking", hold_until=None).returning(c.id))
        if kept.all():
            return {}
        try:
            changes, _ = await self._again(uow, moving, row, row.starts_s, row.staff_id, any_time=True)
        except (SlotTaken, ResourceConflict) as taken:
            raise HoldExpired(**taken.facts) from taken
        return changes

    async def _on_propose(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        asked: Any = moving.asked
        start = instant_in(asked.starts_at)
        visit = await self._visit_again(uow, moving, row, start, asked.staff, by_staff=True)
        await self._who(visit, visit.roles(), uow.at)
        at = local(row.zone, start).isoformat()
        due = self._unanswered(uow.site, min(start, row.starts_s), uow.at)
        changes = {"proposed_s": start, "proposed_staff_id": asked.staff}
        return changes, Moved(facts={"proposed": at}, note=asked.reason, due=due)

    async def _on_accept(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        if row.proposed_s is None:
            raise NothingProposed
        changes, moved = await self._again(uow, moving, row, row.proposed_s, row.proposed_staff_id, any_time=True)
        facts = {**moved.facts, "proposed": None}
        return changes | {"proposed_s": None, "proposed_staff_id": None}, attrs.evolve(moved, facts=facts)

    async def _on_reschedule(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        asked: Any = moving.asked
        by_customer = is_customer(moving)
        if by_customer:
            await self._check_cutoff(uow, row, moving)
            limit = int(row.policy.get("moves", 2))
            if row.moves_used >= limit:
                raise TooManyReschedules(limit=limit, phone=await self._phone(uow, row))
        start = instant_in(asked.starts_at)
        changes, moved = await self._again(uow, moving, row, start, asked.staff, any_time=not by_customer)
        if by_customer:
            changes["moves_used"] = row.moves_used + 1
            moved = attrs.evolve(moved, facts={**moved.facts, "moves_used": row.moves_used + 1})
        note = str(getattr(asked, "reason", ""))
        due = self._unanswered(uow.site, start, uow.at) if moving.after == self._requested else None
        return changes, attrs.evolve(moved, note=note, due=due)

    async def _on_cancel(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        if is_customer(moving) and moving.before not in (self._requested, self._held):
            await self._check_cutoff(uow, row, moving)
        reason = str(getattr(moving.asked, "reason", ""))
        by = "customer" if is_customer(moving) else "shop"
        return {"sequence": a.sequence + 1}, Moved(facts={"reason": reason, "cancelled_by": by}, note=reason)

    async def _on_decline(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        return await self._on_cancel(uow, moving, row)

    async def _on_expire(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        return {"sequence": a.sequence + 1}, Moved()

    async def _on_check_in(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        opens = row.starts_s - EARLY_CHECK_IN_S
        if is_customer(moving) and uow.at.timestamp() < opens:
            raise NotYet(opens_at=local(row.zone, opens).isoformat())
        return {}, Moved(facts={"checked_in_at": uow.at.isoformat()})

    async def _on_start(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        now = int(uow.at.timestamp())
        eta = now + row.minutes * 60
        facts = {"started_at": uow.at.isoformat(), "eta": local(row.zone, eta).isoformat()}
        return {"started_s": now, "eta_s": eta}, Moved(facts=facts)

    async def _on_set_out(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        """On the way: from wherever the van was before, and not there before the time that was agreed."""
        opens = opens_at(row.zone, row.starts_s)
        if uow.at < opens:
            raise NotYet(opens_at=opens.isoformat())
        way = await way_to(uow, row.id)
        arrives = max(int(uow.at.timestamp()) + way * 60, row.starts_s)
        arrives += -arrives % 60
        eta = arrives + row.minutes * 60
        facts = {"set_out_at": uow.at.isoformat(), "arrives_at": local(row.zone, arrives).isoformat()}
        return {"eta_s": eta}, Moved(facts=facts | {"eta": local(row.zone, eta).isoformat()})

    async def _on_delay(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        asked: Any = moving.asked
        eta = instant_in(asked.eta, "eta")
        await self._push_back(uow, row, eta)
        return {"eta_s": eta}, Moved(facts={"eta": local(row.zone, eta).isoformat()})

    async def _on_finish(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        asked: Any = moving.asked
        told = {n: str(getattr(asked, n)) for n in ("summary", "care") if getattr(asked, n, "")}
        return {"finished_s": int(uow.at.timestamp())}, Moved(facts={**told, "finished_at": uow.at.isoformat()})

    async def _on_miss(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        if uow.at.timestamp() < row.starts_s:
            raise NotYet(opens_at=local(row.zone, row.starts_s).isoformat())
        return {"missed_at": uow.at}, Moved(facts={"missed_at": uow.at.isoformat()})

    async def _on_undo_miss(self, uow: UnitOfWork, moving: Moving, row: Any) -> tuple[dict[str, Any], Moved]:
        if row.missed_at is None or uow.at - row.missed_at > UNDO_MISS:
            raise NotYet(until=(row.missed_at + UNDO_MISS).isoformat() if row.missed_at else None)
        changes, _ = await self._again(uow, moving, row, row.starts_s, row.staff_id, any_time=True)
        return changes | {"missed_at": None}, Moved()

    async def _visit_again(
        self, uow: UnitOfWork, moving: Moving, row: Any, start: int, staff: int | None, *, by_staff: bool
    ) -> Visit:
        """The same visit at another time: minutes and price stay as they were agreed."""
        connection = await uow.connection()
        around = start - BEFORE_S, start + AFTER_S
        plan = await plan_between(connection, [row.listing_id], *around, now=uow.at, without=[row.id])
        if plan is None:
            raise Missing
        service = plan.services[row.listing_id]
        agreed = Measured(minutes=row.minutes, skills=frozenset(row.policy.get("skills", ())), subject=row.subject)
        wish = Wish(
            line_id=row.id,
            order_id=row.order_id,
            shop_id=row.shop_id,
            kind=row.kind,
            listing_id=row.listing_id,
            choice=NoFields(),
            customer=Customer(person_id=row.person_id),
            by=moving.by,
            by_staff=by_staff,
        )
        place = await place_of(connection, row.id) if plan.vans else None
        if place is not None:
            await learn_ways(connection, plan.vans, place.point)
        job = Job(service=service, measured=agreed, usual=False, place=place)
        return Visit(start=start, staff=staff, together=False, wishes=(wish,), jobs=(job,), plan=plan)

    async def _again(
        self, uow: UnitOfWork, moving: Moving, row: Any, start: int, staff: int | None, *, any_time: bool
    ) -> tuple[dict[str, Any], Moved]:
        """Another time for the same appointment: the old one is let go and the new one claimed in one transaction."""
        keep = staff if staff is not None else (row.staff_id if row.staff_matters else None)
        visit = await self._visit_again(uow, moving, row, start, keep, by_staff=any_time)
        # Two that change places stand in line here instead of waiting for each other.
        able = {one.id for role in visit.roles() for one in role.able}
        await lock_resources(uow, sorted(able | ({row.staff_id} if row.staff_id else set())))
        await release(uow, row.shop_id, c.appointment_id == row.id)
        held = moving.after == self._held
        until = uow.at + timedelta(minutes=uow.site.settings.of(SchedulingSettings).payment_minutes)
        values = {
            "kind": "hold" if held else "booking",
            "hold_until": until + GRACE if held else None,
            "hold_id": row.id,
            "appointment_id": row.id,
            "held_for": row.order_id,
        }
        placed = (await self._place(uow, visit, {0: values}, first=row.staff_id))[0]
        wall = wall_of(row.zone, placed.starts_s)
        changes = {
            "local_date": date.fromordinal(wall // DAY),
            "local_time": wall % DAY,
            "starts_s": placed.starts_s,
            "ends_s": placed.ends_s,
            "before": placed.before,
            "after": placed.after,
            "staff_id": placed.staff_id,
            "sequence": row.sequence + 1,
            "overbooked": False,
        }
        moved = Moved(
            facts=time_facts(visit.plan, placed),
            starts_at=datetime.fromtimestamp(placed.starts_s, UTC),
            ends_at=datetime.fromtimestamp(placed.ends_s, UTC),
        )
        return changes, moved

    async def _check_cutoff(self, uow: UnitOfWork, row: Any, moving: Moving) -> None:
        hours = int(row.policy.get("cutoff_hours", 6))
        deadline = row.starts_s - hours * 3600
        if uow.at.timestamp() > deadline:
            raise CutoffPassed(
                deadline=local(row.zone, deadline).isoformat(), hours=hours, phone=await self._phone(uow, row)
            )

    async def _phone(self, uow: UnitOfWork, row: Any) -> str:
        services = await services_of(await uow.connection(), [row.listing_id])
        return services[row.listing_id].phone if row.listing_id in services else ""

    async def _push_back(self, uow: UnitOfWork, row: Any, eta: int) -> None:
        """Tell those behind: nobody is moved, but they will begin later."""
        if row.staff_id is None:
            return
        behind = (
            sa.select(appointment_table)
            .where(
                a.staff_id == row.staff_id,
                a.effect == str(Effect.KEEPS),
                a.starts_s >= row.ends_s,
                a.starts_s < eta + 12 * 3600,
                a.id != row.id,
            )
            .order_by(a.starts_s)
        )
        ready = eta + row.after * 60
        for other in (await uow.session.execute(behind)).all():
            begins = ready + other.before * 60
            if begins - other.starts_s < TOLD_DELAY_S:
                return
            facts = event_facts(dict(other._mapping))
            uow.record(AppointmentDelayed(**facts, eta=datetime.fromtimestamp(begins, UTC)))
            ready = begins + (other.minutes + other.after) * 60


async def _shorten(uow: UnitOfWork, row: Any) -> None:
    """Claims end with the work that was really done, and the time to tidy up after it."""
    real = int(uow.at.timestamp()) + row.after * 60
    live = sa.and_(c.appointment_id == row.id, c.released_at.is_(None))
    await release(uow, row.shop_id, c.appointment_id == row.id, c.from_s >= real)
    await uow.session.execute(sa.update(claim_table).where(live, c.to_s > real).values(to_s=real))
