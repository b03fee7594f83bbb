"""The days of a barbershop, a salon and a hairdresser's van: people at work, visits in every state, reviews."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.testing.sites import Sites

OWN = {plugin.info.name: plugin for plugin in discover_folder(Path(__file__).resolve().parents[1] / "plugins")}


async def counted(connection: AsyncConnection, statement: str) -> dict[str, int]:
    rows = await connection.execute(sa.text(statement))
    return {row[0]: row[1] for row in rows}


@pytest.mark.one_engine
@pytest.mark.anyio
async def test_three_shops_have_lived_and_booked_days_and_a_second_loading_adds_nothing(
    sites: Sites, clock: SetClock
) -> None:
    from marketplace_site_plugins_town.days import DATA, load_days

    async with sites.open([OWN["town"]], clock=clock) as site:
        for email, name, role in (
            ("vendor@demo.kz", "Данияр", "vendor"),
            ("customer@demo.kz", "Айгерим", "customer"),
        ):
            await create_person(site, name=name, email=email, password="three quiet camels", roles=(role,), locale="ru")
        counts = []
        for _ in range(2):
            await load_days(site)
            stages = await site.ask(counted, "SELECT stage, count(*) FROM order_line GROUP BY stage")
            rest = "SELECT 'staff', count(*) FROM resource UNION ALL SELECT 'reviews', count(*) FROM review"
            counts.append(stages | await site.ask(counted, rest))
        trips = await site.ask(counted, "SELECT 'trips', count(*) FROM van_trip")
    first, second = counts
    assert first == second
    kinds = ("staff", "rooms", "vans")
    assert first["staff"] == sum(len(shop.get(kind, ())) for shop in DATA["shop"] for kind in kinds)
    assert trips["trips"] > 5
    assert first["completed"] > 5
    assert first["accepted"] > 2
    assert first["cancelled"] >= 1
    assert first["reviews"] > 2
