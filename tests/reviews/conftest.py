"""A salon whose visits are over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods
from tests.reviews.salon import Salon


@pytest.fixture
async def salon(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Salon]:
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield await Salon.opened(site, clock)
