"""The numbers that all processes share, read when a monitoring program asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Unavailable
from marketplace_kit.kernel.jobs.heartbeats import newest_heartbeat
from marketplace_kit.kernel.meters import meters_of
from marketplace_kit.kernel.outbox import job_table as job
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.queries import last_backup_at, oldest_waiting

NEVER = -1.0
"""The age of what never was."""


async def measured(site: Site) -> bytes:
    """Everything that this process counted, and the shared numbers as they are now."""
    meters, now = meters_of(site), site.clock.now()
    try:
        shared = await site.ask(_shared, now)
    except Unavailable:
        shared = None
    meters.set("database_up", "Whether the database answers.", 0.0 if shared is None else 1.0)
    for name, (said, value) in (shared or {}).items():
        meters.set(name, said, value)
    meters.set("plugins_quarantined", "Plugins that do not fit.", len(site.registry.quarantined))
    data = site.database
    for name, engine, idle in (("writer", data.writer, 0), ("reader", data.reader, data.readers_open)):
        pool: Any = engine.sync_engine.pool
        meters.set(f"database_{name}_in_use", f"Connections of the {name} in use.", pool.checkedout() - idle)
    return meters.text()


async def _shared(connection: AsyncConnection, now: datetime) -> dict[str, tuple[str, float]]:
    waiting, oldest = await oldest_waiting(connection, now)
    dead = await connection.execute(sa.select(sa.func.count()).where(job.c.state == "dead"))
    beaten, saved = await newest_heartbeat(connection), await last_backup_at(connection)
    return {
        "outbox_waiting": ("Work that is due and not taken.", waiting),
        "outbox_oldest_seconds": ("How long the oldest due work has waited.", oldest),
        "jobs_dead": ("Work that was given up.", int(dead.scalar_one())),
        "worker_heartbeat_age_seconds": (
            "Since any worker last did its work.",
            _age(beaten, now),
        ),
        "backup_age_seconds": ("Since the last backup.", _age(saved, now)),
    }


def _age(at: datetime | None, now: datetime) -> float:
    return (now - at).total_seconds() if at else NEVER
