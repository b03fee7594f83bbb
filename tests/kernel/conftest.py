"""What the kernel's tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.sites import Sites
from tests.kernel import trade

OpenTrade = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture
def open_trade(sites: Sites, clock: SetClock) -> OpenTrade:
    """Opens a site with the trade plugin as the test wants it, alone with the core."""

    @asynccontextmanager
    async def opening(plugin: trade.Trade | None = None, **given: Any) -> AsyncIterator[Site]:
        fresh = "url" not in given
        extra = (plugin or trade.Trade(),)
        async with sites.open(extra, environ={"MK_PLUGINS": ""}, **({"clock": clock} | given)) as site:
            if fresh:
                await trade.prepare(site)
            yield site

    return opening


@pytest.fixture
async def site(open_trade: OpenTrade, anyio_backend: str) -> AsyncIterator[Site]:
    """A site with the trade plugin and its tables."""
    async with open_trade() as opened:
        yield opened
