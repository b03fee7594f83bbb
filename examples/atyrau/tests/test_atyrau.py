"""The deployment of a town: its settings, its look, and the cyber café in one file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from marketplace_kit import assembly
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.contract import plugin_contract
from marketplace_kit.testing.sites import Sites
from tests.plugins.town import Town
from tests.web.test_contrast import PARTS, TEXT, contrast, tokens

ATYRAU = Path(__file__).resolve().parents[1]
PLUGINS = ATYRAU / "plugins"
OWN = {plugin.info.name: plugin for plugin in discover_folder(PLUGINS)}
TestCybercafe = pytest.mark.one_engine(plugin_contract(OWN["cybercafe"]))
TestLook = pytest.mark.one_engine(plugin_contract(OWN["look"]))


@pytest.fixture
async def town(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Town]:
    """A site with this deployment's own plugins."""
    async with sites.open(list(OWN.values()), clock=clock) as site, AsyncExitStack() as stack:
        yield Town(site, create_app(site), stack)


@pytest.fixture
async def cafe(town: Town) -> Site:
    """The café's owner is Vera."""
    vera = await town.person("Vera", "vendor")
    await town.shop(vera, "Caspian Cyber Café")
    return town.site


@pytest.mark.one_engine
def test_the_settings_fit_the_plugins() -> None:
    registry, _ = assembly.load_plugins({}, list(OWN.values()))
    settings = assembly.load_settings(registry, toml=ATYRAU / "marketplace.toml", environ={})
    assert registry.quarantined == ()
    assert settings.of(SiteSettings).name == "Базар Атырау"


@pytest.mark.one_engine
def test_a_vertical_in_one_file_is_small() -> None:
    assert len((PLUGINS / "cybercafe.py").read_text("utf-8").splitlines()) <= 150


@pytest.mark.anyio
async def test_a_call_from_a_seat_reaches_the_owner_and_the_screen(town: Town, cafe: Site) -> None:
    await town.person("Aigerim")
    guest, screen = await town.browser("Aigerim"), await town.program("Vera")
    watching = asyncio.create_task(screen.get("/api/cybercafe/counter"))
    await asyncio.sleep(0.2)  # the screen is there before the call
    called = await guest.press("/cybercafe/call", "/cybercafe/call", seat="7", wish="Headphones")
    assert called.status_code == 303
    await town.work()
    assert (await watching).json() == [{"subject": "Seat 7 calls", "body": "Seat 7: Headphones"}]
    assert await town.notices("Vera") == [("cybercafe.seat_called", "Seat 7 calls")]


@pytest.mark.anyio
async def test_a_seat_that_is_not_there_is_marked(town: Town, cafe: Site) -> None:
    await town.person("Aigerim")
    answer = await (await town.browser("Aigerim")).press("/cybercafe/call", "/cybercafe/call", seat="100", wish="Tea")
    assert answer.status_code == 422
    assert "largest value possible is 99" in answer.text
    assert 'value="Tea"' in answer.text


@pytest.mark.anyio
async def test_guests_do_not_watch_the_screen(town: Town, cafe: Site) -> None:
    await town.person("Aigerim")
    assert (await (await town.program("Aigerim")).get("/api/cybercafe/counter")).status_code == 403


@pytest.mark.anyio
async def test_every_page_wears_the_towns_colours(town: Town) -> None:
    page = await (await town.browser()).see("/")
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert re.fullmatch(r"/static/atyrau\.[0-9a-f]{12}\.css", sheets[-1])
    assert "--kit-brand: #14508c" in await (await town.browser()).see(sheets[-1])


@pytest.mark.one_engine
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_towns_colours_can_be_read(mode: str) -> None:
    light, dark = (PLUGINS / "look/static/atyrau.css").read_text("utf-8").split("@media")
    own = dict(re.findall(r"--kit-([a-z-]+): (#[0-9a-f]{3,6});", dark if mode == "dark" else light))
    known = tokens(mode) | own
    assert [pair for pair in TEXT if contrast(known[pair[0]], known[pair[1]]) < 4.5] == []
    assert [pair for pair in PARTS if contrast(known[pair[0]], known[pair[1]]) < 3] == []
