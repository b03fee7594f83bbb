"""For who writes plugins: who takes part where, and what a template is given. Only in development, only for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from typing_extensions import override

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.hooks import Panel, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.builders import Builders
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.looking_in import MASKED

pytestmark = pytest.mark.one_engine
THERE = "/-/dev/extensions"


class Broken(Plugin):
    info = PluginInfo(name="broken", version="1.0", label="Broken", summary="Breaks on every page.")

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot == "admin_overview":
            raise RuntimeError("no tea left")
        return ()


async def test_staff_see_who_takes_part_where_and_what_broke(
    admin: httpx.AsyncClient, customer: httpx.AsyncClient, build: Builders
) -> None:
    await admin.get("/admin")
    found = (await admin.get(f"{THERE}.json")).json()
    hooks = {one["name"]: one for one in found["hooks"]}
    assert len(hooks) == 16
    order = [part["plugin"] for part in hooks["mk_routes"]["parts"]]
    assert order.index("accounts") < order.index("shops") < order.index("scheduling") < order.index("orders")
    assert all(part["milliseconds"] is not None for part in hooks["mk_routes"]["parts"])
    slots = {one["name"]: one for one in found["slots"]}
    assert slots["sell_after"]["templates"] == ["listings/sell.html"]
    assert (await admin.get(THERE)).status_code == 200
    assert (await customer.get(THERE)).status_code == 403
    assert (await (await build.stranger()).get(f"{THERE}.json")).status_code in (303, 401)


async def test_who_broke_is_named_with_the_error(sites: Sites, anyio_backend: str) -> None:
    async with sites.open(extra=[Broken()], environ={"MK_PLUGINS": ""}) as site:
        site.hooks.panels("admin_overview", {})
        assert site.hooks.calls["mk_panels", "broken", "admin_overview"].error == "RuntimeError: no tea left"
        site.hooks.panels("sell_after", {})
        assert site.hooks.calls["mk_panels", "broken", "sell_after"].error == ""


async def test_in_production_nothing_of_it_is_there(sites: Sites, anyio_backend: str) -> None:
    wanted = {"site.mode": "production", "site.public_url": "https://bazaar.kz", "site.secret": "s" * 40}
    async with sites.open(environ={"MK_PLUGINS": ""}, overrides=wanted) as site:
        await create_person(site, name="Root", email="root@example.kz", password="a-good-password-26", roles=("admin",))
        async with open_client(create_app(site), site) as client:
            assert (await client.get(THERE)).status_code == 404
            known = {"email": "root@example.kz", "password": "a-good-password-26"}
            token = (await client.post("/api/auth/login", json=known)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            assert (await client.get("/admin/health")).status_code == 200
            assert (await client.get(THERE)).status_code == 404
            assert (await client.get(f"{THERE}.json")).status_code == 404
            assert (await client.get("/admin?_context=1")).headers["content-type"].startswith("text/html")


async def test_staff_see_what_a_template_is_given_with_secrets_masked(
    admin: httpx.AsyncClient, customer: httpx.AsyncClient, site: Site
) -> None:
    told = (await admin.get("/admin/settings/shops?_context=1")).json()
    assert told["template"] == "operations/setting_section.html"
    assert MASKED in str(told["context"])
    assert (await admin.get("/admin?_context=1")).json()["context"]["overview"]["people"] >= 1
    shown = await customer.get("/account?_context=1")
    assert shown.headers["content-type"].startswith("text/html")
