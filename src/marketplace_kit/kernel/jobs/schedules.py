"""Schedules are rows: each elapsed interval of a scheduled job is one row with one key, whichever process writes it
first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from marketplace_kit.kernel.jobs.running import refresh_activation
from marketplace_kit.kernel.site import Site, UnitOfWork

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule:
    """Writes what is due; remembers the last intervals so that it need not ask the database each second."""

    def __init__(self) -> None:
        self._written: dict[str, datetime] = {}

    async def write_due(self, site: Site) -> None:
        """One row for each scheduled job whose interval has begun, unless it is there already."""
        await refresh_activation(site)
        now = site.clock.now()
        due = []
        for name, job in site.registry.jobs.items():
            if job.every is None or not site.hooks.is_active(site.registry.jobs.owner(name)):
                continue
            begins = interval_start(now, job.every)
            if self._written.get(name) != begins:
                due.append((name, job.payload(), begins))
        if due:
            await site.do(_write, due)
            self._written |= {name: begins for name, _, begins in due}


async def _write(uow: UnitOfWork, due: list[tuple[str, msgspec.Struct, datetime]]) -> None:
    for name, payload, begins in due:
        uow.enqueue(name, payload, key=f"{name}@{begins.isoformat()}")


def interval_start(at: datetime, every: timedelta) -> datetime:
    """When the interval that holds ``at`` began, counted from the epoch so that all processes agree."""
    return _EPOCH + (at - _EPOCH) // every * every
