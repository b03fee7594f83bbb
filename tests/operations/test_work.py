"""Background work as who runs the site sees it: what was given up gets another life, what is scheduled is started."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.services import retry_one
from marketplace_kit.testing.queries import assert_query_count
from tests.operations.conftest import post, settled


async def give_up(site: Site, name: str = "web.tidy", how_many: int = 1) -> list[Any]:
    """Work that failed for good."""
    rows = [
        {
            "id": new_id(),
            "name": name,
            "payload": {},
            "key": str(new_id()),
            "state": "dead",
            "run_at": site.clock.now(),
            "attempts": 8,
            "error": "Traceback\n  in the cellar\nConnectionError: nobody answers",
            "created_at": site.clock.now(),
        }
        for _ in range(how_many)
    ]
    async with site.database.writer.begin() as connection:
        await connection.execute(sa.insert(job_table), rows)
    return [row["id"] for row in rows]


async def test_what_was_given_up_is_shown_with_its_error(admin: httpx.AsyncClient, site: Site) -> None:
    await give_up(site)
    (dead,) = (await admin.get("/api/admin/jobs/dead")).json()["items"]
    assert (dead["name"], dead["attempts"], dead["reason"]) == ("web.tidy", 8, "ConnectionError: nobody answers")
    assert "in the cellar" in (await admin.get("/admin/jobs")).text
    work = (await admin.get("/api/admin/jobs")).json()
    assert work["dead"] == 1


async def test_one_or_all_get_another_life(admin: httpx.AsyncClient, site: Site) -> None:
    first, *_ = await give_up(site, how_many=3)
    assert (await post(admin, f"/admin/jobs/{first}/retry")).status_code == 303
    assert len((await admin.get("/api/admin/jobs/dead")).json()["items"]) == 2
    assert (await post(admin, f"/admin/jobs/{first}/retry")).status_code == 404
    await post(admin, "/admin/jobs/retry")
    assert (await admin.get("/api/admin/jobs/dead")).json()["items"] == []
    assert await run_until_idle(site) >= 3
    entries = (await admin.get("/api/admin/audit", params={"act": "operations.retry_jobs"})).json()["items"]
    assert [e["facts"]["count"] for e in entries] == [2, 1]


async def test_one_dead_job_is_retried_once_however_many_press_the_button(site: Site) -> None:
    (dead,) = await give_up(site)
    done = await asyncio.gather(*(site.do(retry_one, dead, by=None) for _ in range(8)), return_exceptions=True)
    assert sum(one is None for one in done) == 1
    assert sum(isinstance(one, Missing) for one in done) == 7


async def test_scheduled_work_is_started_out_of_turn(admin: httpx.AsyncClient, site: Site) -> None:
    assert (await post(admin, "/admin/jobs/run/kernel.tidy")).status_code == 303
    assert await run_until_idle(site) >= 1
    assert (await post(admin, "/admin/jobs/run/nonsense")).status_code == 404
    unscheduled = next(name for name, job in site.registry.jobs.items() if job.every is None)
    assert (await post(admin, f"/admin/jobs/run/{unscheduled}")).status_code == 409
    scheduled = {j["name"]: j for j in (await admin.get("/api/admin/jobs")).json()["scheduled"]}
    assert scheduled["kernel.heartbeat"]["state"] in ("done", "")


@pytest.mark.parametrize("path", ["/admin/jobs", "/api/admin/jobs/dead"])
async def test_a_longer_list_asks_no_more(admin: httpx.AsyncClient, site: Site, path: str) -> None:
    await give_up(site)
    await settled(site)
    with assert_query_count(site, at_most=8) as few:
        await admin.get(path)
    await give_up(site, how_many=30)
    await settled(site)
    with assert_query_count(site, at_most=len(few)):
        page = await admin.get(path)
    assert "cursor" in page.text or page.json()["next"]


async def test_the_list_goes_on_where_the_page_ended(admin: httpx.AsyncClient, site: Site) -> None:
    made = await give_up(site, how_many=25)
    first = (await admin.get("/api/admin/jobs/dead")).json()
    rest = (await admin.get("/api/admin/jobs/dead", params={"cursor": first["next"]})).json()
    assert [j["id"] for j in (*first["items"], *rest["items"])] == [str(i) for i in reversed(made)]
    assert (await admin.get("/api/admin/jobs/dead", params={"name": "nothing.such"})).json()["items"] == []
