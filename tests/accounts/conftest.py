"""People for the tests of this room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.site import Site

PASSWORD = "a-good-long-password"
MakePerson = Callable[..., Awaitable[UUID]]


@pytest.fixture
def make_person(site: Site) -> MakePerson:
    """Makes a person who can sign in at once."""

    async def make(email: str = "aigerim@example.kz", name: str = "Aigerim", *roles: str) -> UUID:
        return await create_person(site, name=name, email=email, password=PASSWORD, roles=roles, locale="en")

    return make
