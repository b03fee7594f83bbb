"""Metrics: what a monitoring program reads, and nobody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites

TOKEN = "a-token-for-the-monitoring"


class Broken(Plugin):
    """Raises wherever it may say something."""

    info = PluginInfo(name="broken", version="1", label="Broken", summary="")

    @hookimpl
    def mk_nav_items(self, actor: Any) -> Any:
        raise RuntimeError


@pytest.fixture
async def watched(sites: Sites, anyio_backend: str) -> AsyncIterator[Site]:
    async with sites.open([Broken()], overrides={"monitoring.token": TOKEN}) as site:
        yield site


@pytest.fixture
async def stranger(watched: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(create_app(watched), watched) as client:
        yield client


async def read(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/-/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


async def test_only_who_has_the_token_or_runs_the_site_reads_them(
    stranger: httpx.AsyncClient, admin: httpx.AsyncClient, customer: httpx.AsyncClient
) -> None:
    assert (await stranger.get("/-/metrics")).status_code == 404
    for wrong in ("Bearer wrong", "Bearer", f"Basic {TOKEN}", ""):
        assert (await stranger.get("/-/metrics", headers={"Authorization": wrong})).status_code == 404
    assert await read(stranger)
    assert (await customer.get("/-/metrics")).status_code == 404
    assert (await customer.get("/-/metrics", headers={"Authorization": "Bearer "})).status_code == 404
    assert (await admin.get("/-/metrics")).status_code == 200


async def test_requests_are_counted_by_the_route_and_never_by_what_was_asked_for(stranger: httpx.AsyncClient) -> None:
    await stranger.get("/shops/canary-slug")
    await stranger.get("/canary-path/1")
    await stranger.get("/api/listings?q=canary")
    found = await read(stranger)
    assert not [name for name in found if "canary" in name]
    assert found['marketplace_request_seconds_count{method="GET",route="/shops/{slug}",status="404"}'] == 1
    assert found['marketplace_request_seconds_count{method="GET",route="(none)",status="404"}'] == 1
    assert found['marketplace_request_seconds_count{method="GET",route="/api/listings",status="200"}'] == 1


async def test_labels_carry_no_ids(stranger: httpx.AsyncClient, watched: Site) -> None:
    await run_until_idle(watched)
    await stranger.get("/shops")
    assert not re.search(r"[0-9a-f]{8}-?[0-9a-f]{4}", " ".join(await read(stranger)))


async def test_work_a_hook_that_broke_and_the_outbox_are_told(stranger: httpx.AsyncClient, watched: Site) -> None:
    async def enqueue(uow: Any) -> None:
        uow.enqueue("web.tidy", watched.registry.jobs["web.tidy"].payload())

    await watched.do(enqueue)
    await stranger.get("/shops")
    found = await read(stranger)
    assert found["marketplace_outbox_waiting"] == 1
    assert found["marketplace_database_up"] == 1
    assert found["marketplace_backup_age_seconds"] == -1
    assert found['marketplace_hook_errors_total{hook="mk_nav_items",plugin="broken"}'] >= 1
    await run_until_idle(watched)
    found = await read(stranger)
    assert found["marketplace_outbox_waiting"] == 0
    assert found['marketplace_job_seconds_count{name="web.tidy",result="done"}'] >= 1


async def test_a_notice_is_counted_by_channel_and_result(build: Builders, admin: httpx.AsyncClient, site: Site) -> None:
    stranger = await build.stranger()
    words = "three quiet camels"
    form = {"name": "Dina", "email": "dina@example.kz", "password": words, "accept_terms": True}
    await stranger.post("/api/auth/register", json=form)
    await run_until_idle(site)
    shown = (await admin.get("/-/metrics")).text
    assert 'marketplace_notices_total{channel="email",result="sent"} 1.0' in shown
