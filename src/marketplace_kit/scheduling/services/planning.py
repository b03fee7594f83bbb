"""From wishes to roles: who could do it, how long it takes each of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks.lines import Part, Wish
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.listings.services import choice_of
from marketplace_kit.scheduling.domain.offers import STAFF, Able, Need, Role
from marketplace_kit.scheduling.domain.travel import Place, Rounds
from marketplace_kit.scheduling.domain.windows import LAWS_READ, Window, Working, shop_ranges, windows_of
from marketplace_kit.scheduling.queries.services import Rule, Service
from marketplace_kit.scheduling.queries.snapshots import Own, Plan, Resource
from marketplace_kit.scheduling.schemas import VAN, Measured
from marketplace_kit.shops.domain.hours import DAY, Opening

Measure = Callable[[Site, Wish], Awaitable[Measured]]
"""How a line kind says what one wish takes."""
NOT_A_TIME = N_("Choose one of the times that are offered.")


@attrs.frozen(kw_only=True)
class Job:
    """One wish with what it takes. ``usual``: measured by the listing alone, so that a member of staff with minutes or
    a price of its own changes it by the difference. ``place`` is where it is done, if somebody goes to the customer.
    """

    service: Service
    measured: Measured
    usual: bool = True
    place: Place | None = None

    def minutes_by(self, own: Own | None) -> int:
        differs = own is not None and own.minutes is not None and self.usual
        return self.measured.minutes + ((own.minutes or 0) - self.service.minutes if own and differs else 0)

    def price_by(self, own: Own | None) -> Money | None:
        price, base = self.measured.price, self.service.price
        if own is None or own.price_amount is None or not self.usual or base is None or price is None:
            return price
        return Money(price.amount - base.amount + own.price_amount, price.currency)

    def parts_by(self, own: Own | None) -> tuple[Part, ...]:
        price, usual = self.price_by(own), self.measured.price
        parts = self.measured.parts
        if not parts or price == usual or price is None or usual is None:
            return parts
        return (attrs.evolve(parts[0], amount=parts[0].amount + (price - usual)), *parts[1:])


async def measured(site: Site, measure: Measure | None, service: Service, wish: Wish) -> Job:
    """What a wish takes: as its kind measures it, else the listing's minutes and price and those of its options."""
    if measure is not None:
        return Job(service=service, measured=await measure(site, wish), usual=False)
    if not service.optional and not any(wish.options.values()):
        price = service.price or Money.zero("KZT")
        parts = (Part(text=title_in(service, wish.customer.locale), amount=price),)
        return Job(service=service, measured=Measured(minutes=service.minutes, price=price, parts=parts))
    chosen = await site.ask(choice_of, wish.listing_id, wish.options, wish.customer.locale)
    made = Measured(
        minutes=service.minutes + chosen.minutes,
        price=chosen.unit_price,
        parts=chosen.parts,
        title=chosen.title,
        titles=chosen.titles,
        facts={"options": {group: list(ids) for group, ids in chosen.options.items()}} if chosen.options else {},
    )
    return Job(service=service, measured=made)


def roles_for(
    plan: Plan, jobs: Sequence[Job], first: date, days: int, *, together: bool = False, staff: int | None = None
) -> list[Role]:
    """The roles that these jobs need on these dates: one for each need of the block, or of each job if they are done
    together. ``staff`` is the only one who may fill the first role of staff.
    """
    planner = _Planner(plan, first, days)
    if not together:
        return planner.block(tuple(range(len(jobs))), jobs, staff)
    return [role for number in range(len(jobs)) for role in planner.block((number,), jobs, staff)]


def who_can(plan: Plan, jobs: Sequence[Job]) -> list[Resource]:
    """Those who can do all of these jobs: staff, or vans where nobody is needed beside them."""
    who = doer(plan, jobs[0].service.rule)
    need = next((n for n in jobs[0].service.rule.needs if n.kind == who), None)
    return [] if need is None else [r for r in plan.resources.values() if _can(plan, r, need, jobs)]


def doer(plan: Plan, rule: Rule) -> str:
    """Who does it: staff, or where none is needed the van that goes to the customer."""
    return VAN if plan.vans and all(need.kind != STAFF for need in rule.needs) else STAFF


def vans_for(plan: Plan, jobs: Sequence[Job]) -> set[int]:
    """The vans that go to the customers and can be taken for all of these jobs."""
    needs = [n for n in jobs[0].service.rule.needs if n.kind == VAN]
    return {one for one in plan.vans for need in needs if _can(plan, plan.resources[one], need, jobs)}


def _can(plan: Plan, resource: Resource, need: Need, jobs: Sequence[Job]) -> bool:
    if resource.kind != need.kind or not resource.skills >= need.skills:
        return False
    for job in jobs:
        named = plan.performers.get(job.service.listing_id)
        of_kind = named and any(plan.resources[r].kind == need.kind for r in named if r in plan.resources)
        if named and of_kind and resource.id not in named:
            return False
        if need.kind == STAFF and not resource.skills >= job.measured.skills:
            return False
    return True


class _Same:
    """A thing that is known by itself, not by what it is like, as what a cache asks for."""

    __slots__ = ("it",)

    def __init__(self, it: Opening) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.it is other.it


@lru_cache(maxsize=256)
def _usual(opening: _Same, first: date, days: int) -> tuple[list[tuple[int, int]], list[Window]]:
    """When a shop is open, and the windows of whoever works when it is. Its hours are one object until they change
    (:mod:`marketplace_kit.scheduling.queries.plans`), and every booking asks for them.
    """
    open_ = shop_ranges(opening.it, first, days)
    return open_, windows_of(Working(), opening.it, first, days, open_=open_)


LAWS_READ.append(_usual.cache_clear)


class _Planner:
    """Works the windows of each resource out once."""

    def __init__(self, plan: Plan, first: date, days: int) -> None:
        self._plan, self._first, self._days = plan, first, days
        self._open, self._of_shop = _usual(_Same(plan.opening), first, days)
        self._windows: dict[int, list[Window]] = {}

    def windows(self, resource: Resource) -> list[Window]:
        working, plan = resource.working, self._plan
        if not working.own_hours and not working.days and working.within_shop_hours:
            return self._of_shop  # whoever works when the shop is open has the same windows
        if resource.id not in self._windows:
            found = windows_of(working, plan.opening, self._first, self._days, open_=self._open)
            self._windows[resource.id] = found
        return self._windows[resource.id]

    def rounds(self, resource: Resource, place: Place | None) -> Rounds | None:
        """The van's days on which it goes there; ``None`` where nobody has said where, or it never does."""
        van = self._plan.vans[resource.id]
        weekdays = van.weekdays(place.point) if place else frozenset[int]()
        if place is None or not weekdays:
            return None
        windows = [w for w in self.windows(resource) if date.fromordinal(w.wall_opens // DAY).weekday() in weekdays]
        return Rounds(van=van, here=place.point, windows=windows, zone=self._plan.zone)

    def block(self, numbers: tuple[int, ...], all_jobs: Sequence[Job], staff: int | None) -> list[Role]:
        plan, jobs = self._plan, [all_jobs[n] for n in numbers]
        rules = [job.service.rule for job in jobs]
        pattern = attrs.evolve(rules[0].pattern, after=rules[-1].after * 60)
        roles: list[Role] = []
        longest: tuple[int, ...] = tuple(job.measured.minutes * 60 for job in jobs)
        only, who = staff, doer(plan, rules[0])
        for need in sorted(rules[0].needs, key=lambda n: n.kind != STAFF):
            able = []
            for resource in plan.resources.values():
                if not _can(plan, resource, need, jobs):
                    continue
                if need.kind == who and only is not None and resource.id != only:
                    continue
                rounds = self.rounds(resource, jobs[0].place) if resource.id in plan.vans else None
                if resource.id in plan.vans and rounds is None:
                    continue
                works = longest
                if need.kind == STAFF:
                    own = (plan.performers.get(job.service.listing_id, {}).get(resource.id) for job in jobs)
                    works = tuple(job.minutes_by(o) * 60 for job, o in zip(jobs, own, strict=True))
                able.append(
                    Able(
                        id=resource.id,
                        lanes=resource.lanes,
                        windows=rounds.windows if rounds else self.windows(resource),
                        claims=plan.claims.get(resource.id, ()),
                        works=works,
                        rounds=rounds,
                    )
                )
            if need.kind == who:
                only = None
            if need.kind == STAFF:
                longest = max((one.works for one in able), key=sum, default=longest)
            roles.append(Role(wishes=numbers, need=need, able=tuple(able), pattern=pattern, places=rules[0].places))
        return roles


def limits(plan: Plan, jobs: Sequence[Job], now: datetime, *, by_staff: bool = False) -> tuple[int, int, date]:
    """The first and the last instant at which it may begin, and the last date. The shop itself is bound by neither: it
    may also write down what has begun already.
    """
    zone = ZoneInfo(plan.zone)
    today = now.astimezone(zone).date()
    rules = [job.service.rule for job in jobs]
    last_day = today + timedelta(days=730 if by_staff else min(r.horizon_days for r in rules))
    lead = max(r.lead_minutes for r in rules) * 60
    first = int(now.timestamp()) - 12 * 3600 if by_staff else int(now.timestamp()) + lead
    last = int(datetime.combine(last_day + timedelta(days=1), datetime.min.time(), tzinfo=zone).timestamp()) - 1
    return first, last, last_day


def instant_in(text: str, field: str = "starts_at") -> int:
    """The instant that somebody sent, in epoch seconds. Refuses :class:`Invalid` for one without an offset."""
    try:
        # A plus sign that stood bare in an address comes as a space.
        at = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.second or at.microsecond or not 2000 <= at.year <= 2200:
        raise Invalid(Problem(field, "not_a_time", NOT_A_TIME))
    return int(at.timestamp())


def local(zone: str, at: int) -> datetime:
    """An instant with the offset of a place."""
    return datetime.fromtimestamp(at, ZoneInfo(zone))
