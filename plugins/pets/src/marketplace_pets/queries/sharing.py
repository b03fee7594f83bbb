"""Grants, what they open, and who read what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    Grant,
    PetCard,
    lists,
)
from marketplace_pets.queries.health import dose
from marketplace_pets.queries.joining import gone, whole
from marketplace_pets.queries.profiles import CARDS, Rows, card_of, keepership, pet
from marketplace_pets.tables import (
    dose_table,
    grant_table,
    keepership_table,
    pet_table,
    read_table,
)

grant = grant_table.c


def grant_of(row: Any) -> Grant:
    return Grant(
        grant_id=row.id,
        pet_id=row.pet_id,
        shop_id=row.shop_id,
        scopes=tuple(row.scopes.split()),
        purpose=row.purpose,
        starts_at=row.starts_at,
        expires_on=row.expires_on,
        revoked_at=row.revoked_at,
        origin=row.origin,
    )


def live_grants(now: datetime, today: date) -> sa.ColumnElement[bool]:
    """What :meth:`Grant.is_live` says, for the database."""
    return sa.and_(
        grant.starts_at <= now,
        sa.or_(grant.revoked_at.is_(None), grant.revoked_at > now),
        sa.or_(grant.expires_on.is_(None), grant.expires_on >= today),
    )


async def grants_of(connection: AsyncConnection, pet_id: UUID) -> list[Grant]:
    """Every grant for a pet, the latest first."""
    asked = (
        sa.select(grant_table).where(whole(grant.pet_id, (pet_id,))).order_by(grant.starts_at.desc(), grant.id.desc())
    )
    return [grant_of(row) for row in await connection.execute(asked)]


async def grant_for(
    connection: AsyncConnection,
    pet_id: UUID,
    shops: Collection[UUID],
    scope: str,
    now: datetime,
    today: date,
) -> Grant | None:
    """A living grant of one of these shops that covers ``scope`` (``identity``: any)."""
    if not shops:
        return None
    asked = sa.select(grant_table).where(grant.pet_id == pet_id, grant.shop_id.in_(set(shops)), live_grants(now, today))
    if scope != lists.IDENTITY:
        asked = asked.where(grant.scopes.like(f"% {scope} %"))
    row = (await connection.execute(asked.order_by(grant.starts_at.desc(), grant.id).limit(1))).first()
    return grant_of(row) if row else None


async def shared_with(
    connection: AsyncConnection, shops: Collection[UUID], now: datetime, today: date, limit: int = 200
) -> Rows:
    """The pets that are shared with these shops just now, by name, with their grants."""
    if not shops:
        return ()
    asked = (
        sa.select(
            pet.id.label("pet_id"),
            pet.name,
            pet.species,
            pet.breed,
            pet.cover,
            grant.shop_id,
            grant.scopes,
            grant.expires_on,
        )
        .join_from(grant_table, pet_table, pet.id == grant.pet_id)
        .where(grant.shop_id.in_(set(shops)), live_grants(now, today))
        .order_by(pet.name, pet.id, grant.shop_id, grant.starts_at)
        .limit(limit)
    )
    return (await connection.execute(asked)).all()


async def known_to(
    connection: AsyncConnection, shop_id: UUID, now: datetime, today: date, limit: int = 300
) -> list[PetCard]:
    """The living pets that are shared with a shop just now, and those that it wrote down, by name."""
    shared = sa.select(grant.pet_id).where(grant.shop_id == shop_id, live_grants(now, today))
    written = sa.and_(keepership.shop_id == shop_id, keepership.how == lists.WALK_IN)
    asked = CARDS.where(sa.or_(pet.id.in_(shared), written), pet.state != lists.DECEASED, sa.not_(gone(pet.id)))
    return [card_of(row) for row in await connection.execute(asked.order_by(pet.name, pet.id).limit(limit))]


async def waiting_doses(
    connection: AsyncConnection, shops: Collection[UUID], now: datetime, today: date, limit: int = 100
) -> Rows:
    """Doses that wait to be checked, of pets whose vaccinations are shared with these shops; longest waiting first."""
    if not shops:
        return ()
    held = (
        sa.select(sa.func.min(sa.cast(grant.shop_id, sa.String)))
        .where(
            grant.pet_id == dose.pet_id,
            grant.shop_id.in_(set(shops)),
            live_grants(now, today),
            grant.scopes.like("% vaccinations %"),
        )
        .correlate(dose_table)
        .scalar_subquery()
    )
    asked = (
        sa.select(dose_table, pet.name.label("pet_name"), pet.species, held.label("for_shop"))
        .join_from(dose_table, pet_table, pet.id == dose.pet_id)
        .where(dose.state == lists.AWAITING, held.is_not(None))
        .order_by(dose.recorded_at, dose.id)
        .limit(limit)
    )
    return (await connection.execute(asked)).all()


async def grants_ending(connection: AsyncConnection, first: date, last: date, limit: int) -> Rows:
    """Grants that families gave and that end between these days, untold as yet, of pets that people keep: ``id, pet_id,
    name, shop_id, expires_on, person_id``. One that goes on in another grant of the same scopes is left out.
    """
    later = grant_table.alias()
    goes_on = sa.exists().where(
        later.c.pet_id == grant.pet_id,
        later.c.shop_id == grant.shop_id,
        later.c.id != grant.id,
        later.c.revoked_at.is_(None),
        sa.or_(later.c.expires_on.is_(None), later.c.expires_on > grant.expires_on),
        later.c.scopes == grant.scopes,
    )
    asked = (
        sa.select(grant.id, grant.pet_id, pet.name, grant.shop_id, grant.expires_on, keepership.person_id)
        .select_from(grant_table)
        .join(pet_table, pet.id == grant.pet_id)
        .join(keepership_table, sa.and_(keepership.pet_id == pet.id, keepership.until.is_(None)))
        .where(
            grant.ending_told_at.is_(None),
            grant.revoked_at.is_(None),
            grant.origin == "owner",
            grant.expires_on.between(first, last),
            keepership.person_id.is_not(None),
            pet.state != lists.DECEASED,
            sa.not_(goes_on),
        )
    )
    return (
        await connection.execute(asked.order_by(keepership.person_id, grant.expires_on, grant.id).limit(limit))
    ).all()


async def reads_of(
    connection: AsyncConnection, pet_id: UUID, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> Rows:
    """Who read what, latest first."""
    t = read_table.c
    asked = sa.select(read_table).where(whole(t.pet_id, (pet_id,)))
    if before is not None:
        asked = asked.where(
            sa.tuple_(t.at, t.id) < sa.tuple_(sa.literal(before[0], t.at.type), sa.literal(before[1], t.id.type))
        )
    return (await connection.execute(asked.order_by(t.at.desc(), t.id.desc()).limit(limit))).all()
