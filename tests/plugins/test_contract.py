"""What every plugin of this repository is held to: it slots in, stands aside and goes away without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import permutations
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from marketplace_kit.app import create_app
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.activation import Activation, disable, enable, forget
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.checks import check_plugin
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.plugins import boot, discover
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.queries import count_queries
from marketplace_kit.testing.sites import Sites

pytestmark = pytest.mark.anyio

PLUGINS: dict[str, Plugin] = {plugin.info.name: plugin for plugin in discover()[0]}
CORE_ALONE = {"MK_PLUGINS": ""}
PAGES_OF_THE_CORE = ("/", "/listings", "/shops", "/sign-in")


@pytest.fixture(params=sorted(PLUGINS))
def plugin(request: pytest.FixtureRequest) -> Plugin:
    return PLUGINS[request.param]


@asynccontextmanager
async def opened(sites: Sites, clock: SetClock, *plugins: Plugin) -> AsyncIterator[tuple[Site, httpx.AsyncClient]]:
    """A site of the core and these plugins alone, with a browser on it."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(sites.open(plugins, clock=clock, environ=CORE_ALONE))
        yield site, await stack.enter_async_context(open_client(create_app(site), site))


async def switch(site: Site, plugin: Plugin, act: Callable[..., Any]) -> None:
    await site.do(act, plugin.info.name)
    await site.facility(Activation).refresh(site, at_most_every=0)


async def statements(site: Site, client: httpx.AsyncClient, path: str) -> int:
    await client.get(path)
    await site.facility(Activation).refresh(site, at_most_every=0)  # asked once a second: not while we count
    with count_queries(site) as seen:
        assert (await client.get(path)).status_code == 200
    return len(seen)


def test_both_verticals_are_installed() -> None:
    assert {"breeder", "grooming"} <= set(PLUGINS)


async def test_a_plugin_stands_alone_with_the_core(sites: Sites, clock: SetClock, plugin: Plugin) -> None:
    async with opened(sites, clock, plugin) as (site, client):
        assert site.registry.quarantined == ()
        assert check_plugin(site.registry, site.texts, plugin.info.name) == []
        for path in PAGES_OF_THE_CORE:
            assert (await client.get(path)).status_code == 200


@pytest.mark.one_engine
def test_plugins_load_in_any_order() -> None:
    def declared(order: Sequence[Plugin]) -> list[str]:
        registry, _ = boot((), order)
        assert registry.quarantined == ()
        return list(registry.plugins)

    assert len({tuple(declared(order)) for order in permutations(PLUGINS.values())}) == 1


async def test_a_plugin_that_is_switched_off_is_not_there(sites: Sites, clock: SetClock, plugin: Plugin) -> None:
    name = plugin.info.name
    async with opened(sites, clock, plugin) as (site, client):
        await switch(site, plugin, disable)
        for declared in site.registry.routes.of(name):
            for handler in declared.handlers:
                path = next(iter(handler.paths))
                if "GET" in handler.http_methods and "{" not in path:
                    assert (await client.get(path)).status_code == 404, path
        for path in PAGES_OF_THE_CORE:
            page = await client.get(path)
            assert page.status_code == 200
            assert f"/{name}" not in page.text
        await switch(site, plugin, enable)
        assert site.hooks.is_active(name)


async def test_a_plugins_tables_go_up_down_and_up(databases: Databases, sites: Sites, plugin: Plugin) -> None:
    registry, _ = sites.boot([plugin], CORE_ALONE)
    with databases.migrated(registry) as url:
        migrations = Migrations(registry, url)
        assert migrations.differences() == []
        migrations.downgrade(f"{plugin.info.name}@base")
        migrations.upgrade()
        assert migrations.differences() == []


def test_a_plugin_leaves_the_cores_tables_as_they_are(databases: Databases, sites: Sites, plugin: Plugin) -> None:
    own = {table for storage in plugin.mk_storage() for table in storage.tables}

    def described(*plugins: Plugin) -> dict[str, list[str]]:
        with databases.migrated(sites.boot(plugins, CORE_ALONE)[0]) as url:
            engine = sa.create_engine(dialects.sync_url(dialects.normal_url(url)))
            inspector = sa.inspect(engine)
            tables = set(inspector.get_table_names()) - own
            found = {table: sorted(column["name"] for column in inspector.get_columns(table)) for table in tables}
            engine.dispose()
            return found

    assert described(plugin) == described()


async def test_a_purged_plugin_leaves_nothing_and_the_site_goes_on(
    databases: Databases, sites: Sites, clock: SetClock, plugin: Plugin
) -> None:
    registry, _ = sites.boot([plugin], CORE_ALONE)
    name = plugin.info.name
    with databases.migrated(registry) as url:
        async with sites.open([plugin], clock=clock, environ=CORE_ALONE, url=url) as site:
            await load_samples(site, lambda _: None)
            await switch(site, plugin, disable)
        Migrations(registry, url).downgrade(f"{name}@base")
        async with sites.open([plugin], clock=clock, environ=CORE_ALONE, url=url) as site:
            await site.do(forget, name)
        async with sites.open((), clock=clock, environ=CORE_ALONE, url=url) as site:
            assert Migrations(site.registry, url).orphans() == []
            async with open_client(create_app(site), site) as client:
                assert (await client.get("/listings")).status_code == 200


async def test_every_column_about_people_is_there_and_named(sites: Sites, plugin: Plugin) -> None:
    registry, _ = sites.boot([plugin], CORE_ALONE)
    named = {column for kept in registry.personal_data.of(plugin.info.name) for column in kept.columns}
    tables = [metadata.tables[t] for s in registry.storage.of(plugin.info.name) for t in s.tables]
    known = {f"{table.name}.{column.name}" for table in tables for column in table.c}
    about_people = {name for name in known if name.endswith((".person_id", ".phone", ".email", ".message", ".note"))}
    assert named <= known
    assert about_people <= named


async def test_an_event_that_is_delivered_twice_has_its_effect_once(
    sites: Sites, clock: SetClock, plugin: Plugin
) -> None:
    async with opened(sites, clock, plugin) as (site, _):
        await load_samples(site, lambda _: None)
        listeners = {x.name for x in site.registry.listeners.of(plugin.info.name)}
        assert listeners

        async def notices() -> int:
            async with site.database.reader.connect() as connection:
                return int((await connection.execute(sa.text("SELECT count(*) FROM notice"))).scalar_one())

        before = await notices()
        async with site.database.writer.begin() as connection:
            again = sa.update(job_table).where(job_table.c.name.in_(listeners)).values(state="ready", done_at=None)
            assert (await connection.execute(again)).rowcount > 0
        await run_until_idle(site)
        assert await notices() == before


async def test_what_is_recorded_can_be_read_again(sites: Sites, clock: SetClock, plugin: Plugin) -> None:
    async with opened(sites, clock, plugin) as (site, _):
        await load_samples(site, lambda _: None)
        own = {x.event.name: x.event for x in site.registry.listeners.of(plugin.info.name)}
        async with site.database.reader.connect() as connection:
            rows = (await connection.execute(sa.select(event_table).where(event_table.c.name.in_(own)))).all()
        assert rows
        for row in rows:
            msgspec.convert(row.payload, own[row.name])


@pytest.mark.parametrize("path", PAGES_OF_THE_CORE)
async def test_a_page_of_the_core_asks_no_more_with_plugins(sites: Sites, clock: SetClock, path: str) -> None:
    async with opened(sites, clock) as (site, client):
        without = await statements(site, client, path)
    async with opened(sites, clock, *PLUGINS.values()) as (site, client):
        assert await statements(site, client, path) == without
