"""What a newcomer does in the browser, done by a program: the whole thin path over the API, mail included."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.sites import Sites

PASSWORD = "three quiet camels"
PUPPY = {
    "kind": "breeder.puppy",
    "title": "Арлан, красный ошейник",
    "description": "Ласковый, привит.",
    "price": {"amount": 35_000_000, "currency": "KZT"},
    "attributes": {"breed": "Лабрадор", "sex": "male"},
}


class Program:
    """Somebody's program: registers, confirms the address from the mail, signs in and carries the bearer token."""

    def __init__(self, client: httpx.AsyncClient, site: Site, mail: FakeMail, address: str) -> None:
        self.client, self.site, self.mail, self.address = client, site, mail, address

    async def begin(self) -> None:
        who = {"name": "Мадина", "email": self.address, "password": PASSWORD, "accept_terms": True, "locale": "en"}
        assert (await self.client.post("/api/auth/register", json=who)).status_code == 202
        await run_until_idle(self.site)
        body = self.mail.to(self.address)[-1].get_body(("plain",))
        assert body is not None
        token = re.search(r"/verify/([\w.~-]+)", body.get_content())
        assert token is not None
        assert (await self.client.get(f"/api/auth/verify-email/{token[1]}")).status_code == 200
        signed_in = await self.client.post("/api/auth/login", json={"email": self.address, "password": PASSWORD})
        self.client.cookies.clear()
        self.client.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        await run_until_idle(self.site)
        return answer.json() if answer.content else None


@pytest.fixture
async def market(sites: Sites, clock: SetClock, fake_mail: FakeMail) -> Any:
    async with sites.open(clock=clock, overrides={"mail.url": fake_mail.url}) as site:
        app = create_app(site)
        async with open_client(app, site) as one, open_client(app, site) as other:
            vendor, family = (
                Program(one, site, fake_mail, "vendor@example.kz"),
                Program(other, site, fake_mail, "family@example.kz"),
            )
            await vendor.begin()
            await family.begin()
            yield vendor, family


async def test_a_vendor_publishes_and_a_family_finds_it_keeps_it_and_shows_interest(market: Any) -> None:
    vendor, family = market
    shop = await vendor.ask("POST", "/api/shops", {"name": "Питомник «Каспий»", "city": "Атырау"}, 201)
    kinds = await vendor.ask("GET", "/api/listing-kinds")
    assert {"breeder.puppy", "breeder.litter", "grooming.service"} <= {k["name"] for k in kinds}
    draft = await vendor.ask("POST", "/api/listings", PUPPY | {"shop_id": shop["id"]}, 201)
    assert (await family.ask("GET", "/api/listings"))["items"] == []
    await family.ask("GET", f"/api/listings/{draft['id']}", status=404)
    refused = await vendor.ask("POST", f"/api/shops/{shop['id']}/go-live", status=422)
    assert [one["what"] for one in refused["facts"]["missing"]] == ["address", "hours", "phone"]
    where = {"city": "atyrau", "address": "Канцева 14", "phone": "+77012345678", "version": shop["version"]}
    version = (await vendor.ask("PUT", f"/api/shops/{shop['id']}/contacts", where))["version"]
    await vendor.ask("PUT", f"/api/shops/{shop['id']}/hours", {"mon": "09:00-18:00", "version": version})
    assert (await vendor.ask("POST", f"/api/shops/{shop['id']}/go-live"))["state"] == "open"
    await vendor.ask("POST", f"/api/listings/{draft['id']}/publish")

    found = await family.ask("GET", "/api/listings?kind=breeder.puppy&q=арлан")
    assert [i["id"] for i in found["items"]] == [draft["id"]]
    assert (await family.ask("POST", f"/api/favorites/toggle/{draft['id']}"))["is_favourite"] is True
    assert [i["title"] for i in (await family.ask("GET", "/api/favorites"))["items"]] == [PUPPY["title"]]
    assert await family.ask("GET", "/api/breeder/stage")
    await family.ask("POST", f"/api/breeder/listings/{draft['id']}/interest", {"message": "Можно приехать?"}, 201)

    notices = (await vendor.ask("GET", "/api/notifications"))["items"]
    assert {"listings.published", "breeder.new_interest"} <= {n["type"] for n in notices}
    assert any(PUPPY["title"] in str(m["Subject"]) for m in vendor.mail.to(vendor.address))
    await vendor.ask("PUT", f"/api/notifications/mark-read/{notices[0]['id']}")


async def test_what_is_wrong_with_a_listing_is_told_field_by_field(market: Any) -> None:
    vendor, _ = market
    shop = await vendor.ask("POST", "/api/shops", {"name": "Питомник", "city": "Атырау"}, 201)
    wrong = PUPPY | {"shop_id": shop["id"], "title": "", "attributes": {"sex": "dragon", "wings": 2}}
    refused = await vendor.ask("POST", "/api/listings", wrong, 422)
    told = {(p["field"], p["code"]) for p in refused["problems"]}
    assert told == {
        ("title", "required"),
        ("attributes.breed", "required"),
        ("attributes.sex", "not_a_choice"),
        ("attributes.wings", "unknown_field"),
    }


async def test_another_shops_listing_is_nobodys_business(market: Any) -> None:
    vendor, family = market
    shop = await vendor.ask("POST", "/api/shops", {"name": "Питомник", "city": "Атырау"}, 201)
    draft = await vendor.ask("POST", "/api/listings", PUPPY | {"shop_id": shop["id"]}, 201)
    await family.ask("POST", "/api/shops", {"name": "Другой питомник", "city": "Атырау"}, 201)
    for method, path in (("POST", "publish"), ("POST", "archive")):
        await family.ask(method, f"/api/listings/{draft['id']}/{path}", status=404)
    await family.ask("POST", "/api/listings", PUPPY | {"shop_id": shop["id"]}, 404)
    still = await vendor.ask("GET", f"/api/listings/{draft['id']}")
    assert (still["state"], still["title"]) == ("draft", PUPPY["title"])
