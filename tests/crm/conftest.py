"""A salon that knows its clients."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.sites import Sites
from tests.crm.parlour import Parlour
from tests.listings.goods import Goods


@pytest.fixture
async def parlour(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Parlour]:
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield await Parlour.opened(site, clock)
