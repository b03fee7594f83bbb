"""Who is signed in, and what a password is checked against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import (
    CHANGE_EMAIL,
    CODES,
    SIGN_IN_BY_MAIL,
    SIGN_IN_IDLE,
    device_of,
)
from marketplace_kit.accounts.schemas import (
    Recognised,
    SignInRow,
    StoredPassword,
    ToProve,
)
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import sign_in_table as sign_in
from marketplace_kit.accounts.tables import token_table as token
from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import UtcDateTime


def alive(now: datetime) -> sa.ColumnElement[bool]:
    """A sign-in that counts: not ended, not idle too long, of its person's present epoch, that person active."""
    return _alive(now, now - SIGN_IN_IDLE)


def _alive(now: Any, idle_since: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        sign_in.c.ended_at.is_(None),
        sign_in.c.ends_at > now,
        sign_in.c.seen_at > idle_since,
        sign_in.c.epoch == person.c.epoch,
        person.c.deactivated_at.is_(None),
    )


_SIGNED_IN = (
    sa.select(person.c.id, sign_in.c.id, person.c.name, person.c.locale, person.c.epoch, sign_in.c.seen_at, role.c.role)
    .join_from(sign_in, person)
    .outerjoin(role, role.c.person_id == person.c.id)
    .where(_alive(sa.bindparam("now", type_=UtcDateTime), sa.bindparam("idle_since", type_=UtcDateTime)))
)
_BY_COOKIE = _SIGNED_IN.where(sign_in.c.digest == sa.bindparam("which"))
_BY_ID = _SIGNED_IN.where(sign_in.c.id == sa.bindparam("which"))


async def recognise(
    connection: AsyncConnection, now: datetime, *, digest: str | None = None, session_id: UUID | None = None
) -> Recognised | None:
    """Whose live sign-in this is, with their roles, in one statement; by the cookie's digest or by its id."""
    by, which = (_BY_COOKIE, digest) if digest is not None else (_BY_ID, session_id)
    given = {"which": which, "now": now, "idle_since": now - SIGN_IN_IDLE}
    rows = await prepared.rows(connection, by, given)
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
    """What somebody who signs in must know; ``usable`` is false for a deactivated account, or an address not proved.

    A phone number finds whoever proved it: claims are nobody's.
    """
    columns = (person.c.id, person.c.password_hash, person.c.email_verified_at, person.c.deactivated_at)
    if email_lookup:
        which = person.c.email_lookup == email_lookup
    else:
        which = sa.and_(person.c.phone == phone, person.c.phone_verified_at.is_not(None))
    found = (await connection.execute(sa.select(*columns).where(which))).first()
    if found is None:
        return None
    usable = found.deactivated_at is None and (not email_lookup or found.email_verified_at is not None)
    return StoredPassword(person_id=found.id, password_hash=found.password_hash, usable=usable)


async def password_of(connection: AsyncConnection, person_id: UUID) -> str | None:
    """The stored hash, to check a password that somebody types again."""
    found = await connection.execute(sa.select(person.c.password_hash).where(person.c.id == person_id))
    return found.scalar_one_or_none()


async def secrets_to_send(connection: AsyncConnection, token_ids: Sequence[UUID], now: datetime) -> dict[UUID, ToProve]:
    """Where the links and codes of these tokens have to go, if it is to a certain address and not to the person's
    present one; ``live`` says whether each is still good for anything. For rooms that send.
    """
    if not token_ids:
        return {}
    found = await connection.execute(sa.select(token).where(token.c.id.in_(set(token_ids))))
    return {
        row.id: ToProve(
            to=row.subject if row.purpose in {CHANGE_EMAIL, *CODES} - {SIGN_IN_BY_MAIL} else None,
            is_code=row.purpose in CODES,
            live=row.used_at is None and row.expires_at > now,
        )
        for row in found
    }


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
