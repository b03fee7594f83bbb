"""Shops near me: what the address asks for is what is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.places.domain import Point, distance_m
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.schemas import ShopContacts, ShopFilter, ShopProfile, ShopWeek
from marketplace_kit.testing.queries import assert_query_count
from tests.listings.market import Market

CENTRE = Point(47.1068, 51.9166)


async def placed(market: Market, name: str, north: float, category: str = "", hours: str = "") -> UUID:
    """An open shop so many degrees north of the middle of Atyrau."""
    owner = await market.person(f"owner-{uuid4().hex[:8]}")
    shop_id = await market.shop(owner, name)
    lat = str(CENTRE.lat + north)
    contacts = ShopContacts(city="atyrau", address="Azattyq 1", lat=lat, lon=str(CENTRE.lon), version=1)
    version = (await market.site.do(services.set_contacts, shop_id, contacts, by=owner)).version
    profile = ShopProfile(name=name, category=category, version=version)
    version = (await market.site.do(services.set_profile, shop_id, profile, by=owner)).version
    if hours:
        week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), hours)
        await market.site.do(services.set_week, shop_id, ShopWeek(version=version, **week), by=owner)
    return shop_id


async def names(client: Any, **asked: Any) -> list[str]:
    answer = await client.get("/api/shops", params=asked)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


async def test_the_nearest_come_first_with_their_distance(market: Market) -> None:
    for name, north in (("Far", 0.05), ("Near", 0.001), ("Middle", -0.02)):
        await placed(market, name, north)
    await market.shop(await market.person("nowhere"), "Nowhere")
    public = await market.browser()
    here = {"lat": str(CENTRE.lat), "lon": str(CENTRE.lon)}
    assert await names(public, **here) == ["Near", "Middle", "Far"]
    assert await names(public, **here, radius_km="3") == ["Near", "Middle"]
    found = (await public.get("/api/shops", params=here)).json()["items"]
    true = distance_m(CENTRE, Point(CENTRE.lat + 0.05, CENTRE.lon)) / 1000
    assert found[2]["distance_km"] == round(true, 2)
    page = (
        await public.get("/shops", params={"city": "atyrau", "sort": "distance"}, headers={"Accept-Language": "en"})
    ).text
    assert page.index("Near</a>") < page.index("Middle</a>") < page.index("Far</a>")
    assert "5.6 km away" in page


async def test_pages_of_every_order_miss_nobody_and_show_nobody_twice(market: Market) -> None:
    shops = {await placed(market, f"Shop{n}", n * 0.004 - 0.01) for n in range(5)}
    for sort in ("newest", "name", "rating", "distance"):
        wanted = ShopFilter(lat=CENTRE.lat, lon=CENTRE.lon, sort=sort)
        seen: list[UUID] = []
        cursor = None
        while True:
            with assert_query_count(market.site, 1):
                found = await market.site.ask(
                    queries.shop_list, wanted, cursor=cursor, limit=2, now=market.site.clock.now(), locale="ru"
                )
            seen += [card.id for card in found.items]
            cursor = found.next
            if cursor is None:
                break
        assert len(seen) == 5
        assert set(seen) == shops
    public = await market.browser()
    first = (await public.get("/api/shops", params={"limit": 2, "sort": "name"})).json()["next"]
    assert (await public.get("/api/shops", params={"sort": "newest", "cursor": first})).status_code == 400


async def test_words_category_city_and_open_doors_narrow_the_list(market: Market) -> None:
    await placed(market, "Салон Ёлка", 0.001, "grooming", "09:00-18:00")
    await placed(market, "Барбер", 0.002, "barbershop", "20:00-02:00")
    public = await market.browser()
    assert await names(public, q="елка") == ["Салон Ёлка"]
    assert await names(public, q="ГРУМИНГ azattyq") == ["Салон Ёлка"]
    assert [await names(public, q=q) for q in ("100%", "%", "_", "ёл_а", "/", "\\")] == [[]] * 6
    assert await names(public, category="pets") == ["Салон Ёлка"]
    assert await names(public, category="barbershop") == ["Барбер"]
    assert await names(public, city="almaty") == []
    assert len(await names(public, city="atyrau")) == 2
    # Eleven in the morning, then a quarter past midnight.
    assert await names(public, open_now="true") == ["Салон Ёлка"]
    market.clock.advance(timedelta(hours=13, minutes=15))
    assert await names(public, open_now="true") == ["Барбер"]


async def test_what_no_map_shows_is_refused_and_kept(market: Market) -> None:
    public = await market.browser()
    for bad in (
        {"lat": "91", "lon": "0"},
        {"lat": "NaN", "lon": "0"},
        {"lat": "47"},
        {"radius_km": "-1"},
        {"radius_km": "nan"},
    ):
        assert (await public.get("/api/shops", params=bad)).status_code == 422
        assert (await public.get("/shops", params=bad)).status_code == 422
    assert (await public.get("/api/shops", params={"sort": "price"})).status_code == 400
    assert (await public.get("/shops", params={"sort": "price"})).status_code == 200
    kept = (await public.get("/shops", params={"q": "<b>", "lat": "91", "lon": "1"})).text
    assert 'value="&lt;b&gt;"' in kept


async def test_every_night_the_spans_reach_a_day_further(market: Market) -> None:
    await placed(market, "Salon", 0.001, hours="09:00-18:00")
    market.clock.advance(timedelta(days=20))
    public = await market.browser()
    assert await names(public, open_now="true") == []
    await run_until_idle(market.site)
    await services.refresh_spans(market.site)
    assert await names(public, open_now="true") == ["Salon"]
    with assert_query_count(market.site, at_most=14):
        await services.refresh_spans(market.site)
