"""A market: a site, people who sell and people who like."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import attrs
import httpx

from marketplace_kit.accounts.services import create_person
from marketplace_kit.accounts.services.identification import permissions_of
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import create, publish
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import open_shop
from marketplace_kit.testing.clients import open_client
from tests.listings.goods import LAMP, Lamp

PASSWORD = "a-good-long-password"


@attrs.define(kw_only=True, slots=False)
class Market:
    """A site with shops under way."""

    site: Site
    clock: SetClock

    @cached_property
    def app(self) -> Any:
        """The application, made when somebody first opens a browser."""
        return create_app(self.site)

    async def person(self, name: str, *roles: str) -> Actor:
        """Somebody who can sign in as ``<name>@example.kz``, and as whom use cases may be called."""
        email = f"{name}@example.kz"
        person_id = await create_person(self.site, name=name, email=email, password=PASSWORD, roles=roles, locale="en")
        held = frozenset({"customer", *roles})
        return Actor(person_id=person_id, name=name, roles=held, permissions=permissions_of(self.site, held))

    async def shop(self, owner: Actor, name: str = "Light house") -> UUID:
        return (await self.site.do(open_shop, NewShop(name=name, city="Atyrau"), by=owner)).id

    async def listing(
        self,
        owner: Actor,
        shop_id: UUID,
        title: str = "Reading lamp",
        *,
        price: str | None = "8000",
        draft: bool = False,
        **given: Any,
    ) -> UUID:
        """A published lamp, unless a draft is wanted; each a minute newer than the last."""
        self.clock.advance(timedelta(minutes=1))
        kind = given.pop("kind", LAMP)
        attributes = given.pop("attributes", None) or Lamp(**{"maker": "Svet", "light": "warm"} | given)
        offer = Offer(title=title, price=Money.of(price, "KZT") if price else None)
        made = await self.site.do(create, shop_id=shop_id, kind=kind, offer=offer, attributes=attributes, by=owner)
        if not draft:
            await self.site.do(publish, made.id, by=owner)
        return made.id

    async def browser(self, name: str = "") -> httpx.AsyncClient:
        """A client of its own, signed in as somebody if a name is given."""
        client = open_client(self.app, self.site)
        if name:
            credentials = {"email": f"{name}@example.kz", "password": PASSWORD}
            answer = await client.post("/api/auth/login", json=credentials)
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client
