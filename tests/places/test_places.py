"""Cities and categories: chosen by visitors, looked after by admins."""

from __future__ import annotations

import asyncio
from typing import Any

from marketplace_kit.places import queries, services
from marketplace_kit.places.schemas import CityChange
from marketplace_kit.testing.queries import assert_query_count
from tests.listings.market import Market

CITY = {"name_kk": "Жем", "name_ru": "Эмба", "name_en": "Zhem", "lat": "48,8", "lon": "58.1", "zone": "Asia/Aqtobe"}


async def test_every_site_knows_the_cities_of_kazakhstan(market: Market) -> None:
    public = await market.browser()
    answer = await public.get("/api/places/cities", headers={"Accept-Language": "ru"})
    cities = answer.json()
    assert len(cities) >= 20
    atyrau = next(city for city in cities if city["id"] == "atyrau")
    assert (atyrau["name"], atyrau["zone"], atyrau["enabled"]) == ("Атырау", "Asia/Atyrau", True)
    assert [c["currency"] for c in (await public.get("/api/places/countries")).json()] == ["KZT"]
    found = (await public.get("/api/places/cities", params={"q": "уральск"})).json()
    assert [city["id"] for city in found] == ["oral"]
    assert (await public.get("/api/places/cities", params={"town": "x"})).status_code == 400


async def test_a_city_is_chosen_remembered_and_forgotten(market: Market) -> None:
    await market.person("guest")
    browser = await market.browser("guest")
    first = (await browser.get("/en/city?next=/shops")).text
    assert "Are you in Atyrau?" in first
    chosen = await browser.post("/city", data={"city": "qulsary", "next": "/shops"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/shops")
    assert "You look at what is offered in Kulsary" in (await browser.get("/en/city")).text
    outside = await browser.post("/city", data={"city": "almaty", "next": "//evil.example"})
    assert outside.status_code == 409
    assert "We do not serve" in outside.text
    assert (await browser.post("/city", data={"city": "atlantis"})).status_code == 404
    assert (await browser.post("/city", data={"city": "atyrau", "next": "//evil.example"})).headers["location"] == "/"
    await browser.post("/city", data={"act": "forget"})
    assert "Are you in Atyrau?" in (await browser.get("/en/city")).text
    assert "No such city" in (await browser.get("/en/city?q=atlantis")).text


async def test_a_category_is_switched_off_in_one_city_with_all_below_it(market: Market) -> None:
    await market.person("root", "admin")
    admin, public = await market.browser("root"), await market.browser()

    async def offered(city: str) -> set[str]:
        return {one["id"] for one in (await public.get(f"/api/places/cities/{city}/categories")).json()}

    assert {"pets", "grooming", "barbershop"} <= await offered("atyrau")
    off = await admin.post("/admin/places/cities/atyrau/categories/grooming", data={"enabled": "false"})
    assert off.status_code == 303
    assert "grooming" not in await offered("atyrau")
    assert "grooming" in await offered("qulsary")
    await admin.put("/api/admin/places/cities/atyrau/categories/pets", json={"enabled": False})
    assert {"pets", "veterinary"} & await offered("atyrau") == set()
    for _ in range(2):
        await admin.put("/api/admin/places/cities/atyrau/categories/pets", json={"enabled": True})
    assert "veterinary" in await offered("atyrau")
    assert (await admin.put("/api/admin/places/cities/x/categories/pets", json={"enabled": True})).status_code == 404
    assert (await public.get("/api/places/cities/x/categories")).status_code == 404


async def test_an_admin_adds_and_changes_a_city_and_nobody_else_does(market: Market) -> None:
    await market.person("root", "admin")
    await market.person("owner", "vendor")
    admin, owner = await market.browser("root"), await market.browser("owner")
    assert (await owner.get("/admin/places")).status_code == 403
    assert (await owner.post("/api/admin/places/cities", json=CITY | {"id": "zhem"})).status_code == 403
    assert (await admin.post("/admin/places/cities/new", data=CITY | {"id": "zhem"})).status_code == 303
    taken = await admin.post("/admin/places/cities/new", data=CITY | {"id": "zhem"})
    assert taken.status_code == 422
    assert 'value="Эмба"' in taken.text
    wrong = await admin.post("/api/admin/places/cities", json=CITY | {"id": "x", "lat": "91", "lon": "NaN"})
    assert {p["field"] for p in wrong.json()["problems"]} == {"lat", "lon"}
    zone = await admin.post("/api/admin/places/cities", json=CITY | {"id": "x", "zone": "Asia/Atlantis"})
    assert zone.json()["problems"][0]["code"] == "zone_unknown"
    changed = await admin.put("/api/admin/places/cities/zhem", json=CITY | {"enabled": True, "version": 1})
    assert (changed.json()["enabled"], changed.json()["version"]) == (True, 2)
    stale = await admin.post("/admin/places/cities/zhem", data=CITY | {"name_en": "Emba", "version": "1"})
    assert stale.status_code == 409
    assert 'value="Emba"' in stale.text
    for path in ("/admin/places", "/admin/places/cities/zhem", "/admin/places/categories/pets"):
        assert (await admin.get(path)).status_code == 200


async def test_a_category_has_at_most_one_floor_above_it(market: Market) -> None:
    await market.person("root", "admin")
    admin = await market.browser("root")
    names = {"name_kk": "Мысық", "name_ru": "Кошки", "name_en": "Cats"}
    assert (
        await admin.post("/api/admin/places/categories", json=names | {"id": "cats", "parent": "pets"})
    ).status_code == 201
    for wrong in ("grooming", "cats", "atlantis"):
        refused = await admin.put("/api/admin/places/categories/cats", json=names | {"parent": wrong, "version": 1})
        assert refused.json()["problems"][0]["field"] == "parent"
    below = await admin.put("/api/admin/places/categories/pets", json=names | {"parent": "beauty", "version": 1})
    assert below.status_code == 422


async def test_of_two_admins_with_one_version_one_wins(market: Market) -> None:
    by = await market.person("root", "admin")
    form = CityChange(**CITY, version=1)
    both = (market.site.do(services.change_city, "atyrau", form, by=by) for _ in range(2))
    outcomes: list[Any] = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["NoneType", "StaleVersion"]


async def test_lists_of_places_take_one_statement(market: Market) -> None:
    for query, given in ((queries.cities, {}), (queries.categories, {"city_id": "atyrau"}), (queries.countries, {})):
        with assert_query_count(market.site, 1):
            await market.site.ask(query, **given)
