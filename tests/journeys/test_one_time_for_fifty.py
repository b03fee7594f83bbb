"""Fifty programs ask a running server for one time at one instant, over real connections: one of them gets it.

On PostgreSQL two processes answer, so nothing that lives in one of them can have decided. The control, with the
constraint dropped, is in ``tests/scheduling/test_at_once.py``.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.ports import free_port
from marketplace_kit.testing.sites import SECRET, Sites
from tests.scheduling.salons import ATYRAU, Salon

pytestmark = pytest.mark.anyio
CLIENTS = 50


@contextmanager
def served(salon: Salon, folder: Path) -> Iterator[str]:
    """The salon's site behind ``marketplace run``; its address."""
    database = salon.site.database
    given = {
        "MK_PLUGINS": "",
        "MK_DATABASE__URL": database.url.render_as_string(hide_password=False),
        "MK_SITE__SECRET": SECRET,
        "MK_FILES__URL": str(folder / "media"),
        "MK_MAIL__URL": f"file:{folder / 'mails'}",
        "MK_SHOPS__HYGIENE": "false",  # the salon says no address, and is not looked after while it is asked
    }
    workers = "2" if database.dialect == "postgresql" else "1"
    port = free_port()
    command = [sys.executable, "-m", "marketplace_kit", "run", "--port", str(port), "--workers", workers]
    log = folder / "server.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=folder, env=os.environ | given, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield _open(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()
            process.wait(20)


def _open(address: str, process: subprocess.Popen[bytes], log: Path) -> str:
    """The address, once somebody answers there."""
    deadline = time.monotonic() + 60
    with httpx.Client(base_url=address, timeout=2) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.TransportError):
                client.get("/health/live")
                return address
            time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))


async def rush(address: str, listing: UUID, starts_at: str) -> Counter[tuple[int, str]]:
    """What so many guests are answered who all ask for this time."""
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:

        async def ask(number: int) -> httpx.Response:
            line = {"listing_id": str(listing), "choice": {"starts_at": starts_at}}
            guest = {"name": f"Guest {number}", "phone": f"+7701{number:07}", "consent": True}
            return await client.post("/api/orders/create", json={"lines": [line], **guest})

        answers = await asyncio.gather(*(ask(number) for number in range(CLIENTS)))
    refused = [a for a in answers if a.status_code == 409]
    assert all(a.json()["facts"]["alternatives"] for a in refused)
    return Counter((a.status_code, a.json().get("code", "")) for a in answers)


async def test_one_of_fifty_programs_gets_the_time_and_the_others_are_told_of_others(
    sites: Sites, tmp_path: Path
) -> None:
    clock = SetClock(datetime.now(UTC))
    async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock) as site:
        salon = await Salon.opened(site, clock)
        await salon.staff()
        haircut = await salon.service()
        day = (clock.now().astimezone(ZoneInfo(ATYRAU)) + timedelta(days=2)).date()
        with served(salon, tmp_path) as address:
            assert await rush(address, haircut, salon.at("12:00", day)) == {(201, ""): 1, (409, "slot_taken"): 49}
            claims = await salon.claims()
            assert [row["kind"] for row in claims] == ["booking"]
