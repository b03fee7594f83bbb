"""P4: bookings of sixteen clients at once, against plain INSERTs into the same constrained table, and that nobody is
booked twice.

What is measured, and why:

- *Ours* is a booking as orders ask for it, whole: the plan of the service is read, whether that start is offered is
  worked out, somebody of the staff is chosen, and claim, appointment, reminders, event and jobs are committed in one
  unit of work. Who comes too late is refused with the nearest free times; that counts as an attempt, as it does below.
- *Bare* is ``INSERT ... ON CONFLICT DO NOTHING`` into the table of claims with its constraint, in a transaction on
  connections that are kept open and not asked whether they live: no reading, no choosing, nothing else stored. Its
  attempts go to the same four staff in turn. (They went to one of the four, which made it store three rows where ours
  stored four, and refuse without writing the rest.)
- Both ask for the same starts in the same order, in turn on one database, first the one and then the other, once
  every connection has met every statement. The ratio is the median of those of the rounds.
- The *control* looks first and inserts then, without the constraint, as booking programs do, while all clients ask for
  the same times of one person in step: it books doubles.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import attrs
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.places import postgres_database
from benchmarks.scheduling import LISTING, SHOP, ZONE, fill, open_site
from benchmarks.table import Figure
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.schemas import AppointmentChoice
from marketplace_kit.scheduling.services import TimeCapacity
from marketplace_kit.scheduling.tables.overlap import refuse_overlaps
from marketplace_kit.testing.queries import count_queries

CLIENTS, EACH, ROUNDS, STAFF = 16, 20, 6, 4
CASES = (("hot: 4 staff, one day", 1), ("cold: 4 staff, sixty days", 60))
Attempt = Callable[[datetime], Awaitable[None]]


@attrs.define
class Taken:
    """What the rounds of one kind took: attempts a second, milliseconds of our processor each, claims that were
    stored, the slowest attempt, and pairs of claims that lie over each other.
    """

    rates: list[float] = attrs.field(factory=list)
    costs: list[float] = attrs.field(factory=list)
    stored: list[int] = attrs.field(factory=list)
    slowest: float = 0.0
    doubles: int = 0


def measure() -> list[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    return asyncio.run(_measured())


async def _measured() -> list[Figure]:
    figures = []
    for name, days in CASES:
        with postgres_database("mk_bench_bookings") as url:
            site = open_site(url)
            fill(url, staff=STAFF, claims=False)
            kept = create_async_engine(site.database.url, pool_size=CLIENTS, max_overflow=0)
            figures += await _compared(site, kept, name, days)
            await kept.dispose()
            await site.close()
    return figures


async def _compared(site: Site, kept: AsyncEngine, name: str, days: int) -> list[Figure]:
    staff = itertools.cycle(range(1, STAFF + 1))
    attempts: dict[str, Attempt] = {"bare": partial(_bare, kept, staff), "ours": partial(_booked, site)}
    taken = {kind: Taken() for kind in attempts}
    for number in range(-1, ROUNDS):
        for kind in sorted(attempts, reverse=number % 2 == 0):
            await _round(site, days, attempts[kind], number, Taken() if number < 0 else taken[kind])
    statements = await _statements(site)
    ours, bare = taken["ours"], taken["bare"]
    ratio = statistics.median(o / b for o, b in zip(ours.rates, bare.rates, strict=True))
    told = f"{statistics.median(ours.rates):.0f}/s, slowest {ours.slowest * 1000:.0f} ms, {ours.doubles} doubles"
    met = ratio >= 0.5 and ours.doubles == 0 and ours.slowest <= 1
    spent = {kind: _spent(one) for kind, one in taken.items()}
    control = await _control(site, kept)
    return [
        Figure("P4", name, told, f"{statistics.median(bare.rates):.0f}/s", f"{ratio:.2f}", ">= 0.5, no doubles", met),
        Figure("P4", f"  our processor, {statements} statements", spent["ours"], spent["bare"], "", "", None),
        Figure(
            "P4", "  control: looks, then inserts", f"{control.doubles} doubles", "", "", "> 0", control.doubles > 0
        ),
    ]


def _spent(taken: Taken) -> str:
    cost, stored = statistics.median(taken.costs), statistics.median(taken.stored)
    return f"{cost:.2f} ms, slowest {taken.slowest * 1000:.0f}, {stored:.0f} stored"


async def _round(site: Site, days: int, attempt: Attempt, seed: int, taken: Taken, *, in_step: bool = False) -> None:
    rate, slowest, cost = await _at_once(days, attempt, seed, in_step=in_step)
    overlapping = text(
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.lane = b.lane AND a.id < b.id"
        " AND a.from_s < b.to_s AND b.from_s < a.to_s WHERE a.released_at IS NULL AND b.released_at IS NULL"
    )
    async with site.database.writer.begin() as connection:
        taken.doubles += int((await connection.execute(overlapping)).scalar_one())
        taken.stored.append(int((await connection.execute(text("SELECT count(*) FROM claim"))).scalar_one()))
        await connection.execute(text("TRUNCATE claim, appointment, job, outbox_event CASCADE"))
    taken.rates.append(rate)
    taken.costs.append(cost)
    taken.slowest = max(taken.slowest, slowest)


async def _statements(site: Site) -> int:
    soon = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=70)
    with count_queries(site) as asked:
        await _booked(site, datetime(soon.year, soon.month, soon.day, 12, tzinfo=ZoneInfo(ZONE)))
    return len(asked)


async def _at_once(days: int, attempt: Attempt, seed: int, *, in_step: bool) -> tuple[float, float, float]:
    """Attempts a second of all clients together, the slowest, and milliseconds of the processor for each. In step, all
    clients ask for the same times.
    """
    rng = random.Random(seed)
    soon = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=2)
    asked: list[list[datetime]] = [
        [
            datetime(soon.year, soon.month, soon.day, 9, tzinfo=ZoneInfo(ZONE))
            + timedelta(days=rng.randrange(days), minutes=15 * rng.randrange(33))
            for _ in range(EACH)
        ]
        for _ in range(1 if in_step else CLIENTS)
    ]
    asked *= CLIENTS if in_step else 1
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


async def _bare(kept: AsyncEngine, staff: Iterator[int], start: datetime) -> None:
    at = int(start.timestamp())
    async with kept.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO claim (id, resource_id, kind, from_s, to_s) VALUES (:id, :resource, 'busy', :a, :b)"
                " ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING"
            ),
            {"id": uuid.uuid4(), "resource": next(staff), "a": at, "b": at + 2700},
        )


async def _control(site: Site, kept: AsyncEngine) -> Taken:
    """The same rush by who only looks whether it is free, on the one hot day: without what refuses it, or it would."""
    async with site.database.writer.begin() as connection:
        for undo in refuse_overlaps("postgresql")[1]:
            await connection.execute(text(undo))
    taken = Taken()
    await _round(site, 1, partial(_looked_first, kept), 0, taken, in_step=True)
    return taken


async def _looked_first(kept: AsyncEngine, start: datetime) -> None:
    at = int(start.timestamp())
    asked = {"id": uuid.uuid4(), "resource": 1, "a": at, "b": at + 2700}
    taken = text("SELECT 1 FROM claim WHERE resource_id = :resource AND from_s < :b AND to_s > :a")
    async with kept.begin() as connection:
        if (await connection.execute(taken, asked)).first() is None:
            insert = "INSERT INTO claim (id, resource_id, kind, from_s, to_s) VALUES (:id, :resource, 'busy', :a, :b)"
            await connection.execute(text(insert), asked)


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
