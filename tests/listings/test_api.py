"""The interface for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx

from marketplace_kit.testing.queries import assert_query_count
from tests.listings.goods import LAMP, TEA
from tests.listings.market import Market


def lamp(shop_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "shop_id": str(shop_id),
        "kind": LAMP,
        "title": "Reading lamp",
        "description": "Bright.",
        "price": {"amount": 800000, "currency": "KZT"},
        "attributes": {"maker": "Svet", "light": "warm", "supplier": "Secret"},
    } | changes


async def shop_and_vendor(market: Market) -> tuple[UUID, httpx.AsyncClient]:
    shop_id = await market.shop(await market.person("owner", "vendor"))
    return shop_id, await market.browser("owner")


async def test_a_vendor_makes_changes_and_publishes_a_listing(market: Market) -> None:
    shop_id, vendor = await shop_and_vendor(market)
    visitor = await market.browser()
    made = await vendor.post("/api/listings", json=lamp(shop_id))
    assert made.status_code == 201
    path = f"/api/listings/{made.json()['id']}"
    assert (made.json()["state"], made.json()["attributes"]["supplier"]) == ("draft", "Secret")
    assert (await visitor.get(path)).status_code == 404
    change = {k: v for k, v in lamp(shop_id, title="Desk lamp", version=1).items() if k not in {"shop_id", "kind"}}
    assert (await vendor.put(path, json=change)).json()["title"] == "Desk lamp"
    stale = await vendor.put(path, json=change)
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    published = await vendor.post(f"{path}/publish")
    assert published.json()["state"] == "published"
    seen = (await visitor.get(path)).json()
    assert "supplier" not in seen["attributes"]
    assert seen["price"] == {"amount": 800000, "currency": "KZT"}
    assert seen["shop"]["slug"] == "light-house"
    again = await vendor.post(f"{path}/publish")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    assert again.json()["facts"]["allowed"] == ["archive", "unpublish"]
    assert (await vendor.post(f"{path}/unpublish")).json()["state"] == "draft"
    assert (await vendor.post(f"{path}/archive")).json()["state"] == "archived"


async def test_every_problem_is_answered_at_once_and_nothing_more_is_taken(market: Market) -> None:
    shop_id, vendor = await shop_and_vendor(market)
    bad = lamp(shop_id, title="", state="published", person_id=str(uuid4()), price={"amount": 1.5, "currency": "KZT"})
    bad["attributes"] = {"light": "warm", "watts": 2**63}
    refused = await vendor.post("/api/listings", json=bad)
    assert refused.status_code == 422
    assert {(p["field"], p["code"]) for p in refused.json()["problems"]} == {
        ("title", "required"),
        ("state", "unknown_field"),
        ("person_id", "unknown_field"),
        ("price", "not_an_amount"),
        ("attributes.maker", "required"),
        ("attributes.watts", "too_large"),
    }


async def test_who_may_not_is_refused_before_anything_is_read(market: Market) -> None:
    shop_id, vendor = await shop_and_vendor(market)
    made = (await vendor.post("/api/listings", json=lamp(shop_id))).json()["id"]
    await market.person("customer")
    customer, stranger = await market.browser("customer"), await market.browser()
    acts = [("POST", "/api/listings"), ("PUT", f"/api/listings/{made}")]
    acts += [("POST", f"/api/listings/{made}/{verb}") for verb in ("publish", "unpublish", "archive")]
    for method, path in acts:
        assert (await stranger.request(method, path, json={})).status_code == 401
        assert (await customer.request(method, path, json={})).status_code == 403


async def test_a_foreign_listing_is_as_missing_as_none(market: Market) -> None:
    shop_id, vendor = await shop_and_vendor(market)
    made = (await vendor.post("/api/listings", json=lamp(shop_id))).json()["id"]
    await vendor.post(f"/api/listings/{made}/publish")
    await market.shop(await market.person("other", "vendor"), "Other")
    other = await market.browser("other")
    change = {k: v for k, v in lamp(shop_id, version=2).items() if k not in {"shop_id", "kind"}}
    for path in (f"/api/listings/{made}", f"/api/listings/{uuid4()}"):
        assert (await other.put(path, json=change)).status_code == 404
        for verb in ("publish", "unpublish", "archive"):
            assert (await other.post(f"{path}/{verb}")).status_code == 404
    assert (await other.post("/api/listings", json=lamp(shop_id))).status_code == 404
    assert (await other.post("/api/listings", json=lamp(uuid4()))).status_code == 404


async def test_a_page_of_the_list_takes_two_statements_and_tells_the_counts(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    client = await market.browser()
    for rows in (1, 5):
        for _ in range(rows):
            await market.listing(owner, shop_id)
        await client.get("/api/listings")  # the switches of the plugins are looked up once a second
        with assert_query_count(market.site, at_most=3) as seen:
            answer = (await client.get("/api/listings", params={"q": "lamp", "kind": LAMP})).json()
        assert len(seen) == 2
    assert len(answer["items"]) == 6
    assert answer["counts"] == {LAMP: 6}
    assert answer["items"][0].keys() == {
        "id", "kind", "title", "price", "price_varies", "attributes", "shop", "published_at", "is_favourite",
        "rating_average", "rating_count", "distance_m", "is_open", "opens_at", "photo", "next_free", "language",
    }  # fmt: skip


NOT_UNDERSTOOD = [
    ({"knid": LAMP}, "unknown_facet"),
    ({"order": "price"}, "unknown_facet"),
    ({"attributes.lihgt": "warm"}, "unknown_facet"),
    ({"attributes.supplier": "x"}, "unknown_facet"),
    ({"sort": "secret"}, "malformed_request"),
    ({"rating": "6"}, "malformed_request"),
    ({"radius": str(10**9)}, "malformed_request"),
    ({"limit": "0"}, "malformed_request"),
    ({"limit": "101"}, "malformed_request"),
    ({"limit": "1e9"}, "malformed_request"),
    ({"price_min": "-1"}, "malformed_request"),
    ({"price_max": "NaN"}, "malformed_request"),
    ({"price_max": str(2**63)}, "malformed_request"),
    ({"shop": "no-uuid"}, "malformed_request"),
    ({"favourites": "perhaps"}, "malformed_request"),
    ({"cursor": "x"}, "bad_cursor"),
    ({"q": "x" * 201}, "malformed_request"),
]


async def test_a_question_that_is_not_understood_is_refused(market: Market) -> None:
    client = await market.browser()
    for query, code in NOT_UNDERSTOOD:
        refused = await client.get("/api/listings", params=query)
        assert (refused.status_code, refused.json()["code"]) == (400, code), query


async def test_odd_characters_in_a_search_find_nothing_and_break_nothing(market: Market) -> None:
    client = await market.browser()
    for text in ("\x00", "%00", "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), "'\"\\", "😀"):
        answer = await client.get("/api/listings", params={"q": text})
        assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_kinds_are_told_with_their_schema(market: Market) -> None:
    kinds = (await (await market.browser()).get("/api/listing-kinds")).json()
    assert {kind["name"] for kind in kinds} >= {LAMP, TEA}
    kinds = [kind for kind in kinds if kind["name"] == LAMP]
    assert kinds[0]["attributes"]["properties"]["light"]["enum"] == ["warm", "cold"]
    assert kinds[0]["attributes"]["additionalProperties"] is False


async def test_hearts_are_pressed_listed_and_let_go(market: Market) -> None:
    owner = await market.person("owner")
    lamp_id = await market.listing(owner, await market.shop(owner))
    await market.person("fan")
    fan, stranger = await market.browser("fan"), await market.browser()
    assert (await fan.post(f"/api/favorites/toggle/{lamp_id}")).json() == {
        "listing_id": str(lamp_id),
        "is_favourite": True,
    }
    assert [i["id"] for i in (await fan.get("/api/favorites")).json()["items"]] == [str(lamp_id)]
    assert (await fan.get("/api/listings", params={"favourites": "true"})).json()["items"][0]["is_favourite"] is True
    assert (await stranger.get("/api/listings", params={"favourites": "true"})).json()["items"] == []
    assert (await fan.delete(f"/api/favorites/{lamp_id}")).status_code == 204
    assert (await fan.delete(f"/api/favorites/{lamp_id}")).status_code == 204
    assert (await fan.get("/api/favorites")).json()["items"] == []
    assert (await fan.post(f"/api/favorites/toggle/{uuid4()}")).status_code == 404
    assert (await stranger.post(f"/api/favorites/toggle/{lamp_id}")).status_code == 401
    assert (await stranger.get("/api/favorites")).status_code == 401


async def test_the_description_types_each_kind(market: Market) -> None:
    document = (await (await market.browser()).get("/api/openapi.json")).json()
    schemas = document["components"]["schemas"]
    body = document["paths"]["/api/listings"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    refs = {"$ref": "#/components/schemas/NewGoodsLampListing"}, {"$ref": "#/components/schemas/NewGoodsTeaListing"}
    assert all(ref in body["oneOf"] for ref in refs)
    assert body["discriminator"]["mapping"][LAMP] == refs[0]["$ref"]
    new_lamp = schemas["NewGoodsLampListing"]
    assert new_lamp["properties"]["kind"] == {"const": LAMP}
    assert new_lamp["properties"]["attributes"] == {"$ref": "#/components/schemas/GoodsLampAttributes"}
    assert new_lamp["additionalProperties"] is False
    assert set(new_lamp["required"]) == {"shop_id", "kind", "title", "attributes"}
    assert schemas["GoodsLampAttributes"]["required"] == ["maker", "light"]
    change = document["paths"]["/api/listings/{listing_id}"]["put"]["requestBody"]["content"]["application/json"]
    assert set(change["schema"]["required"]) == {"version", "title", "attributes"}
    parameters = {p["name"] for p in document["paths"]["/api/listings"]["get"]["parameters"]}
    assert parameters == {
        "kind", "q", "price_min", "price_max", "shop", "favourites", "category", "city", "rating", "open_now", "lat",
        "lon", "radius", "free", "sort", "cursor", "limit",
    }  # fmt: skip
