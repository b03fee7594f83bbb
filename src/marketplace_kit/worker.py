"""Assembly of the worker: a Celery application whose one task runs jobs, beside it the relay and the safety net.

One process, one event loop in a thread of its own, one site on it. Celery's threads only wait for coroutines of that
loop to end, so nothing is forked and no engine is shared with a child. Start it with ``marketplace worker``, or as
``celery -A marketplace_kit.worker:app worker`` with the settings in ``MK_CONFIG`` and the environment. More
processors are used by more workers.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals

from marketplace_kit import assembly
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell, worker_name
from marketplace_kit.kernel.jobs.celery_bell import OVERDUE, TASK, Relay, answer, celery_app
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.kernel.settings import JobSettings
from marketplace_kit.kernel.site import Site

log = structlog.get_logger(__name__)
OpenSite = Callable[[], Site]


class NoBroker(Exception):
    """The settings name no broker, so there is nothing for a worker to listen to."""


class Desk:
    """Where a worker process does its work: the loop, the site, the relay and the sweep."""

    def __init__(self, site: Site, app: Celery, *, at_once: int = 4) -> None:
        self._site, self._app, self._at_once = site, app, at_once
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="marketplace-loop", daemon=True)
        self._background: list[asyncio.Task[None]] = []
        self._opened = False
        self.name = worker_name()

    def open(self) -> None:
        """Begin: from now on due work is announced, and what the broker lost is swept up."""
        self._thread.start()
        self._opened = True
        self._wait_for(self._begin())

    def run_jobs(self, job_ids: list[str]) -> int:
        """Run the jobs that a message names; how many of them were still to be claimed, and got done."""
        return int(self._wait_for(answer(self._site, job_ids, self.name)))

    def close(self) -> None:
        """Put back what is under way, close the site, end the loop."""
        if self._opened:
            self._opened = False
            self._wait_for(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)

    def _wait_for(self, act: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result()

    async def _begin(self) -> None:
        sweep = EmbeddedRunner(self._site, LocalBell(), overdue=OVERDUE, at_once=self._at_once)
        runs = (Relay(self._site, self._app).run(), sweep.run())
        self._background = [asyncio.create_task(run) for run in runs]

    async def _end(self) -> None:
        for task in self._background:
            task.cancel()
        for task in self._background:
            with suppress(asyncio.CancelledError):
                await task
        await self._site.close()


def make_app(open_site: OpenSite) -> Celery:
    """The Celery application of a site, ready for ``worker_main``."""
    site = open_site()
    settings = site.settings.of(JobSettings)
    if not settings.broker_url:
        raise NoBroker("jobs.broker_url names no broker: set MK_JOBS__BROKER_URL to amqp://… or redis://…")
    app = celery_app(settings)
    desk = Desk(site, app)

    def run_jobs(job_ids: list[str]) -> int:
        return desk.run_jobs(job_ids)

    app.task(run_jobs, name=TASK)
    # Not at import: `celery … inspect` loads the application too, and must not start to work.
    signals.worker_init.connect(lambda **_: desk.open(), weak=False)
    signals.worker_shutdown.connect(lambda **_: desk.close(), weak=False)
    return app


def run_worker(open_site: OpenSite, *, concurrency: int = 2, loglevel: str = "WARNING") -> None:
    """Work until the process is told to stop (SIGTERM: what is under way is finished first)."""
    app = make_app(open_site)
    words = ["--quiet", "worker", f"--concurrency={concurrency}", f"--loglevel={loglevel}", "--pool=threads"]
    app.worker_main([*words, "--without-gossip", "--without-mingle"])


def run_beat(open_site: OpenSite) -> None:
    """Announce what is due and write what is scheduled until the process is told to stop (SIGTERM)."""
    asyncio.run(_beat(open_site()))


async def _beat(site: Site) -> None:
    ended = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, ended.set)
    relay = asyncio.create_task(Relay(site, celery_app(site.settings.of(JobSettings))).run())
    await ended.wait()
    relay.cancel()
    with suppress(asyncio.CancelledError):
        await relay
    await site.close()


def open_configured_site() -> Site:
    """The site that ``MK_CONFIG`` (else ``marketplace.toml`` in this folder) and the environment describe."""
    config = Path(os.environ.get("MK_CONFIG", "marketplace.toml"))
    registry, hooks = assembly.load_plugins(extra=discover_folder(config.parent / "plugins"))
    return assembly.open_site(registry, hooks, assembly.load_settings(registry, toml=config))


def __getattr__(name: str) -> Any:
    """``app``, made when ``celery -A`` asks for it: importing this module opens nothing."""
    if name == "app":
        globals()["app"] = made = make_app(open_configured_site)
        return made
    raise AttributeError(name)
