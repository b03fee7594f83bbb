"""Claiming work: one conditional UPDATE hands a row to one worker until its lease runs out.

A worker that is killed simply stops renewing; the row becomes claimable again when the lease ends, whatever any broker
does or does not deliver. ``attempts`` doubles as a fencing token: what an earlier attempt says about the row is void.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.kernel.site import UnitOfWork

_NOW = sa.bindparam("now", type_=job.c.run_at.type)
READY = sa.and_(
    job.c.state == "ready", job.c.run_at <= _NOW, sa.or_(job.c.lease_until.is_(None), job.c.lease_until < _NOW)
)
"""Due, and held by nobody at the instant ``now``."""
_RETURNED = (job.c.id, job.c.name, job.c.payload, job.c.attempts)
_UNANNOUNCED = sa.and_(READY, job.c.announced_at.is_(None))
_PEEK = sa.select(job.c.id).where(READY).limit(1)
_PEEK_UNANNOUNCED = sa.select(job.c.id).where(_UNANNOUNCED).limit(1)


class Claimed(msgspec.Struct, frozen=True):
    """A job that this worker holds. ``attempt`` counts from 1."""

    id: UUID
    name: str
    payload: Any
    attempt: int
    worker: str


async def is_due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether there is anything to claim; asked before claiming, so that idling takes no lock."""
    return (await connection.execute(_PEEK, {"now": now})).first() is not None


async def is_unannounced(connection: AsyncConnection, now: datetime) -> bool:
    """Whether there is anything that no broker was told of."""
    return (await connection.execute(_PEEK_UNANNOUNCED, {"now": now})).first() is not None


async def claim_next(
    uow: UnitOfWork, worker: str, lease: timedelta, limit: int, overdue: timedelta = timedelta()
) -> list[Claimed]:
    """Take up to ``limit`` jobs that have been due for at least ``overdue``, oldest first."""
    waited = job.c.run_at <= sa.bindparam("waited", uow.at - overdue, type_=job.c.run_at.type)
    return await _claim(uow, _first(uow, sa.and_(READY, waited), limit), worker, lease)


async def claim_one(uow: UnitOfWork, job_id: UUID, worker: str, lease: timedelta) -> Claimed | None:
    """Take this very job, if it is due and free."""
    claimed = await claim_these(uow, (job_id,), worker, lease)
    return claimed[0] if claimed else None


async def claim_these(uow: UnitOfWork, job_ids: Sequence[UUID], worker: str, lease: timedelta) -> list[Claimed]:
    """Take those of these jobs that are due and free, in one statement."""
    which = sa.and_(job.c.id.in_(job_ids), READY)
    found = sa.select(job.c.id).where(which).order_by(job.c.id)
    due = dialects.skip_locked(uow.site.database.dialect, found).cte("due")
    return await _claim(uow, job.c.id.in_(sa.select(due.c.id)), worker, lease)


def _first(uow: UnitOfWork, which: sa.ColumnElement[bool], limit: int) -> sa.ColumnElement[bool]:
    """The oldest ``limit`` of those rows that nobody else is about to take."""
    found = sa.select(job.c.id).where(which).order_by(job.c.run_at, job.c.id).limit(limit)
    # In a CTE, which PostgreSQL evaluates once: a plain subquery may be run, and lock rows, again for each row.
    due = dialects.skip_locked(uow.site.database.dialect, found).cte("due")
    return job.c.id.in_(sa.select(due.c.id))


async def _claim(uow: UnitOfWork, which: sa.ColumnElement[bool], worker: str, lease: timedelta) -> list[Claimed]:
    values = {"attempts": job.c.attempts + 1, "leased_by": worker, "lease_until": uow.at + lease, "announced_at": None}
    rows = await _returning(uow, sa.update(job).where(which).values(values), _RETURNED, {"now": uow.at})
    return sorted((Claimed(r.id, r.name, r.payload, r.attempts, worker) for r in rows), key=lambda c: c.id)


async def _returning(
    uow: UnitOfWork, statement: sa.Update, columns: Sequence[sa.Column[Any]], bound: dict[str, Any] | None = None
) -> Sequence[sa.Row[Any]]:
    options = {"synchronize_session": False}
    return (await uow.session.execute(statement.returning(*columns), bound or {}, execution_options=options)).all()


async def mark_done(uow: UnitOfWork, claimed: Sequence[Claimed]) -> frozenset[UUID]:
    """Done, in the transaction of their effect and in one statement; answers those whose lease was not lost to another
    worker.
    """
    return await _update_these(uow, claimed, state="done", done_at=uow.at, leased_by=None, lease_until=None, error=None)


async def renew(uow: UnitOfWork, claimed: Sequence[Claimed], lease: timedelta) -> frozenset[UUID]:
    """Hold them for longer; answers those that are still held."""
    return await _update_these(uow, claimed, lease_until=uow.at + lease)


async def _update_these(uow: UnitOfWork, claimed: Sequence[Claimed], **values: Any) -> frozenset[UUID]:
    held = sa.tuple_(job.c.id, job.c.attempts).in_([(c.id, c.attempt) for c in claimed])
    mine = (held, job.c.leased_by == claimed[0].worker, job.c.state == "ready")
    rows = await _returning(uow, sa.update(job).where(*mine).values(values), (job.c.id,))
    return frozenset(row.id for row in rows)


async def put_back(
    uow: UnitOfWork,
    claimed: Claimed,
    *,
    run_at: datetime,
    error: str | None,
    dead: bool = False,
    counted: bool = True,
) -> None:
    """Not done: due again at ``run_at``, or dead after its last attempt, with what went wrong.

    ``counted=False`` takes the attempt back: nothing was wrong with the job.
    """
    values: dict[str, Any] = {"run_at": run_at, "error": error, "leased_by": None, "lease_until": None}
    values |= {"state": "dead" if dead else "ready"} | ({} if counted else {"attempts": job.c.attempts - 1})
    await _update_these(uow, (claimed,), **values)


async def take_unannounced(uow: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Mark due jobs that no broker was told of as announced, and give their ids."""
    which = _first(uow, _UNANNOUNCED, limit)
    statement = sa.update(job).where(which).values(announced_at=uow.at)
    return [row.id for row in await _returning(uow, statement, (job.c.id,), {"now": uow.at})]


async def retry_dead(uow: UnitOfWork, name: str = "") -> int:
    """Give dead jobs (of one name, or all) another life; how many there were."""
    which = sa.and_(job.c.state == "dead", job.c.name == name) if name else job.c.state == "dead"
    values = {"state": "ready", "attempts": 0, "run_at": uow.at, "announced_at": None}
    return len(await _returning(uow, sa.update(job).where(which).values(values), (job.c.id,)))
