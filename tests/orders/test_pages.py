"""Ordering and looking after orders in a browser without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from marketplace_kit.orders import services
from marketplace_kit.testing.queries import assert_query_count, count_queries
from tests.orders.street import PHONE, Street, someone

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def post(client: httpx.AsyncClient, path: str, seen: str = "/listings", **fields: Any) -> httpx.Response:
    """A form of the page ``seen``, filled in and sent."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get(seen)).text)
    assert token is not None, seen
    return await client.post(path, data={"csrf_token": token[1], **fields})


async def begun(street: Street, client: httpx.AsyncClient, seen: str = "", hour: int = 10) -> str:
    at = f"/listings/{street.listing}"
    wish = {"listing": str(street.listing), "choice.thing": "bicycle", "choice.hour": str(hour), "back": at}
    answer = await post(client, "/order/begin", seen or "/sign-in", **wish)
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_a_guest_orders_and_looks_after_it_by_the_link(street: Street) -> None:
    guest = await street.browser()
    draft = await begun(street, guest)
    page = await guest.get(draft)
    assert "Kept for you until" in page.text
    assert "(10 minutes)" in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    details = {"name": "Dana", "phone": "8 701 123 45 67", "email": "dana@example.kz", "total": "500000"}
    refused = await post(guest, draft, draft, **details)
    assert refused.status_code == 400
    assert "Please agree" in refused.text
    assert 'value="Dana"' in refused.text
    done = await post(guest, draft, draft, consent="true", **details)
    assert done.status_code == 303
    link = done.headers["location"]
    assert link.startswith("/o/")
    shown = await guest.get(link)
    assert "Waiting for the shop to confirm" in shown.text
    assert (await post(guest, draft, "/sign-in", consent="true", **details)).headers["location"] == link
    line = re.search(rf'href="({link}/lines/[^"]+/cancel)"', shown.text)
    assert line is not None
    asked = await guest.get(line[1])
    assert "Reason" in asked.text
    gone = await post(guest, line[1], line[1], reason="I am ill")
    assert gone.headers["location"] == link
    assert "I am ill" in (await guest.get(link)).text
    stranger = await street.browser()
    assert (await stranger.get("/o/0000")).status_code == 404
    assert (await stranger.get(draft)).status_code in (303, 404)


async def test_what_is_taken_leads_back_and_says_so(street: Street) -> None:
    street.workshop.capacity.places = 0
    guest = await street.browser()
    back = await begun(street, guest)
    assert back.split("?")[0] == f"/listings/{street.listing}"
    assert "choice.hour=10" in back  # what was chosen is kept
    assert "This place is taken." in (await guest.get("/listings")).text


async def test_a_hold_that_is_over_says_so_and_offers_both_ways(street: Street) -> None:
    customer = await street.browser(street.customer)
    draft = await begun(street, customer, "/orders")
    street.clock.advance(timedelta(minutes=11))
    page = await customer.get(draft)
    assert "is over" in page.text
    assert "Keep it once more" in page.text
    await street.site.do(services.sweep_drafts)
    street.workshop.capacity.places = 0
    late = await post(customer, draft, draft, consent="true", total="500000")
    assert late.status_code == 409
    assert "not free any more" in late.text
    assert f'href="/listings/{street.listing}"' in late.text


async def test_a_price_that_changed_is_shown_before_it_is_agreed_to(street: Street) -> None:
    customer = await street.browser(street.customer)
    draft = await begun(street, customer, "/orders")
    street.workshop.capacity.price = 700_000
    shown = await post(customer, draft, draft, consent="true", total="500000")
    assert shown.status_code == 409
    assert "7\u00a0000\u00a0₸" in unescape(shown.text)
    done = await post(customer, draft, draft, consent="true", total="700000")
    assert done.headers["location"].startswith("/orders/")


async def test_an_order_begun_before_signing_in_is_finished_after_it(street: Street) -> None:
    guest = await street.browser()
    draft = await begun(street, guest)
    assert f"/sign-in?next={draft}" in (await guest.get(draft)).text
    customer = await street.browser(street.customer)
    done = await post(customer, draft, draft, consent="true", total="500000")
    assert done.headers["location"].startswith("/orders/")


async def test_the_customer_sees_tabs_steps_and_what_may_be_done(street: Street) -> None:
    placed = await street.order("bicycle", "sledge")
    customer = await street.browser(street.customer)
    listed = await customer.get("/orders")
    assert "Step 1 of 4" in listed.text
    assert listed.text.count("kit-order-line") >= 2
    assert "Nothing fits" in (await customer.get("/orders?tab=services&status=completed")).text
    assert "No orders yet" in (await customer.get("/orders?tab=products")).text
    one = await customer.get(f"/orders/{placed.number}")
    assert "Order placed" in one.text
    whole = await post(customer, f"/orders/{placed.number}/cancel", f"/orders/{placed.number}/cancel", reason="No time")
    assert whole.headers["location"] == f"/orders/{placed.number}"
    after = await customer.get(f"/orders/{placed.number}")
    assert after.text.count("No time") == 2
    other = await street.browser(await someone(street.site, "other"))
    assert (await other.get(f"/orders/{placed.number}")).status_code == 404


async def test_the_same_can_be_ordered_again(street: Street) -> None:
    placed = await street.order()
    customer = await street.browser(street.customer)
    again = await post(customer, f"/orders/{placed.number}/again", f"/orders/{placed.number}")
    assert again.headers["location"].startswith("/order/draft/")
    street.workshop.capacity.places = 0
    full = await post(customer, f"/orders/{placed.number}/again", f"/orders/{placed.number}")
    assert full.headers["location"] == f"/listings/{street.listing}"


async def test_the_shop_works_on_its_orders(street: Street) -> None:
    placed = await street.order()
    owner = await street.browser(street.owner)
    inbox = await owner.get("/sell/orders")
    assert placed.number in inbox.text
    assert "1 open order" in (await owner.get("/sell/orders/open")).text
    here = f"/sell/orders/{placed.number}"
    page = await owner.get(here)
    confirm = re.search(rf'action="({here}/lines/[^"]+/confirm)"', page.text)
    assert confirm is not None
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version is not None
    assert (await post(owner, confirm[1], here, version=version[1])).headers["location"] == here
    stale = await post(owner, confirm[1], here, version=version[1])
    assert stale.headers["location"] == here
    assert "not possible any more" in (await owner.get(here)).text
    finished = await owner.get(f"/sell/orders?q={placed.number}&status=accepted")
    assert "Confirmed" in finished.text
    customer = await street.browser(street.customer)
    assert (await customer.get(here)).status_code in (403, 404)


async def test_a_verb_that_needs_a_reason_asks_for_it(street: Street) -> None:
    placed = await street.order()
    owner, line = await street.browser(street.owner), await street.line(placed)
    there = f"/sell/orders/{placed.number}/lines/{line}/decline"
    empty = await post(owner, there, there, reason="")
    assert empty.status_code == 422
    assert "Please fill this in." in empty.text
    assert (await post(owner, there, there, reason="We are closed")).status_code == 303
    assert (await owner.get(there)).headers["location"] == f"/sell/orders/{placed.number}"


async def test_lists_ask_the_database_the_same_however_long_they_are(street: Street) -> None:
    street.workshop.capacity.places = 99
    await street.order()
    customer, owner = await street.browser(street.customer), await street.browser(street.owner)
    for client, path in ((customer, "/orders"), (owner, "/sell/orders")):
        await client.get(path)
        with count_queries(street.site) as one:
            await client.get(path)
        for _ in range(3):
            await street.order("bicycle", "sledge")
        with assert_query_count(street.site, len(one)):
            assert (await client.get(path)).status_code == 200


async def test_pages_follow_each_other_without_gaps(street: Street) -> None:
    street.workshop.capacity.places = 99
    for _ in range(23):
        await street.order()
    customer = await street.browser(street.customer)
    first = await customer.get("/orders")
    more = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert more is not None
    second = await customer.get(unescape(more[1]))
    assert len(re.findall(r'<article class="kit-box', first.text + second.text)) == 23


async def test_a_walk_in_is_written_down_by_the_shop(street: Street) -> None:
    owner = await street.browser(street.owner)
    wish = {"listing": str(street.listing), "choice.thing": "lamp", "choice.hour": "9", "by_staff": "1"}
    draft = (await post(owner, "/order/begin", "/sell/orders", **wish)).headers["location"]
    done = await post(owner, draft, draft, name="A lady with a dog", phone="", total="500000")
    assert done.headers["location"].startswith("/sell/orders/")
    assert "Written down by the shop" in (await owner.get(done.headers["location"])).text
    assert PHONE not in (await owner.get(done.headers["location"])).text
