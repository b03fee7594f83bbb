"""Orders by a program: paths and names of the sources, refusals with their codes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from marketplace_kit.testing.lines import wished
from marketplace_kit.testing.queries import assert_query_count
from tests.orders.street import PHONE, Street, someone

pytestmark = pytest.mark.anyio


async def test_a_customer_keeps_orders_tracks_and_cancels(street: Street) -> None:
    api = await street.program(street.customer)
    kept = await api.post("/api/orders/drafts", json={"lines": [wished(street.listing, "bicycle", "sledge")]})
    assert kept.status_code == 201, kept.text
    token, draft = kept.json()["token"], kept.json()["draft"]
    assert draft["total_price"] == {"amount": 1_000_000, "currency": "KZT"}
    assert (await api.get(f"/api/orders/drafts/{token}")).json()["expired"] is False
    without = await api.post("/api/orders/create", json={"draft": token})
    assert (without.status_code, without.json()["code"]) == (400, "consent_required")
    made = await api.post("/api/orders/create", json={"draft": token, "consent": True, "total": 1_000_000})
    assert made.status_code == 201
    order = made.json()["order"]
    assert {"customer_id", "status", "created_at", "total_price"} <= order.keys()
    assert [line["id"] for line in order["lines"]] == [line["id"] for line in draft["lines"]]
    assert (await api.post("/api/orders/create", json={"draft": token, "consent": True})).status_code == 200
    way = (await api.get(f"/api/orders/{order['id']}/tracking")).json()
    assert [step["state"] for step in way["steps"]] == ["current", "to_come", "to_come", "to_come"]
    gone = await api.put(f"/api/orders/{order['id']}/status", json={"status": "cancelled", "reason": "No time"})
    assert (gone.json()["status"], gone.json()["timeline"][-1]["note"]) == ("cancelled", "No time")
    again = await api.put(f"/api/orders/{order['id']}/status", json={"status": "cancelled"})
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    assert again.json()["facts"]["from"] == "cancelled"


async def test_the_shop_accepts_and_an_old_version_is_a_conflict(street: Street) -> None:
    placed = await street.order()
    api = await street.program(street.owner)
    order = (await api.get(f"/api/orders/{placed.order_id}")).json()
    (line,) = order["lines"]
    assert {m["verb"] for m in line["moves"]} == {"confirm", "decline", "move", "cancel"}
    assert next(m for m in line["moves"] if m["verb"] == "decline")["asks"]["required"] == ["reason"]
    there = f"/api/orders/{placed.order_id}/lines/{line['id']}"
    assert (await api.post(f"{there}/decline", json={})).status_code == 422
    moved = await api.post(f"{there}/confirm", json={"version": line["version"]})
    assert moved.json()["status"] == "accepted"
    stale = await api.post(f"{there}/start", json={"version": line["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    late = await api.put(
        f"/api/orders/{placed.order_id}/status", json={"status": "in_progress", "version": order["version"]}
    )
    assert late.json()["code"] == "version_conflict"
    unknown = await api.put(f"/api/orders/{placed.order_id}/status", json={"status": "lost"})
    assert unknown.status_code == 422


async def test_orders_of_others_are_not_there(street: Street) -> None:
    placed = await street.order()
    line = await street.line(placed)
    stranger = await street.program(await someone(street.site, "stranger", "vendor"))
    nobody = await street.browser()
    for path in (f"/api/orders/{placed.order_id}", f"/api/orders/{placed.order_id}/tracking"):
        assert (await stranger.get(path)).status_code == 404
        assert (await nobody.get(path)).status_code == 404
    assert (await stranger.put(f"/api/orders/{placed.order_id}/status", json={"status": "accepted"})).status_code == 404
    verb = f"/api/orders/{placed.order_id}/lines/{line}/cancel"
    assert (await stranger.post(verb, json={})).status_code == 404
    assert (await nobody.post(verb, json={})).status_code == 401
    assert (await stranger.get(f"/api/shops/{street.shop}/orders")).status_code == 404
    assert (await stranger.get(f"/api/shops/{street.shop}/orders/stats")).status_code == 404
    assert (await stranger.get(f"/api/orders/user/{street.customer.person_id}")).status_code == 404
    assert (await nobody.get("/api/orders")).status_code == 401
    mine = await street.program(street.customer)
    foreign = await street.order(hour=3)
    mixed = f"/api/orders/{placed.order_id}/lines/{await street.line(foreign)}/cancel"
    assert (await mine.post(mixed, json={})).status_code == 404
    assert (await mine.get(f"/api/orders/user/{street.customer.person_id}")).json()["items"]


async def test_a_guest_orders_in_one_call_and_manages_by_token(street: Street) -> None:
    nobody = await street.browser()
    given = {"lines": [wished(street.listing)], "name": "Dana", "consent": True}
    assert (await nobody.post("/api/orders/create", json=given)).json()["problems"][0]["field"] == "phone"
    made = await nobody.post("/api/orders/create", json=given | {"phone": "8 701 123 45 67"})
    assert made.status_code == 201, made.text
    order, token = made.json()["order"], made.json()["manage_token"]
    assert order["contact"]["phone"] == PHONE
    assert len(token) == 64
    assert (await nobody.get(f"/api/orders/{order['id']}")).status_code == 404
    by_token = {"token": token}
    assert (await nobody.get(f"/api/orders/{order['id']}", params=by_token)).json()["my_side"] == "customer"
    verb = f"/api/orders/{order['id']}/lines/{order['lines'][0]['id']}/move"
    assert (await nobody.post(verb, params=by_token, json={"hour": 17})).json()["lines"][0]["facts"]["hour"] == 17
    owner = await street.program(street.owner)
    assert (await owner.delete(f"/api/orders/{order['id']}/links")).status_code == 204
    ended = await nobody.get(f"/api/orders/{order['id']}", params=by_token)
    assert (ended.status_code, ended.json()["code"]) == (404, "manage_link_invalid")


async def test_what_does_not_fit_is_refused_at_its_place(street: Street) -> None:
    api = await street.program(street.customer)
    wrong = {"lines": [{"listing_id": str(street.listing), "choice": {"hour": "ten"}}]}
    answer = await api.post("/api/orders/drafts", json=wrong)
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "choice.hour")
    for body in ({}, {"lines": []}, {"lines": [{"listing_id": "x"}]}, {"lines": [{"quantity": 0}]}, {"more": 1}):
        assert (await api.post("/api/orders/drafts", json=body)).status_code == 422
    nowhere = await api.post("/api/orders/drafts", json={"lines": [wished(uuid4())]})
    assert nowhere.status_code == 404
    street.workshop.capacity.places = 0
    taken = await api.post("/api/orders/drafts", json={"lines": [wished(street.listing)]})
    assert (taken.status_code, taken.json()["code"]) == (409, "place_taken")


async def test_the_same_key_places_one_order(street: Street) -> None:
    api = await street.program(street.customer)
    body, once = {"lines": [wished(street.listing)], "consent": True}, {"Idempotency-Key": "k1"}
    one = await api.post("/api/orders/create", json=body, headers=once)
    two = await api.post("/api/orders/create", json=body, headers=once)
    assert one.json()["order"]["id"] == two.json()["order"]["id"]
    assert len((await api.get("/api/orders")).json()["items"]) == 1


async def test_a_shop_sees_its_figures_and_pages_its_orders(street: Street) -> None:
    street.workshop.capacity.places = 9
    for _ in range(5):
        await street.order()
    cancelled = await street.order()
    api = await street.program(street.owner)
    await api.put(f"/api/orders/{cancelled.order_id}/status", json={"status": "cancelled"})
    stats = (await api.get(f"/api/shops/{street.shop}/orders/stats")).json()
    assert (stats["orders"], stats["total"], stats["average"]) == (6, 2_500_000, 500_000)
    assert stats["by_status"]["pending"] == {"orders": 5, "total": 2_500_000}
    assert stats["by_day"] == [{"day": "2026-03-02", "orders": 6, "total": 2_500_000}]
    assert (
        await api.get(f"/api/shops/{street.shop}/orders/stats?since=2026-03-03&until=2026-03-01")
    ).status_code == 422
    first = (await api.get(f"/api/shops/{street.shop}/orders?limit=4&status=open")).json()
    second = (await api.get(f"/api/shops/{street.shop}/orders?limit=4&status=open&cursor={first['next']}")).json()
    assert len({o["id"] for o in first["items"] + second["items"]}) == 5
    assert second["next"] is None
    assert (await api.get(f"/api/shops/{street.shop}/orders?stauts=open")).status_code == 400


async def test_one_order_takes_the_same_few_questions_whatever_its_length(street: Street) -> None:
    street.workshop.capacity.places = 99
    short, long = await street.order(), await street.order("bicycle", "sledge", "lamp", "tent")
    api = await street.program(street.customer)
    await api.get(f"/api/orders/{short.order_id}")
    with assert_query_count(street.site, at_most=7):
        await api.get(f"/api/orders/{short.order_id}")
    with assert_query_count(street.site, at_most=7):
        await api.get(f"/api/orders/{long.order_id}")


async def test_ordered_again_is_a_new_draft(street: Street) -> None:
    street.workshop.capacity.places = 9
    placed = await street.order("bicycle", "sledge")
    api = await street.program(street.customer)
    made = await api.post(f"/api/orders/{placed.order_id}/again")
    assert made.status_code == 201, made.text
    assert [line["facts"]["thing"] for line in made.json()["draft"]["lines"]] == ["bicycle", "sledge"]
    assert (await api.delete(f"/api/orders/drafts/{made.json()['token']}")).status_code == 204
    assert (await api.get(f"/api/orders/drafts/{made.json()['token']}")).status_code == 404
