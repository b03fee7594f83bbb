"""Reads of the audit trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.audit import audit_table as entry
from marketplace_kit.operations.schemas import TrailEntry
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

BACKUP = "operations.backup"
_who = person_table.alias("who")
_really = person_table.alias("really")
_FROM = entry.outerjoin(_who, _who.c.id == entry.c.actor_id).outerjoin(_really, _really.c.id == entry.c.real_actor_id)
_SHOWN = (
    entry.c.position,
    entry.c.id,
    entry.c.at,
    entry.c.act,
    entry.c.subject,
    entry.c.actor_id,
    sa.func.coalesce(_who.c.name, "").label("actor_name"),
    entry.c.real_actor_id,
    sa.func.coalesce(_really.c.name, "").label("real_actor_name"),
    entry.c.facts,
    entry.c.request_id,
    entry.c.hash,
)


@attrs.frozen(kw_only=True)
class Wanted:
    """Which entries. ``act`` and ``subject`` may be a beginning (``shops.``, ``shop:``); ``until`` is not included."""

    act: str = ""
    person: UUID | None = None
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def trail(
    connection: AsyncConnection, wanted: Wanted, *, cursor: str | None = None, limit: int = 20
) -> Page[TrailEntry]:
    """Entries, newest first, with the names of today."""
    statement = sa.select(*_SHOWN).select_from(_FROM).where(*_conditions(wanted))
    if cursor:
        (last,) = decode_cursor(cursor, tuple[int])
        statement = statement.where(entry.c.position < last)
    rows = (await connection.execute(statement.order_by(entry.c.position.desc()).limit(limit + 1))).all()
    more = encode_cursor(rows[limit - 1].position) if len(rows) > limit else None
    return Page([TrailEntry(**dict(row._mapping)) for row in rows[:limit]], more)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.act:
        conditions.append(_is_or_begins(entry.c.act, wanted.act, "."))
    if wanted.subject:
        conditions.append(_is_or_begins(entry.c.subject, wanted.subject, ":"))
    if wanted.person:
        conditions.append(sa.or_(entry.c.actor_id == wanted.person, entry.c.real_actor_id == wanted.person))
    if wanted.since:
        conditions.append(entry.c.at >= wanted.since)
    if wanted.until:
        conditions.append(entry.c.at < wanted.until)
    return conditions


def _is_or_begins(column: sa.Column[str], text: str, mark: str) -> sa.ColumnElement[bool]:
    """``shops`` and ``shops.`` mean everything of shops; ``shops.approve`` only that."""
    if mark in text and not text.endswith(mark):
        return column == text
    return column.startswith(text.removesuffix(mark) + mark, autoescape=True)


async def last_backup_at(connection: AsyncConnection) -> datetime | None:
    """When the last backup was made, as the trail says."""
    statement = sa.select(entry.c.at).where(entry.c.act == BACKUP).order_by(entry.c.position.desc()).limit(1)
    found: datetime | None = (await connection.execute(statement)).scalar()
    return found


def is_old(at: datetime | None, now: datetime, days: int) -> bool:
    return at is None or now - at > timedelta(days=days)
