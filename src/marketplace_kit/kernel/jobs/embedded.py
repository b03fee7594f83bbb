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


class LocalBell:
    """Wakes the runner of this process."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, at_most: float) -> None:
        """Until it is rung, or for ``at_most`` seconds."""
        # Not wait_for: on Python 3.11 it may forget a cancellation, and the process would never stop.
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._rung.wait()
        self._rung.clear()


def worker_name() -> str:
    """Names this process among all workers, never the same twice."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{human_code(6)}"


class EmbeddedRunner:
    """Claims what is due and runs it, a few at a time; sweeps at least every ``jobs.sweep_seconds``.

    Beside a broker it is the safety net: with ``overdue`` it takes only what has been left lying for so long.
    """

    def __init__(self, site: Site, bell: LocalBell, *, overdue: timedelta = timedelta(), at_once: int = 8) -> None:
        self._site, self._bell, self._schedule = site, bell, Schedule()
        self._overdue, self._at_once = overdue, at_once
        self._running: set[asyncio.Task[None]] = set()
        self.name = worker_name()

    async def run(self) -> None:
        """Work until cancelled; what is under way then goes back to be claimed by another."""
        sweep = float(self._site.settings.of(JobSettings).sweep_seconds)
        try:
            while True:
                if not await self._safely_start():
                    await self._bell.wait(sweep)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def step(self) -> int:
        """Run one handful of what is due to its end; how many jobs it held."""
        started = await self._start()
        await asyncio.gather(*self._running)
        return started

    async def _safely_start(self) -> int:
        try:
            await self._schedule.write_due(self._site)
            return await self._start()
        except Exception:  # the database may be away; the runner outlives that
            log.exception("runner.step_failed")
            return 0

    async def _start(self) -> int:
        """Claim as many as there are hands free, and set about them. One slow job holds up no other."""
        free = self._at_once - len(self._running)
        if free < self._at_once // 2 or not await self._site.ask(claims.is_due, self._site.clock.now()):
            return 0
        lease = timedelta(seconds=self._site.settings.of(JobSettings).lease_seconds)
        claimed = await self._site.do(claims.claim_next, self.name, lease, free, self._overdue)
        for one in claimed:
            task = asyncio.create_task(self._one(one, lease))
            self._running.add(task)
            task.add_done_callback(self._finished)
        return len(claimed)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._bell.ring()

    async def _one(self, claimed: claims.Claimed, lease: timedelta) -> None:
        try:
            await run_claimed(self._site, claimed, lease)
        except asyncio.CancelledError:
            with suppress(Exception):  # if it cannot be said, the lease says it later
                await self._site.do(
                    claims.put_back, claimed, run_at=self._site.clock.now(), error="stopped", counted=False
                )
            raise
        except Exception:  # what became of the job could not be stored: its lease runs out
            log.exception("job.abandoned", job=claimed.name, id=str(claimed.id))


async def run_until_idle(site: Site, *, at_most: int = 1000) -> int:
    """Do all work that is due now, and what that work leaves, then come back: for tests, samples and the command
    line.
    """
    runner, done = EmbeddedRunner(site, LocalBell()), 0
    for _ in range(at_most):
        count = await runner.step()
        if not count:
            break
        done += count
    return done
