"""Heartbeats: a job that notes who did it. A fresh note proves that work is consumed, not merely that a process
lives.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import UtcDateTime, metadata
from marketplace_kit.kernel.jobs.running import Work

heartbeat_table = sa.Table(
    "worker_heartbeat",
    metadata,
    sa.Column("worker", sa.String(80), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
)
EVERY = timedelta(seconds=30)
_KEPT = timedelta(days=1)
_NEWEST = sa.select(sa.func.max(heartbeat_table.c.at))


async def beat(work: Work, _: msgspec.Struct) -> None:
    """Whichever worker got this job is alive and working; workers not heard of for a day are forgotten."""
    async with work.finish() as uow:
        statement = uow.site.database.insert(heartbeat_table).values(worker=work.claimed.worker, at=uow.at)
        await uow.session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"at": uow.at}))
        await uow.session.execute(sa.delete(heartbeat_table).where(heartbeat_table.c.at < uow.at - _KEPT))


async def newest_heartbeat(connection: AsyncConnection) -> datetime | None:
    """When any worker last did its work; ``None`` if none ever did."""
    found: datetime | None = (await connection.execute(_NEWEST)).scalar()
    return found
