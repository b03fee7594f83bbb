"""A salon with a calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.sites import Sites
from tests.scheduling.salons import Salon


@pytest.fixture
async def salon(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Salon]:
    async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock) as site:
        yield await Salon.opened(site, clock)


@pytest.fixture
async def mailing_salon(sites: Sites, clock: SetClock, fake_mail: FakeMail) -> AsyncIterator[Salon]:
    """One whose mail goes to ``fake_mail``."""
    mail = {"mail.url": fake_mail.url}
    async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock, overrides=mail) as site:
        yield await Salon.opened(site, clock)
