"""The pages, as a browser without script uses them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.listings.services import favourite
from marketplace_kit.listings.tables import listing_table
from marketplace_kit.shops.tables import hours_table, shop_table
from marketplace_kit.testing.queries import count_queries
from tests.listings.goods import LAMP
from tests.listings.market import PASSWORD, Market

pytestmark = pytest.mark.one_engine

FILLED = {
    "title": "Reading lamp",
    "price": "8 000",
    "attributes.maker": "Svet",
    "attributes.light": "warm",
    "attributes.watts": "40",
}


async def one_lamp(market: Market, **given: Any) -> tuple[Actor, UUID, UUID]:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    return owner, shop_id, await market.listing(owner, shop_id, **given)


async def test_the_address_is_the_whole_search(market: Market) -> None:
    owner, shop_id, _ = await one_lamp(market)
    await market.listing(owner, shop_id, "Floor lamp", price="30000")
    client = await market.browser()
    everything = (await client.get("/listings")).text
    assert "Reading lamp" in everything
    assert "Floor lamp" in everything
    assert "8\u00a0000\u00a0₸" in everything
    assert '<span>Lamps <span class="kit-muted">(2)</span></span>' in everything
    query = {"q": "lamp", "kind": LAMP, "price_from": "10 000", "price_to": "50000,00"}
    narrowed = (await client.get("/listings", params=query)).text
    assert "Floor lamp" in narrowed
    assert "Reading lamp" not in narrowed
    assert 'name="price_from" value="10 000"' in narrowed
    assert f'name="kind" value="{LAMP}" checked' in narrowed
    again = await client.get("/search", params={"q": "lamp"})
    assert (again.status_code, again.headers["location"]) == (303, "/listings?q=lamp")


async def test_what_is_found_comes_before_the_filters_until_somebody_chooses_some(market: Market) -> None:
    await one_lamp(market)
    client = await market.browser()
    by_address = (await client.get("/listings", params={"q": "lamp"})).text
    assert '<details class="kit-filters"><summary' in by_address
    choosing = (await client.get("/listings", params={"q": "lamp"}, headers={"HX-Request": "true"})).text
    assert '<details class="kit-filters" open><summary' in choosing


async def test_a_page_shrugs_at_what_it_does_not_know(market: Market) -> None:
    client = await market.browser()
    for query in ({"price_from": "much"}, {"utm_source": "poster"}, {"kind": "no.such"}, {"q": "\x00"}):
        assert (await client.get("/listings", params=query)).status_code == 200, query


async def test_paging_keeps_the_filters(market: Market) -> None:
    owner, shop_id, _ = await one_lamp(market)
    for _ in range(25):
        await market.listing(owner, shop_id)
    client = await market.browser()
    first = (await client.get("/listings", params={"q": "lamp"})).text
    href = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(href).query)["q"] == ["lamp"]
    second = (await client.get(href)).text
    assert second.count("kit-card") == 2
    assert 'rel="next"' not in second


async def test_the_empty_states_differ(market: Market) -> None:
    client = await market.browser()
    client.headers["Accept-Language"] = "en"
    assert "Nothing is offered yet" in (await client.get("/listings")).text
    assert "Nothing fits" in (await client.get("/listings", params={"q": "x"})).text


async def test_a_listings_page_tells_its_facts_and_asks_the_plugins(market: Market) -> None:
    _, _, lamp = await one_lamp(market, watts=40, supplier="Secret")
    page = (await (await market.browser()).get(f"/listings/{lamp}")).text
    assert "40\u00a0W" in page
    assert "Warm" in page
    assert "Secret" not in page
    assert "Act on goods.lamp" in page
    known = page.split('data-known="')[1].split('"')[0].split()
    assert set(known) == {
        "actor", "attributes", "description", "is_favourite", "kind", "listing_id", "may_edit", "price", "published_at",
        "line_kind", "rating_average", "rating_count",
        "shop_id", "shop_name", "shop_slug", "state", "title", "version",
    }  # fmt: skip
    assert "/edit" not in page


async def test_what_people_write_is_never_markup(market: Market) -> None:
    owner, shop_id, _ = await one_lamp(market)
    lamp = await market.listing(owner, shop_id, "<script>x</script>", maker='"><img src=x>')
    client = await market.browser("owner")
    for path in (f"/listings/{lamp}", "/listings", "/sell", f"/sell/listings/{lamp}/edit", "/shops/light-house", "/"):
        page = (await client.get(path)).text
        assert "<script>x" not in page
        assert "<img src=x>" not in page


async def test_a_heart_is_pressed_with_and_without_script(market: Market) -> None:
    _, _, lamp = await one_lamp(market)
    await market.person("fan")
    fan = await market.browser("fan")
    path = f"/listings/{lamp}/favourite"
    plain = await fan.post(path, data={"back": "/listings"})
    assert (plain.status_code, plain.headers["location"]) == (303, "/listings")
    assert 'aria-pressed="true"' in (await fan.get("/account/favourites")).text
    partial = await fan.post(path, data={"back": ""}, headers={"HX-Request": "true"})
    assert partial.status_code == 200
    assert 'aria-pressed="false"' in partial.text
    assert "<html" not in partial.text
    assert (await fan.post(path, data={"back": "https://evil.example"})).headers["location"] == "/"
    assert (await fan.post(f"/listings/{uuid4()}/favourite", data={"back": ""})).status_code == 404


async def test_a_stranger_signs_in_and_finds_the_heart_set(market: Market) -> None:
    _, _, lamp = await one_lamp(market)
    await market.person("fan")
    client = await market.browser()
    page = (await client.get(f"/listings/{lamp}")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    pressed = await client.post(f"/listings/{lamp}/favourite", data={"csrf_token": token})
    assert pressed.status_code == 303
    assert pressed.headers["location"].startswith("/sign-in?next=")
    sign_in = (await client.get(pressed.headers["location"])).text
    token = sign_in.split('name="csrf_token" value="')[1].split('"')[0]
    back = unquote(urlsplit(pressed.headers["location"]).query.removeprefix("next="))
    credentials = {"contact": "fan@example.kz", "password": PASSWORD, "next": back, "csrf_token": token}
    signed_in = await client.post("/sign-in", data=credentials)
    assert signed_in.headers["location"] == back
    done = await client.get(back)
    assert (done.status_code, done.headers["location"]) == (303, f"/listings/{lamp}")
    assert 'aria-pressed="true"' in (await client.get(f"/listings/{lamp}")).text


async def test_a_link_that_somebody_else_made_sets_no_heart(market: Market) -> None:
    _, _, lamp = await one_lamp(market)
    await market.person("fan")
    stranger, fan = await market.browser(), await market.browser("fan")
    page = (await stranger.get(f"/listings/{lamp}")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    made = await stranger.post(f"/listings/{lamp}/favourite", data={"csrf_token": token})
    link = unquote(urlsplit(made.headers["location"]).query.removeprefix("next="))
    for tried in (link, f"/listings/{lamp}/favourite", f"/listings/{lamp}/favourite?act=forged"):
        await fan.get(f"/listings/{lamp}")
        assert (await fan.get(tried)).headers["location"] == f"/listings/{lamp}"
    assert "aria-pressed" not in (await fan.get("/account/favourites")).text


async def filled(client: httpx.AsyncClient, shop_id: UUID, **changes: str) -> httpx.Response:
    return await client.post(f"/sell/listings/new/{LAMP}", data=FILLED | {"shop_id": str(shop_id)} | changes)


async def test_a_form_is_made_from_the_declaration_and_makes_a_listing(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner", "vendor"))
    client = await market.browser("owner")
    assert f"/sell/listings/new/{LAMP}" in (await client.get("/sell/listings/new")).text
    form = (await client.get(f"/sell/listings/new/{LAMP}")).text
    for name in ("shop_id", "title", "price", "attributes.maker", "attributes.light", "attributes.supplier"):
        assert f'name="{name}"' in form
    saved = await filled(client, shop_id)
    draft = (await client.get(saved.headers["location"])).text
    assert "Draft" in draft
    published = await filled(client, shop_id, publish_now="true")
    assert "Reading lamp" in (await (await market.browser()).get(published.headers["location"])).text


async def test_a_form_with_faults_comes_back_as_it_was_filled_in(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner", "vendor"))
    client = await market.browser("owner")
    refused = await filled(client, shop_id, title="", **{"attributes.watts": "many", "attributes.maker": "My maker"})
    assert refused.status_code == 422
    assert 'value="My maker"' in refused.text
    assert 'value="many"' in refused.text
    assert 'href="#f-title"' in refused.text
    assert 'href="#f-attributes.watts"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 2


async def test_only_ones_own_shop_can_be_filled(market: Market) -> None:
    foreign = await market.shop(await market.person("other", "vendor"), "Other")
    await market.shop(await market.person("owner", "vendor"))
    client = await market.browser("owner")
    assert (await filled(client, foreign)).status_code == 404
    assert (await client.get("/sell/listings/new/no.such")).status_code == 404


async def test_a_vendor_without_a_shop_opens_one_first(market: Market) -> None:
    await market.person("owner", "vendor")
    client = await market.browser("owner")
    assert "/sell/shop/new" in (await client.get("/sell")).text
    assert (await client.get(f"/sell/listings/new/{LAMP}")).headers["location"] == "/sell/shop/new"


async def test_a_listing_is_changed_and_a_lost_race_keeps_what_was_typed(market: Market) -> None:
    _, _, lamp = await one_lamp(market, watts=40)
    client = await market.browser("owner")
    path = f"/sell/listings/{lamp}/edit"
    form = (await client.get(path)).text
    assert 'value="Reading lamp"' in form
    assert 'value="8000"' in form
    assert 'value="40"' in form
    version = form.split('name="version" value="')[1].split('"')[0]
    assert (await client.post(path, data=FILLED | {"title": "Theirs", "version": version})).status_code == 303
    lost = await client.post(path, data=FILLED | {"title": "Mine", "version": version})
    assert lost.status_code == 409
    assert 'value="Mine"' in lost.text
    newest = lost.text.split('name="version" value="')[1].split('"')[0]
    assert (await client.post(path, data=FILLED | {"title": "Mine", "version": newest})).status_code == 303


async def test_the_vendors_list_moves_listings_along(market: Market) -> None:
    _, _, lamp = await one_lamp(market)
    client = await market.browser("owner")
    assert f'action="/sell/listings/{lamp}/unpublish"' in (await client.get("/sell")).text
    moved = await client.post(f"/sell/listings/{lamp}/unpublish", data={})
    assert (moved.status_code, moved.headers["location"]) == (303, "/sell")
    assert f'action="/sell/listings/{lamp}/publish"' in (await client.get("/sell")).text
    assert (await client.post(f"/sell/listings/{lamp}/archive", data={})).status_code == 303
    assert f"/sell/listings/{lamp}/" not in (await client.get("/sell")).text
    assert (await client.post(f"/sell/listings/{lamp}/explode", data={})).status_code == 404


async def test_foreign_pages_are_not_there(market: Market) -> None:
    _, _, lamp = await one_lamp(market)
    await market.person("other", "vendor")
    client = await market.browser("other")
    assert (await client.get(f"/sell/listings/{lamp}/edit")).status_code == 404
    assert (await client.post(f"/sell/listings/{lamp}/edit", data=FILLED)).status_code == 404
    assert (await client.post(f"/sell/listings/{lamp}/archive", data={})).status_code == 404
    await market.person("customer")
    assert (await (await market.browser("customer")).get("/sell/listings/new")).status_code == 403
    assert (await (await market.browser()).get("/sell")).headers["location"].startswith("/sign-in")


async def test_no_page_asks_more_of_the_database_when_there_is_more_to_show(market: Market) -> None:
    owner, shop_id, lamp = await one_lamp(market)
    client = await market.browser("owner")
    paths = ("/", "/listings", f"/listings/{lamp}", "/shops", "/shops/light-house", "/sell", "/account/favourites")
    await client.get("/listings")  # how cities and categories are called is looked up once a minute
    asked = []
    for rows in (0, 5):
        for _ in range(rows):
            await market.listing(owner, shop_id)
        for path in paths:
            with count_queries(market.site) as seen:
                assert (await client.get(path)).status_code == 200
            asked.append(len([s for s in seen if not s.startswith("UPDATE sign_in")]))
    assert asked[: len(paths)] == asked[len(paths) :]
    assert max(asked) <= 8
    assert asked[paths.index("/listings")] <= 4
    assert asked[paths.index("/shops/light-house")] <= 5


async def test_what_is_kept_of_a_page_shows_nobody_anything_of_somebody_else(market: Market) -> None:
    owner, _, lamp = await one_lamp(market)
    await market.person("marat")
    hers, his, strangers = (await market.browser("owner"), await market.browser("marat"), await market.browser())
    for path in ("/listings", "/shops/light-house"):
        for browser in (hers, his, strangers, hers):  # whatever is kept was drawn for somebody else
            await browser.get(path)
        pages = [(await browser.get(path)).text for browser in (hers, his, strangers)]
        tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', text)) for text in pages]
        assert [len(found) for found in tokens] == [1, 1, 1], "each page has one token throughout"
        assert len(set.union(*tokens)) == 3
        assert ["marat" in text for text in pages] == [False, True, False]
        assert ["/sign-out" in text for text in pages] == [True, True, False]
        assert ["Change the shop" in text for text in pages] == [path != "/listings", False, False]
    await market.site.do(favourite, lamp, by=owner)
    for path in ("/listings", "/shops/light-house"):
        pressed = [(await browser.get(path)).text.count('aria-pressed="true"') for browser in (hers, his, strangers)]
        assert pressed == [1, 0, 0]


async def test_what_is_kept_of_a_page_is_never_older_than_what_it_shows(market: Market) -> None:
    _, shop_id, lamp = await one_lamp(market)
    client = await market.browser()
    paths = ("/listings", "/shops/light-house")
    for path in paths:
        assert "Reading lamp" in (await client.get(path)).text
    async with market.site.unit() as uow:
        await uow.session.execute(
            sa.update(listing_table).where(listing_table.c.id == lamp).values(title="Night lamp", price_amount=990000)
        )
        await uow.session.execute(sa.update(shop_table).values(address="Satpayev 1"))
    for path in paths:
        text = (await client.get(path)).text
        assert "Night lamp" in text
        assert "9\u00a0900\u00a0₸" in text
        assert "Reading lamp" not in text
    assert "Satpayev 1" in (await client.get(paths[1])).text
    async with market.site.unit() as uow:
        await uow.session.execute(sa.insert(hours_table).values(shop_id=shop_id, weekday=0, opens=540, closes=1080))
    assert "09:00-18:00" in (await client.get(paths[1])).text
