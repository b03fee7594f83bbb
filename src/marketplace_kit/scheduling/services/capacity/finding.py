"""Who could do what is asked for at its start, and claiming that time; or what stands against it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from marketplace_kit.accounts.domain import shown_phone
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.hooks.lines import Due, Promise, Wish
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling.domain import (
    CapacityFull,
    NoSuchSlot,
    OutsideHours,
    ResourceConflict,
    SlotTaken,
    StaffCannotDo,
    TooFar,
    TooSoon,
    TravelTimeShort,
)
from marketplace_kit.scheduling.domain.offers import STAFF, Role, free
from marketplace_kit.scheduling.domain.process import APPOINTMENT, EFFECTS, Effect, check_effects
from marketplace_kit.scheduling.domain.travel import Van
from marketplace_kit.scheduling.domain.windows import date_of, day_bounds
from marketplace_kit.scheduling.queries.plans import plan_between
from marketplace_kit.scheduling.queries.services import Service
from marketplace_kit.scheduling.queries.snapshots import Plan
from marketplace_kit.scheduling.queries.travelling import learn_ways
from marketplace_kit.scheduling.schemas import VAN, SchedulingSettings
from marketplace_kit.scheduling.services.capacity.facts import time_facts
from marketplace_kit.scheduling.services.claiming import (
    Along,
    Placed,
    claim_subject,
    laid_out,
    place,
    release_dead,
    write_overbooked,
)
from marketplace_kit.scheduling.services.planning import (
    Job,
    Measure,
    instant_in,
    limits,
    local,
    measured,
    roles_for,
    vans_for,
    who_can,
)
from marketplace_kit.scheduling.services.policies import due_now, policy_facts, policy_text
from marketplace_kit.scheduling.services.staffing import ensure_resource
from marketplace_kit.scheduling.services.travelling import (
    Going,
    Tour,
    note_trips,
    out_of_zone,
    place_to_go,
    served,
    stand_in_line,
    straighten,
    where_of,
)
from marketplace_kit.shops.domain import TaxIdRequired

GRACE = timedelta(seconds=30)
"""A hold is honoured so much longer than it is shown."""
ANSWER_BEFORE = timedelta(hours=2)
DAY_S = 86_400
BEFORE_S, AFTER_S = 2 * DAY_S, 3 * DAY_S
"""What is read around a start: its own date and the next, and a day to each side."""
Planned = Callable[[list[UUID], int, list[UUID]], Awaitable[Plan | None]]
"""Reads the plan of some listings around a start, without the claims of some lines."""
Learn = Callable[[Mapping[int, Van], Point], Awaitable[None]]
"""Lets vans know the ways to a place that were measured."""


@attrs.frozen(kw_only=True)
class Visit:
    """Wishes of one order that are done in one go."""

    start: int
    staff: int | None
    together: bool
    wishes: tuple[Wish, ...]
    jobs: tuple[Job, ...]
    plan: Plan

    @property
    def by_staff(self) -> bool:
        return all(w.by_staff for w in self.wishes)

    @property
    def first_day(self) -> date:
        return date_of(self.plan.zone, self.start)

    def roles(self, plan: Plan | None = None) -> list[Role]:
        days = 2  # a block may reach into the next date
        return roles_for(plan or self.plan, self.jobs, self.first_day, days, together=self.together, staff=self.staff)


class Finding:
    """What holding, booking and moving have in common."""

    def __init__(
        self,
        process: Process = APPOINTMENT,
        effects: Mapping[str, Effect] = EFFECTS,
        measure: Measure | None = None,
        *,
        confirmed: str = "confirmed",
        requested: str = "requested",
        held: str = "held",
    ) -> None:
        check_effects(process, effects)
        self.process, self.effects, self.measure = process, dict(effects), measure
        self._confirmed, self._requested, self._held = confirmed, requested, held

    async def visits_in(self, uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Visit]:
        async def planned(ids: list[UUID], start: int, lines: list[UUID]) -> Plan | None:
            around = start - BEFORE_S, start + AFTER_S
            # A look before the transaction is enough: whether the time is free the constraint decides, and who is
            # refused by what stands in the plan, as most are who run for one time, has begun none.
            plan = await uow.look(plan_between, ids, *around, now=uow.at, without=lines)
            if plan is None:
                return None
            if plan.lacks_staff:
                await ensure_resource(uow, next(iter(plan.services.values())).shop_id)
            elif all(one.rule.places == 1 for one in plan.services.values()):
                return plan
            # A class that began at another time leaves no place, and no constraint says so: looked at where SQLite lets
            # nobody else write meanwhile.
            return await plan_between(await uow.connection(), ids, *around, now=uow.at, without=lines)

        async def learn(vans: Mapping[int, Van], point: Point) -> None:
            await uow.look(learn_ways, vans, point)

        return await self._visits(uow.site, wishes, planned, learn)

    async def _visits(self, site: Site, wishes: Sequence[Wish], planned: Planned, learn: Learn) -> list[Visit]:
        """The wishes by start: those that begin at the same time and place are one visit, in turn or together."""
        groups: dict[tuple[int, int | None, bool, tuple[str, ...]], list[Wish]] = {}
        lines = [w.line_id for w in wishes]
        for wish in wishes:
            choice: Any = wish.choice
            key = (
                instant_in(choice.starts_at),
                getattr(choice, "staff", None),
                bool(getattr(choice, "together", False)),
                where_of(choice),
            )
            groups.setdefault(key, []).append(wish)
        visits = []
        for (start, staff, together, _), group in sorted(groups.items(), key=lambda item: item[0][0]):
            plan = await planned(sorted({w.listing_id for w in group}), start, lines)
            if plan is None:
                raise Missing
            for wish in group:
                offered_to(plan.services[wish.listing_id], wish)
            jobs = [await measured(site, self.measure, plan.services[w.listing_id], w) for w in group]
            if plan.vans:
                place = place_to_go(group[0].choice, plan.vans)
                await learn(plan.vans, place.point)
                jobs = [attrs.evolve(job, place=place) for job in jobs]
            visits.append(
                Visit(
                    start=start,
                    staff=staff,
                    together=together and len(group) > 1,
                    wishes=tuple(group),
                    jobs=tuple(jobs),
                    plan=plan,
                )
            )
        return visits

    async def _who(self, visit: Visit, roles: Sequence[Role], now: datetime) -> list[list[int]]:
        """For each role who could at this start. Refuses with what stands against it."""
        earliest, latest, last_day = limits(visit.plan, visit.jobs, now, by_staff=visit.by_staff)
        zone, start = visit.plan.zone, visit.start
        if start < earliest:
            raise TooSoon(earliest=local(zone, earliest).isoformat())
        if start > latest:
            raise TooFar(latest=last_day.isoformat())
        if visit.staff is not None:
            able = who_can(visit.plan, visit.jobs)
            if visit.staff not in {r.id for r in able}:
                raise StaffCannotDo(who_can=[{"id": r.id, "name": r.name} for r in able if r.public])
        found = free(roles, start, start, zone).get(start)
        if found is not None:
            return found
        place = visit.jobs[0].place
        if place is not None:
            vans = vans_for(visit.plan, visit.jobs)
            if visit.first_day.weekday() not in served(visit.plan.vans, vans, place):
                raise out_of_zone(visit.plan.vans, vans, place)
        raise self._why_not(visit, roles, earliest, latest)

    def _why_not(self, visit: Visit, roles: Sequence[Role], earliest: int, latest: int) -> DomainError:
        zone, start = visit.plan.zone, visit.start
        near = nearest(roles, start, earliest, latest, zone)
        alternatives = [local(zone, one).isoformat() for one in near]
        empty = [role.empty() for role in roles]
        if start in free(empty, start, start, zone):
            if any(r.travels for r in roles) and start in free([r.at_once() for r in roles], start, start, zone):
                return TravelTimeShort(starts_at=local(zone, start).isoformat(), need=VAN, alternatives=alternatives)
            for role in roles[1:] if roles[0].need.kind != STAFF else roles:
                if role.need.kind != STAFF and start not in role.starts(start, start, zone):
                    return ResourceConflict(need=role.need.kind, alternatives=alternatives)
            return SlotTaken(
                starts_at=local(zone, start).isoformat(), need=roles[0].need.kind, alternatives=alternatives
            )
        works = [
            one
            for role in roles
            for one in role.able
            if any(w.opens <= start and start + sum(one.works) <= w.closes for w in one.windows)
        ]
        if works:
            return NoSuchSlot(starts_at=local(zone, start).isoformat(), alternatives=alternatives)
        opens = sorted({w.opens for role in roles for one in role.able for w in one.windows if w.opens > start})
        return OutsideHours(next_opening=local(zone, opens[0]).isoformat() if opens else None)

    async def _place(
        self,
        uow: UnitOfWork,
        visit: Visit,
        rows: Mapping[int, Mapping[str, Any]],
        *,
        overbook: str = "",
        first: int | None = None,
        along: Along | None = None,
    ) -> dict[int, Placed]:
        """Claim the time for everybody that it takes, and store what goes ``along``."""
        if visit.plan.vans:
            # What was read of their rounds has to stay true: whoever changes one waits here.
            await stand_in_line(uow, visit.plan.vans)
            visit = attrs.evolve(visit, plan=await self._plan_now(uow, visit) or visit.plan)
            places = [job.place.point for job in visit.jobs if job.place]
            await learn_ways(await uow.connection(), visit.plan.vans, *places)
        roles = visit.roles()
        if overbook:
            who = [[one.id for one in role.able] for role in roles]
            if not all(who):
                raise StaffCannotDo(who_can=[])
            stretches, placed = laid_out(roles, [ids[0] for ids in who], visit.start)
            for block in stretches:
                await write_overbooked(uow, block, rows)
            await straighten(uow, await self._note_trips(uow, visit, placed))
            if along:
                await along.store(placed)
            return placed
        who = await self._who(visit, roles, uow.at)
        candidates = sorted({i for ids in who for i in ids})
        if visit.plan.dead.intersection(candidates):
            widest = max((sum(one.works) + r.pattern.after for r in roles for one in r.able), default=0)
            low, high = visit.start - max(r.pattern.before for r in roles), visit.start + widest
            if visit.plan.vans:  # what is over anywhere in their rounds is not to lengthen a way
                low, high = low - DAY_S, high + DAY_S
            await release_dead(uow, visit.wishes[0].shop_id, candidates, low, high)
        try:
            load = load_of(visit, candidates)
            placed = await place(uow, roles, who, visit.start, rows, load=load, first=first, along=along)
        except (SlotTaken, ResourceConflict, CapacityFull) as refused:
            earliest, latest, _ = limits(visit.plan, visit.jobs, uow.at, by_staff=visit.by_staff)
            # Somebody was faster since this was looked at: what is free beside them is looked up anew.
            roles = visit.roles(await self._plan_now(uow, visit))
            near = [n for n in nearest(roles, visit.start, earliest, latest, visit.plan.zone) if n != visit.start]
            refused.facts.update(
                starts_at=local(visit.plan.zone, visit.start).isoformat(),
                alternatives=[local(visit.plan.zone, n).isoformat() for n in near[:3]],
            )
            raise
        for number, job in enumerate(visit.jobs):
            if job.measured.subject:
                await claim_subject(uow, job.measured.subject, placed[number], rows[number])
        await self._note_trips(uow, visit, placed)
        return placed

    async def _note_trips(self, uow: UnitOfWork, visit: Visit, placed: Mapping[int, Placed]) -> list[Tour]:
        """Where the visit takes its van, if it takes one; the rounds that it belongs to."""
        goings = [
            Going(
                line=wish.line_id,
                van_id=at.van_id,
                day=at.day,
                starts_s=at.starts_s,
                before_s=at.before * 60,
                place=place,
            )
            for n, wish in enumerate(visit.wishes)
            if (at := placed[n]).van_id is not None and at.day is not None and (place := visit.jobs[n].place)
        ]
        await note_trips(uow, goings)
        return sorted({(one.van_id, one.day) for one in goings})

    async def _plan_now(self, uow: UnitOfWork, visit: Visit) -> Plan | None:
        lines = [w.line_id for w in visit.wishes]
        ids, around = list(visit.plan.services), (visit.start - BEFORE_S, visit.start + AFTER_S)
        return await plan_between(await uow.connection(), ids, *around, now=uow.at, without=lines)

    def _unanswered(self, site: Site, start: int, now: datetime) -> Due:
        """A request expires after some hours or two before the start, whichever is first - but not at once."""
        hours = timedelta(hours=site.settings.of(SchedulingSettings).answer_hours)
        begins = datetime.fromtimestamp(start, UTC)
        at = min(now + hours, begins - ANSWER_BEFORE)
        return Due(verb="expire", at=max(at, min(now + timedelta(minutes=15), begins)))

    def _price(self, visit: Visit, number: int, staff_id: int | None) -> Money:
        job = visit.jobs[number]
        own = visit.plan.performers.get(job.service.listing_id, {}).get(staff_id) if staff_id else None
        return job.price_by(own) or Money.zero("KZT")

    def _promise(
        self,
        site: Site,
        visit: Visit,
        number: int,
        at: Placed,
        now: datetime,
        *,
        state: str = "",
        due: Due | None = None,
    ) -> Promise:
        wish, job, plan = visit.wishes[number], visit.jobs[number], visit.plan
        own = plan.performers.get(job.service.listing_id, {}).get(at.staff_id) if at.staff_id else None
        price = job.price_by(own) or Money.zero("KZT")
        rule = job.service.rule
        titles = job.measured.titles if job.measured.title else job.service.all_titles
        return Promise(
            title=job.measured.title or title_in(job.service, wish.customer.locale),
            titles=titles,
            unit_price=price,
            parts=job.parts_by(own),
            state=state,
            facts={
                **job.measured.facts,
                **time_facts(plan, at),
                "staff_matters": bool(getattr(wish.choice, "staff_matters", False)),
                "note": str(getattr(wish.choice, "note", "")),
                "rules": policy_facts(rule),
                **({} if job.place is None else {"home_visit": True, "area": job.place.area}),
            },
            starts_at=datetime.fromtimestamp(at.starts_s, UTC),
            ends_at=datetime.fromtimestamp(at.ends_s, UTC),
            policy=policy_text(site, rule, wish.customer.locale),
            due_now=None if wish.by_staff else due_now(rule, price),
            due=due,
        )


def nearest(roles: Sequence[Role], start: int, earliest: int, latest: int, zone: str, most: int = 3) -> list[int]:
    """The free starts of those days that lie nearest, in their order."""
    found = free(roles, earliest, latest, zone)
    return sorted(sorted(found, key=lambda s: (abs(s - start), s))[:most])


def load_of(visit: Visit, candidates: Sequence[int]) -> dict[int, int]:
    """The seconds that each is busy on the day of the start."""
    begins, ends = day_bounds(visit.plan.zone, visit.first_day)
    return {
        one: sum(
            min(to_s, ends) - max(from_s, begins)
            for _, from_s, to_s in visit.plan.claims.get(one, ())
            if from_s < ends and to_s > begins
        )
        for one in candidates
    }


def offered_to(service: Service, wish: Wish) -> None:
    if service.shop_id != wish.shop_id or not ((service.published and service.shop_open) or wish.by_staff):
        raise Missing
    if not service.identified and not wish.by_staff:
        raise TaxIdRequired(phone=shown_phone(service.phone))
