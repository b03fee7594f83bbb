"""A worker that is killed in mid-job costs time, never work."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from marketplace_kit.kernel.clock import SystemClock
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import EmbeddedRunner, LocalBell
from marketplace_kit.kernel.site import Site
from tests.kernel import trade
from tests.kernel.conftest import OpenTrade

HOUSE = Path(__file__).resolve().parents[2]


async def until(true: Any, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.05)


async def kill_in_mid_job(site: Site, mark: Path) -> None:
    """Let another process take the job up, and kill it when it has made its effect and not committed it."""
    url = site.database.url.render_as_string(hide_password=False).replace("+psycopg", "").replace("+aiosqlite", "")
    words = [sys.executable, "-m", "tests.kernel.victim", url, str(mark)]
    victim = subprocess.Popen(words, cwd=HOUSE, env=os.environ | {"PYTHONPATH": str(HOUSE)})  # noqa: ASYNC220 - it is to be killed

    async def reached() -> bool:
        assert victim.poll() is None, "the victim died by itself"
        return mark.exists()  # noqa: ASYNC240 - a file says where another process is

    try:
        await until(reached)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()


@pytest.mark.parametrize("rounds", [1])
async def test_a_worker_killed_in_mid_job_is_followed_by_one_that_finishes_it_once(
    open_trade: OpenTrade, tmp_path: Path, rounds: int
) -> None:
    async with open_trade(clock=SystemClock(), overrides={"jobs.lease_seconds": 2, "jobs.sweep_seconds": 1}) as site:
        for n in range(rounds):
            parcel = str(new_id())
            await site.do(trade.enqueue, "trade.deliver", parcel)
            await kill_in_mid_job(site, tmp_path / f"mark{n}")
            assert parcel not in await site.ask(trade.effects)
            running = asyncio.create_task(EmbeddedRunner(site, LocalBell()).run())

            async def delivered(parcel: str = parcel) -> bool:
                return parcel in await site.ask(trade.effects)

            await until(delivered)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert set((await site.ask(trade.effects)).values()) == {1}
        found = [row for row in await site.ask(trade.jobs) if row.name == "trade.deliver"]
        assert {(row.state, row.attempts) for row in found} == {("done", 2)}
