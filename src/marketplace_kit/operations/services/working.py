"""Background work: another life for what was given up, and a scheduled job out of turn."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import DomainError, Kind, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.claims import retry_dead
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.kernel.site import UnitOfWork


class NeedsPayload(DomainError):
    """Only scheduled work can be started by its name: all other work is about something."""

    code = "needs_payload"
    kind = Kind.CONFLICT
    text = "“{name}” is not on the schedule: it is started by what it is about."


async def retry_all(uow: UnitOfWork, name: str = "", *, by: Actor | None) -> int:
    """Give all dead work (of one name) another life; how much there was."""
    count = await retry_dead(uow, name)
    if count:
        await audit(uow, by=by, act="operations.retry_jobs", on=f"job:{name or 'all'}", facts={"count": count})
    return count


async def retry_one(uow: UnitOfWork, job_id: UUID, *, by: Actor | None) -> None:
    """Give one dead job another life. Refuses Missing if there is none, or somebody was faster."""
    values = {"state": "ready", "attempts": 0, "run_at": uow.at, "announced_at": None}
    statement = sa.update(job).where(job.c.id == job_id, job.c.state == "dead").values(values).returning(job.c.name)
    name = (await uow.session.execute(statement, execution_options={"synchronize_session": False})).scalar()
    if name is None:
        raise Missing
    await audit(uow, by=by, act="operations.retry_jobs", on=f"job:{job_id}", facts={"name": name, "count": 1})


async def start_job(uow: UnitOfWork, name: str, *, by: Actor | None) -> None:
    """Put a scheduled job in line now, out of turn. Refuses Missing and :class:`NeedsPayload`."""
    known = uow.site.registry.jobs.get(name)
    if known is None:
        raise Missing
    if known.every is None:
        raise NeedsPayload(name=name)
    uow.enqueue(name, known.payload())
    await audit(uow, by=by, act="operations.start_job", on=f"job:{name}")
