"""What can be booked, for those who look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.scheduling.domain.offers import STAFF, Role, free
from marketplace_kit.scheduling.domain.slots import FEW
from marketplace_kit.scheduling.domain.travel import Place
from marketplace_kit.scheduling.domain.windows import date_of
from marketplace_kit.scheduling.queries.plans import plan_of, today_in
from marketplace_kit.scheduling.queries.services import Service, services_of
from marketplace_kit.scheduling.queries.snapshots import Plan
from marketplace_kit.scheduling.queries.travelling import learn_ways, place_of
from marketplace_kit.scheduling.schemas import (
    DaySlots,
    DayState,
    Measured,
    MonthView,
    Slot,
    SlotsView,
    StaffView,
    Where,
)
from marketplace_kit.scheduling.services.picturing import photo_url
from marketplace_kit.scheduling.services.planning import (
    Job,
    Measure,
    limits,
    local,
    measured,
    roles_for,
    vans_for,
    who_can,
)
from marketplace_kit.scheduling.services.policies import NEEDS_PREPAYMENT, standing
from marketplace_kit.scheduling.services.staffing import ensure_resource
from marketplace_kit.scheduling.services.travelling import place_in, served
from marketplace_kit.scheduling.services.unbookable import can_wait, full_ones, too_soon

MOST_DAYS = 62
FREE, FEW_LEFT, NONE, CLOSED, OVER, BEYOND = "free", "few", "none", "closed", "too_soon", "beyond"
TOO_SOON, FULL = "too_soon", "full"


async def slots_for(
    site: Site,
    listing_id: UUID,
    wishes: Sequence[Wish] = (),
    first_day: date | None = None,
    days: int = 7,
    staff: int | None = None,
    *,
    options: Mapping[str, tuple[str, ...]] | None = None,
    together: bool = False,
    by_staff: bool = False,
    without: Sequence[UUID] = (),
    customer: Customer | None = None,
    where: Where | None = None,
    locale: str = "",
) -> SlotsView:
    """The starts that can be chosen on ``days`` dates from ``first_day`` on (today's if ``None``). ``wishes`` are what
    somebody asks for so far (several: in turn, or ``together``); without any it is one of the listing with
    ``options``. ``staff`` is the only one who shall do it. ``by_staff``: the shop itself looks, neither lead time nor
    horizon binds it. ``without`` are lines that are about to be moved: their own time counts as free. What is known
    of but cannot be chosen is not ``bookable``, with a reason; so is all to a ``customer`` who has to pay before.
    ``where`` somebody shall come, if a van does; if nothing is said, the place of ``wishes`` or ``without``. The title
    is in ``locale``.

    A constant number of statements. Refuses :class:`Missing` for a listing that cannot be booked by time.
    """
    plan, jobs, first, days = await _looked_at(site, listing_id, wishes, first_day, days, options, without, by_staff)
    place = await _place(site, plan, where, wishes, without) if plan.vans else None
    if place is not None:
        await site.ask(learn_ways, plan.vans, place.point)
    jobs = [attrs.evolve(job, place=place) for job in jobs]
    now = site.clock.now()
    earliest, latest, last_day = limits(plan, jobs, now, by_staff=by_staff)
    roles = roles_for(plan, jobs, first, days, together=together, staff=staff)
    found = free(roles, earliest, latest, plan.zone)
    able, service = who_can(plan, jobs), jobs[0].service
    slots = {start: _slot(plan, roles, start, who) for start, who in found.items()}
    if customer is not None and await site.ask(standing, site, service, customer, now) == NEEDS_PREPAYMENT:
        slots = {start: _closed(slot, NEEDS_PREPAYMENT) for start, slot in slots.items()}
    found_any = next((start for start, slot in slots.items() if slot.bookable), None)
    if not by_staff:
        soon = too_soon(plan, jobs, first, days, now, earliest, together=together, staff=staff)
        for start, who in soon.items():
            slots[start] = _closed(_slot(plan, roles, start, who), TOO_SOON)
        for start, who in full_ones(roles, found, earliest, latest, plan.zone).items():
            slots[start] = _closed(_slot(plan, roles, start, who), FULL)
    return SlotsView(
        listing_id=listing_id,
        shop_id=service.shop_id,
        title=title_in(service, locale),
        zone=plan.zone,
        minutes=_minutes(roles, jobs, together),
        days=_days(plan, roles, slots, first, days, earliest=earliest, last_day=last_day),
        staff=[_staff(plan, jobs, r.id) for r in able if r.public or by_staff],
        first_free=None if found_any is None else local(plan.zone, found_any),
        earliest=local(plan.zone, earliest),
        latest=last_day,
        not_bookable=_not_there(plan, jobs) or _why_not(roles, service, by_staff),
        home_visit=bool(plan.vans),
        price=_total([job.price_by(None) for job in jobs]),
        subjects=len(jobs),
        areas=list(dict.fromkeys((a.id, a.name) for one in vans_for(plan, jobs) for a in plan.vans[one].areas)),
        waitlist=f"/book/{listing_id}/wait" if not by_staff and can_wait(site, service.kind, bool(plan.vans)) else "",
    )


def _closed(slot: Slot, reason: str) -> Slot:
    return msgspec.structs.replace(slot, bookable=False, reason=reason)


async def _place(
    site: Site, plan: Plan, where: Where | None, wishes: Sequence[Wish], without: Sequence[UUID]
) -> Place | None:
    """Where somebody shall come, as far as it is known. Refuses :class:`Invalid` for what is no place."""
    said: list[Any] = [where] if where is not None else []
    for one in (*said, *(w.choice for w in wishes)):
        found = place_in(one, plan.vans)
        if found is not None:
            return found
    return await site.ask(place_of, without[0]) if without else None


def _not_there(plan: Plan, jobs: Sequence[Job]) -> str:
    """Why nobody comes: it is not said where, or it is beyond where they go."""
    place = jobs[0].place
    if not plan.vans:
        return ""
    if place is None:
        return "no_address"
    return "" if served(plan.vans, vans_for(plan, jobs), place) else "out_of_zone"


async def month_for(
    site: Site,
    listing_id: UUID,
    wishes: Sequence[Wish] = (),
    first_day: date | None = None,
    days: int = 31,
    staff: int | None = None,
    *,
    options: Mapping[str, tuple[str, ...]] | None = None,
    together: bool = False,
    by_staff: bool = False,
    without: Sequence[UUID] = (),
    customer: Customer | None = None,
    where: Where | None = None,
) -> MonthView:
    """For each date whether it has free starts: free, few, none, closed, too_soon or beyond - or needs_prepayment, to a
    ``customer`` who has to pay before.
    """
    view = await slots_for(
        site,
        listing_id,
        wishes,
        first_day,
        days,
        staff,
        options=options,
        together=together,
        by_staff=by_staff,
        without=without,
        customer=customer,
        where=where,
    )
    return MonthView(
        listing_id=listing_id,
        zone=view.zone,
        not_bookable=view.not_bookable,
        days=[DayState(day=d.day, state=d.state) for d in view.days],
    )


async def _looked_at(
    site: Site,
    listing_id: UUID,
    wishes: Sequence[Wish],
    first_day: date | None,
    days: int,
    options: Mapping[str, tuple[str, ...]] | None,
    without: Sequence[UUID],
    by_staff: bool,
) -> tuple[Plan, list[Job], date, int]:
    days = max(1, min(days, MOST_DAYS))
    ids = sorted({listing_id, *(w.listing_id for w in wishes)})
    now = site.clock.now()
    since = first_day or now.date()  # today is another date elsewhere by a day at most, and the plan reaches as far
    plan = await site.ask(plan_of, ids, since, days, now=now, without=without)
    if plan is None:
        raise Missing
    service = plan.services[listing_id]
    if not ((service.published and service.shop_open) or by_staff):
        raise Missing
    measure = measure_of(site, service)
    first = first_day or today_in(service.zone, now)
    if plan.lacks_staff:
        await site.do(ensure_resource, service.shop_id)
        plan = await site.ask(plan_of, ids, since, days, now=now, without=without) or plan
    asked = list(wishes) or [_blank(service, options or {})]
    jobs = []
    for wish in asked:
        try:
            own = None if isinstance(wish.choice, NoFields) else measure
            jobs.append(await measured(site, own, plan.services[wish.listing_id], wish))
        except Invalid:  # nothing is chosen yet where something has to be: the plain service is shown
            plain = Measured(minutes=service.minutes, price=service.price)
            jobs.append(Job(service=plan.services[wish.listing_id], measured=plain))
    return plan, jobs, first, days


def measure_of(site: Site, service: Service) -> Measure | None:
    """How the line kind of a listing measures a wish. Refuses :class:`Missing` for what is not booked by time."""
    kind = site.registry.listing_kinds.get(service.kind)
    if kind is None or kind.line not in site.registry.line_kinds:
        raise Missing
    capacity = site.registry.line_kinds[kind.line].capacity
    if not hasattr(capacity, "measure"):
        raise Missing
    found: Measure | None = capacity.measure
    return found


def _blank(service: Service, options: Mapping[str, tuple[str, ...]]) -> Wish:
    return Wish(
        line_id=new_id(),
        order_id=new_id(),
        shop_id=service.shop_id,
        kind=service.kind,
        listing_id=service.listing_id,
        choice=NoFields(),
        options=options,
        customer=Customer(),
        by=Actor(),
    )


async def blank_wishes(site: Site, listing_id: UUID, count: int, options: Mapping[str, tuple[str, ...]]) -> list[Wish]:
    """The same thing several times, for who wants to see times for more than one; none for one alone. Refuses
    :class:`Missing`.
    """
    if count == 1:
        return []
    service = (await site.ask(services_of, [listing_id])).get(listing_id)
    if service is None:
        raise Missing
    return [_blank(service, options) for _ in range(count)]


def _minutes(roles: Sequence[Role], jobs: Sequence[Job], together: bool) -> int:
    works = [sum(one.works) for role in roles for one in role.able]
    if works and len({*works}) == 1:
        return works[0] // 60
    minutes = [job.measured.minutes for job in jobs]
    return max(minutes) if together else sum(minutes)


def _days(
    plan: Plan,
    roles: Sequence[Role],
    slots: Mapping[int, Slot],
    first: date,
    days: int,
    *,
    earliest: int,
    last_day: date,
) -> list[DaySlots]:
    by_day: dict[date, list[Slot]] = {}
    for start in sorted(slots):
        by_day.setdefault(date_of(plan.zone, start), []).append(slots[start])
    worked = {
        date_of(plan.zone, w.opens)
        for role in roles
        for windows in {id(one.windows): one.windows for one in role.able}.values()
        for w in windows
    }
    listed = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        open_ = sum(slot.bookable for slot in by_day.get(day, ()))
        if open_:
            state = FREE if open_ > FEW else FEW_LEFT
        elif any(slot.reason == NEEDS_PREPAYMENT for slot in by_day.get(day, ())):
            state = NEEDS_PREPAYMENT
        elif day > last_day:
            state = BEYOND
        elif day not in worked:
            state = CLOSED
        elif day <= date_of(plan.zone, earliest) and not _room_before(roles, earliest, day, plan.zone):
            state = OVER
        else:
            state = NONE
        listed.append(DaySlots(day=day, state=state, slots=by_day.get(day, [])))
    return listed


def _room_before(roles: Sequence[Role], earliest: int, day: date, zone: str) -> bool:
    """Whether somebody still works that day after the lead time."""
    return any(
        w.closes > earliest and date_of(zone, w.opens) == day
        for role in roles
        for one in role.able
        for w in one.windows
    )


def _slot(plan: Plan, roles: Sequence[Role], start: int, who: list[list[int]]) -> Slot:
    at = local(plan.zone, start)
    staffed = [(role, ids) for role, ids in zip(roles, who, strict=True) if role.need.kind == STAFF] or [
        (roles[0], who[0])
    ]
    role, ids = staffed[0]
    able = [one for one in role.able if one.id in ids]
    shortest = min((sum(one.works) for one in able), default=0)
    left = None
    if role.places > 1:
        left = sum(role.places_left(one, start) for one in able)
    everybody = sorted({i for r, listed in staffed if r.need.kind == STAFF for i in listed})
    return Slot(
        starts_at=at,
        ends_at=local(plan.zone, start + shortest),
        time=f"{at:%H:%M}",
        staff=everybody,
        places_left=left,
    )


def _staff(plan: Plan, jobs: Sequence[Job], resource_id: int) -> StaffView:
    resource = plan.resources[resource_id]
    own = [plan.performers.get(job.service.listing_id, {}).get(resource_id) for job in jobs]
    minutes = sum(job.minutes_by(o) for job, o in zip(jobs, own, strict=True))
    total = _total([job.price_by(o) for job, o in zip(jobs, own, strict=True)])
    return StaffView(
        id=resource.id,
        name=resource.name,
        about=resource.about,
        photo=photo_url(resource.photo) or None,
        minutes=minutes,
        price=total,
    )


def _total(prices: Sequence[Money | None]) -> Money | None:
    """Of all, if each is known."""
    known = [price for price in prices if price is not None]
    return reduce(add, known) if known and len(known) == len(prices) else None


def _why_not(roles: Sequence[Role], service: Service, by_staff: bool) -> str:
    if not service.identified and not by_staff:
        return "tax_id_required"
    if not service.rule.bookable_online and not by_staff:
        return "not_online"
    if any(not role.able for role in roles):
        return "no_staff"
    if any(not any(one.windows for one in role.able) for role in roles):
        return "no_hours"
    return ""
