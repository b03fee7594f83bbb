"""Alive, and able to serve: told apart, and told the truth about."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from marketplace_kit.kernel.branches import History
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import Site, UnitOfWork


async def test_a_fresh_site_is_ready_and_tells_strangers_no_more(probe: httpx.AsyncClient) -> None:
    answer = await probe.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": {}})


async def test_late_background_work_is_told_but_the_site_serves(
    probe: httpx.AsyncClient, probe_site: Site, clock: SetClock
) -> None:
    async def leave_work(uow: UnitOfWork) -> None:
        uow.enqueue("kernel.tidy", Nothing())

    await probe_site.do(leave_work)
    clock.advance(timedelta(minutes=10))
    answer = await probe.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_without_a_migration_the_site_is_not_ready(probe: httpx.AsyncClient, probe_site: Site) -> None:
    async with probe_site.database.writer.begin() as connection:
        await connection.execute(sa.text("DELETE FROM alembic_version"))
    answer = await probe.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")


async def test_a_database_ahead_of_this_version_still_serves(probe: httpx.AsyncClient, probe_site: Site) -> None:
    history = History.of(probe_site.registry)
    assert history.missing(history.heads) == frozenset()
    assert history.missing({"web_9999"}) == frozenset()
    assert history.missing(set()) == history.heads


async def test_with_the_database_away_the_answer_is_busy_and_the_process_lives(
    probe: httpx.AsyncClient, probe_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError())

    class Lost:
        async def identify(self, *_: object) -> None:
            await away()

    from marketplace_kit.web.identity import Identifier

    probe_site.facilities[Identifier] = Lost()
    monkeypatch.setattr(Site, "ask", away)
    asked = await probe.get("/api/probe/secret", headers={"authorization": "Bearer good-bearer"})
    assert (asked.status_code, asked.json()["code"]) == (503, "unavailable")
    assert (await probe.get("/health/ready")).status_code == 503
    assert (await probe.get("/health/live")).status_code == 200
