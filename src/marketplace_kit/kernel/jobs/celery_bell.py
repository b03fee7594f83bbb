"""Celery as a doorbell: one task that carries a job's id. The job's row, its lease and the sweep are the guarantee."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from marketplace_kit.kernel.jobs import claims
from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site

log = structlog.get_logger(__name__)
TASK = "marketplace.run_job"
# A job announced so long ago and still free is announced again: the broker lost it, or the worker died before claiming.
ANNOUNCE_AGAIN = timedelta(seconds=5)
_BATCH = 200


class NoBell:
    """In the scaled shape a request rings nobody: only the relay speaks to the broker, so that a silent broker delays no visitor."""

    def ring(self) -> None:
        return


def celery_app(broker_url: str) -> Celery:
    """A Celery application set up so that losing a message, a child or the broker costs time, never work."""
    app = Celery("marketplace", broker=broker_url)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=4,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        task_publish_retry=False,
        accept_content=["json"],
        task_serializer="json",
        broker_transport_options=_transport_options(broker_url),
    )
    return app


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith(("redis:", "rediss:")):
        return {
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "visibility_timeout": 60,
            "unacked_restore_throttle": 1,
            "unacked_restore_interval": 2,
        }
    return {"confirm_publish": True, "socket_timeout": 5}


class Relay:
    """Announces due jobs to the broker, and writes scheduled ones. Any number may run; they share the rows without repeating them."""

    def __init__(self, site: Site, app: Celery) -> None:
        self._site, self._app, self._schedule = site, app, Schedule()

    async def run(self) -> None:
        """Announce until cancelled; a broker that is away is tried again at the next sweep."""
        pause = float(self._site.settings.of(JobSettings).sweep_seconds)
        while True:
            try:
                await self._schedule.write_due(self._site)
                announced = await self.step()
            except asyncio.CancelledError:
                raise
            except Exception as gone:
                log.warning("relay.waiting", reason=repr(gone))
                announced = 0
            if announced < _BATCH:
                await asyncio.sleep(min(pause, 0.5))

    async def step(self) -> int:
        """Announce one batch; how many jobs it held."""
        ids = await self._site.do(claims.take_unannounced, ANNOUNCE_AGAIN, _BATCH)
        if ids:
            await asyncio.to_thread(self._publish, ids)
        return len(ids)

    def _publish(self, ids: list[UUID]) -> None:
        with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
            for job_id in ids:
                self._app.send_task(TASK, args=[str(job_id)], producer=producer, retry=False)
