"""The admin area: overview, plugins, settings, health - by page and by API."""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.schemas.kinds import PRODUCT, Product
from marketplace_kit.listings.services import reindex
from marketplace_kit.listings.tables import search_table
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.queries import assert_query_count
from tests.operations.conftest import post, settled

pytestmark = pytest.mark.one_engine  # pages: what stands behind them runs on both

PAGES = (
    "/admin",
    "/admin/plugins",
    "/admin/plugins/grooming",
    "/admin/jobs",
    "/admin/audit",
    "/admin/settings",
    "/admin/brand",
)


@pytest.mark.parametrize("path", [*PAGES, "/admin/health", "/api/admin/overview", "/api/admin/audit"])
async def test_only_who_runs_the_site_comes_in(
    admin: httpx.AsyncClient, customer: httpx.AsyncClient, build: Builders, path: str
) -> None:
    assert (await admin.get(path)).status_code == 200
    assert (await customer.get(path)).status_code == 403
    stranger = await (await build.stranger()).get(path)
    assert stranger.status_code in (303, 401)


async def test_the_overview_counts_what_there_is(admin: httpx.AsyncClient, build: Builders) -> None:
    before = (await admin.get("/api/admin/overview")).json()
    await build.shop()
    after = (await admin.get("/api/admin/overview")).json()
    assert after["shops_open"] == before["shops_open"] + 1
    assert after["people"] == before["people"] + 1
    assert after["people_this_week"] == after["people"]
    shown = (await admin.get("/admin")).text
    assert "/admin/plugins" in shown
    assert "/admin/jobs" in shown


async def test_the_overview_asks_once_however_much_there_is(
    admin: httpx.AsyncClient, build: Builders, site: Site
) -> None:
    await settled(site)
    with assert_query_count(site, at_most=4) as few:
        await admin.get("/api/admin/overview")
    for _ in range(3):
        await build.shop()
    await settled(site)
    with assert_query_count(site, at_most=len(few)):
        await admin.get("/api/admin/overview")


async def test_a_plugin_is_switched_off_and_on_for_this_site(admin: httpx.AsyncClient, build: Builders) -> None:
    shown = (await admin.get("/admin/plugins/grooming")).text
    assert "What it stored stays" in shown
    answer = await post(admin, "/admin/plugins/grooming/disable")
    assert answer.headers["location"] == "/admin/plugins/grooming"
    assert (await admin.get("/api/admin/plugins/grooming")).json()["state"] == "disabled"
    kinds = (await (await build.stranger()).get("/api/listings/kinds")).text
    assert "grooming" not in kinds
    assert "Let it take part" in (await admin.get("/admin/plugins/grooming")).text
    await post(admin, "/admin/plugins/grooming/enable")
    assert (await admin.get("/api/admin/plugins/grooming")).json()["state"] == "enabled"
    entries = (await admin.get("/api/admin/audit", params={"act": "operations."})).json()["items"]
    assert [e["act"] for e in entries][:2] == ["operations.enable_plugin", "operations.disable_plugin"]
    assert entries[0]["actor_name"] == "Aruzhan"
    assert entries[0]["subject"] == "plugin:grooming"


async def test_what_the_core_is_made_of_cannot_be_switched_off(admin: httpx.AsyncClient) -> None:
    refused = await post(admin, "/admin/plugins/accounts/disable")
    assert refused.status_code == 409
    assert (await post(admin, "/admin/plugins/nonsense/disable")).status_code == 404
    assert (await admin.get("/admin/plugins/nonsense")).status_code == 404
    assert "cannot be switched off" in (await admin.get("/admin/plugins/accounts")).text


async def test_settings_say_where_they_come_from_and_hide_secrets(admin: httpx.AsyncClient, site: Site) -> None:
    rows = {r["name"]: r for r in (await admin.get("/api/admin/settings")).json()}
    assert rows["site.secret"] == {
        "name": "site.secret",
        "label": "Secret key",
        "value": "********",
        "origin": "override",
        "secret": True,
        "runtime": False,
    }
    shown = (await admin.get("/admin/settings")).text
    assert "a-secret-that-only-the-tests-know" not in shown
    assert "site.timezone" in shown


async def test_health_says_what_is_wrong_and_what_helps(admin: httpx.AsyncClient) -> None:
    findings = {f["what"]: f for f in (await admin.get("/api/admin/health")).json()}
    assert findings["migrations"]["state"] == "ok"
    assert findings["file storage"]["state"] == "ok"
    assert findings["backup"] == {
        "what": "backup",
        "state": "warn",
        "finding": "none was made with “marketplace backup”",
        "cure": "marketplace backup FILE",
    }
    admin.headers["Accept-Language"] = "ru"
    admin.cookies.set("mk_locale", "ru")
    assert "резервная копия" in (await admin.get("/admin/health")).text


async def test_health_tells_when_the_search_index_is_out_of_step(
    admin: httpx.AsyncClient, build: Builders, site: Site
) -> None:
    async def finding() -> dict[str, str]:
        found = (await admin.get("/api/admin/health")).json()
        return next(f for f in found if f["what"] == "search index")

    async def spoil(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.update(search_table).values(price_order=-7))

    owner = await build.person("", "customer", "vendor")
    await build.listing(await build.shop(owner), owner, PRODUCT, Product(handover=("pickup",)))
    assert (await finding())["state"] == "ok"
    await site.do(spoil)
    told = await finding()
    assert (told["state"], told["cure"]) == ("warn", "marketplace reindex")
    assert told["finding"].startswith("listings not found as they should be: 1 ")
    async for _ in reindex(site):
        pass
    assert (await finding())["state"] == "ok"
