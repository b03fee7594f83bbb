"""Running one claimed job: decode, run, mark done in the commit of its effect; or put it back with what went wrong."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta

import msgspec
import structlog

from marketplace_kit.kernel.activation import WAITS, Activation
from marketplace_kit.kernel.hooks.descriptions import Job, Listener, Retry
from marketplace_kit.kernel.jobs import claims
from marketplace_kit.kernel.jobs.claims import Claimed
from marketplace_kit.kernel.site import Site, UnitOfWork

log = structlog.get_logger(__name__)
_ABSENT_PLUGIN_WAIT = timedelta(hours=1)


class LeaseLost(Exception):
    """Another worker took the job over; nothing of this attempt is stored."""


class Work:
    """What a running job is handed.

    ``work.unit()`` opens an ordinary unit of work; ``work.finish()`` opens the last one, in which the job is marked
    done together with its effect. What is slow (mail, a provider) happens outside of both.
    """

    def __init__(self, site: Site, claimed: Claimed) -> None:
        self.site, self.claimed, self.finished = site, claimed, False

    @property
    def attempt(self) -> int:
        return self.claimed.attempt

    def unit(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work on the way: what it stores stays, even if the job fails later."""
        return self.site.unit()

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[UnitOfWork]:
        """The last unit of work: its effect is stored together with the mark that the job is done, or neither is."""
        async with self.site.unit() as uow:
            yield uow
            if not await claims.mark_done(uow, self.claimed):
                raise LeaseLost
        self.finished = True


async def run_claimed(site: Site, claimed: Claimed, lease: timedelta) -> bool:
    """Run a claimed job to its end; True if it is done. Never raises for what the job does."""
    await refresh_activation(site)
    owner = _owner(site, claimed.name)
    if owner is None or not site.hooks.is_active(owner):
        again = site.clock.now() + _ABSENT_PLUGIN_WAIT
        await site.do(claims.put_back, claimed, run_at=again, error=WAITS, counted=False)
        return False
    if claimed.attempt > _retry(site, claimed.name).attempts:
        # Failures are counted when they are noted; this one took its worker along each time, before anyone could.
        await site.do(claims.put_back, claimed, run_at=site.clock.now(), error="its worker died each time", dead=True)
        return False
    renewing = asyncio.create_task(_keep_lease(site, claimed, lease))
    try:
        await _run(site, claimed)
    except LeaseLost:
        log.warning("job.lease_lost", job=claimed.name, id=str(claimed.id))
        return False
    except Exception:
        await _failed(site, claimed, traceback.format_exc(limit=-8))
        return False
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
    return True


async def refresh_activation(site: Site) -> None:
    """See what was switched on or off elsewhere; at most once a second."""
    activation = site.facilities.get(Activation)
    if activation is not None:
        await activation.refresh(site)


async def _run(site: Site, claimed: Claimed) -> None:
    work = Work(site, claimed)
    if claimed.name in site.registry.listeners:
        listener = site.registry.listeners[claimed.name]
        event = msgspec.convert(claimed.payload, listener.event)
        async with work.finish() as uow:
            await listener.handle(uow, event)
        return
    job = site.registry.jobs[claimed.name]
    await job.run(work, msgspec.convert(claimed.payload, job.payload))
    if not work.finished:
        async with work.finish():
            pass


def _owner(site: Site, name: str) -> str | None:
    registry = site.registry
    if name in registry.listeners:
        return registry.listeners.owner(name)
    return registry.jobs.owner(name) if name in registry.jobs else None


def _retry(site: Site, name: str) -> Retry:
    described: Job | Listener | None = site.registry.jobs.get(name)
    return described.retry if isinstance(described, Job) else Retry()


async def _failed(site: Site, claimed: Claimed, trace: str) -> None:
    retry = _retry(site, claimed.name)
    dead = claimed.attempt >= retry.attempts
    log.warning("job.failed", job=claimed.name, id=str(claimed.id), attempt=claimed.attempt, dead=dead, trace=trace)
    again = site.clock.now() + retry.delay(claimed.attempt)
    await site.do(claims.put_back, claimed, run_at=again, error=trace[-4000:].replace("\x00", ""), dead=dead)


async def _keep_lease(site: Site, claimed: Claimed, lease: timedelta) -> None:
    held = True
    while held:
        await asyncio.sleep(lease.total_seconds() / 3)
        with suppress(Exception):  # a renewal that fails is tried again; two that fail lose the lease, which is safe
            held = await site.do(claims.renew, claimed, lease)
