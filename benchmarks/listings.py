"""P1: ``GET /api/listings``, 20 rows with prices and the counts of each kind, on PostgreSQL - against the same two
statements by the raw driver, encoded by msgspec in a bare Litestar handler. Both served by uvicorn, measured in turn.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.places import free_port, loaded, postgres_database, process, wait_for
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.kernel.branches import Migrations

ROWS = int(os.environ.get("BENCH_LISTINGS", "10000"))
KIND = "breeder.puppy"
ROUNDS, REQUESTS = 5, 600
BREEDS = ("Алабай", "Тазы", "Корги", "Шпиц", "Лабрадор", "Хаски", "Пудель")


def measure() -> list[Figure]:
    with postgres_database("mk_bench_listings") as url:
        registry, _ = assembly.load_plugins({})
        Migrations(registry, url).upgrade()
        fill(url)
        return _compare(url)


def fill(url: str) -> None:
    """Open shops and published listings, inserted by COPY; the planner is told what there is."""
    choose = random.Random(42)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    shops = [uuid.UUID(int=choose.getrandbits(128)) for _ in range(200)]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY shop (id, slug, name, about, city, state, created_at, version) FROM STDIN") as copy:
            for number, shop in enumerate(shops):
                copy.write_row((shop, f"shop-{number}", f"Питомник {number}", "", "Атырау", "open", now, 1))
        columns = (
            "id, shop_id, kind, title, description, price_amount, price_currency, attributes, state, search_text, "
            "created_at, published_at, version"
        )
        with cursor.copy(f"COPY listing ({columns}) FROM STDIN") as copy:
            for number in range(ROWS):
                breed, at = choose.choice(BREEDS), now - timedelta(minutes=number)
                title, price = f"{breed}, щенок {number}", choose.randrange(5_000, 900_000) * 100
                attributes = Jsonb({"breed": breed, "sex": choose.choice(("male", "female")), "colour": "рыжий"})
                row = (
                    uuid.UUID(int=choose.getrandbits(128)),
                    choose.choice(shops),
                    KIND,
                    title,
                    "Привит, чипирован.",
                    price,
                    "KZT",
                    attributes,
                    "published",
                    title.lower(),
                    at,
                    at,
                    1,
                )
                copy.write_row(row)
        cursor.execute("ANALYZE")


def _compare(url: str) -> list[Figure]:
    ours, bare = free_port(), free_port()
    environ = {"MK_DATABASE__URL": url, "MK_FILES__URL": "/tmp/mk-bench-media", "BENCH_URL": url}  # noqa: S108
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
        wait_for(f"http://127.0.0.1:{ours}/health/ready")
        wait_for(f"http://127.0.0.1:{bare}/api/listings")
        return [
            _measured(ours, bare, what, query)
            for what, query in (
                ("newest", ""),
                ("one kind, priced", f"?kind={KIND}&price_min=1000000&price_max=30000000"),
            )
        ]


def _measured(ours: int, bare: int, what: str, query: str) -> Figure:
    addresses = {
        "ours": f"http://127.0.0.1:{ours}/api/listings{query}",
        "bare": f"http://127.0.0.1:{bare}/api/listings{query}",
    }
    for address in addresses.values():
        loaded(address, 100)
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    tails: list[float] = []
    for _ in range(ROUNDS):
        for who, address in addresses.items():
            found = loaded(address, REQUESTS)
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
