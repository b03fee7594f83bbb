"""A town with two groomers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from plugins.grooming.tests import salons, visits
from tests.plugins.town import Town


@pytest.fixture
async def town(site: Site, anyio_backend: str) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(site, create_app(site), stack)


@pytest.fixture
async def scene(town: Town, anyio_backend: str) -> salons.Salons:
    return await salons.opened(town)


@pytest.fixture
async def day(town: Town, clock: SetClock, anyio_backend: str) -> visits.Day:
    return await visits.opened(town, clock)
