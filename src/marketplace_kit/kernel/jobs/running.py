"""Running claimed jobs: decode, run, mark done in the commit of the effect; or put back with what went wrong."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from marketplace_kit.kernel.activation import WAITS, Activation
from marketplace_kit.kernel.hooks.descriptions import Job, Listener, Retry
from marketplace_kit.kernel.jobs import claims
from marketplace_kit.kernel.jobs.claims import Claimed
from marketplace_kit.kernel.meters import Stopwatch, clocked, meters_of
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
            if not await claims.mark_done(uow, (self.claimed,)):
                raise LeaseLost
        self.finished = True


@asynccontextmanager
async def finish_together(site: Site, works: Sequence[Work]) -> AsyncIterator[tuple[UnitOfWork, list[Work]]]:
    """The last unit of work of several jobs at once. Hands over those that are still held: only their effects belong
    in this unit.
    """
    async with site.unit() as uow:
        done = await claims.mark_done(uow, [work.claimed for work in works])
        held = [work for work in works if work.claimed.id in done]
        yield uow, held
    for work in held:
        work.finished = True


async def run_claimed(site: Site, claimed: Claimed, lease: timedelta) -> bool:
    """Run a claimed job to its end; True if it is done. Never raises for what the job does."""
    if not await _may_run(site, claimed):
        return False
    with clocked(site, claimed.name) as watch:
        try:
            async with _leased(site, (claimed,), lease):
                await _run(site, claimed)
            watch.result = "done"
        except LeaseLost:
            watch.result = "lost"
            log.warning("job.lease_lost", job=claimed.name, id=str(claimed.id))
        except Exception:
            await _failed(site, claimed, traceback.format_exc(limit=-8))
    return watch.result == "done"


def bundled(site: Site, claimed: Sequence[Claimed]) -> tuple[list[list[Claimed]], list[Claimed]]:
    """The bundles among claimed jobs, by name, and those jobs that run by themselves."""
    bundles: dict[str, list[Claimed]] = {}
    single = []
    for one in claimed:
        job = site.registry.jobs.get(one.name)
        if job is not None and job.run_bundle is not None:
            bundles.setdefault(one.name, []).append(one)
        else:
            single.append(one)
    return list(bundles.values()), single


async def run_bundle(site: Site, claimed: Sequence[Claimed], lease: timedelta) -> int:
    """Run jobs of one name together to their ends; how many are done. Never raises for what they do."""
    shares = await _shares(site, claimed)
    if not shares:
        return 0
    name, watch = claimed[0].name, Stopwatch()
    async with _leased(site, [work.claimed for work, _ in shares], lease):
        failed = await _run_shares(site, site.registry.jobs[name], shares)
    for result, count in (("done", len(shares) - len(failed)), ("failed", len(failed))):
        meters_of(site).worked(name, result, watch.seconds * count / len(shares), count)
    for work, _ in shares:
        if work.claimed.id in failed:
            await _failed(site, work.claimed, failed[work.claimed.id])
    return sum(work.finished for work, _ in shares)


async def _shares(site: Site, claimed: Sequence[Claimed]) -> list[tuple[Work, msgspec.Struct]]:
    """Those of a bundle that may begin, with their payloads."""
    shares = []
    for one in claimed:
        if await _may_run(site, one):
            try:
                shares.append((Work(site, one), msgspec.convert(one.payload, site.registry.jobs[one.name].payload)))
            except msgspec.ValidationError:
                await _failed(site, one, traceback.format_exc(limit=-8))
    return shares


async def _run_shares(site: Site, job: Job, shares: Sequence[tuple[Work, msgspec.Struct]]) -> dict[UUID, str]:
    """Run them; what went wrong with which job."""
    if job.run_bundle is None:
        raise ValueError(f"{job.name} does not run in bundles")
    try:
        wrong = await job.run_bundle(shares)
        quiet = [work for work, _ in shares if not work.finished and work.claimed.id not in wrong]
        if quiet:
            async with finish_together(site, quiet):
                pass
    except Exception:
        trace = traceback.format_exc(limit=-8)
        return {work.claimed.id: trace for work, _ in shares if not work.finished}
    return {job_id: "".join(traceback.format_exception(raised, limit=-8)) for job_id, raised in wrong.items()}


async def _may_run(site: Site, claimed: Claimed) -> bool:
    """Whether a job may begin; one that may not is put back or given up."""
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


@asynccontextmanager
async def _leased(site: Site, claimed: Sequence[Claimed], lease: timedelta) -> AsyncIterator[None]:
    """Renew the lease of jobs while they run."""
    renewing = asyncio.create_task(_keep_lease(site, claimed, lease))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def _keep_lease(site: Site, claimed: Sequence[Claimed], lease: timedelta) -> None:
    held = True
    while held:
        await asyncio.sleep(lease.total_seconds() / 3)
        with suppress(Exception):  # a renewal that fails is tried again; two that fail lose the lease, which is safe
            held = bool(await site.do(claims.renew, claimed, lease))
