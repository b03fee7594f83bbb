"""Persons, as those who run the site look for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import (
    folded,
    lookup_of,
)
from marketplace_kit.accounts.queries.people import person_named, roles_of, stages_of
from marketplace_kit.accounts.queries.sessions import alive
from marketplace_kit.accounts.schemas import (
    PersonDetails,
    PersonRow,
    StageRow,
)
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import sign_in_table as sign_in
from marketplace_kit.accounts.tables import stage_table as stage
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor


async def people(
    connection: AsyncConnection,
    *,
    wanted_role: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 20,
) -> Page[PersonRow]:
    """Everybody, newest first: three statements however many there are. ``q`` is the beginning of a name's word, of an
    e-mail address or of a phone number, or any four digits of one.
    """
    statement = sa.select(person).order_by(person.c.id.desc()).limit(limit + 1)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(person.c.id < last)
    if wanted_role:
        statement = statement.where(person.c.id.in_(sa.select(role.c.person_id).where(role.c.role == wanted_role)))
    if q.strip():
        statement = statement.where(_looked_for(q.strip()))
    rows = (await connection.execute(statement)).all()
    shown = rows[:limit]
    ids = [r.id for r in shown]
    roles, stages = await roles_of(connection, ids), await stages_of(connection, ids)
    items = [_listed(r, roles.get(r.id, []), stages[r.id]) for r in shown]
    return Page(items=items, next=encode_cursor(shown[-1].id) if len(rows) > limit else None)


def _looked_for(q: str) -> sa.ColumnElement[bool]:
    name, digits = folded(q), "".join(c for c in q if c.isdigit())
    ways = [
        person.c.name_lookup.startswith(name, autoescape=True),
        person.c.name_lookup.contains(f" {name}", autoescape=True),
        person.c.email_lookup.startswith(lookup_of(q), autoescape=True),
    ]
    # 8 701 and +7 701 are one number here.
    if len(digits) >= 4 and not any(c.isalpha() for c in q):
        inner = digits[1:] if len(digits) > 4 and digits[0] in "78" else digits
        ways.append(person.c.phone.contains(inner, autoescape=True))
    return sa.or_(*ways)


async def person_for_admin(connection: AsyncConnection, person_id: UUID, now: datetime) -> PersonDetails | None:
    """A person as an admin sees them: three statements."""
    me = await person_named(connection, person_id)
    if me is None:
        return None
    here = (
        sa.select(sa.func.count()).select_from(sign_in.join(person)).where(sign_in.c.person_id == person_id, alive(now))
    )
    columns = (person.c.deactivated_at, here.scalar_subquery().label("sessions"))
    found = (await connection.execute(sa.select(*columns).where(person.c.id == person_id))).one()
    noted = sa.select(stage.c.source, stage.c.stage, stage.c.noted_at).where(stage.c.person_id == person_id)
    steps = await connection.execute(noted.order_by(stage.c.noted_at.desc(), stage.c.source))
    return PersonDetails(
        **msgspec.structs.asdict(me),
        active=found.deactivated_at is None,
        deactivated_at=found.deactivated_at,
        sessions=found.sessions,
        stages=[StageRow(source=r.source, stage=r.stage, noted_at=r.noted_at) for r in steps],
    )


def _listed(row: Any, roles: list[str], status: str) -> PersonRow:
    return PersonRow(
        id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        verified=row.email_verified_at is not None or row.phone_verified_at is not None,
        active=row.deactivated_at is None,
        status=status,
        roles=roles,
        created_at=row.created_at,
    )
