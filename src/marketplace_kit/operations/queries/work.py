"""Background work: what waits, what was given up, what is on the schedule, who works."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.jobs.heartbeats import EVERY, heartbeat_table
from marketplace_kit.kernel.jobs.schedules import interval_start
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.schemas import DeadJob, JobCount, ScheduledJob, Worker, WorkView
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_SILENT = 3 * EVERY + timedelta(minutes=2)
_DEAD = job.c.state == "dead"


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Due, and not taken by anybody."""
    return sa.and_(job.c.state == "ready", job.c.run_at <= now, job.c.lease_until.is_(None))


def seconds_since(at: datetime | None, now: datetime) -> int:
    return max(0, int((now - at).total_seconds())) if at else 0


async def oldest_waiting(connection: AsyncConnection, now: datetime) -> tuple[int, int]:
    """How much work is due, and for how many seconds the oldest of it has waited."""
    statement = sa.select(sa.func.count(), sa.func.min(job.c.run_at)).where(due(now))
    count, oldest = (await connection.execute(statement)).one()
    return count, seconds_since(oldest, now)


async def work(connection: AsyncConnection, site: Site) -> WorkView:
    """Three statements: what is not done by name, the schedule's last rows, the workers."""
    now = site.clock.now()
    counts = await _counts(connection)
    waiting, oldest = await oldest_waiting(connection, now)
    return WorkView(
        waiting=waiting,
        dead=sum(c.dead for c in counts),
        oldest_waiting_seconds=oldest,
        counts=counts,
        scheduled=await _scheduled(connection, site, now),
        workers=await _workers(connection, now),
    )


async def _counts(connection: AsyncConnection) -> list[JobCount]:
    ready = job.c.state == "ready"
    statement = (
        sa.select(
            job.c.name,
            sa.func.count(sa.case((ready, 1))).label("waiting"),
            sa.func.count(sa.case((_DEAD, 1))).label("dead"),
            sa.func.min(sa.case((ready, job.c.run_at)), type_=job.c.run_at.type).label("oldest"),
        )
        .where(sa.or_(ready, _DEAD))
        .group_by(job.c.name)
        .order_by(job.c.name)
    )
    return [JobCount(**dict(row._mapping)) for row in await connection.execute(statement)]


async def _scheduled(connection: AsyncConnection, site: Site, now: datetime) -> list[ScheduledJob]:
    """A scheduled job has one row for each interval, found by its key: the present one and the one before."""
    jobs = site.registry.jobs
    begins = {
        f"{name}@{at.isoformat()}": (name, at)
        for name, one in jobs.items()
        if one.every is not None
        for at in (interval_start(now, one.every), interval_start(now - one.every, one.every))
    }
    columns = (job.c.key, job.c.state, job.c.done_at)
    rows = (await connection.execute(sa.select(*columns).where(job.c.key.in_(begins)))).all()
    newest = {begins[row.key][0]: row for row in sorted(rows, key=lambda r: begins[r.key][1])}
    found = []
    for name, one in jobs.items():
        if one.every is None:
            continue
        row = newest.get(name)
        found.append(
            ScheduledJob(
                name=name,
                plugin=jobs.owner(name),
                every_seconds=int(one.every.total_seconds()),
                active=site.hooks.is_active(jobs.owner(name)),
                due_at=begins[row.key][1] if row else None,
                done_at=row.done_at if row else None,
                state=row.state if row else "",
            )
        )
    return found


async def _workers(connection: AsyncConnection, now: datetime) -> list[Worker]:
    statement = sa.select(heartbeat_table).order_by(heartbeat_table.c.at.desc()).limit(50)
    rows = await connection.execute(statement)
    return [Worker(name=row.worker, at=row.at, silent=now - row.at > _SILENT) for row in rows]


async def dead_jobs(
    connection: AsyncConnection, *, name: str = "", cursor: str | None = None, limit: int = 20
) -> Page[DeadJob]:
    """Work that was given up, newest first."""
    columns = (job.c.id, job.c.name, job.c.attempts, job.c.created_at, job.c.error)
    statement = sa.select(*columns).where(_DEAD)
    if name:
        statement = statement.where(job.c.name == name)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(job.c.id < last)
    rows = (await connection.execute(statement.order_by(job.c.id.desc()).limit(limit + 1))).all()
    more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page([_dead(row) for row in rows[:limit]], more)


def _dead(row: Any) -> DeadJob:
    error = row.error or ""
    lines = error.strip().splitlines() or [""]
    return DeadJob(
        id=row.id,
        name=row.name,
        attempts=row.attempts,
        created_at=row.created_at,
        error=error,
        reason=lines[-1][:300],
    )
