"""Where the two systems differ about time: how a table refuses two claims of one place that overlap, and how a claim is
written so that a refusal is an answer, not an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import violated

NAME = "claim_no_overlap"
LONGEST_S = 172_800
"""No claim lasts longer than two days: what lasts longer is stored in pieces, so that every look back is bounded."""

# Core operator classes only, so that no extension has to be installed: an integer is a range of one number.
_EXCLUDE = f"""ALTER TABLE claim ADD CONSTRAINT {NAME} EXCLUDE USING gist (
    int8range(resource_id, resource_id, '[]') WITH &&, int4range(lane, lane, '[]') WITH &&,
    int8range(from_s, to_s) WITH &&) WHERE (released_at IS NULL AND enforced)"""
_BODY = f"""ON claim WHEN NEW.released_at IS NULL AND NEW.enforced BEGIN
    SELECT RAISE(ABORT, '{NAME}') FROM claim c WHERE c.resource_id = NEW.resource_id AND c.lane = NEW.lane
    AND c.id <> NEW.id AND c.released_at IS NULL AND c.enforced AND c.from_s < NEW.to_s AND c.to_s > NEW.from_s
    AND c.from_s > NEW.from_s - {LONGEST_S}; END"""  # noqa: S608 - our own names


def refuse_overlaps(dialect: str) -> tuple[list[str], list[str]]:
    """What makes the table of claims refuse every overlap, and what undoes that."""
    if dialect == "postgresql":
        return [_EXCLUDE], [f"ALTER TABLE claim DROP CONSTRAINT IF EXISTS {NAME}"]
    changed = "UPDATE OF resource_id, lane, from_s, to_s, enforced, released_at"
    make = [
        f"CREATE TRIGGER {NAME}_insert BEFORE INSERT {_BODY}",
        f"CREATE TRIGGER {NAME}_update BEFORE {changed} {_BODY}",
    ]
    return make, [f"DROP TRIGGER IF EXISTS {NAME}_insert", f"DROP TRIGGER IF EXISTS {NAME}_update"]


async def insert_if_free(session: AsyncSession, claim: sa.Table, row: Mapping[str, Any]) -> UUID | None:
    """The id of the new claim, or ``None`` when its place is taken; the transaction goes on either way."""
    found = await insert_free(await session.connection(), claim, [row])
    return found[0] if found else None


async def insert_free(
    connection: AsyncConnection, claim: sa.Table, rows: Sequence[Mapping[str, Any]], *along: prepared.New
) -> list[UUID]:
    """The ids of the new claims, in one statement: those whose place is free on PostgreSQL, all or none on SQLite.
    The transaction goes on either way. ``along`` are rows of other tables that are stored if every claim was.

    PostgreSQL: a bare INSERT would abort the transaction, and two of the same interval would wait for each other until
    the deadlock detector ends one. SQLite: the trigger takes back its own statement only.
    """
    statement = _inserting(connection.dialect.name, claim, tuple(rows[0]), len(rows))
    values = {f"{name}_{at}": value for at, row in enumerate(rows) for name, value in row.items()}
    try:
        found = await prepared.change_and_insert(connection, statement, values, len(rows), *along)
    except IntegrityError as refused:
        if violated(refused) != NAME:
            raise
        return []
    return [one.id for one in found]


@cache
def _inserting(dialect: str, claim: sa.Table, columns: tuple[str, ...], count: int) -> sa.Insert:
    values = [{n: sa.bindparam(f"{n}_{at}", type_=claim.c[n].type) for n in columns} for at in range(count)]
    if dialect == "postgresql":
        wanted = postgresql.insert(claim).values(values).on_conflict_do_nothing(constraint=NAME)
        return wanted.returning(claim.c.id)
    return sa.insert(claim).values(values).returning(claim.c.id)
