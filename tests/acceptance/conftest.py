"""The salon «Айгерім» and those who knock at its doors: customers, guests, its owner, by HTTP alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import attrs
import httpx
import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.sites import Sites
from tests.scheduling.salons import TUESDAY, Salon

PASSWORD = "a-good-long-password"
BIN = "240140012342"
PHONE = "+77012345678"


class Bearer(httpx.Auth):
    """Signs in when it has to: at first, and again once the test has moved the clock beyond the token."""

    def __init__(self, clock: SetClock, base: httpx.URL, email: str) -> None:
        self._clock, self._base, self._email = clock, base, email
        self._token, self._until = "", clock.now()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if self._until <= self._clock.now():
            known = {"email": self._email, "password": PASSWORD}
            signed = yield httpx.Request("POST", self._base.join("/api/auth/login"), json=known)
            await signed.aread()
            self._token, self._until = signed.json()["access_token"], self._clock.now() + timedelta(minutes=10)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@attrs.define(kw_only=True, slots=False)
class Doors:
    """The public side of a salon. Who is named for the first time gets an account."""

    salon: Salon
    known: set[str] = attrs.field(factory=lambda: {"owner"})

    @cached_property
    def app(self) -> Any:
        return create_app(self.salon.site)

    def guest(self, language: str = "en") -> httpx.AsyncClient:
        """A browser of somebody without an account."""
        return open_client(self.app, self.salon.site, **{"Accept-Language": language})

    async def program(self, name: str, language: str = "en", phone: str = "") -> httpx.AsyncClient:
        """The program of ``<name>@example.kz``, who has proved a phone number if one is given."""
        email = f"{name}@example.kz"
        if name not in self.known:
            site = self.salon.site
            known = {"email": email, "phone": phone, "password": PASSWORD, "locale": language}
            await create_person(site, name=name.title(), **known)
            self.known.add(name)
        client = self.guest(language)
        client.auth = Bearer(self.salon.clock, client.base_url, email)
        return client

    async def owner(self) -> httpx.AsyncClient:
        return await self.program("owner")

    def line(self, listing_id: UUID, time: str, day: date = TUESDAY, **choice: Any) -> dict[str, Any]:
        return {"listing_id": str(listing_id), "choice": {"starts_at": self.salon.at(time, day), **choice}}

    async def ask(
        self, client: httpx.AsyncClient, listing_id: UUID, time: str, day: date = TUESDAY, **more: Any
    ) -> httpx.Response:
        """One service at one time, whatever the answer is."""
        body = {"lines": [self.line(listing_id, time, day)], "consent": True, **more}
        return await client.post("/api/orders/create", json=body)

    async def ordered(
        self, client: httpx.AsyncClient, listing_id: UUID, time: str, day: date = TUESDAY, **more: Any
    ) -> dict[str, Any]:
        """The order that was placed."""
        answer = await self.ask(client, listing_id, time, day, **more)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()["order"]
        return found

    async def act(self, client: httpx.AsyncClient, order: dict[str, Any], verb: str, **asked: Any) -> httpx.Response:
        """A verb of the order's first line."""
        there = f"/api/orders/{order['id']}/lines/{order['lines'][0]['id']}/{verb}"
        return await client.post(there, json=asked)

    async def slots(self, client: httpx.AsyncClient, listing_id: UUID, day: date = TUESDAY) -> list[dict[str, Any]]:
        """The starts of a day as the API tells them."""
        asked = {"listing": str(listing_id), "day": day.isoformat(), "days": 1}
        answer = await client.get("/api/scheduling/slots", params=asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["days"][0]["slots"]
        return found

    async def calendar(self, day: date = TUESDAY, days: int = 1) -> list[dict[str, Any]]:
        """What lies in the shop's calendar, as its owner reads it."""
        path = f"/api/shops/{self.salon.shop_id}/calendar"
        answer = await (await self.owner()).get(path, params={"day": day.isoformat(), "days": days})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["entries"]
        return found

    async def work(self, **later: float) -> None:
        """Everything that is to be done in the background, after so much time has passed."""
        self.salon.clock.advance(timedelta(**later))
        await run_until_idle(self.salon.site)


@pytest.fixture
async def salon(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Salon]:
    """«Айгерім» in Atyrau, on a site whose operator is known by name and BIN."""
    told = {"accounts.operator_name": "Айгерім", "accounts.operator_bin": BIN}
    async with sites.open(environ={"MK_PLUGINS": ""}, clock=clock, overrides=told) as site:
        yield await Salon.opened(site, clock)


@pytest.fixture
def doors(salon: Salon) -> Doors:
    return Doors(salon=salon)
