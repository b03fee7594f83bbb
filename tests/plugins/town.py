"""A site with shops under way, for the tests of plugins: people, their programs and their browsers."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import attrs
import httpx
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.testing.clients import open_client

PASSWORD = "a-good-long-password"


@attrs.define
class Browser:
    """Somebody's browser, which reads English pages and sends their forms."""

    client: httpx.AsyncClient

    async def see(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, on_page: str, action: str, **fields: str) -> httpx.Response:
        """Send the form of a page that goes to ``action``; redirects are shown, not followed."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', await self.see(on_page))
        assert token, f"{on_page} has no form"
        return await self.client.post(action, data={"csrf_token": token[1], **fields})


@attrs.frozen
class Town:
    """A site, and doors to it. Everything opened is closed with ``stack``."""

    site: Site
    app: Any
    stack: AsyncExitStack

    async def person(self, name: str, *roles: str) -> UUID:
        email = f"{name.lower()}@example.kz"
        return await create_person(self.site, name=name, email=email, password=PASSWORD, roles=roles, locale="en")

    async def shop(self, owner: UUID, name: str) -> UUID:
        return await ensure_shop(self.site, NewShop(name=name, city="Atyrau"), owner=owner)

    async def listing(
        self, owner: UUID, shop_id: UUID, kind: str, title: str, attributes: Form, price: str | None = None
    ) -> UUID:
        """A published listing."""
        offer = Offer(title=title, price=Money.of(price, "KZT") if price else None)
        return await ensure_listing(
            self.site, shop_id=shop_id, kind=kind, offer=offer, attributes=attributes, owner=owner
        )

    async def program(self, name: str = "") -> httpx.AsyncClient:
        """A program that speaks for somebody."""
        client = await self.stack.enter_async_context(open_client(self.app, self.site))
        if name:
            given = {"email": f"{name.lower()}@example.kz", "password": PASSWORD}
            answer = await client.post("/api/auth/login", json=given)
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    async def browser(self, name: str = "") -> Browser:
        client = await self.stack.enter_async_context(open_client(self.app, self.site, **{"Accept-Language": "en"}))
        browser = Browser(client)
        if name:
            await browser.press("/sign-in", "/sign-in", contact=f"{name.lower()}@example.kz", password=PASSWORD)
        return browser

    async def work(self) -> None:
        await run_until_idle(self.site)

    async def notices(self, name: str) -> list[tuple[str, str]]:
        """What somebody was told, by kind, oldest first."""
        asked = sa.text(
            "SELECT type, subject FROM notice JOIN person ON person.id = notice.user_id WHERE person.name = :name "
            'ORDER BY "timestamp", notice.id'
        )
        async with self.site.database.reader.connect() as connection:
            return [(row[0], row[1]) for row in await connection.execute(asked, {"name": name})]
