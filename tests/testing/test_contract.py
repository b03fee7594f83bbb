"""The contract catches plugins that break it. That it holds for ours, the tests of each say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import get

from marketplace_kit.kernel.activation import activation_table
from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.hooks import (
    Actor,
    Listener,
    ListingKind,
    NavItem,
    Plugin,
    PluginInfo,
    Routes,
    Sample,
    Storage,
    hookimpl,
)
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.contract import plugin_contract
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.routing import RouteWithoutPermission

pytestmark = pytest.mark.one_engine


class Sloppy(Plugin):
    info = PluginInfo(name="sloppy", version="1", label="", summary="")


class Dropped(Event):
    name = "sloppy.dropped"


async def leave_a_row(uow: UnitOfWork, *_: Any) -> None:
    """Another row at every call: not idempotent."""
    values = {"plugin": f"p{new_id()}", "enabled": True, "changed_at": uow.at}
    await uow.session.execute(sa.insert(activation_table).values(values))


class Careless(Sloppy):
    """Does again whatever it is told again."""

    @hookimpl
    def mk_listeners(self) -> Sequence[Listener]:
        return [Listener(name="sloppy.count", event=Dropped, handle=leave_a_row)]

    @hookimpl
    def mk_samples(self) -> Sequence[Sample]:
        async def load(site: Site) -> None:
            async def drop(uow: UnitOfWork) -> None:
                uow.record(Dropped())

            await site.do(drop)

        return [Sample(name="sloppy.drops", load=load)]


@get("/sloppy", sync_to_thread=False)
def unguarded() -> str:
    return "anybody may read this"


class Unguarded(Sloppy):
    @hookimpl
    def mk_routes(self) -> Sequence[Routes]:
        return [Routes(handlers=(unguarded,))]


class Slow(Sloppy):
    @hookimpl
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        time.sleep(0.01)
        return ()


class Speechless(Sloppy):
    @hookimpl
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        return [ListingKind(name="sloppy.thing", label="An unheard-of thing", plural="Unheard-of things")]


class Needy(Sloppy):
    info = PluginInfo(name="sloppy", version="1", label="", summary="", requires_plugins=("nobody",))


class Gossip(Sloppy):
    @hookimpl
    def mk_storage(self) -> Sequence[Storage]:
        return [Storage(migrations=Path("nowhere"), prefix="sloppy_", tables=("sloppy_rumour",))]


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Careless, "test_an_event_delivered_twice_has_its_effect_once"),
        (Careless, "test_samples_loaded_twice_change_nothing"),
        (Slow, "test_its_contributions_are_quick"),
        (Speechless, "test_it_stands_alone_with_the_core"),
        (Needy, "test_it_stands_alone_with_the_core"),
    ],
    ids=lambda given: getattr(given, "__name__", given),
)
async def test_control_a_plugin_that_breaks_its_contract_is_caught(
    sites: Sites, broken: type[Plugin], test: str
) -> None:
    suite = plugin_contract(broken())()
    with pytest.raises(AssertionError):
        await getattr(suite, test)(sites)


async def test_control_a_route_without_a_permission_is_caught(sites: Sites) -> None:
    with pytest.raises(RouteWithoutPermission, match="/sloppy"):
        await plugin_contract(Unguarded())().test_every_route_names_a_permission(sites)


async def test_control_a_column_about_people_that_nobody_declared_is_caught(sites: Sites) -> None:
    rumour = sa.Table(
        "sloppy_rumour", metadata, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("heard_phone", sa.Text)
    )
    try:
        with pytest.raises(AssertionError, match="heard_phone"):
            await plugin_contract(Gossip())().test_every_column_about_people_is_declared(sites)
    finally:
        metadata.remove(rumour)


async def test_a_plugin_that_contributes_nothing_fulfils_its_contract(sites: Sites) -> None:
    suite = plugin_contract(Sloppy())()
    await suite.test_it_stands_alone_with_the_core(sites)
    await suite.test_samples_loaded_twice_change_nothing(sites)
    await suite.test_pages_of_the_core_ask_the_database_no_more_because_of_it(sites)
    registry, _ = sites.boot([Sloppy()], environ={"MK_PLUGINS": ""})
    assert registry.owned(Sloppy.info.name) == {}
