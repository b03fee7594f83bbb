"""What the editors of resources and services show: hours as they are typed, who does what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.queries.titles import TITLE, title_in
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.queries.services import Rule, services_of
from marketplace_kit.scheduling.tables import (
    resource_day_table,
    resource_hours_table,
    resource_table,
    service_resource_table,
    service_rule_table,
)
from marketplace_kit.shops.domain.hours import WEEKDAYS, Range, clock, said

ARCHIVED = "archived"
_MOST = 300


class Performed(msgspec.Struct, frozen=True, kw_only=True):
    """A service and one who may do it. ``minutes`` and ``price`` are its own, if it has any."""

    listing_id: UUID
    title: str
    usual_price: Money | None
    resource_id: int
    name: str
    does: bool
    minutes: int | None = None
    price: Money | None = None


async def typed_week(connection: AsyncConnection, resource_id: int) -> dict[str, str]:
    """A resource's hours that hold for ever, by weekday, as they are typed."""
    h = resource_hours_table.c
    usual = sa.select(h.weekday, h.opens, h.closes).where(
        h.resource_id == resource_id, h.valid_from.is_(None), h.valid_to.is_(None)
    )
    week: dict[int, list[Range]] = {}
    for row in await connection.execute(usual.order_by(h.opens)):
        week.setdefault(row.weekday, []).append(Range(row.opens, row.closes))
    return {name: said(week.get(number, ())) for number, name in enumerate(WEEKDAYS)}


async def single_days(connection: AsyncConnection, resource_id: int, since: date) -> list[tuple[date, str, str, str]]:
    """(date, mode, hours as typed, reason) of a resource's own dates from one on."""
    d = resource_day_table.c
    wanted = (
        sa.select(resource_day_table).where(d.resource_id == resource_id, d.day >= since).order_by(d.day).limit(366)
    )
    rows = await connection.execute(wanted)
    return [(row.day, row.mode, said(Range(*pair) for pair in row.ranges), row.reason) for row in rows]


async def performed(
    connection: AsyncConnection,
    shop_id: UUID,
    kinds: Sequence[str],
    *,
    resource_id: int | None = None,
    listing_id: UUID | None = None,
    locale: str = "",
) -> list[Performed]:
    """Every service of a shop with every resource that may do it, narrowed to one of either, titles in the reader's
    language; one statement.
    """
    p, r = service_resource_table.c, resource_table.c
    wanted = (
        sa.select(
            listing.c.id,
            *TITLE,
            listing.c.price_amount,
            listing.c.price_currency,
            r.id.label("resource_id"),
            r.name,
            p.listing_id.label("named"),
            p.minutes,
            p.price_amount.label("own_amount"),
        )
        .select_from(
            listing.join(resource_table, r.shop_id == listing.c.shop_id).outerjoin(
                service_resource_table, sa.and_(p.listing_id == listing.c.id, p.resource_id == r.id)
            )
        )
        .where(listing.c.shop_id == shop_id, listing.c.kind.in_(kinds), listing.c.state != ARCHIVED)
        .order_by(listing.c.title, listing.c.id, r.kind != "staff", r.rank, r.id)
        .limit(_MOST)
    )
    wanted = wanted.where(r.active if resource_id is None else r.id == resource_id)
    if listing_id is not None:
        wanted = wanted.where(listing.c.id == listing_id)
    return [_performed(row, locale) for row in await connection.execute(wanted)]


def _performed(row: Any, locale: str) -> Performed:
    currency = row.price_currency or "KZT"
    return Performed(
        listing_id=row.id,
        title=title_in(row, locale),
        usual_price=None if row.price_amount is None else Money.stored(row.price_amount, currency),
        resource_id=row.resource_id,
        name=row.name,
        does=row.named is not None,
        minutes=row.minutes,
        price=None if row.own_amount is None else Money.stored(row.own_amount, currency),
    )


async def typed_rule(connection: AsyncConnection, listing_id: UUID) -> dict[str, object]:
    """How a service is booked, as its form shows it."""
    found = (await services_of(connection, [listing_id])).get(listing_id)
    rule = found.rule if found else Rule()
    own = sa.select(service_rule_table.c.minutes).where(service_rule_table.c.listing_id == listing_id)
    needs = [f"{n.kind}:{skill}" for n in rule.needs for skill in sorted(n.skills) or [""]]
    return {
        "minutes": (await connection.execute(own)).scalar_one_or_none() or "",
        "before": rule.before,
        "after": rule.after,
        "lead_minutes": rule.lead_minutes,
        "horizon_days": rule.horizon_days,
        "step": rule.step,
        "mode": rule.mode,
        "fixed_times": ", ".join(clock(t) for t in rule.fixed_times),
        "confirmation": rule.confirmation,
        "needs": ", ".join(n.rstrip(":") for n in needs) if found and found.rule.version else "",
        "places": rule.places,
        "cutoff_hours": rule.cutoff_hours,
        "moves": rule.moves,
        "max_open": rule.max_open,
        "prepay": rule.prepay,
        "prepay_amount": rule.prepay_amount,
        "late_fee_percent": rule.late_fee_percent,
        "missed_fee_percent": rule.missed_fee_percent,
        "policy_text": rule.policy_text,
        "bookable_online": rule.bookable_online,
        "version": rule.version,
    }


async def bookable_titles(
    connection: AsyncConnection, shop_id: UUID, kinds: Sequence[str], locale: str = ""
) -> list[tuple[UUID, str, str]]:
    """What a shop offers that takes a time, by name: id, title, kind."""
    wanted = sa.select(listing.c.id, *TITLE, listing.c.kind).where(
        listing.c.shop_id == shop_id, listing.c.kind.in_(kinds), listing.c.state == "published"
    )
    rows = await connection.execute(wanted.order_by(listing.c.title, listing.c.id).limit(_MOST))
    named = [(row.id, title_in(row, locale), row.kind) for row in rows]
    return sorted(named, key=lambda one: (one[1].casefold(), one[0]))
