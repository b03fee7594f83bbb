"""A town with a family, a breeder and two groomers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from plugins.pets.tests import families
from tests.plugins.town import Town


@pytest.fixture
async def town(site: Site, anyio_backend: str) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(site, create_app(site), stack)


@pytest.fixture
async def family(town: Town, clock: SetClock, anyio_backend: str) -> families.Family:
    return await families.moved_in(town, clock)
