"""Reads about the law of the clock: by what instants were worked out, whom a change concerns, what collides since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.domain.clocks import Law
from marketplace_kit.scheduling.schemas.clocks import ClockCollision, LiesOn
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables import claim_table as claim
from marketplace_kit.scheduling.tables import resource_table as resource
from marketplace_kit.scheduling.tables.clocks import clock_collision_table as collision
from marketplace_kit.scheduling.tables.clocks import zone_law_shop_table as through
from marketplace_kit.scheduling.tables.clocks import zone_law_table as law
from marketplace_kit.scheduling.tables.overlap import LONGEST_S
from marketplace_kit.shops.tables import shop_table as shop

_MOST = 200
COLLIDES = sa.and_(claim.c.id == collision.c.claim_id, claim.c.released_at.is_(None), ~claim.c.enforced)
"""A collision that still is one: the claim lives, and nothing enforces it."""


async def laws_noted(connection: AsyncConnection) -> dict[str, Law | None]:
    """By what law every zone was worked out that some shop has or had; ``None`` for one that was never noted."""
    found: dict[str, Law | None] = dict.fromkeys(
        (await connection.execute(sa.select(shop.c.zone).distinct())).scalars()
    )
    for row in await connection.execute(sa.select(law)):
        found[row.zone] = law_noted(row)
    return found


def law_noted(row: sa.Row[Any]) -> Law:
    return Law(steps=tuple((at, offset) for at, offset in row.steps), until_s=row.until_s)


async def shops_in(connection: AsyncConnection, zones: Collection[str], since_s: int) -> list[UUID]:
    """Shops with one of these zones, or with coming appointments that have one; those that are through are left out."""
    mine = sa.select(shop.c.id.label("shop_id"), shop.c.zone).where(shop.c.zone.in_(zones))
    theirs = sa.select(appointment.c.shop_id, appointment.c.zone).where(
        appointment.c.zone.in_(zones), appointment.c.effect == "keeps", appointment.c.starts_s > since_s
    )
    both = mine.union(theirs).subquery()
    done = sa.exists().where(through.c.shop_id == both.c.shop_id, through.c.zone == both.c.zone)
    wanted = sa.select(both.c.shop_id).where(~done).distinct().order_by(both.c.shop_id)
    return list((await connection.execute(wanted)).scalars())


async def open_collisions(connection: AsyncConnection, limit: int = 500) -> list[UUID]:
    """The claims that collide since a change, oldest first."""
    wanted = sa.select(collision.c.claim_id).join_from(collision, claim, COLLIDES)
    rows = await connection.execute(wanted.order_by(collision.c.noted_at, collision.c.claim_id).limit(limit))
    return list(rows.scalars())


async def collisions_of(connection: AsyncConnection, shop_id: UUID) -> list[ClockCollision]:
    """What of a shop collides since the law was changed, and on what each lies. Two statements."""
    wanted = _NAMED.join(collision, COLLIDES).where(collision.c.shop_id == shop_id)
    rows = (await connection.execute(wanted.order_by(claim.c.from_s, claim.c.id).limit(_MOST))).mappings().all()
    if not rows:
        return []
    mine = claim.alias("mine")
    beneath = _NAMED.add_columns(mine.c.id.label("under")).join(
        mine,
        sa.and_(
            mine.c.resource_id == claim.c.resource_id,
            mine.c.lane == claim.c.lane,
            mine.c.id != claim.c.id,
            mine.c.from_s < claim.c.to_s,
            mine.c.to_s > claim.c.from_s,
            mine.c.from_s > claim.c.from_s - LONGEST_S,
        ),
    )
    live = beneath.where(mine.c.id.in_([row["claim_id"] for row in rows]), claim.c.released_at.is_(None))
    under: dict[UUID, list[LiesOn]] = {}
    for row in (await connection.execute(live.order_by(claim.c.from_s, claim.c.id))).mappings():
        under.setdefault(row["under"], []).append(LiesOn(**_told(row)))
    return [ClockCollision(**_told(row), on=under.get(row["claim_id"], [])) for row in rows]


_NAMED = sa.select(
    claim.c.id.label("claim_id"),
    claim.c.kind,
    claim.c.from_s,
    claim.c.to_s,
    resource.c.id.label("resource_id"),
    resource.c.name.label("resource"),
    appointment.c.id.label("appointment_id"),
    appointment.c.starts_s,
    appointment.c.ends_s,
    sa.func.coalesce(shop.c.zone, appointment.c.zone, "UTC").label("zone"),
    sa.func.coalesce(listing.c.title, "").label("title"),
    sa.func.coalesce(sa.func.nullif(appointment.c.contact_name, ""), person.c.name, "").label("customer"),
).select_from(
    claim.join(resource, resource.c.id == claim.c.resource_id)
    .outerjoin(shop, shop.c.id == resource.c.shop_id)
    .outerjoin(appointment, appointment.c.id == claim.c.appointment_id)
    .outerjoin(listing, listing.c.id == appointment.c.listing_id)
    .outerjoin(person, person.c.id == appointment.c.person_id)
)


def _told(row: sa.RowMapping) -> dict[str, Any]:
    names = ("claim_id", "kind", "resource_id", "resource", "appointment_id", "title", "customer")
    zone = ZoneInfo(row["zone"])

    def local(name: str, instead: str) -> datetime:
        at = row[name] if row[name] is not None else row[instead]
        return datetime.fromtimestamp(at, UTC).astimezone(zone)

    return {n: row[n] for n in names} | {
        "starts_at": local("starts_s", "from_s"),
        "ends_at": local("ends_s", "to_s"),
    }
