"""Looking into the audit trail."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import httpx

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.queries import assert_query_count
from tests.operations.conftest import post, settled


async def happened(site: Site, *acts: str, by: Actor | None = None, on: str = "shop:1") -> None:
    async def write(uow: object) -> None:
        for act in acts:
            await audit(uow, by=by, act=act, on=on, facts={"reason": "=1+1"})

    await site.do(write)


async def shown(client: httpx.AsyncClient, **wanted: str) -> list[str]:
    answer = await client.get("/api/admin/audit", params=wanted)
    assert answer.status_code == 200, answer.text
    return [e["act"] for e in answer.json()["items"]]


async def test_entries_are_found_by_act_person_subject_and_day(
    admin: httpx.AsyncClient, site: Site, build: Builders, clock: SetClock
) -> None:
    dina = await build.person("Dina", "admin")
    await happened(site, "shops.approve", by=Actor(person_id=dina))
    clock.advance(timedelta(days=1))
    await happened(site, "shops.close", "listings.hide", on="listing:7")
    assert await shown(admin) == ["listings.hide", "shops.close", "shops.approve"]
    assert await shown(admin, act="shops") == ["shops.close", "shops.approve"]
    assert await shown(admin, act="shops.close") == ["shops.close"]
    assert await shown(admin, person="dina@example.kz") == ["shops.approve"]
    assert await shown(admin, person=str(dina)) == ["shops.approve"]
    assert await shown(admin, subject="listing") == ["listings.hide", "shops.close"]
    assert await shown(admin, until="2026-03-02") == ["shops.approve"]
    assert await shown(admin, since="2026-03-03") == ["listings.hide", "shops.close"]


async def test_a_filter_that_makes_no_sense_is_told_at_its_field(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/api/admin/audit", params={"since": "yesterday", "person": "x" * 10})
    assert answer.status_code == 422
    page = await admin.get("/admin/audit", params={"person": "nobody@example.kz"})
    assert page.status_code == 422
    assert "Nobody here has this address" in page.text
    assert "nobody@example.kz" in page.text
    assert (await admin.get("/api/admin/audit", params={"act": "a\u0000b"})).status_code in (400, 422)


async def test_the_table_for_a_spreadsheet_calculates_nothing(admin: httpx.AsyncClient, site: Site) -> None:
    await happened(site, "=cmd()", "shops.close")
    answer = await admin.get("/admin/audit.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["position", "at", "act", "subject"]
    assert [row[2] for row in rows[1:]] == ["shops.close", "'=cmd()"]


async def test_whether_the_trail_is_whole_can_be_asked(admin: httpx.AsyncClient, site: Site) -> None:
    await happened(site, "shops.close", "shops.reopen")
    verdict = (await admin.get("/api/admin/audit/verify")).json()
    assert (verdict["entries"], verdict["whole"]) == (2, True)
    assert (await post(admin, "/admin/audit/verify")).headers["location"] == "/admin/audit"


async def test_a_longer_trail_asks_no_more_and_goes_on_where_the_page_ended(
    admin: httpx.AsyncClient, site: Site, build: Builders
) -> None:
    await happened(site, "shops.close", by=Actor(person_id=await build.person()))
    await settled(site)
    with assert_query_count(site, at_most=4) as few:
        await admin.get("/admin/audit")
    for _ in range(3):
        await happened(site, *["shops.close"] * 10, by=Actor(person_id=await build.person()))
    await settled(site)
    with assert_query_count(site, at_most=len(few)):
        page = await admin.get("/admin/audit")
    assert "cursor=" in page.text
    first = (await admin.get("/api/admin/audit", params={"limit": "20"})).json()
    rest = (await admin.get("/api/admin/audit", params={"limit": "20", "cursor": first["next"]})).json()
    assert [e["position"] for e in (*first["items"], *rest["items"])] == list(range(31, 0, -1))
