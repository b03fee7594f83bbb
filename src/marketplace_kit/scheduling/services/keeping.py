"""What a shop says of its resources, their working time and how its services are booked.

A change that would strand appointments is refused with their list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.services import access_listing
from marketplace_kit.scheduling.domain import HasAppointments, HoursChanged
from marketplace_kit.scheduling.domain.windows import windows_of
from marketplace_kit.scheduling.queries.calendars import appointments_on
from marketplace_kit.scheduling.queries.plans import resources_of, today_in
from marketplace_kit.scheduling.schemas import (
    EQUIPMENT,
    ROOM,
    STAFF,
    VAN,
    AppointmentView,
    Performer,
    ResourceDay,
    ResourceForm,
    ResourceWeek,
    ServiceRule,
)
from marketplace_kit.scheduling.tables import (
    claim_table,
    resource_day_table,
    resource_hours_table,
    resource_table,
    service_resource_table,
    service_rule_table,
)
from marketplace_kit.scheduling.tables.travel import van_table
from marketplace_kit.shops.domain import ADMIN, OWNER, InUse, Shop
from marketplace_kit.shops.domain import STAFF as MEMBER
from marketplace_kit.shops.domain.hours import DAY, WEEKDAYS, HoursFault, read_day, read_week
from marketplace_kit.shops.queries import opening_of
from marketplace_kit.shops.services import access_shop

KEEPERS = (OWNER, MEMBER, ADMIN)
AHEAD_DAYS = 730
NOT_TIMES = N_("Write times like 10:00, 12:30, 17:00.")
NOT_A_NEED = N_("Write staff, room, van or equipment, each with its skill after a colon.")
UNKNOWN_RESOURCE = N_("This is none of the shop's.")
ONE_PLACE = N_("A van that goes to customers is in one place at a time. Set its places to 1.")
FEWER_LANES = N_("More appointments than that take place at the same time.")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_WORD = re.compile(r"[\w .&+-]{1,40}")
r = resource_table.c


async def save_resource(
    uow: UnitOfWork, shop_id: UUID, form: ResourceForm, *, by: Actor, resource_id: int | None = None
) -> int:
    """Make or change a member of staff, a room, a van or a device; its id. Refuses :class:`StaleVersion`, and
    :class:`InUse` when somebody with visits to come shall not be booked any more or has fewer places than are taken.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    values: dict[str, Any] = {
        "kind": form.kind,
        "name": form.name,
        "lanes": form.lanes,
        "skills": _words(form.skills, "skills"),
        "about": form.about,
        "within_shop_hours": form.within_shop_hours,
        "public": form.public,
        "active": form.active,
        "rank": form.rank,
    }
    changed_hours(uow, shop_id)
    if resource_id is None:
        made = sa.insert(resource_table).values(shop_id=shop_id, **values).returning(r.id)
        return int((await uow.session.execute(made)).scalar_one())
    before = await held_resource(uow, shop_id, resource_id)
    if form.version is not None and before.version != form.version:
        raise StaleVersion
    if form.kind != VAN or form.lanes != 1:
        await _stays(uow, resource_id)
    if not form.active or form.kind != before.kind or form.lanes < before.lanes:
        listed = await coming(uow, [resource_id])
        crowded = form.active and form.kind == before.kind
        if listed and not (crowded and await _lanes_taken(uow, resource_id) <= form.lanes):
            raise InUse(appointments=told(listed))
    changed = sa.update(resource_table).where(r.id == resource_id).values(**values, version=r.version + 1)
    await uow.session.execute(changed)
    return resource_id


async def set_resource_week(uow: UnitOfWork, shop_id: UUID, resource_id: int, form: ResourceWeek, *, by: Actor) -> None:
    """The hours of every weekday, for ever or for a period. Refuses :class:`Invalid` with each problem at its day, and
    :class:`HasAppointments`.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)
    week, problems = read_week({name: getattr(form, name) for name in WEEKDAYS})
    if form.valid_from and form.valid_to and form.valid_to < form.valid_from:
        problems.append(Problem("valid_to", "valid_to", N_("The end lies before the beginning.")))
    if problems:
        raise Invalid(*problems)
    h = resource_hours_table.c
    same = sa.and_(h.valid_from.is_not_distinct_from(form.valid_from), h.valid_to.is_not_distinct_from(form.valid_to))
    await uow.session.execute(sa.delete(resource_hours_table).where(h.resource_id == resource_id, same))
    rows = [
        {
            "resource_id": resource_id,
            "weekday": number,
            "opens": one.opens,
            "closes": one.closes,
            "valid_from": form.valid_from,
            "valid_to": form.valid_to,
        }
        for number, ranges in week.items()
        for one in ranges
    ]
    if rows and form.own_hours:
        await uow.session.execute(sa.insert(resource_hours_table), rows)
    changed = sa.update(resource_table).where(r.id == resource_id)
    await uow.session.execute(changed.values(own_hours=form.own_hours, version=r.version + 1))
    await _keep_promises(uow, shop_id, resource_id)


async def set_resource_day(
    uow: UnitOfWork, shop_id: UUID, resource_id: int, day: date, form: ResourceDay, *, by: Actor
) -> None:
    """What is different on one date; said again it replaces what was said. Refuses :class:`HasAppointments`."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)
    try:
        ranges = [] if form.mode == "closed" else [[one.opens, one.closes] for one in read_day(form.hours)]
    except HoursFault as fault:
        raise Invalid(fault.at("hours")) from fault
    values = {"mode": form.mode, "ranges": ranges, "reason": form.reason}
    said = uow.site.database.insert(resource_day_table).values(resource_id=resource_id, day=day, **values)
    await uow.session.execute(said.on_conflict_do_update(index_elements=["resource_id", "day"], set_=values))
    await _keep_promises(uow, shop_id, resource_id, day)


async def clear_resource_day(uow: UnitOfWork, shop_id: UUID, resource_id: int, day: date, *, by: Actor) -> None:
    """The date is like every other again."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)
    d = resource_day_table.c
    await uow.session.execute(sa.delete(resource_day_table).where(d.resource_id == resource_id, d.day == day))
    await _keep_promises(uow, shop_id, resource_id, day)


async def save_service_rule(uow: UnitOfWork, listing_id: UUID, form: ServiceRule, *, by: Actor) -> None:
    """How a service is booked from now on; what is booked stays as it was agreed. Refuses :class:`StaleVersion`."""
    listing = await access_listing(uow, listing_id, by=by)
    t = service_rule_table.c
    held = sa.select(t.version).where(t.listing_id == listing_id)
    before: int | None = (await uow.session.execute(held)).scalar_one_or_none()
    if form.version is not None and (before or 0) != form.version:
        raise StaleVersion
    names = [f for f in ServiceRule.__struct_fields__ if f not in ("needs", "fixed_times", "version")]
    values: dict[str, Any] = {name: getattr(form, name) for name in names}
    values |= {"needs": _needs(form.needs), "fixed_times": _times(form.fixed_times), "version": (before or 0) + 1}
    if form.mode == "fixed" and not values["fixed_times"]:
        raise Invalid(Problem("fixed_times", "not_times", NOT_TIMES))
    said = uow.site.database.insert(service_rule_table).values(listing_id=listing_id, **values)
    await uow.session.execute(said.on_conflict_do_update(index_elements=["listing_id"], set_=values))
    changed_hours(uow, listing.shop_id)


async def set_service_resources(
    uow: UnitOfWork, listing_id: UUID, performers: Sequence[Performer], *, by: Actor
) -> None:
    """Who and what performs a service; of a kind that none is named of, every one of the shop that has the skills."""
    listing = await access_listing(uow, listing_id, by=by)
    mine = sa.select(r.id).where(r.shop_id == listing.shop_id)
    known = set((await uow.session.execute(mine)).scalars())
    unknown = [p.resource_id for p in performers if p.resource_id not in known]
    if unknown:
        raise Invalid(*(Problem(f"resources.{one}", "unknown_resource", UNKNOWN_RESOURCE) for one in unknown))
    t = service_resource_table.c
    await uow.session.execute(sa.delete(service_resource_table).where(t.listing_id == listing_id))
    rows = {
        p.resource_id: {
            "listing_id": listing_id,
            "resource_id": p.resource_id,
            "minutes": p.minutes,
            "price_amount": p.price.amount if p.price else None,
        }
        for p in performers
    }
    if rows:
        await uow.session.execute(sa.insert(service_resource_table), list(rows.values()))
    changed_hours(uow, listing.shop_id)


def changed_hours(uow: UnitOfWork, shop_id: UUID) -> None:
    """Whoever shows or works out free times hears of it."""
    uow.record(HoursChanged(shop_id=shop_id))
    uow.touch(f"shop:{shop_id}:calendar")


async def held_resource(uow: UnitOfWork, shop_id: UUID, resource_id: int) -> Any:
    """The resource's row, held until the end of the unit. Refuses :class:`Missing`."""
    wanted = sa.select(resource_table).where(r.id == resource_id, r.shop_id == shop_id)
    row = (await uow.session.execute(wanted.with_for_update())).first()
    if row is None:
        raise Missing
    return row


async def _keep_promises(uow: UnitOfWork, shop_id: UUID, resource_id: int, day: date | None = None) -> None:
    """Refuse a change of hours that leaves a coming appointment outside them."""
    changed_hours(uow, shop_id)
    listed = await coming(uow, [resource_id])
    if not listed:
        return
    connection = await uow.session.connection()
    shop: Shop | None = await uow.session.get(Shop, shop_id)
    zone = shop.zone if shop else "UTC"
    found = await opening_of(connection, shop_id, today_in(zone, uow.at) - timedelta(days=3))
    if found is None:
        raise Missing
    stranded = []
    for one in listed:
        first = one.starts_at.date()
        if day is not None and abs((first - day).days) > 1:
            continue
        resources, _ = await resources_of(connection, shop_id, first, 1)
        known = resources.get(resource_id)
        windows = windows_of(known.working, found[0], first, 1) if known else []
        begins, ends = one.starts_at.timestamp(), one.ends_at.timestamp()
        if not any(w.opens <= begins and ends <= w.closes for w in windows):
            stranded.append(one)
    if stranded:
        raise HasAppointments(appointments=told(stranded))


async def coming(uow: UnitOfWork, resource_ids: Sequence[int]) -> list[AppointmentView]:
    """The appointments that lie ahead of somebody or something."""
    now = int(uow.at.timestamp())
    return await appointments_on(await uow.session.connection(), resource_ids, now, now + AHEAD_DAYS * 86_400)


async def _stays(uow: UnitOfWork, resource_id: int) -> None:
    """Only a van with one place goes to customers. Refuses :class:`Invalid` where this one does."""
    goes = sa.select(van_table.c.resource_id).where(van_table.c.resource_id == resource_id)
    if (await uow.session.execute(goes)).first() is not None:
        raise Invalid(Problem("lanes", "one_place", ONE_PLACE))


async def _lanes_taken(uow: UnitOfWork, resource_id: int) -> int:
    c = claim_table.c
    now = int(uow.at.timestamp())
    taken = sa.select(sa.func.max(c.lane)).where(c.resource_id == resource_id, c.released_at.is_(None), c.to_s > now)
    highest: int | None = (await uow.session.execute(taken)).scalar_one_or_none()
    return 0 if highest is None else highest + 1


def told(listed: Sequence[AppointmentView]) -> list[dict[str, str]]:
    """Appointments as a refusal names them."""
    return [
        {
            "id": str(one.id),
            "order_id": str(one.order_id),
            "title": one.title,
            "starts_at": one.starts_at.isoformat(),
            "customer": one.customer,
        }
        for one in listed[:50]
    ]


def _words(text: str, field: str) -> list[str]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if any(not _WORD.fullmatch(word) for word in words):
        raise Invalid(Problem(field, "bad_characters", N_("Use short words with commas between.")))
    return list(dict.fromkeys(words))


def _times(text: str) -> list[int]:
    found = []
    for part in (p.strip() for p in re.split(r"[,;\s]+", text) if p.strip()):
        match = _CLOCK.fullmatch(part)
        if match is None:
            raise Invalid(Problem("fixed_times", "not_times", NOT_TIMES))
        found.append(int(match[1]) * 60 + int(match[2]))
    return sorted({t for t in found if t < DAY})


def _needs(text: str) -> list[dict[str, Any]]:
    found = []
    for part in (p.strip() for p in text.split(",") if p.strip()):
        kind, _, skill = part.partition(":")
        kind, skill = kind.strip().lower(), skill.strip().lower()
        if kind not in (STAFF, ROOM, VAN, EQUIPMENT) or (skill and not _WORD.fullmatch(skill)):
            raise Invalid(Problem("needs", "not_a_need", NOT_A_NEED))
        found.append({"kind": kind, "skills": [skill] if skill else []})
    return found
