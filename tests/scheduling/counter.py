"""Browsers at the salon: of those who work there, of customers, of strangers."""

from __future__ import annotations

import httpx
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.accounts.tables import person_table
from marketplace_kit.app import create_app
from marketplace_kit.testing.clients import open_client
from tests.scheduling.salons import Salon

PASSWORD = "a-good-long-password"


class Counter:
    """The salon's web side."""

    def __init__(self, salon: Salon) -> None:
        self.salon, self._app = salon, create_app(salon.site)

    async def browser(self, name: str = "", language: str = "en") -> httpx.AsyncClient:
        """Signed in as ``<name>@example.kz`` if a name is given; reads English if nothing else is said."""
        client = open_client(self._app, self.salon.site, **{"Accept-Language": language})
        if name:
            await self.salon.sql(sa.update(person_table).values(locale=language))
            answer = await client.post("/api/auth/login", json={"email": f"{name}@example.kz", "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    async def owner(self) -> httpx.AsyncClient:
        return await self.browser("owner")

    async def stranger(self) -> httpx.AsyncClient:
        """Somebody who sells, but elsewhere."""
        await create_person(self.salon.site, name="Else", email="else@example.kz", password=PASSWORD, roles=("vendor",))
        return await self.browser("else")
