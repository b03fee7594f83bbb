"""Reads: about people, and about who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import SIGN_IN_IDLE, device_of
from marketplace_kit.accounts.schemas import Contact, Me, PersonRow, Recognised, SignInRow, StoredPassword
from marketplace_kit.accounts.tables import consent_table as consent
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import sign_in_table as sign_in
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor


def alive(now: datetime) -> sa.ColumnElement[bool]:
    """A sign-in that counts: not ended, not idle too long, of its person's present epoch, that person active."""
    return sa.and_(
        sign_in.c.ended_at.is_(None),
        sign_in.c.ends_at > now,
        sign_in.c.seen_at > now - SIGN_IN_IDLE,
        sign_in.c.epoch == person.c.epoch,
        person.c.deactivated_at.is_(None),
    )


_SIGNED_IN = (
    sa.select(person.c.id, sign_in.c.id, person.c.name, person.c.locale, person.c.epoch, sign_in.c.seen_at, role.c.role)
    .join_from(sign_in, person)
    .outerjoin(role, role.c.person_id == person.c.id)
)


async def recognise(
    connection: AsyncConnection, now: datetime, *, digest: str | None = None, session_id: UUID | None = None
) -> Recognised | None:
    """Whose live sign-in this is, with their roles, in one statement; by the cookie's digest or by its id."""
    which = sign_in.c.digest == digest if digest is not None else sign_in.c.id == session_id
    rows = (await connection.execute(_SIGNED_IN.where(which, alive(now)))).all()
    if not rows:
        return None
    person_id, found_id, name, locale, epoch, seen_at, _ = rows[0]
    roles = frozenset(r[6] for r in rows if r[6])
    return Recognised(
        person_id=person_id, session_id=found_id, name=name, locale=locale, epoch=epoch, seen_at=seen_at, roles=roles
    )


async def stored_password(
    connection: AsyncConnection, email_lookup: str | None, phone: str | None
) -> StoredPassword | None:
    """What somebody who signs in must know; ``usable`` is false for a deactivated or not yet confirmed account."""
    which = person.c.email_lookup == email_lookup if email_lookup else person.c.phone == phone
    columns = (person.c.id, person.c.password_hash, person.c.email, person.c.email_verified_at, person.c.deactivated_at)
    found = (await connection.execute(sa.select(*columns).where(which))).first()
    if found is None:
        return None
    usable = found.deactivated_at is None and (found.email is None or found.email_verified_at is not None)
    return StoredPassword(person_id=found.id, password_hash=found.password_hash, usable=usable)


async def person_named(connection: AsyncConnection, person_id: UUID) -> Me | None:
    """A person as they see themselves."""
    statement = sa.select(person, role.c.role).outerjoin(role, role.c.person_id == person.c.id)
    rows = (await connection.execute(statement.where(person.c.id == person_id).order_by(role.c.role))).all()
    if not rows:
        return None
    first = rows[0]
    return Me(
        id=first.id,
        name=first.name,
        email=first.email,
        email_verified=first.email_verified_at is not None,
        phone=first.phone,
        phone_verified=first.phone_verified_at is not None,
        locale=first.locale,
        roles=[r.role for r in rows if r.role],
        created_at=first.created_at,
    )


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


async def sign_ins_of(
    connection: AsyncConnection, person_id: UUID, now: datetime, current: UUID | None = None
) -> list[SignInRow]:
    """The devices a person is signed in on, last used first."""
    columns = (
        sign_in.c.id,
        sign_in.c.agent,
        sign_in.c.address,
        sign_in.c.created_at,
        sign_in.c.seen_at,
        sign_in.c.ends_at,
    )
    statement = sa.select(*columns).join_from(sign_in, person).where(sign_in.c.person_id == person_id, alive(now))
    rows = await connection.execute(statement.order_by(sign_in.c.seen_at.desc(), sign_in.c.id.desc()))
    return [SignInRow(**row._mapping, device=device_of(row.agent), current=row.id == current) for row in rows]


async def people(
    connection: AsyncConnection, *, wanted_role: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page[PersonRow]:
    """Everybody, newest first: two statements however many there are."""
    statement = sa.select(person).order_by(person.c.id.desc()).limit(limit + 1)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(person.c.id < last)
    if wanted_role:
        statement = statement.where(person.c.id.in_(sa.select(role.c.person_id).where(role.c.role == wanted_role)))
    rows = (await connection.execute(statement)).all()
    shown = rows[:limit]
    roles = await _roles_of(connection, [r.id for r in shown])
    items = [_listed(r, roles.get(r.id, [])) for r in shown]
    return Page(items=items, next=encode_cursor(shown[-1].id) if len(rows) > limit else None)


def _listed(row: Any, roles: list[str]) -> PersonRow:
    return PersonRow(
        id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        verified=row.email is None or row.email_verified_at is not None,
        active=row.deactivated_at is None,
        roles=roles,
        created_at=row.created_at,
    )


async def _roles_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    statement = sa.select(role.c.person_id, role.c.role).where(role.c.person_id.in_(person_ids)).order_by(role.c.role)
    for row in await connection.execute(statement):
        found.setdefault(row.person_id, []).append(row.role)
    return found


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """Everything this room keeps about a person, as plain values, without secrets and digests."""
    columns = [c for c in person.c if c.name not in {"password_hash", "email_lookup", "epoch", "version"}]
    owner = (await connection.execute(sa.select(*columns).where(person.c.id == person_id))).mappings().first()
    parts: dict[str, Any] = {"person": _plain(owner) if owner else None}
    listed: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
        "roles": (role, ("role", "granted_at")),
        "consents": (consent, ("document", "document_version", "given_at")),
        "sign_ins": (sign_in, ("agent", "address", "created_at", "seen_at", "ended_at")),
    }
    for name, (table, wanted) in listed.items():
        chosen = sa.select(*(table.c[w] for w in wanted)).where(table.c.person_id == person_id)
        parts[name] = [_plain(r) for r in (await connection.execute(chosen)).mappings()]
    return parts


def _plain(row: Any) -> dict[str, Any]:
    kept = (str, int, bool, type(None))
    as_text = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}
    return {k: v if isinstance(v, kept) else str(v) for k, v in as_text.items()}
