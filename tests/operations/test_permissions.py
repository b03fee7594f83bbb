"""Every route of the core and of the installed plugins, asked by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get

from marketplace_kit.app import create_app
from marketplace_kit.kernel.hooks import Permission, Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.matrix import permission_matrix, routes
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.routing import route

pytestmark = pytest.mark.one_engine

# Removing what is not there, a button not pressed, a page whose own button finds out: the same for every id.
OWN_ANSWER = (
    "DELETE /api/favorites/{listing_id}",
    "GET /account/notices/telegram/{code}",
    "GET /reset/{token}",
    "DELETE /api/breeder/listings/{listing_id}/interest",
    "GET /breeder/listings/{listing_id}/interest/state",
    "GET /verify/{token}",
)


async def test_every_route_lets_in_whom_it_says_and_nobody_else(kit_app: Any, site: Site) -> None:
    assert len(list(routes(kit_app))) > 100
    deviations = await permission_matrix(kit_app, site, own_answer=OWN_ANSWER)
    assert deviations == [], "\n".join(str(d) for d in deviations)


async def test_a_route_that_shows_foreign_things_is_found(sites: Sites) -> None:
    """The control: a handler that never looks whose thing it is, and one that breaks."""

    @get("/careless/{thing:uuid}", **route("careless.look"))
    async def careless() -> str:
        return "everybody's"

    @get("/broken", **route("public"))
    async def broken() -> str:
        raise RuntimeError

    class Careless(Plugin):
        info = PluginInfo(name="careless", version="1", label="Careless", summary="")

        @hookimpl
        def mk_permissions(self) -> Any:
            return (Permission(name="careless.look", label="Look", roles=("vendor",)),)

        @hookimpl
        def mk_routes(self) -> Any:
            return (Routes(handlers=(careless, broken)),)

    async with sites.open([Careless()], environ={"MK_PLUGINS": ""}) as site:
        app = create_app(site)
        others = {asked.path for asked in routes(app)} - {"/careless/{thing}", "/broken"}
        found = await permission_matrix(app, site, skip=others)
    assert {(d.path, d.who, d.expected) for d in found if d.path == "/careless/{thing}"} == {
        ("/careless/{thing}", "vendor", "not found")
    }
    assert {d.expected for d in found if d.path == "/broken"} == {"no fault"}
