"""Consents, exports, looks of the staff; everything that is kept about somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.schemas import (
    AccessRow,
    ConsentRow,
    ExportRow,
)
from marketplace_kit.accounts.tables import access_table as access
from marketplace_kit.accounts.tables import address_table as address
from marketplace_kit.accounts.tables import consent_table as consent
from marketplace_kit.accounts.tables import export_table as export_row
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import sign_in_table as sign_in
from marketplace_kit.accounts.tables import stage_table as stage
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor


async def consent_history_of(connection: AsyncConnection, person_id: UUID) -> list[ConsentRow]:
    """Every consent given and taken back, newest first."""
    statement = (
        sa.select(consent).where(consent.c.person_id == person_id).order_by(consent.c.at.desc(), consent.c.id.desc())
    )
    rows = (await connection.execute(statement)).mappings()
    return [ConsentRow(**{n: v for n, v in row.items() if n not in {"id", "person_id"}}) for row in rows]


async def consents_of(connection: AsyncConnection, person_id: UUID) -> list[ConsentRow]:
    """How it stands with each purpose now."""
    newest: dict[str, ConsentRow] = {}
    for row in await consent_history_of(connection, person_id):
        newest.setdefault(row.purpose, row)
    return [newest[purpose] for purpose in sorted(newest)]


async def agreed_to(connection: AsyncConnection, person_ids: Sequence[UUID], purpose: str) -> set[UUID]:
    """Which of these people agree to a purpose now; for rooms that send offers."""
    mine = sa.and_(consent.c.person_id.in_(set(person_ids)), consent.c.purpose == purpose)
    place = sa.func.row_number().over(
        partition_by=consent.c.person_id, order_by=(consent.c.at.desc(), consent.c.id.desc())
    )
    ranked = sa.select(consent.c.person_id, consent.c.given, place.label("place")).where(mine).subquery()
    found = await connection.execute(sa.select(ranked.c.person_id).where(ranked.c.place == 1, ranked.c.given))
    return set(found.scalars())


async def accesses_of(
    connection: AsyncConnection, person_id: UUID, *, cursor: str | None = None, limit: int = 20
) -> Page[AccessRow]:
    """Who of the staff looked at a person's data, newest first."""
    by = person.alias("by_person")
    statement = sa.select(access, by.c.name.label("by_name")).join(by, by.c.id == access.c.by_id)
    statement = statement.where(access.c.person_id == person_id).order_by(access.c.id.desc()).limit(limit + 1)
    if cursor:
        statement = statement.where(access.c.id < decode_cursor(cursor, tuple[UUID])[0])
    rows = (await connection.execute(statement)).all()
    items = [AccessRow(by=r.by_name, what=r.what, at=r.at) for r in rows[:limit]]
    return Page(items=items, next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


async def exports_of(connection: AsyncConnection, person_id: UUID, now: datetime) -> list[ExportRow]:
    """The exports that somebody asked for and that can still be fetched, newest first."""
    mine = sa.and_(export_row.c.person_id == person_id, export_row.c.expires_at > now)
    rows = await connection.execute(sa.select(export_row).where(mine).order_by(export_row.c.id.desc()))
    return [
        ExportRow(id=r.id, asked_at=r.asked_at, ready_at=r.ready_at, expires_at=r.expires_at, size=r.size) for r in rows
    ]


async def export_file(connection: AsyncConnection, export_id: UUID, now: datetime, owner: UUID | None) -> str | None:
    """The key of an export's file, for its owner and in time."""
    which = sa.and_(export_row.c.id == export_id, export_row.c.person_id == owner, export_row.c.expires_at > now)
    found = await connection.execute(sa.select(export_row.c.file).where(which, export_row.c.ready_at.is_not(None)))
    return found.scalar_one_or_none()


async def asked_export(connection: AsyncConnection, export_id: UUID) -> UUID | None:
    """Whose export this is, while it waits to be made."""
    waiting = sa.and_(export_row.c.id == export_id, export_row.c.ready_at.is_(None))
    found = await connection.execute(sa.select(export_row.c.person_id).where(waiting))
    return found.scalar_one_or_none()


async def expired_exports(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, str | None]]:
    """Exports whose time is over, with their files."""
    found = await connection.execute(
        sa.select(export_row.c.id, export_row.c.file).where(export_row.c.expires_at <= now)
    )
    return [(row.id, row.file) for row in found]


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """Everything this room keeps about a person, as plain values, without secrets and digests."""
    hidden = {"password_hash", "name_lookup", "email_lookup", "epoch", "version"}
    columns = [c for c in person.c if c.name not in hidden]
    owner = (await connection.execute(sa.select(*columns).where(person.c.id == person_id))).mappings().first()
    parts: dict[str, Any] = {"person": _plain(owner) if owner else None}
    listed: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
        "roles": (role, ("role", "granted_at")),
        "consents": (consent, tuple(c.name for c in consent.c if c.name not in {"id", "person_id"})),
        "addresses": (address, ("label", "street", "apartment", "city", "country", "postcode", "note", "is_default")),
        "stages": (stage, ("source", "stage", "noted_at")),
        "seen_by_staff": (access, ("what", "at")),
        "sign_ins": (sign_in, ("agent", "address", "created_at", "seen_at", "ended_at")),
    }
    for name, (table, wanted) in listed.items():
        chosen = sa.select(*(table.c[w] for w in wanted)).where(table.c.person_id == person_id)
        parts[name] = [_plain(r) for r in (await connection.execute(chosen)).mappings()]
    return parts


def _plain(row: Any) -> dict[str, Any]:
    kept = (str, int, float, bool, list, type(None))
    as_text = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}
    return {k: v if isinstance(v, kept) else str(v) for k, v in as_text.items()}
