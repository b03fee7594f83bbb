"""A site of the core and a probe, and a browser on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.identity import Identifier
from tests.web.probe import Doorman, Probe


@pytest.fixture
async def probe_site(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Site]:
    async with sites.open(extra=[Probe()], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        site.facilities[Identifier] = Doorman()
        yield site


@pytest.fixture
async def probe(probe_site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(create_app(probe_site), probe_site) as client:
        yield client
