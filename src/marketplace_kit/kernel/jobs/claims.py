"""Claiming work: one conditional UPDATE hands a row to one worker until its lease runs out.

A worker that is killed simply stops renewing; the row becomes claimable again when the lease ends, whatever any broker
does or does not deliver.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.kernel.site import UnitOfWork

READY = sa.and_(
    job.c.state == "ready",
    job.c.run_at <= sa.bindparam("now"),
    sa.or_(job.c.lease_until.is_(None), job.c.lease_until < sa.bindparam("now")),
)
_RETURNED = (job.c.id, job.c.name, job.c.payload, job.c.attempts)


class Claimed(msgspec.Struct, frozen=True):
    """A job that this worker holds. ``attempt`` counts from 1."""

    id: UUID
    name: str
    payload: Any
    attempt: int
    worker: str


async def claim_next(uow: UnitOfWork, worker: str, lease: timedelta, limit: int) -> list[Claimed]:
    """Take up to ``limit`` jobs that are due, oldest first."""
    due = sa.select(job.c.id).where(READY).order_by(job.c.run_at, job.c.id).limit(limit)
    due = dialects.skip_locked(uow.site.database.dialect, due)
    return await _claim(uow, job.c.id.in_(due), worker, lease)


async def claim_one(uow: UnitOfWork, job_id: UUID, worker: str, lease: timedelta) -> Claimed | None:
    """Take this very job, if it is due and free."""
    claimed = await _claim(uow, sa.and_(job.c.id == job_id, READY), worker, lease)
    return claimed[0] if claimed else None


async def _claim(uow: UnitOfWork, which: sa.ColumnElement[bool], worker: str, lease: timedelta) -> list[Claimed]:
    statement = (
        sa.update(job)
        .where(which)
        .values(attempts=job.c.attempts + 1, leased_by=worker, lease_until=uow.at + lease)
        .returning(*_RETURNED)
    )
    rows = await uow.session.execute(statement, {"now": uow.at}, execution_options={"synchronize_session": False})
    return sorted((Claimed(r.id, r.name, r.payload, r.attempts, worker) for r in rows), key=lambda c: c.id)


def _mine(claimed: Claimed) -> sa.ColumnElement[bool]:
    return sa.and_(job.c.id == claimed.id, job.c.leased_by == claimed.worker, job.c.state == "ready")


async def _update_mine(uow: UnitOfWork, claimed: Claimed, **values: Any) -> bool:
    statement = sa.update(job).where(_mine(claimed)).values(**values).returning(job.c.id)
    found = await uow.session.execute(statement, execution_options={"synchronize_session": False})
    return found.first() is not None


async def mark_done(uow: UnitOfWork, claimed: Claimed) -> bool:
    """Done, in the transaction of its effect; False if the lease was lost to another worker."""
    return await _update_mine(uow, claimed, state="done", done_at=uow.at, leased_by=None, lease_until=None, error=None)


async def renew(uow: UnitOfWork, claimed: Claimed, lease: timedelta) -> bool:
    return await _update_mine(uow, claimed, lease_until=uow.at + lease)


async def put_back(
    uow: UnitOfWork, claimed: Claimed, *, run_at: datetime, error: str | None, dead: bool = False
) -> None:
    """Not done: due again at ``run_at``, or dead after its last attempt, with what went wrong."""
    values: dict[str, Any] = {
        "run_at": run_at,
        "error": error,
        "leased_by": None,
        "lease_until": None,
        "announced_at": None,
    }
    await _update_mine(uow, claimed, state="dead" if dead else "ready", **values)


async def take_unannounced(uow: UnitOfWork, again_after: timedelta, limit: int) -> Sequence[UUID]:
    """Mark due jobs as announced and give their ids; one announced long ago and still free is announced again."""
    quiet = sa.or_(job.c.announced_at.is_(None), job.c.announced_at < sa.bindparam("stale"))
    due = sa.select(job.c.id).where(READY, quiet).order_by(job.c.run_at, job.c.id).limit(limit)
    due = dialects.skip_locked(uow.site.database.dialect, due)
    statement = sa.update(job).where(job.c.id.in_(due)).values(announced_at=uow.at).returning(job.c.id)
    bound = {"now": uow.at, "stale": uow.at - again_after}
    return list(
        (await uow.session.execute(statement, bound, execution_options={"synchronize_session": False})).scalars()
    )


async def retry_dead(uow: UnitOfWork, name: str = "") -> int:
    """Give dead jobs (of one name, or all) another life; how many there were."""
    which = sa.and_(job.c.state == "dead", job.c.name == name) if name else job.c.state == "dead"
    statement = sa.update(job).where(which).values(state="ready", attempts=0, run_at=uow.at).returning(job.c.id)
    return len((await uow.session.execute(statement, execution_options={"synchronize_session": False})).all())
