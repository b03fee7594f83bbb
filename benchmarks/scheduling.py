"""P3: what it costs to work out free times: by itself, with what has to be read for it, and over HTTP.

The endpoint is held against what it cannot do without, both in this process's own time: working out windows and starts
of every member of staff, and the one statement asked by the raw driver. The endpoint's share is everything else: the
web floor, putting the starts together, and its answer as JSON. Taken in turn, the median of several rounds.

P4 is in :mod:`benchmarks.bookings`.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import sqlalchemy as sa
import structlog

from benchmarks.places import free_port, loaded, postgres_database, process, wait_for
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.domain.slots import starts
from marketplace_kit.scheduling.domain.windows import Working, shop_ranges, windows_of
from marketplace_kit.scheduling.services import slots_for
from marketplace_kit.shops.domain.hours import Opening, Range

STAFF, DAYS = 50, 30
ZONE = "Asia/Atyrau"
FIRST = datetime.now(UTC).date() + timedelta(days=30)
SHOP, LISTING = uuid.UUID(int=1), uuid.UUID(int=2)
PAGE_ROUNDS, PAGE_REQUESTS = 5, 20
_LONGEST_US, _MOST_OF_NEEDED = 20.0, 3.0
_OPENING = Opening(week={n: (Range(540, 1080),) for n in range(7)}, holidays_closed=False, zone=ZONE)
_GIVEN = {"before": 0, "work": 2700, "after": 0, "step": 900, "first": 0, "last": 1 << 40}


def measure() -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    return [*_computing(), *asyncio.run(_on_a_page()), *_over_http()]


def _computing() -> list[Figure]:
    windows = [(w.opens, w.closes) for w in windows_of(Working(), _OPENING, FIRST, DAYS)]
    rng = random.Random(1)
    claims = []
    for _ in range(STAFF):
        one = []
        for opens, _closes in windows:
            at = sorted(rng.sample(range(18), 8))
            one += [(opens + n * 1800, opens + n * 1800 + 1500) for n in at]
        claims.append(one)
    swept = _best(lambda: [starts(windows, one, **_GIVEN) for one in claims])
    everything = _best(lambda: _computed(claims))
    return [
        Figure("P3", "sweep of one staff-day", f"{swept:.1f} us", "", "", "<= 20 us", swept <= _LONGEST_US),
        Figure(
            "P3", "with its windows worked out", f"{everything:.1f} us", "", "", "<= 20 us", everything <= _LONGEST_US
        ),
    ]


def _best(work: Callable[[], object]) -> float:
    """Microseconds of the processor per staff-day, the best of several."""
    times = []
    for _ in range(5):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) / (STAFF * DAYS) * 1e6


def _computed(lists: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Windows and starts of every member of staff on every day."""
    open_ = shop_ranges(_OPENING, FIRST, DAYS)
    for claims in lists:
        windows = windows_of(Working(), _OPENING, FIRST, DAYS, open_=open_)
        starts([(w.opens, w.closes) for w in windows], claims, **_GIVEN)


def _over_http() -> list[Figure]:
    """The endpoint for all staff and days, against the same working out and the same read."""
    with postgres_database("mk_bench_slots_http") as url:
        asked_for = asyncio.run(_made(url))
        with psycopg.connect(url) as connection, _served(url) as address:
            lists = _claims_of(connection)
            asked = f"{address}/api/scheduling/slots?listing={LISTING}&day={FIRST}&days={DAYS}"
            loaded(asked, 20, 1)
            taken = []
            for _ in range(PAGE_ROUNDS):
                endpoint = loaded(asked, PAGE_REQUESTS, 1)["p50_ms"]
                needed = statistics.median(_needed(connection, asked_for, lists) for _ in range(PAGE_REQUESTS))
                taken.append((endpoint, needed))
    ratio = statistics.median(endpoint / needed for endpoint, needed in taken)
    ours, bare = (f"{statistics.median(times):.1f} ms" for times in zip(*taken, strict=True))
    told = f"endpoint, {STAFF} staff x {DAYS} days"
    return [Figure("P3", told, ours, f"{bare} to read and compute", f"{ratio:.2f}", "<= 3", ratio <= _MOST_OF_NEEDED)]


def _needed(
    connection: psycopg.Connection[Any], reads: Sequence[tuple[str, Any]], lists: Sequence[Sequence[tuple[int, int]]]
) -> float:
    """Milliseconds of the raw read and of the computing."""
    began = time.perf_counter()
    with psycopg.RawCursor(connection) as cursor:
        for text, given in reads:
            cursor.execute(text, given, prepare=True).fetchall()
    _computed(lists)
    return (time.perf_counter() - began) * 1000


def _claims_of(connection: psycopg.Connection[Any]) -> list[list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for resource, from_s, to_s in connection.execute("SELECT resource_id, from_s, to_s FROM claim ORDER BY from_s"):
        found.setdefault(resource, []).append((from_s, to_s))
    return list(found.values())


async def _made(url: str) -> list[tuple[str, Any]]:
    """The database with its claims; what the site asks it for all free times, as the driver takes it."""
    site, asked = open_site(url), []
    fill(url, staff=STAFF, claims=True)

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, given))

    sa.event.listen(site.database.reader.sync_engine, "before_cursor_execute", note)
    await slots_for(site, LISTING, (), FIRST, DAYS)
    await site.close()
    return asked


@contextmanager
def _served(url: str) -> Iterator[str]:
    port = free_port()
    files = "/tmp/mk-bench-media"  # noqa: S108 - nothing is written there
    environ = {"MK_PLUGINS": "", "MK_DATABASE__URL": url, "MK_FILES__URL": files}
    with process(sys.executable, "-m", "marketplace_kit", "run", "--port", str(port), environ=environ):
        wait_for(f"http://127.0.0.1:{port}/health/ready", 90)
        yield f"http://127.0.0.1:{port}"


async def _on_a_page() -> list[Figure]:
    with postgres_database("mk_bench_slots") as url:
        site = open_site(url)
        fill(url, staff=STAFF, claims=True)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            view = await slots_for(site, LISTING, (), FIRST, DAYS, by_staff=True)
            times.append(time.perf_counter() - began)
        await site.close()
    count = sum(len(day.slots) for day in view.days)
    told = f"{statistics.median(times) * 1000:.0f} ms, {count} starts"
    return [Figure("P3", f"slots of {STAFF} staff x {DAYS} days, with its reads", told, "", "", "", None)]


def open_site(url: str) -> Site:
    registry, hooks = assembly.load_plugins({"MK_PLUGINS": ""})
    Migrations(registry, url).upgrade()
    settings = assembly.load_settings(registry, environ={}, overrides={"database.url": url})
    return assembly.open_site(registry, hooks, settings)


def fill(url: str, *, staff: int, claims: bool) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO shop (id, slug, name, about, city, state, created_at, version, holidays_closed, phone,"
            " tax_id)"
            " VALUES (%s, 'bench', 'Bench', '', 'Atyrau', 'open', %s, 1, false, '+77010000000', '240140012342')",
            (SHOP, now),
        )
        connection.execute(
            "INSERT INTO listing (id, shop_id, kind, title, description, price_amount, price_currency, attributes,"
            " state, search_text, created_at, published_at, version)"
            " VALUES (%s, %s, 'listings.service', 'Bench', '', 500000, 'KZT', '{\"minutes\": 45}', 'published', '',"
            " %s, %s, 1)",
            (LISTING, SHOP, now, now),
        )
        connection.execute(
            "INSERT INTO service_rule (listing_id, lead_minutes, horizon_days, max_open) VALUES (%s, 0, 730, 0)",
            (LISTING,),
        )
        for day in range(7):
            connection.execute("INSERT INTO shop_hours VALUES (%s, %s, 540, 1080)", (SHOP, day))
        connection.execute(
            "INSERT INTO resource (shop_id, kind, name) SELECT %s, 'staff', 'S' || n FROM generate_series(1, %s) n",
            (SHOP, staff),
        )
        if claims:
            opens = int(datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=ZoneInfo(ZONE)).timestamp())
            connection.execute(  # eight a day, and each of the staff at other times
                "INSERT INTO claim (id, resource_id, kind, from_s, to_s)"
                " SELECT gen_random_uuid(), r.id, 'busy', a, a + 1800"
                " FROM resource r, generate_series(0, %s) d, generate_series(0, 7) n,"
                " LATERAL (SELECT %s + d * 86400 + n * 4050 + (r.id * 37 + d * 11 + n * 7) %% 5 * 300) at (a)",
                (DAYS - 1, opens),
            )
            connection.execute("VACUUM ANALYZE")
