"""The next free start of each listing, worked out beforehand, so that search may show and filter by it.

It is a hint, some seconds old: whoever books asks the claims themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.offers import free
from marketplace_kit.scheduling.domain.travel import Place
from marketplace_kit.scheduling.queries.plans import plan_of, today_in
from marketplace_kit.scheduling.queries.services import services_of
from marketplace_kit.scheduling.queries.snapshots import Plan
from marketplace_kit.scheduling.schemas import Measured
from marketplace_kit.scheduling.services.capacity import TimeCapacity
from marketplace_kit.scheduling.services.planning import Job, limits, roles_for
from marketplace_kit.scheduling.services.staffing import ensure_resource
from marketplace_kit.scheduling.tables import next_free_table, service_rule_table
from marketplace_kit.shops.domain import HIDDEN, OPEN
from marketplace_kit.shops.tables import shop_table as shop

NEXT_FREE = "scheduling.next_free"
_WINDOW_S = 20
FRESH = timedelta(days=2)
LOOK_DAYS = (2, 12, 20)
"""So many dates are looked at first, then so many more: most listings have something soon."""
_ALL = (
    sa.select(listing.c.shop_id)
    .distinct()
    .where(listing.c.state == "published", listing.c.kind.in_(sa.bindparam("kinds", expanding=True)))
    .order_by(listing.c.shop_id)
)
_OF = sa.select(next_free_table.c.listing_id, next_free_table.c.next_s).where(
    next_free_table.c.listing_id.in_(sa.bindparam("listings", expanding=True, type_=Uuid))
)


class OfShop(msgspec.Struct):
    """Work out the next start of each listing of a shop."""

    shop_id: UUID


async def next_free(connection: AsyncConnection, listing_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """The next start of those listings that have one; one statement."""
    if not listing_ids:
        return {}
    rows = await prepared.rows(connection, _OF, {"listings": list(listing_ids)})
    return {row.listing_id: datetime.fromtimestamp(row.next_s, UTC) for row in rows if row.next_s is not None}


async def note_change(uow: UnitOfWork, event: Any) -> None:
    """Something that decides what is free changed in a shop. What happens within some seconds is worked out at once, at
    their end.
    """
    window = int(uow.at.timestamp()) // _WINDOW_S
    uow.enqueue(
        NEXT_FREE,
        OfShop(shop_id=event.shop_id),
        key=f"{event.shop_id}:{window}",
        run_at=datetime.fromtimestamp((window + 1) * _WINDOW_S, UTC),
    )


async def work_out(site: Site, shop_id: UUID) -> None:
    """The next start of each listing of a shop that is booked by time."""
    ids = await site.ask(_bookable, shop_id, kinds_by_time(site))
    found: dict[UUID, int | None] = dict.fromkeys(ids)
    now = site.clock.now()
    open_, offset = list(ids), 0
    for days in LOOK_DAYS:
        if not open_:
            break
        services = await site.ask(services_of, open_)
        first = today_in(next(iter(services.values())).zone, now) + timedelta(days=offset)
        plan = await site.ask(plan_of, open_, first, days, now=now)
        if plan is not None and plan.lacks_staff:
            await site.do(ensure_resource, shop_id)
            plan = await site.ask(plan_of, open_, first, days, now=now)
        if plan is None:
            break
        known: dict[Any, int | None] = {}
        for listing_id in open_:
            like = _alike(plan, listing_id)
            if like not in known:
                known[like] = _first_start(plan, listing_id, first, days, now)
            found[listing_id] = known[like]
        open_, offset = [one for one in open_ if found[one] is None], offset + days
    await site.do(_keep, shop_id, found)


def _alike(plan: Plan, listing_id: UUID) -> tuple[Any, ...]:
    """What the starts of a service follow from: a shop's services that are alike in it begin at the same times, and a
    shop has many services of few lengths.
    """
    service, by = plan.services[listing_id], plan.performers.get(listing_id, {})
    rule = service.rule
    when = (rule.pattern, rule.needs, rule.places, rule.lead_minutes, rule.horizon_days, rule.bookable_online)
    return *when, service.minutes, frozenset((who, own.minutes) for who, own in by.items())


def _first_start(plan: Plan, listing_id: UUID, first: date, days: int, now: datetime) -> int | None:
    service = plan.services[listing_id]
    if not service.rule.bookable_online or not (service.shop_open or service.shop_hidden) or not service.identified:
        return None
    # Where a van shall come nobody has said yet: a hint is good for who lives beside its base.
    place = next((Place(point=van.base) for van in plan.vans.values()), None)
    jobs = [Job(service=service, measured=Measured(minutes=service.minutes, price=service.price), place=place)]
    earliest, latest, _ = limits(plan, jobs, now)
    for offset in range(days):
        starts = free(roles_for(plan, jobs, first + timedelta(days=offset), 1), earliest, latest, plan.zone)
        if starts:
            return min(starts)
    return None


def kinds_by_time(site: Site) -> list[str]:
    """The kinds of listings that are booked by time."""
    lines = site.registry.line_kinds
    timed = {name for name, line in lines.items() if isinstance(line.capacity, TimeCapacity)}
    return sorted(kind.name for kind in site.registry.listing_kinds.values() if kind.line in timed)


async def _bookable(connection: AsyncConnection, shop_id: UUID, kinds: Sequence[str]) -> list[UUID]:
    wanted = sa.select(listing.c.id).where(
        listing.c.shop_id == shop_id, listing.c.state == "published", listing.c.kind.in_(kinds)
    )
    return list((await connection.execute(wanted.order_by(listing.c.id))).scalars())


async def _keep(uow: UnitOfWork, shop_id: UUID, found: Mapping[UUID, int | None]) -> None:
    t = next_free_table.c
    of_shop = sa.select(listing.c.id).where(listing.c.shop_id == shop_id)
    gone = sa.delete(next_free_table).where(t.listing_id.in_(of_shop), t.listing_id.not_in(list(found)))
    await uow.session.execute(gone)
    if not found:
        return
    insert = uow.site.database.insert(next_free_table)
    fresh = {"next_s": insert.excluded.next_s, "worked_out_at": insert.excluded.worked_out_at}
    rows = [{"listing_id": one, "next_s": at, "worked_out_at": uow.at} for one, at in found.items()]
    await uow.session.execute(insert.on_conflict_do_update(index_elements=["listing_id"], set_=fresh), rows)


async def work_out_all(site: Site) -> int:
    """Every shop that has something to book, each in units of its own."""
    shops = await site.ask(_shops, kinds_by_time(site))
    for shop_id in shops:
        await work_out(site, shop_id)
    return len(shops)


async def _shops(connection: AsyncConnection, kinds: Sequence[str]) -> list[UUID]:
    return list((await connection.execute(_ALL, {"kinds": kinds})).scalars())


class NextTimes:
    """The facility :class:`marketplace_kit.shops.services.Times`: what was worked out says it of all shops."""

    async def none_before(self, connection: AsyncConnection, until: datetime, now: datetime) -> list[UUID]:
        """What was not worked out lately says nothing."""
        t, offered = next_free_table.c, sa.func.coalesce(service_rule_table.c.bookable_online, sa.true())
        wanted = (
            sa.select(listing.c.shop_id)
            .join_from(next_free_table, listing, listing.c.id == t.listing_id)
            .join(shop, shop.c.id == listing.c.shop_id)
            .outerjoin(service_rule_table, service_rule_table.c.listing_id == listing.c.id)
            .where(
                listing.c.state == "published",
                shop.c.state.in_((OPEN, HIDDEN)),
                shop.c.tax_id.is_not(None),
                offered,
                t.worked_out_at > now - FRESH,
            )
            .group_by(listing.c.shop_id)
            .having(sa.or_(sa.func.min(t.next_s).is_(None), sa.func.min(t.next_s) > int(until.timestamp())))
        )
        return list((await connection.execute(wanted)).scalars())
