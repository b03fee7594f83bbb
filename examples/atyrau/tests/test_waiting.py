"""Something waits for everybody who looks after something: requests, offers and reviews in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel import audit
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.testing.sites import Sites

OWN = {plugin.info.name: plugin for plugin in discover_folder(Path(__file__).resolve().parents[1] / "plugins")}


async def states(connection: AsyncConnection) -> dict[str, dict[str, int]]:
    found = {}
    for table in ("listing", "review", "appointment", "review_report"):
        column = "state" if table != "review_report" else "reason"
        rows = await connection.execute(sa.text(f"SELECT {column}, count(*) FROM {table} GROUP BY {column}"))  # noqa: S608 - our own names
        found[table] = {row[0]: row[1] for row in rows}
    return found


@pytest.mark.one_engine
@pytest.mark.anyio
async def test_every_state_that_asks_for_a_decision_is_there_once_and_the_trail_is_whole(
    sites: Sites, clock: SetClock
) -> None:
    from marketplace_site_plugins_town.days import load_days
    from marketplace_site_plugins_town.waiting import load_waiting

    async with sites.open([OWN["town"]], clock=clock) as site:
        for who in ("vendor", "customer", "admin"):
            await create_person(
                site, name=who, email=f"{who}@demo.kz", password="three quiet camels", roles=(who,), locale="ru"
            )
        await load_days(site)
        counts = []
        for _ in range(2):
            await load_waiting(site)
            counts.append(await site.ask(states))
        trail = await site.ask(audit.verify)
    first, second = counts
    assert first == second
    assert {"pending_review", "taken_down", "published"} <= set(first["listing"])
    assert {"held", "removed", "published"} <= set(first["review"])
    assert first["review_report"] == {"private": 1}
    assert {"requested", "held", "confirmed", "completed"} <= set(first["appointment"])
    assert trail.broken is None
