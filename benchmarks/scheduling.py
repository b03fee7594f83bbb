"""P3: what it costs to work out free times. P4: bookings a second of sixteen clients at once, against a bare INSERT
into the same constrained table, and that nobody is booked twice.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import psycopg
import structlog
from sqlalchemy import text

from benchmarks.places import postgres_database
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.domain.slots import starts
from marketplace_kit.scheduling.domain.windows import Working, shop_ranges, windows_of
from marketplace_kit.scheduling.schemas import AppointmentChoice
from marketplace_kit.scheduling.services import TimeCapacity, slots_for
from marketplace_kit.shops.domain.hours import Opening, Range
from marketplace_kit.testing.queries import count_queries

STAFF, DAYS, CLIENTS, EACH, ROUNDS = 50, 30, 16, 20, 3
ZONE = "Asia/Atyrau"
FIRST = datetime.now(UTC).date() + timedelta(days=30)
SHOP, LISTING = uuid.UUID(int=1), uuid.UUID(int=2)
_LONGEST_US = 20.0


def measure() -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    return [*_computing(), *asyncio.run(_on_a_page())]


def measure_bookings() -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    return asyncio.run(_bookings())


def _computing() -> list[Figure]:
    opening = Opening(week={n: (Range(540, 1080),) for n in range(7)}, holidays_closed=False, zone=ZONE)
    own = [Working() for _ in range(STAFF)]
    windows = [(w.opens, w.closes) for w in windows_of(Working(), opening, FIRST, DAYS)]
    rng = random.Random(1)
    claims = []
    for _ in range(STAFF):
        one = []
        for opens, _closes in windows:
            at = sorted(rng.sample(range(18), 8))
            one += [(opens + n * 1800, opens + n * 1800 + 1500) for n in at]
        claims.append(one)
    given = {"before": 0, "work": 2700, "after": 0, "step": 900, "first": 0, "last": 1 << 40}
    swept = _best(lambda: [starts(windows, one, **given) for one in claims])

    def whole() -> None:
        open_ = shop_ranges(opening, FIRST, DAYS)
        for working, one in zip(own, claims, strict=True):
            found = windows_of(working, opening, FIRST, DAYS, open_=open_)
            starts([(w.opens, w.closes) for w in found], one, **given)

    everything = _best(whole)
    return [
        Figure("P3", "sweep of one staff-day", f"{swept:.1f} us", "", "", "<= 20 us", swept <= _LONGEST_US),
        Figure("P3", "with its windows worked out", f"{everything:.1f} us", "", "", "", None),
    ]


def _best(work: Callable[[], object]) -> float:
    """Microseconds of the processor per staff-day, the best of several."""
    times = []
    for _ in range(5):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) / (STAFF * DAYS) * 1e6


async def _on_a_page() -> list[Figure]:
    with postgres_database("mk_bench_slots") as url:
        site = _site(url)
        _fill(url, staff=STAFF, claims=True)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            view = await slots_for(site, LISTING, (), FIRST, DAYS, by_staff=True)
            times.append(time.perf_counter() - began)
        await site.close()
    count = sum(len(day.slots) for day in view.days)
    told = f"{statistics.median(times) * 1000:.0f} ms, {count} starts"
    return [Figure("P3", f"slots of {STAFF} staff x {DAYS} days, with its reads", told, "", "", "", None)]


def _site(url: str) -> Site:
    registry, hooks = assembly.load_plugins({"MK_PLUGINS": ""})
    Migrations(registry, url).upgrade()
    settings = assembly.load_settings(registry, environ={}, overrides={"database.url": url})
    return assembly.open_site(registry, hooks, settings)


def _fill(url: str, *, staff: int, claims: bool) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO shop (id, slug, name, about, city, state, created_at, version, holidays_closed, phone)"
            " VALUES (%s, 'bench', 'Bench', '', 'Atyrau', 'open', %s, 1, false, '+77010000000')",
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
            connection.execute(
                "INSERT INTO claim (id, resource_id, kind, from_s, to_s) SELECT gen_random_uuid(), r.id, 'busy',"
                " %s + d * 86400 + n * 4500, %s + d * 86400 + n * 4500 + 1800 FROM resource r,"
                " generate_series(0, %s) d, generate_series(0, 7) n",
                (opens, opens, DAYS - 1),
            )


async def _bookings() -> list[Figure]:
    """Ours and the bare INSERT in turn on one database, once every connection has met every statement."""
    figures = []
    for name, days in (("hot: 4 staff, one day", 1), ("cold: 4 staff, sixty days", 60)):
        with postgres_database("mk_bench_bookings") as url:
            site = _site(url)
            _fill(url, staff=4, claims=False)
            rates: dict[str, list[float]] = {"bare": [], "ours": []}
            costs: dict[str, list[float]] = {"bare": [], "ours": []}
            slowest, doubles = 0.0, 0
            for number in range(-1, ROUNDS):
                for kind, attempt in (("bare", partial(_bare, site)), ("ours", partial(_booked, site))):
                    rate, worst, cpu = await _at_once(days, attempt, number)
                    doubles += await _doubles(site)
                    async with site.database.writer.begin() as connection:
                        await connection.execute(text("TRUNCATE claim, appointment, job, outbox_event CASCADE"))
                    if number < 0:
                        continue
                    rates[kind].append(rate)
                    costs[kind].append(cpu)
                    slowest = max(slowest, worst if kind == "ours" else 0)
            statements = await _statements(site)
            await site.close()
        bare, ours = statistics.median(rates["bare"]), statistics.median(rates["ours"])
        ratio = statistics.median(o / b for o, b in zip(rates["ours"], rates["bare"], strict=True))
        told = f"{ours:.0f}/s, slowest {slowest * 1000:.0f} ms, {doubles} doubles"
        met = ratio >= 0.5 and doubles == 0 and slowest <= 1
        figures.append(Figure("P4", name, told, f"{bare:.0f}/s", f"{ratio:.2f}", ">= 0.5, no doubles", met))
        spent, spent_bare = (f"{statistics.median(costs[kind]):.2f} ms" for kind in ("ours", "bare"))
        figures.append(Figure("P4", f"  of it our processor, {statements} statements", spent, spent_bare, "", "", None))
    return figures


async def _statements(site: Site) -> int:
    soon = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=70)
    with count_queries(site) as asked:
        await _booked(site, datetime(soon.year, soon.month, soon.day, 12, tzinfo=ZoneInfo(ZONE)))
    return len(asked)


async def _at_once(days: int, attempt: Callable[[datetime], Awaitable[None]], seed: int) -> tuple[float, float, float]:
    """Attempts a second of all clients together, the slowest, and milliseconds of the processor for each."""
    rng = random.Random(seed)
    soon = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=2)
    asked = [
        [
            datetime(soon.year, soon.month, soon.day, 9, tzinfo=ZoneInfo(ZONE))
            + timedelta(days=rng.randrange(days), minutes=15 * rng.randrange(33))
            for _ in range(EACH)
        ]
        for _ in range(CLIENTS)
    ]
    slowest = 0.0

    async def client(times: list[datetime]) -> None:
        nonlocal slowest
        for start in times:
            began = time.perf_counter()
            await attempt(start)
            slowest = max(slowest, time.perf_counter() - began)

    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client(times) for times in asked))
    done = CLIENTS * EACH
    return done / (time.perf_counter() - began), slowest, (time.process_time() - worked) / done * 1000


async def _bare(site: Site, start: datetime) -> None:
    at = int(start.timestamp())
    async with site.database.writer.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO claim (id, resource_id, kind, from_s, to_s) SELECT :id, min(id), 'busy', :a, :b"
                " FROM resource ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING"
            ),
            {"id": uuid.uuid4(), "a": at, "b": at + 2700},
        )


async def _booked(site: Site, start: datetime) -> None:
    wish = Wish(
        line_id=new_id(),
        order_id=new_id(),
        shop_id=SHOP,
        kind="appointment",
        listing_id=LISTING,
        choice=AppointmentChoice(starts_at=start.isoformat()),
        customer=Customer(name="Dana"),
        by=Actor(),
    )
    try:
        await site.do(TimeCapacity().reserve, [wish])
    except DomainError as refused:
        if refused.code not in ("slot_taken",):
            raise


async def _doubles(site: Site) -> int:
    overlapping = text(
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.lane = b.lane AND a.id < b.id"
        " AND a.from_s < b.to_s AND b.from_s < a.to_s WHERE a.released_at IS NULL AND b.released_at IS NULL"
    )
    async with site.database.writer.connect() as connection:
        return int((await connection.execute(overlapping)).scalar_one())
