"""Photos of a shop: put there by those who keep it, on its page and its card for everybody."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image

from marketplace_kit.shops.plugin import plugin
from marketplace_kit.shops.services import SHOP_PHOTOS, add_member, ensure_shop_photos
from marketplace_kit.testing.queries import count_queries
from tests.listings.market import Market


@cache
def png(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "PNG")
    return out.getvalue()


async def test_a_shops_photos_are_on_its_page_and_its_card(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    shop_id = await market.shop(owner)
    client, stranger = await market.browser("owner"), await market.browser()
    address = f"/api/shops/{shop_id}/photos"
    files = [("photos", ("a.png", png(colour), "image/png")) for colour in ("red", "blue")]
    answer = await client.post(address, files=files, data={"alt": ["The front door", ""]})
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["items"]
    assert (await stranger.get(address)).json()["items"] == [first, second]
    page = (await stranger.get("/en/shops/light-house")).text
    assert 'alt="The front door"' in page
    assert 'alt="Light house, photo 2 of 2"' in page
    assert page.count("srcset=") == 2
    assert first["sizes"][0]["url"] in (await stranger.get("/shops")).text
    (card,) = [s for s in (await stranger.get("/api/shops")).json()["items"] if s["slug"] == "light-house"]
    assert card["photo"]["width"] == 640
    order = {"order": [second["id"], first["id"]], "version": answer.json()["version"]}
    assert (await client.put(address, json=order)).status_code == 200
    (card,) = [s for s in (await stranger.get("/api/shops")).json()["items"] if s["slug"] == "light-house"]
    assert card["photo"]["url"] == second["sizes"][1]["url"]


async def test_who_works_there_may_and_who_only_serves_may_not(market: Market) -> None:
    owner, staff, operator = [await market.person(name, "vendor") for name in ("owner", "staff", "operator")]
    shop_id = await market.shop(owner)
    for person, role in ((staff, "staff"), (operator, "operator")):
        assert person.person_id is not None
        await market.site.do(add_member, shop_id, person.person_id, role, by=owner)
    await market.person("rival", "vendor")
    for name, status in (("staff", 201), ("operator", 403), ("rival", 404), ("", 401)):
        client = await market.browser(name)
        files = [("photos", ("a.png", png("green"), "image/png"))]
        assert (await client.post(f"/api/shops/{shop_id}/photos", files=files)).status_code == status, name
        page = {201: 200, 401: 303}.get(status, status)
        assert (await client.get(f"/sell/shop/{shop_id}/photos")).status_code == page, name


async def test_a_list_of_shops_with_covers_asks_no_more_than_one_without(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    assert owner.person_id is not None
    shops = [await market.shop(owner, f"Shop {n}") for n in range(3)]
    client = await market.browser()
    await client.get("/api/shops")
    with count_queries(market.site) as bare:
        await client.get("/api/shops")
    for shop_id in shops:
        await ensure_shop_photos(market.site, shop_id, png("red"), "Front", owner=owner.person_id)
    with count_queries(market.site) as pictured:
        answer = await client.get("/api/shops")
    assert len(bare) == len(pictured)
    assert all(card["photo"] for card in answer.json()["items"])


async def test_who_sent_a_shops_photo_can_be_forgotten(market: Market) -> None:
    owner = await market.person("owner", "vendor")
    assert owner.person_id is not None
    shop_id = await market.shop(owner)
    await ensure_shop_photos(market.site, shop_id, png("red"), "Front", owner=owner.person_id)
    (personal,) = [p for p in plugin.mk_personal_data() if p.name == "shops.photos"]
    assert len(await market.site.ask(personal.export, owner.person_id)) == 1
    await market.site.do(personal.erase, owner.person_id)
    assert await market.site.ask(personal.export, owner.person_id) == []
    assert len((await market.site.ask(SHOP_PHOTOS.view, shop_id)).items) == 1
