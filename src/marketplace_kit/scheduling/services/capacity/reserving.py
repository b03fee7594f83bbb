"""Keeping a time for somebody who is about to order it, and booking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks.lines import Due, Promise, Wish
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.outgoing import Outgoing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling.domain import (
    AppointmentConfirmed,
    AppointmentRequested,
    HoldExpired,
    SlotTaken,
    TimeHeld,
    TooManyOpenVisits,
)
from marketplace_kit.scheduling.domain.offers import STAFF
from marketplace_kit.scheduling.domain.slots import assigned
from marketplace_kit.scheduling.domain.travel import Van
from marketplace_kit.scheduling.domain.windows import wall_of
from marketplace_kit.scheduling.queries.plans import plan_between
from marketplace_kit.scheduling.queries.snapshots import Held, Plan
from marketplace_kit.scheduling.queries.travelling import learn_ways, place_of
from marketplace_kit.scheduling.schemas import SchedulingSettings
from marketplace_kit.scheduling.services.capacity.facts import event_facts
from marketplace_kit.scheduling.services.capacity.finding import AFTER_S, BEFORE_S, GRACE, Finding, Visit, load_of
from marketplace_kit.scheduling.services.claiming import Along, Placed, laid_out, release
from marketplace_kit.scheduling.services.planning import local
from marketplace_kit.scheduling.services.policies import check_customer, check_known, due_now, policy_facts
from marketplace_kit.scheduling.services.reminding import first_reminders
from marketplace_kit.scheduling.tables import appointment_table, claim_table, resource_table
from marketplace_kit.shops.domain.hours import DAY

a, c = appointment_table.c, claim_table.c


class Reserving(Finding):
    """From a wish to an appointment."""

    async def quote(self, site: Site, wishes: Sequence[Wish]) -> list[Promise]:
        """What would be promised now. Stores nothing. Refuses what :meth:`hold` refuses."""
        lines = [w.line_id for w in wishes]

        async def planned(ids: list[UUID], start: int, lines: list[UUID]) -> Plan | None:
            now = site.clock.now()
            return await site.ask(plan_between, ids, start - BEFORE_S, start + AFTER_S, now=now, without=lines)

        async def learn(vans: Mapping[int, Van], point: Point) -> None:
            await site.ask(learn_ways, vans, point)

        promises: dict[UUID, Promise] = {}
        for visit in await self._visits(site, wishes, planned, learn):
            roles = visit.roles()
            who = await self._who(visit, roles, site.clock.now())
            load = load_of(visit, sorted({i for ids in who for i in ids}))
            chosen = assigned([sorted(ids, key=lambda i: (load[i], i)) for ids in who])
            if chosen is None:
                raise SlotTaken(need=STAFF)
            _, placed = laid_out(roles, chosen, visit.start)
            promises |= {
                w.line_id: self._promise(site, visit, n, placed[n], site.clock.now())
                for n, w in enumerate(visit.wishes)
            }
        return [promises[line] for line in lines]

    async def hold(self, uow: UnitOfWork, wishes: Sequence[Wish], until: datetime) -> list[Promise]:
        """Keep times for somebody who is about to order, no longer than ``until`` (and 30 seconds). Asking again
        replaces the hold. Refuses :class:`SlotTaken` with the three nearest alternatives, and whatever else keeps this
        start from being booked, :class:`BookingBlocked` and :class:`PrepaymentRequired` among it where the person is
        known; at most a few visits are kept for one person at once.
        """
        lines = [w.line_id for w in wishes]
        visits = await self.visits_in(uow, wishes)
        if _held_lines(visits)[0]:
            await self._drop(uow, wishes[0].shop_id, lines)
        await _check_holds(uow, wishes[0])
        promises: dict[UUID, Promise] = {}
        for visit in visits:
            first = visit.wishes[0]
            if first.customer.person_id is not None and not visit.by_staff:
                await check_known(uow, visit.jobs[0].service, first.customer)
            rows = {
                n: {
                    "kind": "hold",
                    "hold_until": until + GRACE,
                    "hold_id": w.line_id,
                    "held_for": w.order_id,
                    "held_by": w.by.person_id,
                }
                for n, w in enumerate(visit.wishes)
            }
            placed = await self._place(uow, visit, rows, along=Along(uow, partial(_held, visit, until)))
            for n, wish in enumerate(visit.wishes):
                promises[wish.line_id] = self._promise(uow.site, visit, n, placed[n], uow.at)
        return [promises[line] for line in lines]

    async def drop(self, uow: UnitOfWork, line_ids: Sequence[UUID]) -> None:
        """Let go of holds that nobody ordered."""
        held = (
            sa.select(resource_table.c.shop_id)
            .join_from(claim_table, resource_table, resource_table.c.id == c.resource_id)
            .where(c.hold_id.in_(line_ids), c.released_at.is_(None), resource_table.c.shop_id.is_not(None))
        )
        shop_id: UUID | None = (await uow.session.execute(held.limit(1))).scalar_one_or_none()
        if shop_id is not None:
            await self._drop(uow, shop_id, line_ids)

    async def _drop(self, uow: UnitOfWork, shop_id: UUID, line_ids: Sequence[UUID]) -> None:
        await release(uow, shop_id, c.hold_id.in_(line_ids), c.kind == "hold", c.appointment_id.is_(None))

    async def reserve(self, uow: UnitOfWork, wishes: Sequence[Wish], *, overbook: str = "") -> list[Promise]:
        """Book it: from the hold of the same line if that still lives, else anew. All lines or none.

        With ``overbook``, a reason (or that of a wish by staff), the shop books a time that is taken, on purpose.
        Refuses :class:`HoldExpired`, :class:`SlotTaken` and what the shop's policies refuse.
        """
        lines = [w.line_id for w in wishes]
        visits = await self.visits_in(uow, wishes)
        held, over = _held_lines(visits)
        promises: dict[UUID, Promise] = {}
        for visit in visits:
            first = visit.wishes[0]
            reason = overbook or (first.overbook if visit.by_staff else "")
            if not visit.by_staff:
                await check_customer(uow, visit.jobs[0].service, first.customer, first.order_id)
            prices = [self._price(visit, n, None) for n in range(len(visit.wishes))]
            state, due = self._begins(uow, visit, prices)
            deadline = due.at + GRACE if due is not None and state == self._held else None
            values = {
                "kind": "hold" if deadline else "booking",
                "hold_until": deadline,
            }
            kept: dict[UUID, Promise] = {}
            booked = partial(self._booked, uow, visit, state, due, bool(reason), kept)
            if not await self._from_hold(uow, visit, held, values, Along(uow, booked)):
                was_held = any(w.line_id in over for w in visit.wishes)
                if any(w.line_id in held for w in visit.wishes):
                    await self._drop(uow, first.shop_id, [w.line_id for w in visit.wishes])
                rows = {
                    n: {**values, "hold_id": w.line_id, "appointment_id": w.line_id, "held_for": w.order_id}
                    for n, w in enumerate(visit.wishes)
                }
                try:
                    await self._place(uow, visit, rows, overbook=reason, along=Along(uow, booked))
                except SlotTaken as taken:
                    if was_held:
                        raise HoldExpired(**taken.facts) from taken
                    raise
            promises |= kept
            uow.touch(f"shop:{first.shop_id}:calendar")
            if reason:
                facts = {"reason": reason, "starts_at": local(visit.plan.zone, visit.start).isoformat()}
                await audit(uow, by=first.by, act="scheduling.overbook", on=f"shop:{first.shop_id}", facts=facts)
        return [promises[line] for line in lines]

    async def _from_hold(
        self,
        uow: UnitOfWork,
        visit: Visit,
        held: Mapping[UUID, list[Held]],
        values: Mapping[str, Any],
        along: Along,
    ) -> bool:
        """The held time becomes a booking by one conditional update, with all that is stored ``along``, if it is the
        time that is asked for and nobody's patience has run out. Whether it did.
        """
        if not all(held.get(w.line_id) for w in visit.wishes):
            return False
        if visit.plan.vans:
            kept = [await place_of(await uow.connection(), w.line_id) for w in visit.wishes]
            if any(place != job.place for place, job in zip(kept, visit.jobs, strict=True)):
                return False
        roles = visit.roles()
        staff_of = {row.resource_id for w in visit.wishes for row in held[w.line_id] if row.kind != "subject"}
        chosen: list[int] = []
        for role in roles:
            mine = [one.id for one in role.able if one.id in staff_of and one.id not in chosen]
            if not mine:
                return False
            chosen.append(mine[0])
        stretches, placed = laid_out(roles, chosen, visit.start)
        expected = {
            (visit.wishes[s.line].line_id, s.resource_id, s.from_s, s.to_s) for block in stretches for s in block
        }
        found = {
            (w.line_id, row.resource_id, row.from_s, row.to_s)
            for w in visit.wishes
            for row in held[w.line_id]
            if row.kind != "subject"
        }
        if expected != found:
            return False
        lines = [w.line_id for w in visit.wishes]
        count = sum(len(held[line]) for line in lines)
        given = {"lines": lines, "now": uow.at, "as_kind": values["kind"], "until": values["hold_until"]}
        connection = await uow.connection()
        turned = await prepared.change_and_insert(connection, _TURNED, given, count, *along.news(placed))
        if len(turned) != count:
            return False
        along.stored()
        return True

    def _booked(
        self,
        uow: UnitOfWork,
        visit: Visit,
        state: str,
        due: Due | None,
        overbooked: bool,
        promises: dict[UUID, Promise],
        placed: Mapping[int, Placed],
        outgoing: Outgoing,
    ) -> list[prepared.New]:
        """The rows of the appointments of a visit and of their reminders, what is promised, and what is said of it."""
        appointments, reminders = [], []
        for number, wish in enumerate(visit.wishes):
            at = placed[number]
            promise = self._promise(uow.site, visit, number, at, uow.at, state=state, due=due)
            values = self._appointment(uow, visit, number, at, promise, overbooked=overbooked)
            appointments.append(values)
            zone = visit.plan.zone
            reminders.append(first_reminders(uow, outgoing, wish.line_id, starts_s=at.starts_s, zone=zone))
            facts = event_facts(values | {"version": 1}) | {"verb": "book", "by_customer": not wish.by_staff}
            confirmed = promise.state == self._confirmed
            outgoing.record(AppointmentConfirmed(**facts) if confirmed else AppointmentRequested(**facts))
            promises[wish.line_id] = promise
        together = prepared.New(
            reminders[0].table, [row for one in reminders for row in one.rows], unless=reminders[0].unless
        )
        return [prepared.New(appointment_table, appointments), together]

    def _appointment(
        self, uow: UnitOfWork, visit: Visit, number: int, at: Placed, promise: Promise, *, overbooked: bool
    ) -> dict[str, Any]:
        wish, job, zone = visit.wishes[number], visit.jobs[number], visit.plan.zone
        wall = wall_of(zone, at.starts_s)
        return {
            "id": wish.line_id,
            "order_id": wish.order_id,
            "shop_id": wish.shop_id,
            "listing_id": wish.listing_id,
            "kind": wish.kind,
            "state": promise.state,
            "effect": str(self.effects[promise.state]),
            "local_date": date.fromordinal(wall // DAY),
            "local_time": wall % DAY,
            "zone": zone,
            "starts_s": at.starts_s,
            "ends_s": at.ends_s,
            "minutes": at.minutes,
            "before": at.before,
            "after": at.after,
            "staff_id": at.staff_id,
            "staff_matters": bool(getattr(wish.choice, "staff_matters", False)),
            "subject": job.measured.subject,
            "person_id": wish.customer.person_id,
            "contact_name": wish.customer.name[:120],
            "contact_phone": wish.customer.phone[:20],
            "policy": {**policy_facts(job.service.rule), "skills": sorted(job.measured.skills)},
            "origin": "staff" if wish.by_staff else "online",
            "overbooked": overbooked,
            "note": str(getattr(wish.choice, "note", ""))[:1000],
            "booked_at": uow.at,
        }

    def _begins(self, uow: UnitOfWork, visit: Visit, prices: Sequence[Money]) -> tuple[str, Due | None]:
        """The state that a booking begins in, and what happens if nobody does anything."""
        rule, settings = visit.jobs[0].service.rule, uow.site.settings.of(SchedulingSettings)
        if visit.by_staff:
            return self._confirmed, None
        if rule.confirmation == "by_shop":
            return self._requested, self._unanswered(uow.site, visit.start, uow.at)
        if due_now(rule, prices[0]) is not None:
            return self._held, Due(verb="expire", at=uow.at + timedelta(minutes=settings.payment_minutes))
        return self._confirmed, None


def _held(visit: Visit, until: datetime, _: Mapping[int, Placed], outgoing: Outgoing) -> list[prepared.New]:
    for wish in visit.wishes:
        outgoing.record(TimeHeld(line_id=wish.line_id, shop_id=wish.shop_id, listing_id=wish.listing_id, until=until))
    return []


_TURNED = (
    sa.update(claim_table)
    .where(
        c.hold_id.in_(sa.bindparam("lines", expanding=True, type_=c.hold_id.type)),
        c.kind == "hold",
        c.hold_until > sa.bindparam("now", type_=c.hold_until.type),
        c.released_at.is_(None),
        c.appointment_id.is_(None),
    )
    .values(
        kind=sa.bindparam("as_kind", type_=c.kind.type),
        hold_until=sa.bindparam("until", type_=c.hold_until.type),
        appointment_id=c.hold_id,
    )
    .returning(c.id)
)
"""Holds of these lines that are not over become what they were held for."""


async def _check_holds(uow: UnitOfWork, wish: Wish) -> None:
    """At most a few visits are kept for one person at once."""
    if wish.by.person_id is None or wish.by_staff:
        return
    most = uow.site.settings.of(SchedulingSettings).most_holds
    mine = sa.select(sa.func.count(sa.distinct(c.held_for))).where(
        c.held_by == wish.by.person_id,
        c.kind == "hold",
        c.released_at.is_(None),
        c.hold_until > uow.at,
        c.appointment_id.is_(None),
        c.held_for != wish.order_id,
    )
    if int((await uow.session.execute(mine)).scalar_one()) >= most:
        raise TooManyOpenVisits(limit=most, holds=True)


def _held_lines(visits: Sequence[Visit]) -> tuple[dict[UUID, list[Held]], set[UUID]]:
    """The claims that are held for these lines, and the lines of which a hold is over."""
    live: dict[UUID, list[Held]] = {}
    over = set()
    for line, claims in visits[0].plan.held.items():
        if any(one.over for one in claims):
            over.add(line)
        if any(one.live for one in claims):
            live[line] = [one for one in claims if one.live]
    return live, over
