"""``marketplace breeder``."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from anyio import from_thread, to_thread
from click.testing import CliRunner, Result

from marketplace_breeder import services
from marketplace_breeder.plugin.commands import breeder
from marketplace_kit.kernel.site import Site
from plugins.breeder.tests.kennels import Kennels

pytestmark = pytest.mark.anyio


class Here:
    """The deployment as a command knows it, on the test's own site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def run(self, act: Callable[[Site], Awaitable[Any]]) -> Any:
        return from_thread.run(act, self._site)


async def run(site: Site, *words: str) -> Result:
    return await to_thread.run_sync(lambda: CliRunner().invoke(breeder, list(words), obj=Here(site)))


async def test_leads_are_printed_for_people_and_for_programs(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    printed = await run(scene.site, "leads", "--shop", "kaspiy")
    assert "Aigerim  Red collar" in printed.output
    as_json = await run(scene.site, "leads", "--shop", "kaspiy", "--json")
    assert [lead["listing_title"] for lead in json.loads(as_json.output)] == ["Red collar"]


async def test_a_shop_that_is_not_there_is_named(scene: Kennels) -> None:
    asked = await run(scene.site, "leads", "--shop", "nowhere")
    assert (asked.exit_code, "“nowhere”" in asked.output) == (1, True)
