"""The bare minimum of P1: one Litestar handler, the same statements by the raw driver, one msgspec encoding. What large
counts cost is paid once in half a minute, as ours does.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from litestar import Litestar, Response, get
from psycopg.rows import tuple_row
from psycopg.types.json import set_json_loads

from benchmarks.questions import CASES, statements
from marketplace_kit.listings.queries.counting import Remembered

set_json_loads(msgspec.json.decode)


class Money(msgspec.Struct):
    amount: int
    currency: str


class Shop(msgspec.Struct):
    id: UUID
    slug: str
    name: str
    city: str


class Card(msgspec.Struct):
    id: UUID
    kind: str
    title: str
    price: Money | None
    attributes: dict[str, Any]
    shop: Shop
    published_at: datetime
    rating_average: float
    rating_count: int
    is_favourite: bool = False
    distance_m: int | None = None
    is_open: bool | None = None


class Found(msgspec.Struct):
    items: list[Card]
    counts: dict[str, dict[str, int]]
    next: str | None = None


pool: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()
encoder = msgspec.json.Encoder()
asked = {case: statements(case) for case in CASES}
kept: dict[str, tuple[float, dict[str, dict[str, int]]]] = {}


@get("/api/listings", media_type="application/json")
async def listings(case: str = "newest") -> Response[bytes]:
    (page_sql, page_values, names), (count_sql, count_values) = asked[case]
    connection = await pool.get()
    try:
        rows = await (await connection.execute(page_sql, page_values)).fetchall()
        known = kept.get(case)
        if known is None or time.monotonic() - known[0] > Remembered.SECONDS:
            counts: dict[str, dict[str, int]] = {}
            for _part, token, number in await (await connection.execute(count_sql, count_values)).fetchall():
                facet, _, value = token.partition("=")
                counts.setdefault(facet, {})[value] = number
            known = time.monotonic(), counts
            if sum(counts.get("kind", {}).values()) >= Remembered.MANY:
                kept[case] = known
    finally:
        pool.put_nowait(connection)
    at = {name: number for number, name in enumerate(names)}
    now = datetime.now(UTC)
    items = [
        Card(
            r[at["id"]],
            r[at["kind"]],
            r[at["title"]],
            Money(r[at["price_amount"]], r[at["price_currency"]]) if r[at["price_amount"]] is not None else None,
            r[at["attributes"]],
            Shop(r[at["shop_id"]], r[at["shop_slug"]], r[at["shop_name"]], r[at["shop_city"]]),
            r[at["published_at"]],
            r[at["rating_average"]],
            r[at["rating_count"]],
            is_open=None if r[at["opens_at"]] is None else r[at["opens_at"]] <= now,
        )
        for r in rows[:20]
    ]
    found = Found(items, known[1], "next" if len(rows) > 20 else None)
    return Response(encoder.encode(found), media_type="application/json")


@asynccontextmanager
async def connected(_: Litestar) -> AsyncIterator[None]:
    url = os.environ["BENCH_URL"]
    for _number in range(10):
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True, row_factory=tuple_row)
        pool.put_nowait(connection)
    yield
    while not pool.empty():
        await pool.get_nowait().close()


app = Litestar([listings], lifespan=[connected], openapi_config=None)
