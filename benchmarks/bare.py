"""The bare minimum of P1: one Litestar handler, two statements by the raw driver, one msgspec encoding."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from litestar import Litestar, Response, get
from psycopg.rows import tuple_row

FIELDS = """listing.id, listing.kind, listing.title, listing.price_amount, listing.price_currency, listing.attributes,
    listing.published_at, shop.id, shop.slug, shop.name, shop.city"""
WHERE = "listing.state = 'published' AND shop.state = 'open' AND listing.kind = ANY(%(kinds)s)"
PRICED = "AND listing.price_amount >= %(low)s AND listing.price_amount <= %(high)s"
KINDS = ["breeder.puppy", "breeder.litter", "grooming.service"]


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
    is_favourite: bool = False


class Found(msgspec.Struct):
    items: list[Card]
    counts: dict[str, int]
    next: str | None = None


pool: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()
encoder = msgspec.json.Encoder()


@get("/api/listings", media_type="application/json")
async def listings(
    kind: str | None = None, price_min: int | None = None, price_max: int | None = None
) -> Response[bytes]:
    priced = PRICED if price_min is not None else ""
    one_kind = "AND listing.kind = %(kind)s" if kind else ""
    given = {"kinds": KINDS, "kind": kind, "low": price_min, "high": price_max}
    connection = await pool.get()
    try:
        page = await connection.execute(
            f"SELECT {FIELDS} FROM listing JOIN shop ON shop.id = listing.shop_id WHERE {WHERE} {one_kind} {priced} "  # noqa: S608
            "ORDER BY listing.published_at DESC, listing.id DESC LIMIT 21",
            given,
        )
        rows = await page.fetchall()
        counted = await connection.execute(
            "SELECT listing.kind, count(*) FROM listing JOIN shop ON shop.id = listing.shop_id "  # noqa: S608
            f"WHERE {WHERE} {priced} GROUP BY listing.kind",
            given,
        )
        counts = dict(await counted.fetchall())
    finally:
        pool.put_nowait(connection)
    items = [Card(r[0], r[1], r[2], Money(r[3], r[4]), r[5], Shop(r[7], r[8], r[9], r[10]), r[6]) for r in rows[:20]]
    return Response(
        encoder.encode(Found(items, counts, "next" if len(rows) > 20 else None)), media_type="application/json"
    )


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
