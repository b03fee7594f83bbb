"""A market with lamps and tea."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods
from tests.listings.market import Market


@pytest.fixture
async def market(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Market]:
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield Market(site=site, clock=clock)
