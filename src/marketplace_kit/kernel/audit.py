"""The audit trail: who did what to what, when, and in which request. Rows are added and never changed.

Two things hold it. The database refuses UPDATE, DELETE and TRUNCATE (a trigger on both systems), so no fault of the
program can rewrite it. And each entry's hash covers the one before it, so that whoever goes around the trigger is found
by :func:`verify`, which names the first entry that does not fit. Cutting off the end leaves a shorter chain that is
whole in itself: note the last entry's hash elsewhere (every backup does) and verify against it.

The chain needs one order, and so a place in line. An entry is written last before the commit of its unit of work: the
line is held for two statements and the commit, however long the use case took. On SQLite there is one writer anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata
from marketplace_kit.kernel.hooks.descriptions import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork

Fact = str | int | bool | None
GENESIS = "0" * 64
"""What the first entry names as the hash before it."""
_BATCH = 500

audit_table = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", Uuid, nullable=False, unique=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("actor_id", Uuid),
    sa.Column("real_actor_id", Uuid),
    sa.Column("act", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.CheckConstraint("position >= 1", name="position"),
    sa.Index("ix_audit_entry_act_position", "act", "position"),
    sa.Index("ix_audit_entry_subject_position", "subject", "position"),
    sa.Index("ix_audit_entry_actor_id_position", "actor_id", "position"),
)
APPEND_ONLY = f"{audit_table.name}_append_only"
"""How the database calls its refusal to change the trail."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed. ``actor_id`` is the person whose rights were used (nobody: the system itself), ``real_actor_id`` who
    really sat there, if someone acted in that person's name. ``subject`` is ``kind:id``.
    """

    position: int
    id: UUID
    at: datetime
    actor_id: UUID | None
    real_actor_id: UUID | None
    act: str
    subject: str
    facts: dict[str, Any]
    request_id: str
    previous: str
    hash: str


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain does not hold: at this position, for this reason."""

    position: int
    why: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`verify` found. ``head`` is the last entry's hash: worth keeping somewhere else."""

    entries: int
    head: str
    broken: Broken | None = None


async def audit(
    uow: UnitOfWork, *, by: Actor | None, act: str, on: str, facts: Mapping[str, Fact] | None = None
) -> None:
    """Write down a deed; stored with its effect or not at all.

    ``act`` is a permission-like name (``shops.approve``), ``on`` is ``kind:id``, ``facts`` are plain values that say
    what was decided - no names, addresses or texts of people: entries outlive an erasure. ``by=None`` is the system.
    """
    kind, _, name = on.partition(":")
    if not (kind and name and act) or len(on) > 120 or len(act) > 80:
        raise TypeError(f"an audit entry needs an act and a subject like “shop:…”, not {act!r} on {on!r}")
    request = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
    entry = {
        "id": new_id(),
        "at": uow.at,
        "actor_id": by.person_id if by else None,
        "real_actor_id": by.real_person_id if by else None,
        "act": act,
        "subject": on,
        "facts": dict(facts or {}),
        "request_id": request,
    }

    async def append(uow: UnitOfWork) -> None:
        await _append(uow, entry)

    uow.at_the_end(append)


async def _append(uow: UnitOfWork, entry: dict[str, Any]) -> None:
    place = dialects.in_line(uow.site.database.dialect, audit_table.name)
    if place is not None:
        await uow.session.execute(place)
    last = (await uow.session.execute(_LAST)).first()
    position, previous = (last.position + 1, last.hash) if last else (1, GENESIS)
    chained = entry | {"position": position, "previous": previous}
    await uow.session.execute(sa.insert(audit_table).values(chained | {"hash": _hash(chained)}))


_LAST = sa.select(audit_table.c.position, audit_table.c.hash).order_by(audit_table.c.position.desc()).limit(1)


def _hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 over everything else in the entry, written so that it reads the same from either database."""
    said = [
        entry["position"],
        str(entry["id"]),
        entry["at"].astimezone(UTC).isoformat(timespec="microseconds"),  # as it is read back, whatever wall wrote it
        str(entry["actor_id"] or ""),
        str(entry["real_actor_id"] or ""),
        entry["act"],
        entry["subject"],
        dict(sorted(entry["facts"].items())),
        entry["request_id"],
        entry["previous"],
    ]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


async def verify(connection: AsyncConnection, *, expect: str = "") -> Verdict:
    """Walk the whole chain. ``expect`` is a hash noted earlier: an entry with it must still be there."""
    position, previous, met = 0, GENESIS, not expect
    async for row in _entries(connection):
        position += 1
        if broken := _fault(row, position, previous):
            return Verdict(entries=position - 1, head=previous, broken=broken)
        previous = row["hash"]
        met = met or previous == expect
    if not met:
        why = "the chain ends before the entry that was noted: its end was cut off"
        return Verdict(entries=position, head=previous, broken=Broken(position=position + 1, why=why))
    return Verdict(entries=position, head=previous)


async def _entries(connection: AsyncConnection) -> AsyncIterator[Mapping[str, Any]]:
    after = 0
    while True:
        batch = sa.select(audit_table).where(audit_table.c.position > after).order_by(audit_table.c.position)
        rows = (await connection.execute(batch.limit(_BATCH))).mappings().all()
        for row in rows:
            yield dict(row)
        if len(rows) < _BATCH:
            return
        after = rows[-1]["position"]


def _fault(row: Mapping[str, Any], position: int, previous: str) -> Broken | None:
    if row["position"] != position:
        return Broken(position=position, why="an entry is missing")
    if row["previous"] != previous:
        return Broken(position=position, why="it does not follow the entry before it")
    if row["hash"] != _hash(row):
        return Broken(position=position, why="it was altered after it was written")
    return None


async def head(connection: AsyncConnection) -> str:
    """The last entry's hash."""
    last = (await connection.execute(_LAST)).first()
    return last.hash if last else GENESIS
