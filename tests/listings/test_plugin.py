"""What the rooms of shops and listings bring along."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.listings.services import favourite
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.sites import Sites
from tests.listings.market import Market


def test_migrations_go_up_down_and_up_and_tell_the_truth(databases: Databases, sites: Sites) -> None:
    registry, _ = sites.boot(environ={"MK_PLUGINS": ""})
    with databases.migrated(registry) as url:
        migrations = Migrations(registry, url)
        assert migrations.differences() == []
        for branch in ("listings", "shops"):
            migrations.downgrade(f"{branch}@base")
            migrations.upgrade()
            assert migrations.differences() == []


async def test_they_go_down_and_up_with_data_in_the_tables(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner))
    await market.site.do(favourite, lamp, by=owner)
    site = market.site
    migrations = Migrations(site.registry, site.database.url.render_as_string(hide_password=False))
    await asyncio.to_thread(migrations.downgrade, "shops@base")
    await asyncio.to_thread(migrations.upgrade)

    async def left(connection: Any) -> int:
        return int((await connection.execute(sa.text("SELECT count(*) FROM listing"))).scalar_one())

    assert await site.ask(left) == 0
    assert migrations.pending() == []
