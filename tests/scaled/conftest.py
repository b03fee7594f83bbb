"""PostgreSQL, a broker, a site on both, and workers as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplace_kit.kernel.clock import SystemClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing import servers
from marketplace_kit.testing.databases import PostgresDatabases
from marketplace_kit.testing.sites import Sites
from tests.kernel import trade
from tests.scaled.brokers import Broker, RabbitMq, Redis

HOUSE = Path(__file__).resolve().parents[2]
KINDS: dict[str, Any] = {"redis": Redis, "rabbitmq": RabbitMq}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "broker" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("broker")
        kinds = [pytest.param(k, marks=pytest.mark.broker(k)) for k in (marked.args if marked else KINDS)]
        metafunc.parametrize("broker", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running broker of our own, one for all tests of a module."""
    made = KINDS[request.param](tmp_path_factory.mktemp(request.param))
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresDatabases]:
    try:
        url, stop = servers.find_postgres()
    except servers.NoServer as none:
        if os.environ.get("MK_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(str(none))
    databases = PostgresDatabases(url)
    yield databases
    databases.close()
    stop()


@pytest.fixture
async def site(
    postgres: PostgresDatabases, broker: Broker, tmp_path: Path, request: pytest.FixtureRequest, anyio_backend: str
) -> AsyncIterator[Site]:
    """A web process's view: it enqueues and reads; the work is done elsewhere."""
    live = broker.url if broker.url.startswith("redis") else "memory:"
    overrides = {"jobs.runner": "celery", "jobs.broker_url": broker.url, "jobs.lease_seconds": 2, "live.url": live}
    sites = Sites(postgres, tmp_path)
    async with sites.open(
        [trade.Trade()], clock=SystemClock(), overrides=overrides, environ={"MK_PLUGINS": ""}
    ) as opened:
        await trade.prepare(opened)
        yield opened


class Worker:
    """A worker process with all its children."""

    def __init__(self, site: Site, log: Path, words: list[str], env: dict[str, str]) -> None:
        self._log = log.open("wb")
        given = os.environ | {"PYTHONPATH": str(HOUSE)} | env
        self._process = subprocess.Popen(
            words, cwd=HOUSE, stdout=self._log, stderr=self._log, env=given, start_new_session=True
        )

    def kill(self) -> None:
        """The whole tree at once, without notice."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """As a supervisor does it: asked to end, and waited for."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)


StartWorker = Callable[..., Worker]


def settings_of(site: Site) -> dict[str, Any]:
    """The site's settings as a worker process is given them."""
    url = site.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    held = {f"{site.settings.names[f]}.{n}": v for f, s in site.settings._sections.items() for n, v in fields(s)}
    return {k: v for k, v in held.items() if k in site.settings.origins} | {"database.url": url}


def fields(section: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(section, name)) for name in section.__struct_fields__]


@pytest.fixture
def start_worker(site: Site, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts workers; whatever is left of them is killed in the end."""
    started: list[Worker] = []

    def start(words: list[str] | None = None, **env: str) -> Worker:
        given = words or [sys.executable, "-m", "tests.scaled.worker_process", json.dumps(settings_of(site))]
        started.append(Worker(site, tmp_path / f"worker{len(started)}.log", given, env))
        return started[-1]

    yield start
    for number, worker in enumerate(started):
        worker.kill()
        print((tmp_path / f"worker{number}.log").read_text()[-3000:])


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 30) -> None:
    """Wait for something that another process does, at most so long."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - another process says it through the database
            await asyncio.sleep(0.05)
