"""A street with a workshop: what tests of orders stand on."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

import attrs
import httpx

from marketplace_kit.accounts.services import create_person, open_session
from marketplace_kit.accounts.services.identification import permissions_of
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import GuestDetails, MemberDetails, OrderView, Wished
from marketplace_kit.orders.services import PlacedOrder
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.lines import REPAIR, Workshop
from marketplace_kit.web.identity import session_cookie_name

PASSWORD = "a-good-long-password"
PHONE = "+77011234567"


@attrs.define(kw_only=True, slots=False)
class Street:
    """A site on which one workshop repairs things."""

    site: Site
    clock: SetClock
    workshop: Workshop
    owner: Actor
    customer: Actor
    shop: UUID
    listing: UUID

    @classmethod
    async def built(cls, site: Site, clock: SetClock, workshop: Workshop) -> Street:
        owner, customer = await someone(site, "owner", "vendor"), await someone(site, "customer")
        assert owner.person_id is not None
        shop = await ensure_shop(site, NewShop(name="Workshop", city="Atyrau"), owner=owner.person_id)
        offer = Offer(title="Repair", price=Money(500_000, "KZT"))
        listing = await ensure_listing(
            site, shop_id=shop, kind=REPAIR, offer=offer, attributes=NoFields(), owner=owner.person_id
        )
        owner = attrs.evolve(owner, shops=frozenset({shop}))
        return cls(
            site=site, clock=clock, workshop=workshop, owner=owner, customer=customer, shop=shop, listing=listing
        )

    @cached_property
    def app(self) -> Any:
        return create_app(self.site)

    async def browser(self, who: Actor | None = None) -> httpx.AsyncClient:
        """A browser that reads English, signed in as somebody if one is named."""
        client = open_client(self.app, self.site, **{"Accept-Language": "en"})
        if who is not None and who.person_id is not None:
            opened = await self.site.do(open_session, who.person_id)
            client.cookies.set(session_cookie_name(self.site), opened.cookie)
        return client

    async def program(self, who: Actor) -> httpx.AsyncClient:
        """A client with a bearer token."""
        client = open_client(self.app, self.site)
        known = {"email": f"{who.name}@example.kz", "password": PASSWORD}
        answer = await client.post("/api/auth/login", json=known)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def wish(self, thing: str = "bicycle", hour: int = 10) -> Wished:
        return Wished(listing_id=self.listing, choice={"thing": thing, "hour": hour})

    async def order(self, *things: str, hour: int = 10, by: Actor | None = None) -> PlacedOrder:
        """An order of the customer for these things, all at one hour."""
        wanted = [self.wish(thing, hour) for thing in things or ("bicycle",)]
        return await self.site.do(services.place_now, wanted, MemberDetails(consent=True), by=by or self.customer)

    async def guest_order(self, *, email: str = "guest@example.kz") -> PlacedOrder:
        details = GuestDetails(name="Guest", phone=PHONE, email=email, consent=True)
        return await self.site.do(services.place_now, [self.wish()], details, by=Actor())

    async def view(self, placed: PlacedOrder, by: Actor | None = None) -> OrderView:
        words = Words.of(self.site, "en")
        found = await self.site.ask(queries.order_page, words, viewer=by or self.owner, order_id=placed.order_id)
        assert found is not None
        return found

    async def line(self, placed: PlacedOrder, number: int = 1) -> UUID:
        return (await self.view(placed)).lines[number - 1].id

    async def work(self) -> None:
        await run_until_idle(self.site)


async def someone(site: Site, name: str, *roles: str) -> Actor:
    """Somebody who can sign in as ``<name>@example.kz``."""
    person_id = await create_person(
        site, name=name, email=f"{name}@example.kz", password=PASSWORD, roles=roles, locale="en"
    )
    held = frozenset({"customer", *roles})
    return Actor(person_id=person_id, name=name, roles=held, permissions=permissions_of(site, held))
