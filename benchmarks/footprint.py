"""P9: what it costs to be there - memory, start, migrations from empty, and each further plugin on each request."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.places import ROOT, free_port, process, resident_megabytes, wait_for
from benchmarks.table import Figure
from marketplace_kit import assembly
from marketplace_kit.app import create_app
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.hooks import Actor, Listener, NavItem, Panel, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.settings import DatabaseSettings

ROUNDS, REQUESTS = 9, 60
PATHS = ("/", "/api/listings")


def a_plugin(number: int) -> Plugin:
    """A plugin that takes part in every page, as an ordinary vertical does."""

    class Neighbour(Plugin):
        info = PluginInfo(name=f"neighbour{number}", version="1", label="N", summary="One of many.")

        @hookimpl
        def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
            return (NavItem(slot="footer", text="N", href=f"/n/{number}"),) if actor.signed_in else ()

        @hookimpl
        def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
            return ()

        @hookimpl
        def mk_listeners(self) -> Sequence[Listener]:
            return ()

    return Neighbour()


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="mk-bench-") as folder:
        return [*_at_rest(Path(folder)), *asyncio.run(_plugins(Path(folder)))]


def _at_rest(folder: Path) -> list[Figure]:
    started = time.perf_counter()
    registry, _ = assembly.load_plugins({})
    Migrations(registry, f"sqlite:///{folder / 'empty.db'}").upgrade()
    migrated = time.perf_counter() - started
    port, data = free_port(), folder / "demo"
    command = (sys.executable, str(ROOT / "kit"), "demo", "--port", str(port), "--data", str(data))  # the README's
    with process(*command):
        first = wait_for(f"http://127.0.0.1:{port}/", 120)
    with process(*command) as again:
        second = wait_for(f"http://127.0.0.1:{port}/", 60)
        time.sleep(2)
        memory = resident_megabytes(again.pid)
    return [
        Figure("P9", "migrations from empty", f"{migrated:.1f} s", "", "", "<= 10 s", migrated <= 10),
        Figure("P9", "demo, first start with all samples", f"{first:.1f} s", "", "", "", None),
        Figure("P9", "demo, second start to first page", f"{second:.1f} s", "", "", "<= 3 s", second <= 3),
        Figure("P9", "memory at rest, all plugins, embedded", f"{memory:.0f} MB", "", "", "<= 180 MB", memory <= 180),
    ]


async def _plugins(folder: Path) -> list[Figure]:
    """Rounds with 0, 5 and 20 further plugins in turn, so that the machine's moods hit all alike."""
    clients = {count: await _client(folder, count) for count in (0, 5, 20)}
    figures = []
    for path in PATHS:
        times: dict[int, list[float]] = {count: [] for count in clients}
        for _ in range(ROUNDS):
            for count, client in clients.items():
                started = time.perf_counter()
                for _ in range(REQUESTS):
                    answer = await client.get(path)
                    answer.raise_for_status()
                times[count].append((time.perf_counter() - started) / REQUESTS)
        bare = statistics.median(times[0])
        for count in (5, 20):
            ratio = statistics.median(a / b for a, b in zip(times[count], times[0], strict=True))
            bar, met = ("<= 1.05", ratio <= 1.05) if count == 20 else ("", None)
            figures.append(
                Figure(
                    "P9",
                    f"{path} with {count} more plugins",
                    f"{bare * ratio * 1000:.2f} ms",
                    f"{bare * 1000:.2f} ms",
                    f"{ratio:.3f}",
                    bar,
                    met,
                )
            )
    return figures


async def _client(folder: Path, count: int) -> httpx.AsyncClient:
    registry, hooks = assembly.load_plugins({}, [a_plugin(n) for n in range(count)])
    given = {"database.url": f"sqlite:///{folder / f'with{count}.db'}", "files.url": str(folder / "media")}
    settings = assembly.load_settings(registry, environ={}, overrides=given)
    Migrations(registry, settings.of(DatabaseSettings).url).upgrade()
    app = create_app(assembly.open_site(registry, hooks, settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")
