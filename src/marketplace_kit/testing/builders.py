"""Building what a test needs: people who can sign in, their shops, what these offer, and clients that speak for them.

The fixture ``build`` belongs to the test's ``site``::

    async def test_a_customer_keeps_favourites(build: Builders) -> None:
        shop = await build.shop()
        customer = await build.as_role("customer")
        answer = await customer.get(f"/shops/{shop}")
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx

from marketplace_kit.accounts.services import create_person, open_session
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.testing.clients import open_client
from marketplace_kit.web.identity import session_cookie_name

PASSWORD = "a-good-long-password"
"""Everybody's, here."""


class Builders:
    """Makes things by the services of the rooms, so that what it makes is what the site would make itself."""

    def __init__(self, site: Site, app: Any, stack: AsyncExitStack) -> None:
        self._site, self._app, self._stack = site, app, stack
        self._made = 0

    def _next(self) -> int:
        self._made += 1
        return self._made

    async def person(self, name: str = "", *roles: str) -> UUID:
        """Somebody with a verified address, who can sign in with :data:`PASSWORD`. ``Dina`` is dina@example.kz."""
        given = name or f"Person {self._next()}"
        email = f"{given.lower().replace(' ', '.')}@example.kz"
        return await create_person(
            self._site, name=given, email=email, password=PASSWORD, roles=roles or ("customer",), locale="en"
        )

    async def shop(self, owner: UUID | None = None, name: str = "", city: str = "Atyrau") -> UUID:
        """An open shop, with an owner of its own if none is given."""
        whose = owner or await self.person("", "customer", "vendor")
        return await ensure_shop(self._site, NewShop(name=name or f"Shop {self._next()}", city=city), owner=whose)

    async def listing(
        self, shop: UUID, owner: UUID, kind: str, attributes: Form, *, title: str = "", price: str = ""
    ) -> UUID:
        """A published listing; ``price`` as people write it, in tenge."""
        offer = Offer(title=title or f"Offer {self._next()}", price=Money.of(price, "KZT") if price else None)
        return await ensure_listing(
            self._site, shop_id=shop, kind=kind, offer=offer, attributes=attributes, owner=owner
        )

    async def as_person(self, person: UUID) -> httpx.AsyncClient:
        """A browser in which the person is signed in."""
        opened = await self._site.do(open_session, person)
        client = await self.stranger()
        client.cookies.set(session_cookie_name(self._site), opened.cookie)
        return client

    async def as_role(self, *roles: str) -> httpx.AsyncClient:
        """A browser of somebody new who holds these roles."""
        return await self.as_person(await self.person("", *roles))

    async def stranger(self) -> httpx.AsyncClient:
        """A browser that nobody is signed in with; it reads English pages."""
        return await self._stack.enter_async_context(open_client(self._app, self._site, **{"Accept-Language": "en"}))
