"""Celery as a doorbell: one task that carries ids of jobs. Their rows, leases and the sweep are the guarantee."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from marketplace_kit.kernel.jobs import claims
from marketplace_kit.kernel.jobs.embedded import LocalBell
from marketplace_kit.kernel.jobs.running import bundled, run_bundle, run_claimed
from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site

log = structlog.get_logger(__name__)
TASK = "marketplace.run_jobs"
OVERDUE = timedelta(seconds=5)
"""Work that has lain so long although it was announced: the broker lost it. The sweep takes it without the broker."""
_BATCH = 200
_BUNDLE = 20
"""So many ids in one message at most: one claim for all of them, and enough messages for every worker to get some."""
# How long the relay leaves the database alone; a fresh job waits at most so long before its bell is rung.
_PAUSE_SECONDS = 0.25


def celery_app(settings: JobSettings) -> Celery:
    """A Celery application set up so that losing a message, a worker or the broker costs time, never work."""
    app = Celery("marketplace", broker=settings.broker_url)
    app.conf.update(
        task_default_queue=settings.queue,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # Threads: jobs are coroutines of one loop, a thread only waits for one to end. More processors: more workers.
        worker_pool="threads",
        worker_prefetch_multiplier=4,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        accept_content=["json"],
        task_serializer="json",
        broker_transport_options=_transport_options(settings.broker_url),
    )
    return app


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith(("redis:", "rediss:")):
        # A message that comes twice finds its job claimed or done; waiting long for a lost one gains nothing.
        return {"socket_connect_timeout": 2, "visibility_timeout": 60}
    return {"confirm_publish": True}


def reach_broker(settings: JobSettings) -> None:
    """Connect to the broker once, or raise what stands in the way."""
    with celery_app(settings).connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=3)


async def answer(site: Site, job_ids: Sequence[str], worker: str) -> int:
    """What a worker does when the bell rings: claim those jobs that are still there to be claimed, and run them side by
    side, for each holds its lease from now on. How many got done.
    """
    lease = timedelta(seconds=site.settings.of(JobSettings).lease_seconds)
    claimed = await site.do(claims.claim_these, [UUID(i) for i in job_ids], worker, lease)
    bundles, single = bundled(site, claimed)
    runs = [run_bundle(site, bundle, lease) for bundle in bundles] + [run_claimed(site, one, lease) for one in single]
    return sum(await asyncio.gather(*runs))


class Relay:
    """Announces due jobs to the broker, each once, and writes scheduled ones. Any number may run; they share the rows
    without repeating them. Requests never speak to the broker, so that a silent one delays no visitor.
    """

    def __init__(self, site: Site, app: Celery) -> None:
        self._site, self._schedule = site, Schedule()
        self._bell = site.bell if isinstance(site.bell, LocalBell) else LocalBell()
        self._announcer = Announcer(app)

    async def run(self) -> None:
        """Announce until cancelled. What cannot be announced is left to the sweep."""
        try:
            while True:
                try:
                    await self._schedule.write_due(self._site)
                    announced = await self.step()
                except Exception as gone:  # the broker or the database may be away; the rows are not
                    log.warning("relay.waiting", reason=repr(gone))
                    announced = 0
                if announced < _BATCH:
                    await self._bell.wait(_PAUSE_SECONDS)
        finally:
            self._announcer.close()

    async def step(self) -> int:
        """Announce one batch; how many jobs it held."""
        if not await self._site.ask(claims.is_unannounced, self._site.clock.now()):
            return 0
        ids = await self._site.do(claims.take_unannounced, _BATCH)
        if ids:
            await asyncio.to_thread(self._announcer.announce, ids)
        return len(ids)


class Announcer:
    """One connection to the broker, opened when needed and given up at the first fault."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: Any = None

    def announce(self, ids: Sequence[UUID]) -> None:
        try:
            with self._producer() as producer:
                for start in range(0, len(ids), _BUNDLE):
                    bundle = [str(i) for i in ids[start : start + _BUNDLE]]
                    self._app.send_task(TASK, args=[bundle], producer=producer, retry=False, confirm_timeout=2)
        except BaseException:
            self.close()
            raise

    def _producer(self) -> Any:
        if self._connection is None:
            # Reading and writing are bounded too: a broker that has fallen silent must not hold the relay for ever.
            given = self._app.conf.broker_transport_options
            silent = {"socket_timeout": 2} if "visibility_timeout" in given else {"read_timeout": 5, "write_timeout": 5}
            self._connection = self._app.connection_for_write(transport_options=given | silent)
        return self._app.amqp.Producer(self._connection, auto_declare=True)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()
