"""People for the tests of this room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.sites import Sites

PASSWORD = "a-good-long-password"
MakePerson = Callable[..., Awaitable[UUID]]


@pytest.fixture
async def site(sites: Sites, clock: SetClock, tmp_path: Path) -> AsyncIterator[Site]:
    """A migrated site of the core alone; its mail goes into a folder of the test."""
    settings = {"mail.url": f"file:{tmp_path / 'outbox'}", "site.locale": "en"}
    async with sites.open(clock=clock, overrides=settings, environ={"MK_PLUGINS": ""}) as opened:
        yield opened


@pytest.fixture
def make_person(site: Site) -> MakePerson:
    """Makes a person who can sign in at once."""

    async def make(email: str = "aigerim@example.kz", name: str = "Aigerim", *roles: str) -> UUID:
        return await create_person(site, name=name, email=email, password=PASSWORD, roles=roles, locale="en")

    return make
