"""What every plugin is held to, as tests that its author runs::

    from marketplace_kit.testing.contract import plugin_contract
    from marketplace_vet import plugin

    TestVet = plugin_contract(plugin)

The samples of the plugin are the data that most of these tests work on: the more of its tables they fill, the more is
held to the contract. Override ``pages`` if there are other pages of the core that the plugin contributes to.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.services import erase_person, export_person
from marketplace_kit.app import create_app
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.activation import Activation, disable, enable, forget
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.checks import check_plugin
from marketplace_kit.kernel.hooks import Actor, Plugin
from marketplace_kit.kernel.hooks.facade import SLOW_SECONDS
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.plugins import boot, discover
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing import traces
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.queries import count_queries
from marketplace_kit.testing.sites import Sites
from marketplace_kit.testing.translations import LANGUAGES, missing
from marketplace_kit.web.openapi import routes_of
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN

ALONE = {"MK_PLUGINS": ""}
_BEST_OF = 5


class PluginContract:
    """The suite. :func:`plugin_contract` makes one for a plugin."""

    pytestmark = pytest.mark.anyio
    plugin: ClassVar[Plugin]
    pages: ClassVar[Sequence[str]] = ("/", "/listings", "/shops", "/sign-in")

    # ── how the tests see the plugin ─────────────────────────────────────────────────────────────

    @property
    def name(self) -> str:
        return self.plugin.info.name

    def family(self) -> list[Plugin]:
        """The plugin, and those installed that it needs."""
        installed = {p.info.name: p for p in discover()[0]}
        needs = [installed[n] for n in self.plugin.info.requires_plugins if n in installed]
        return [*needs, self.plugin]

    @asynccontextmanager
    async def opened(self, sites: Sites, *, url: str | None = None, samples: bool = False) -> AsyncIterator[Site]:
        """A site of the core, what the plugin needs, and the plugin."""
        async with sites.open(self.family(), environ=ALONE, url=url) as site:
            if samples:
                await load_samples(site, lambda _: None)
            yield site

    async def switch(self, site: Site, act: Callable[..., Any]) -> None:
        await site.do(act, self.name)
        await site.facility(Activation).refresh(site, at_most_every=0)

    # ── it slots in and stands aside ─────────────────────────────────────────────────────────────

    async def test_it_stands_alone_with_the_core(self, sites: Sites) -> None:
        async with self.opened(sites) as site:
            assert {q.name: q.reason for q in site.registry.quarantined} == {}
            assert check_plugin(site.registry, site.texts, self.name) == []
            async with open_client(create_app(site), site) as client:
                for path in self.pages:
                    assert (await client.get(path)).status_code == 200, path

    @pytest.mark.one_engine
    def test_it_stands_with_all_others_in_any_order(self) -> None:
        others = [p for p in discover()[0] if p.info.name != self.name]
        orders = ([*others, self.plugin], [self.plugin, *reversed(others)])
        registries = [boot((), order)[0] for order in orders]
        assert [list(r.plugins) for r in registries] == [list(registries[0].plugins)] * 2
        assert all(self.name in r.plugins for r in registries)

    @pytest.mark.one_engine
    async def test_every_route_names_a_permission(self, sites: Sites) -> None:
        async with self.opened(sites) as site:
            known = {PUBLIC, SIGNED_IN, *site.registry.permissions}
            own = [(path, h) for path, h in routes_of(create_app(site)) if h.opt.get("plugin") == self.name]
            asked = [(path, h) for path, h in own if getattr(h, "http_methods", None) != {"OPTIONS"}]
            assert [path for path, h in asked if h.opt.get("permission") not in known] == []

    async def test_switched_off_it_is_not_there_and_switched_on_it_is(self, sites: Sites) -> None:
        async with self.opened(sites) as site:
            app = create_app(site)
            own = [(p, h) for p, h in routes_of(app) if h.opt.get("plugin") == self.name]
            open_paths = {p for p, h in own if "GET" in getattr(h, "http_methods", ()) and "{" not in p}
            async with open_client(app, site) as client:
                await self.switch(site, disable)
                assert {p: (await client.get(p)).status_code for p in open_paths} == dict.fromkeys(open_paths, 404)
                for path in self.pages:
                    assert (await client.get(path)).status_code == 200, path
                await self.switch(site, enable)
                assert [p for p in open_paths if (await client.get(p)).status_code == 404] == []

    # ── its data ─────────────────────────────────────────────────────────────────────────────────

    async def test_its_tables_go_up_and_down_and_up_with_data(self, sites: Sites, databases: Databases) -> None:
        registry = sites.boot(self.family(), ALONE)[0]
        with databases.migrated(registry) as url:
            async with self.opened(sites, url=url, samples=True):
                pass
            migrations = Migrations(registry, url)
            assert migrations.differences() == []
            if registry.storage.of(self.name):
                migrations.downgrade(f"{self.name}@base")
                migrations.upgrade()
            assert migrations.differences() == []

    async def test_the_cores_tables_are_left_as_they_are(self, sites: Sites) -> None:
        def columns(connection: sa.Connection, own: set[str]) -> dict[str, list[str]]:
            seen = sa.inspect(connection)
            names = [n for n in seen.get_table_names() if n not in own]
            return {n: sorted(f"{c['name']} {c['type']} {c['nullable']}" for c in seen.get_columns(n)) for n in names}

        async def described(family: Sequence[Plugin], own: set[str]) -> dict[str, list[str]]:
            async with sites.open(family, environ=ALONE) as site, site.database.reader.connect() as connection:
                return await connection.run_sync(columns, own)

        own = {t for s in self.plugin.mk_storage() for t in s.tables}
        assert await described(self.family(), own) == await described(self.family()[:-1], set())

    async def test_purged_it_leaves_nothing_and_the_site_goes_on(self, sites: Sites, databases: Databases) -> None:
        registry = sites.boot(self.family(), ALONE)[0]
        with databases.migrated(registry) as url:
            async with self.opened(sites, url=url, samples=True) as site:
                await self.switch(site, disable)
            if registry.storage.of(self.name):
                Migrations(registry, url).downgrade(f"{self.name}@base")
            async with self.opened(sites, url=url) as site:
                await site.do(forget, self.name)
            async with sites.open(self.family()[:-1], environ=ALONE, url=url) as site:
                assert Migrations(site.registry, url).orphans() == []
                assert [t for t in await traces.table_names(site) if t.startswith(f"{self.name}_")] == []
                async with open_client(create_app(site), site) as client:
                    for path in self.pages:
                        assert (await client.get(path)).status_code == 200, path

    async def test_samples_loaded_twice_change_nothing(self, sites: Sites) -> None:
        async with self.opened(sites, samples=True) as site:
            names = await traces.table_names(site) - {job_table.name, event_table.name}
            before = await traces.row_counts(site, names)
            await load_samples(site, lambda _: None)
            assert await traces.row_counts(site, names) == before

    # ── people ───────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.one_engine
    async def test_every_column_about_people_is_declared(self, sites: Sites) -> None:
        registry = sites.boot(self.family(), ALONE)[0]
        declared = {c for kept in registry.personal_data.of(self.name) for c in kept.columns}
        columns = {f"{t.name}.{c.name}": c for t in traces.own_tables(registry, self.name) for c in t.c}
        assert declared <= set(columns), "declared columns that do not exist"
        assert {name for name, c in columns.items() if traces.speaks_of_people(c)} - declared == set()

    async def test_what_is_kept_about_a_person_is_given_to_them_and_forgotten(self, sites: Sites) -> None:
        async with self.opened(sites, samples=True) as site:
            tables = traces.own_tables(site.registry, self.name)
            declared = [c for kept in site.registry.personal_data.of(self.name) for c in kept.columns]
            for person in sorted(await traces.people_in(site, tables)):
                given = msgspec.json.encode(await export_person(site, person)).decode()
                kept = await traces.told_about(site, tables, declared, person)
                texts = [v for v in kept.values() if isinstance(v, str) and v]
                assert [t for t in texts if msgspec.json.encode(t).decode() not in given] == []
                await site.do(erase_person, person)
                assert await traces.still_there(site, tables, kept) == {}

    # ── how it behaves ───────────────────────────────────────────────────────────────────────────

    @pytest.mark.one_engine
    @pytest.mark.parametrize("locale", LANGUAGES)
    def test_every_text_is_worded(self, locale: str) -> None:
        package = sys.modules[type(self.plugin).__module__.partition(".")[0]]
        for folder in getattr(package, "__path__", ()):
            assert missing(Path(folder), locale) == []

    async def test_an_event_delivered_twice_has_its_effect_once(self, sites: Sites) -> None:
        async with self.opened(sites, samples=True) as site:
            listeners = [x.name for x in site.registry.listeners.of(self.name)]
            names = await traces.table_names(site) - {job_table.name}
            before = await traces.row_counts(site, names)
            async with site.database.writer.begin() as connection:
                again = {"state": "ready", "done_at": None, "attempts": 0}
                await connection.execute(sa.update(job_table).where(job_table.c.name.in_(listeners)).values(again))
            await run_until_idle(site)
            assert await traces.row_counts(site, names) == before

    @pytest.mark.one_engine
    async def test_its_contributions_are_quick(self, sites: Sites) -> None:
        async with self.opened(sites) as site:
            staff = Actor(roles=frozenset({"admin", "vendor"}), permissions=frozenset(site.registry.permissions))
            assert _quickest(lambda: self.plugin.mk_nav_items(Actor())) < SLOW_SECONDS
            assert _quickest(lambda: self.plugin.mk_nav_items(staff)) < SLOW_SECONDS
            assert _quickest(lambda: self.plugin.mk_panels("a slot that nobody knows", {})) < SLOW_SECONDS

    async def test_pages_of_the_core_ask_the_database_no_more_because_of_it(self, sites: Sites) -> None:
        async def asked(family: Sequence[Plugin]) -> dict[str, int]:
            async with sites.open(family, environ=ALONE) as site, open_client(create_app(site), site) as client:
                return {path: await _statements(site, client, path) for path in self.pages}

        assert await asked(self.family()) == await asked(self.family()[:-1])


def plugin_contract(plugin: Plugin, **given: Any) -> type[PluginContract]:
    """The suite for one plugin: ``TestVet = plugin_contract(vet)``. ``given`` overrides its attributes."""
    return type(f"Test{plugin.info.name.title()}", (PluginContract,), {"plugin": plugin, **given})


def _quickest(act: Callable[[], Any]) -> float:
    """The best of a few: what the plugin takes, not what the machine was doing."""
    took = []
    for _ in range(_BEST_OF):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return min(took)


async def _statements(site: Site, client: Any, path: str) -> int:
    await client.get(path)
    await site.facility(Activation).refresh(site, at_most_every=0)  # looked at once a second: not while we count
    with count_queries(site) as seen:
        await client.get(path)
    return len(seen)
