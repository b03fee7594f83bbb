"""The embedded runner: background work inside the web process. The default; nothing else needs to be started."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from datetime import timedelta

import structlog

from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.jobs import claims
from marketplace_kit.kernel.jobs.running import run_claimed
from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site

log = structlog.get_logger(__name__)
_BATCH = 20
_AT_ONCE = 4


class LocalBell:
    """Wakes the runner of this process."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, at_most: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), at_most)
        self._rung.clear()


def worker_name() -> str:
    """Names this process among all workers, never the same twice."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{human_code(6)}"


class EmbeddedRunner:
    """Claims what is due and runs it, a few at a time; sweeps at least every ``jobs.sweep_seconds``."""

    def __init__(self, site: Site, bell: LocalBell) -> None:
        self._site, self._bell, self._schedule = site, bell, Schedule()
        self._name = worker_name()
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Work until cancelled."""
        sweep = float(self._site.settings.of(JobSettings).sweep_seconds)
        while True:
            try:
                await self._schedule.write_due(self._site)
                worked = await self.step()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("runner.step_failed")
                worked = 0
            if not worked:
                await self._bell.wait(sweep)

    async def step(self) -> int:
        """Run one batch of what is due; how many jobs it held."""
        lease = timedelta(seconds=self._site.settings.of(JobSettings).lease_seconds)
        claimed = await self._site.do(claims.claim_next, self._name, lease, _BATCH)
        await asyncio.gather(*(self._one(c, lease) for c in claimed))
        return len(claimed)

    async def _one(self, claimed: claims.Claimed, lease: timedelta) -> None:
        async with self._gate:
            await run_claimed(self._site, claimed, lease)


async def run_until_idle(site: Site, *, at_most: int = 1000) -> int:
    """Do all work that is due now, and what that work leaves, then come back: for tests, samples and the command line."""
    runner, done = EmbeddedRunner(site, LocalBell()), 0
    for _ in range(at_most):
        count = await runner.step()
        if not count:
            break
        done += count
    return done
