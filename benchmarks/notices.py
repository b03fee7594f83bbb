"""P8: from an event to a delivered message. By a Celery worker: notices a second against an empty task that leaves one
durable row each. Embedded: how long after the commit the message has left.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from celery import Celery

from benchmarks.places import free_port, postgres_database, process
from benchmarks.sink import listening
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.services import notify

COUNT, BROKER = 400, "redis://127.0.0.1:6379/11"
PERSON = uuid.UUID(int=1)
_DEADLINE = 120.0
_NEW_PERSON = """INSERT INTO person
    (id, name, email, email_lookup, email_verified_at, locale, epoch, created_at, version) VALUES
    (%s, 'Aigerim', 'a@demo.kz', 'a@demo.kz', %s, 'ru', 1, %s, 1)"""


def measure() -> list[Figure]:
    with listening(free_port()) as smtp, tempfile.TemporaryDirectory(prefix="mk-bench-") as folder:
        return [_by_celery(smtp), *asyncio.run(_embedded(Path(folder), smtp))]


async def tell(uow: UnitOfWork, count: int) -> None:
    """So many notices, each with its mail."""
    for _ in range(count):
        await notify(
            uow, to=PERSON, notice="accounts.welcome", facts={"name": "A"}, link="/account", key=uuid.uuid4().hex
        )


def _by_celery(smtp: str) -> Figure:
    with postgres_database("mk_bench_notices") as url:
        registry, hooks = assembly.load_plugins({})
        Migrations(registry, url).upgrade()
        now = datetime.now(UTC)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_NEW_PERSON, (PERSON, now, now))
            connection.execute("CREATE TABLE bare_done (id uuid PRIMARY KEY)")
            environ = {
                "MK_DATABASE__URL": url,
                "MK_JOBS__RUNNER": "celery",
                "MK_JOBS__BROKER_URL": BROKER,
                "MK_MAIL__URL": smtp,
                "BENCH_URL": url,
            }
            settings = assembly.load_settings(registry, environ=environ)

            async def enqueue() -> None:
                site = assembly.open_site(registry, hooks, settings)
                await site.do(tell, COUNT)
                await site.close()

            with process(sys.executable, "-m", "marketplace_kit", "worker", "--concurrency", "4", environ=environ):
                time.sleep(6)
                asyncio.run(enqueue())
                ours = _rate(
                    connection, "SELECT count(*) FROM notice_delivery WHERE channel = 'email' AND state = 'sent'"
                )
            app = Celery(broker=BROKER)
            app.conf.task_default_queue = "mk-bench-bare"
            app.conf.task_ignore_result = True
            command = (
                sys.executable,
                "-m",
                "celery",
                "-A",
                "benchmarks.bare_worker:app",
                "worker",
                "--pool=threads",
                "--concurrency=4",
                "--without-gossip",
                "--without-mingle",
            )
            with process(*command, environ=environ):
                time.sleep(4)
                for _ in range(COUNT):
                    app.send_task("bare", args=[str(uuid.uuid4())])
                bare = _rate(connection, "SELECT count(*) FROM bare_done")
    ratio = ours / bare
    return Figure(
        "P8",
        "notices by one Celery worker",
        f"{ours:.0f}/s",
        f"{bare:.0f} rows/s",
        f"{ratio:.2f}",
        ">= 0.5",
        ratio >= 0.5,
    )


def _rate(connection: psycopg.Connection[tuple[int]], counting: str) -> float:
    """Rows a second from the first seen to the last."""
    began, seen, deadline = 0.0, 0, time.monotonic() + _DEADLINE
    first = 0
    while seen < COUNT and time.monotonic() < deadline:
        row = connection.execute(counting).fetchone()
        seen = row[0] if row else 0
        if seen and not began:
            began, first = time.perf_counter(), seen
        time.sleep(0.01)
    if seen < COUNT:
        raise TimeoutError(f"only {seen} of {COUNT} were done")
    return (COUNT - first) / max(time.perf_counter() - began, 0.001)


async def _embedded(folder: Path, smtp: str) -> list[Figure]:
    registry, hooks = assembly.load_plugins({})
    given = {"database.url": f"sqlite:///{folder / 'site.db'}", "files.url": str(folder / "media"), "mail.url": smtp}
    settings = assembly.load_settings(registry, environ={}, overrides=given)
    Migrations(registry, given["database.url"]).upgrade()
    bell = LocalBell()
    site = assembly.open_site(registry, hooks, settings, bell=bell)
    async with site.database.writer.begin() as connection:
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        await connection.exec_driver_sql(_NEW_PERSON.replace("%s", "?"), (PERSON.hex, now, now))
    runner = asyncio.create_task(EmbeddedRunner(site, bell).run())
    times = [await _one(site) for _ in range(60)]
    runner.cancel()
    await asyncio.gather(runner, return_exceptions=True)
    await site.close()
    p95 = statistics.quantiles(times, n=20)[-1]
    return [Figure("P8", "embedded: commit to delivered, p95", f"{p95 * 1000:.0f} ms", "", "", "<= 1 s", p95 <= 1)]


async def _one(site: Site) -> float:
    before = await _sent(site)
    started = time.perf_counter()
    await site.do(tell, 1)
    while await _sent(site) == before:  # noqa: ASYNC110 - another party's row is what is waited for
        await asyncio.sleep(0.005)
    return time.perf_counter() - started


async def _sent(site: Site) -> int:
    async with site.database.reader.connect() as connection:
        counted = await connection.exec_driver_sql(
            "SELECT count(*) FROM notice_delivery WHERE channel = 'email' AND state = 'sent'"
        )
        return int(counted.scalar_one())
