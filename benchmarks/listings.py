"""P1: ``GET /api/listings``, 20 rows with prices and the counts of each facet, on PostgreSQL - against the same two
statements by the raw driver, encoded by msgspec in a bare Litestar handler. Both served by uvicorn, measured in turn.

P2: the search page and a shop's page, as HTML for somebody who is signed in, against P1's endpoint.

P10: P1 at a thousand, ten thousand and a hundred thousand listings: how much longer an answer takes per tenfold.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg

from benchmarks.places import free_port, loaded, postgres_database, process, wait_for
from benchmarks.questions import CASES
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.accounts.services import create_person, open_session
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.services.sampling import load_catalogue
from marketplace_kit.web.identity import session_cookie_name

ROWS = int(os.environ.get("BENCH_LISTINGS", "100000"))
GROWTH = tuple(int(n) for n in os.environ.get("BENCH_GROWTH", "1000,10000,100000").split(","))
ROUNDS, REQUESTS = 5, int(os.environ.get("BENCH_REQUESTS", "400"))
MEDIA = "/tmp/mk-bench-media"  # noqa: S108 - nothing is written there


def measure() -> list[Figure]:
    with _filled_database("mk_bench_listings", ROWS) as url:
        return _compare(url)


def fill(url: str, rows: int) -> None:
    """The large catalogue of ``marketplace sample load --scale``; the planner is told what there is."""
    asyncio.run(_filled(url, rows))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def settle(url: str) -> None:
    """Wait until the jobs of the first minute are done: an answer shall not share its processor with them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(1_200):
            time.sleep(0.5)
            due = connection.execute("SELECT count(*) FROM job WHERE state = 'ready' AND run_at <= now()").fetchone()
            if due == (0,):
                connection.execute(
                    "VACUUM ANALYZE"
                )  # what they wrote is known to the planner, as within a minute anywhere
                return
    raise TimeoutError("jobs are not done after ten minutes")


async def _filled(url: str, rows: int) -> None:
    site = _site(url)
    try:
        await load_catalogue(site, rows, lambda _: None)
    finally:
        await site.close()


def _site(url: str) -> Site:
    registry, hooks = assembly.load_plugins({})
    given = {"database.url": url, "files.url": MEDIA, "site.secret": "x" * 40}
    return assembly.open_site(registry, hooks, assembly.load_settings(registry, environ={}, overrides=given))


def _requests(case: str) -> int:
    """Fewer of what takes longer, so that a run ends."""
    return REQUESTS if case == "newest" else REQUESTS // 4


def measure_growth() -> list[Figure]:
    """Each size in turn, in a database and a server of its own."""
    times: dict[str, list[float]] = {case: [] for case in CASES}
    for rows in GROWTH:
        with _filled_database(f"mk_bench_growth_{rows}", rows) as url, _ours(url) as address:
            for case, (query, _) in CASES.items():
                loaded(f"{address}/api/listings{query}", 60)
                taken = [loaded(f"{address}/api/listings{query}", _requests(case))["p50_ms"] for _ in range(ROUNDS)]
                times[case].append(statistics.median(taken))
    figures = []
    for case, taken in times.items():
        steps = [later / earlier for earlier, later in itertools.pairwise(taken)]
        shown = ", ".join(f"{rows:,}: {ms:.1f} ms" for rows, ms in zip(GROWTH, taken, strict=True))
        ratios = ", ".join(f"{step:.2f}" for step in steps)
        figures.append(Figure("P10", f"listings, {case}", shown, "", ratios, "<= 1.5 per tenfold", max(steps) <= 1.5))
    return figures


def measure_pages() -> list[Figure]:
    with _filled_database("mk_bench_pages", ROWS) as url, _ours(url) as address:
        cookie, shop = asyncio.run(_somebody(url))
        pages = {"search page": "/listings", "shop page": f"/shops/{shop}"}
        return [_page_measured(address, what, path, cookie) for what, path in pages.items()]


async def _somebody(url: str) -> tuple[str, str]:
    """The cookie of a person who is signed in, and the address of a shop."""
    site = _site(url)
    try:
        person = await create_person(site, name="Aigerim", email="bench@demo.kz", password="a-long-pass-2026")
        opened = await site.do(open_session, person)
        return f"{session_cookie_name(site)}={opened.cookie}", "catalogue-0"
    finally:
        await site.close()


def _page_measured(address: str, what: str, path: str, cookie: str) -> Figure:
    endpoint = f"{address}/api/listings"
    loaded(endpoint, 100)
    loaded(address + path, 100, cookie=cookie)
    taken: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        plain, page = loaded(endpoint, REQUESTS), loaded(address + path, REQUESTS, cookie=cookie)
        taken.append((plain["rps"], page["rps"]))
    ratio = statistics.median(plain / page for plain, page in taken)
    return Figure(
        "P2",
        f"{what}, signed in, {ROWS:,} rows",
        f"{statistics.median(page for _, page in taken):.0f} requests/s",
        f"{statistics.median(plain for plain, _ in taken):.0f} requests/s (P1's endpoint)",
        f"{ratio:.2f}",
        "<= 2.5",
        ratio <= 2.5,
    )


@contextmanager
def _ours(url: str) -> Iterator[str]:
    port = free_port()
    environ = {"MK_DATABASE__URL": url, "MK_FILES__URL": MEDIA}
    with process(sys.executable, "-m", "marketplace_kit", "run", "--port", str(port), environ=environ):
        wait_for(f"http://127.0.0.1:{port}/health/ready", 90)
        settle(url)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _filled_database(name: str, rows: int) -> Iterator[str]:
    with postgres_database(name) as url:
        registry, _ = assembly.load_plugins({})
        Migrations(registry, url).upgrade()
        fill(url, rows)
        yield url


def _compare(url: str) -> list[Figure]:
    ours, bare = free_port(), free_port()
    environ = {"MK_DATABASE__URL": url, "MK_FILES__URL": MEDIA, "BENCH_URL": url}
    with (
        process(sys.executable, "-m", "marketplace_kit", "run", "--port", str(ours), environ=environ),
        process(
            sys.executable,
            "-m",
            "uvicorn",
            "benchmarks.bare:app",
            "--port",
            str(bare),
            "--log-level",
            "error",
            environ=environ,
        ),
    ):
        wait_for(f"http://127.0.0.1:{ours}/health/ready", 90)
        wait_for(f"http://127.0.0.1:{bare}/api/listings")
        settle(url)
        return [_measured(ours, bare, case, query) for case, (query, _) in CASES.items()]


def _measured(ours: int, bare: int, what: str, query: str) -> Figure:
    addresses = {
        "ours": f"http://127.0.0.1:{ours}/api/listings{query}",
        "bare": f"http://127.0.0.1:{bare}/api/listings?" + urlencode({"case": what}),
    }
    for address in addresses.values():
        loaded(address, 100)
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    tails: list[float] = []
    for _ in range(ROUNDS):
        for who, address in addresses.items():
            found = loaded(address, _requests(what))
            rates[who].append(found["rps"])
            if who == "ours":
                tails.append(found["p99_ms"] / found["p50_ms"])
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["bare"], strict=True))
    tail = statistics.median(tails)
    shown = f"{statistics.median(rates['ours']):.0f} requests/s, p99 {tail:.1f}x p50"
    plain = f"{statistics.median(rates['bare']):.0f} requests/s"
    return Figure(
        "P1",
        f"listings, {what}, {ROWS:,} rows",
        shown,
        plain,
        f"{ratio:.2f}",
        ">= 0.7; p99 <= 3x p50",
        ratio >= 0.7 and tail <= 3,
    )
