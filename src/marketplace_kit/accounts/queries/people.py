"""Persons, as they and others see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import (
    furthest,
    lookup_of,
    region_of,
)
from marketplace_kit.accounts.schemas import (
    AddressRow,
    Contact,
    Location,
    Me,
    PhoneForm,
)
from marketplace_kit.accounts.tables import address_table as address
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import stage_table as stage
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse


async def is_last_admin(connection: AsyncConnection, person_id: UUID) -> bool:
    """Whether this person is an admin and no other active one is there."""
    admins = sa.select(role.c.person_id).join(person, person.c.id == role.c.person_id)
    active = admins.where(role.c.role == "admin", person.c.deactivated_at.is_(None))
    found = set((await connection.execute(active)).scalars())
    return found == {person_id}


async def home_city_of(connection: AsyncConnection, person_id: UUID) -> str:
    """The city in somebody's profile, as they wrote it; empty if they did not."""
    found = await connection.execute(sa.select(person.c.city).where(person.c.id == person_id))
    return found.scalar() or ""


async def person_named(connection: AsyncConnection, person_id: UUID) -> Me | None:
    """A person as they see themselves, in one statement for the person, their roles and their stage."""
    statement = (
        sa.select(person, role.c.role, stage.c.stage)
        .outerjoin(role, role.c.person_id == person.c.id)
        .outerjoin(stage, stage.c.person_id == person.c.id)
    )
    rows = (await connection.execute(statement.where(person.c.id == person_id).order_by(role.c.role))).all()
    if not rows:
        return None
    first = rows[0]
    located = first.located_at is not None
    return Me(
        id=first.id,
        name=first.name,
        email=first.email,
        email_verified=first.email_verified_at is not None,
        phone=first.phone,
        phone_verified=first.phone_verified_at is not None,
        phone_region=region_of(first.phone) if first.phone else None,
        is_verified=first.email_verified_at is not None or first.phone_verified_at is not None,
        locale=first.locale,
        currency=first.currency,
        country=first.country,
        city=first.city,
        about=first.about,
        interests=list(first.interests or ()),
        location=Location(lat=first.lat, lon=first.lon, at=first.located_at) if located else None,
        status=furthest({r.stage for r in rows if r.stage}),
        roles=sorted({r.role for r in rows if r.role}),
        created_at=first.created_at,
    )


async def stages_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How far each of these people has come; one statement."""
    noted: dict[UUID, set[str]] = {one: set() for one in person_ids}
    found = await connection.execute(sa.select(stage).where(stage.c.person_id.in_(set(person_ids))))
    for row in found:
        noted[row.person_id].add(row.stage)
    return {one: furthest(stages) for one, stages in noted.items()}


async def addresses_of(connection: AsyncConnection, person_id: UUID) -> list[AddressRow]:
    """A person's addresses, the one used by default first."""
    order = (address.c.is_default.desc(), address.c.created_at, address.c.id)
    rows = await connection.execute(sa.select(address).where(address.c.person_id == person_id).order_by(*order))
    return [AddressRow(**{n: v for n, v in r._mapping.items() if n not in {"person_id", "created_at"}}) for r in rows]


async def contact_of(connection: AsyncConnection, person_id: UUID) -> Contact | None:
    """How to reach a person, as it is at this moment."""
    found = (await connection.execute(sa.select(person).where(person.c.id == person_id))).first()
    if found is None:
        return None
    return Contact(
        person_id=found.id,
        name=found.name,
        locale=found.locale,
        active=found.deactivated_at is None,
        email=found.email,
        email_verified=found.email_verified_at is not None,
        phone=found.phone,
        phone_verified=found.phone_verified_at is not None,
    )


async def names_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What to call these people, in one statement; an erased or unknown person is left out."""
    if not person_ids:
        return {}
    found = await connection.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(set(person_ids))))
    return {row.id: row.name for row in found if row.name}


async def person_id_by_email(connection: AsyncConnection, email_lookup: str) -> UUID | None:
    found = await connection.execute(sa.select(person.c.id).where(person.c.email_lookup == email_lookup))
    return found.scalar_one_or_none()


async def person_id_by_contact(connection: AsyncConnection, contact: str) -> UUID | None:
    """Who has this e-mail address, or has proved this phone number, however it is written."""
    if "@" in contact:
        return await person_id_by_email(connection, lookup_of(contact))
    try:
        phone = parse(PhoneForm, {"phone": contact}).phone
    except Invalid:
        return None
    proved = sa.and_(person.c.phone == phone, person.c.phone_verified_at.is_not(None))
    return (await connection.execute(sa.select(person.c.id).where(proved))).scalar_one_or_none()


async def roles_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    statement = sa.select(role.c.person_id, role.c.role).where(role.c.person_id.in_(person_ids)).order_by(role.c.role)
    for row in await connection.execute(statement):
        found.setdefault(row.person_id, []).append(row.role)
    return found
