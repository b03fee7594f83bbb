"""The doors to shops: the interface and the pages, and what they refuse."""

from __future__ import annotations

from uuid import uuid4

from tests.listings.market import Market

NEW = {"name": "Light house", "city": "Atyrau", "about": "Lamps.", "phone": "8 701 234 56 78"}


async def test_a_customer_opens_a_shop_and_changes_it(market: Market) -> None:
    await market.person("aigerim")
    client = await market.browser("aigerim")
    opened = await client.post("/api/shops", json=NEW)
    assert opened.status_code == 201
    shop = opened.json()
    assert (shop["slug"], shop["state"], shop["my_role"]) == ("light-house", "draft", "owner")
    assert shop["phone"] == "+77012345678"
    change = NEW | {"name": "Bright house", "version": shop["version"]}
    changed = await client.put(f"/api/shops/{shop['id']}", json=change)
    assert changed.json()["name"] == "Bright house"
    again = await client.put(f"/api/shops/{shop['id']}", json=change)
    assert (again.status_code, again.json()["code"]) == (409, "version_conflict")


async def test_a_shop_is_found_by_its_id_as_by_its_address(market: Market) -> None:
    await market.person("aigerim")
    client, stranger = await market.browser("aigerim"), await market.browser()
    shop = (await client.post("/api/shops", json=NEW)).json()
    by_id, by_address = [await client.get(f"/api/shops/{name}") for name in (shop["id"], shop["slug"])]
    assert by_id.status_code == by_address.status_code == 200
    assert by_id.json() == by_address.json()
    for unseen in (shop["id"], shop["slug"], str(uuid4())):
        refused = await stranger.get(f"/api/shops/{unseen}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_nobody_opens_a_shop_unseen_or_with_what_is_not_asked_for(market: Market) -> None:
    assert (await (await market.browser()).post("/api/shops", json=NEW)).status_code == 401
    await market.person("aigerim")
    client = await market.browser("aigerim")
    refused = await client.post("/api/shops", json=NEW | {"state": "open", "slug": "x"})
    assert refused.status_code == 422
    assert {(p["field"], p["code"]) for p in refused.json()["problems"]} == {
        ("state", "unknown_field"),
        ("slug", "unknown_field"),
    }


async def test_a_foreign_shop_is_as_missing_as_none(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    await market.person("stranger", "vendor")
    client = await market.browser("stranger")
    answers = [await client.put(f"/api/shops/{i}", json=NEW | {"version": 1}) for i in (shop_id, uuid4())]
    assert [a.status_code for a in answers] == [404, 404]
    bodies = [{k: v for k, v in a.json().items() if k not in {"request_id", "instance"}} for a in answers]
    assert bodies[0] == bodies[1]


async def test_only_an_admin_approves(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    client = await market.browser("owner")
    assert (await client.post(f"/api/shops/{shop_id}/approve")).status_code == 403
    assert (await client.post(f"/api/shops/{shop_id}/close")).json()["state"] == "closed"
    assert (await (await market.browser()).get("/api/shops/light-house")).status_code == 404
    refused = await client.post(f"/api/shops/{shop_id}/close")
    assert refused.status_code == 409
    assert refused.json()["facts"]["allowed"] == ["reopen"]
    assert (await client.post(f"/api/shops/{shop_id}/reopen")).json()["state"] == "open"


async def test_the_list_is_paged_and_refuses_what_it_does_not_know(market: Market) -> None:
    owner = await market.person("owner")
    for number in range(3):
        await market.shop(owner, f"Shop {number}")
    client = await market.browser()
    first = (await client.get("/api/shops", params={"limit": 2})).json()
    rest = (await client.get("/api/shops", params={"limit": 2, "cursor": first["next"]})).json()
    assert [s["name"] for s in first["items"] + rest["items"]] == ["Shop 2", "Shop 1", "Shop 0"]
    assert rest["next"] is None
    for bad, code in (
        ({"limitt": 2}, "unknown_parameter"),
        ({"cursor": "nonsense"}, "bad_cursor"),
        ({"limit": 101}, "malformed_request"),
    ):
        refused = await client.get("/api/shops", params=bad)
        assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_the_form_opens_a_shop_and_keeps_what_was_typed_when_refused(market: Market) -> None:
    await market.person("aigerim")
    client = await market.browser("aigerim")
    page = (await client.get("/sell/shop/new")).text
    assert 'name="phone"' in page
    refused = await client.post("/sell/shop/new", data={"name": "Light house", "city": "", "phone": "12"})
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert 'value="Light house"' in refused.text
    done = await client.post("/sell/shop/new", data={"name": "Light house", "city": "Atyrau"})
    assert done.status_code == 303
    assert done.headers["location"].endswith("/setup")
    sell = (await client.get("/sell")).text
    assert "Light house" in sell


async def test_a_lost_race_keeps_what_was_typed_and_can_be_repeated(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    client = await market.browser("owner")
    path = f"/sell/shop/{shop_id}/edit"
    typed = {"name": "Mine", "city": "Atyrau", "version": "1"}
    assert (await client.post(path, data=typed | {"name": "Theirs"})).status_code == 303
    lost = await client.post(path, data=typed)
    assert lost.status_code == 409
    assert 'value="Mine"' in lost.text
    assert 'name="version" value="2"' in lost.text
    assert (await client.post(path, data=typed | {"version": "2"})).status_code == 303


async def test_the_form_of_a_foreign_shop_is_not_there(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    await market.person("stranger")
    client = await market.browser("stranger")
    for answer in (
        await client.get(f"/sell/shop/{shop_id}/edit"),
        await client.post(f"/sell/shop/{shop_id}/edit", data={"name": "Mine", "city": "A", "version": "1"}),
    ):
        assert answer.status_code == 404


async def test_all_shops_are_on_one_page_after_another(market: Market) -> None:
    owner = await market.person("owner")
    client = await market.browser()
    assert "No shops yet" in (await client.get("/shops", headers={"Accept-Language": "en"})).text
    await market.shop(owner, "Light <b>house</b>")
    page = (await client.get("/shops")).text
    assert "Light &lt;b&gt;house&lt;/b&gt;" in page
    assert 'href="/shops/light-b-house-b"' in page
