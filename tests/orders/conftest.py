"""A workshop that repairs things, its owner, and a customer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.lines import Workshop
from marketplace_kit.testing.sites import Sites
from tests.orders.street import Street


@pytest.fixture
def workshop() -> Workshop:
    return Workshop(places=3)


@pytest.fixture
async def street(sites: Sites, clock: SetClock, workshop: Workshop, anyio_backend: str) -> AsyncIterator[Street]:
    async with sites.open(extra=[workshop], environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield await Street.built(site, clock, workshop)
