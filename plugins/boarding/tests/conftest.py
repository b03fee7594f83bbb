"""A town with a pet hotel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from plugins.boarding.tests import hotels
from tests.plugins.town import Town


@pytest.fixture
async def town(site: Site, anyio_backend: str) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(site, create_app(site), stack)


@pytest.fixture
async def hotel(town: Town, clock: SetClock, anyio_backend: str) -> hotels.Hotel:
    return await hotels.opened(town, clock)
