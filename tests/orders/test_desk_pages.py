"""Marking an order as paid in a browser, and pages that follow what happens."""

from __future__ import annotations

import asyncio
import re

import attrs
import pytest

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.orders import services
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.testing.queries import assert_query_count, count_queries
from marketplace_kit.web.live import Streams
from tests.orders.street import Street
from tests.orders.test_pages import post

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def test_the_shop_marks_a_part_and_the_customer_sees_what_is_left(street: Street) -> None:
    placed = await street.order()
    owner, customer = await street.browser(street.owner), await street.browser(street.customer)
    here = f"/sell/orders/{placed.number}"
    assert f'href="{here}/pay"' in (await owner.get(here)).text
    asked = await owner.get(f"{here}/pay")
    assert 'value="5000"' in asked.text  # all that is left, ready to be confirmed
    refused = await post(owner, f"{here}/pay", f"{here}/pay", amount="9000", means="terminal", reference="12")
    assert refused.status_code == 422
    assert "There is less left to pay" in refused.text
    assert 'value="9000"' in refused.text
    assert (await post(owner, f"{here}/pay", f"{here}/pay", amount="2000", means="cash")).headers["location"] == here
    shown = await customer.get(f"/orders/{placed.number}")
    for text in ("Paid in part", "Left to pay", "3\u00a0000\u00a0₸"):
        assert text in shown.text
    assert "Mark as paid" not in shown.text
    assert (await customer.get(f"{here}/pay")).status_code == 403


async def test_a_mark_is_taken_back_with_a_reason_that_both_read(street: Street) -> None:
    placed = await street.order()
    owner, customer = await street.browser(street.owner), await street.browser(street.customer)
    here = f"/sell/orders/{placed.number}"
    await post(owner, f"{here}/pay", f"{here}/pay", amount="5000", means="cash")
    settled = await owner.get(f"{here}/pay")
    assert settled.headers["location"] == here
    undo = re.search(rf'href="({here}/payments/[^"]+/undo)"', (await owner.get(here)).text)
    assert undo is not None
    empty = await post(owner, undo[1], undo[1], reason="")
    assert (empty.status_code, "Please say why." in empty.text) == (422, True)
    assert (await post(owner, undo[1], undo[1], reason="Wrong order")).headers["location"] == here
    again = await post(owner, undo[1], undo[1], reason="Wrong order")
    assert again.headers["location"] == here
    page = await customer.get(f"/orders/{placed.number}")
    assert "Wrong order" in page.text
    assert "Not paid" in page.text


async def test_the_inbox_is_narrowed_to_what_is_not_paid(street: Street) -> None:
    unpaid, paid = await street.order(hour=9), await street.order(hour=10)
    owner = await street.browser(street.owner)
    here = f"/sell/orders/{paid.number}/pay"
    await post(owner, here, here, amount="5000", means="cash")
    only = await owner.get("/sell/orders?paid=unpaid")
    assert unpaid.number in only.text
    assert paid.number not in only.text
    assert "Paid" in (await owner.get("/sell/orders?paid=paid")).text


async def test_the_desk_asks_the_database_the_same_however_often_was_paid(street: Street) -> None:
    placed = await street.order()
    owner = await street.browser(street.owner)
    here = f"/sell/orders/{placed.number}"
    await owner.get(here)
    with count_queries(street.site) as one:
        await owner.get(here)
    for _ in range(3):
        await post(owner, f"{here}/pay", f"{here}/pay", amount="10", means="cash")
    with assert_query_count(street.site, len(one)):
        assert (await owner.get(here)).status_code == 200


async def test_a_guest_s_page_hears_of_changes_by_its_link_and_nobody_else_does(street: Street) -> None:
    placed = await street.guest_order()
    assert placed.link_id is not None
    token = services.plain_link(street.site, placed.link_id)
    page = await (await street.browser()).get(f"/o/{token}")
    found = re.search(r'data-live="(order:[^"]+)"', page.text)
    assert found is not None
    topic = found[1]
    assert token not in topic
    streams = Streams(street.site)
    assert await streams.rules_of(Actor(), frozenset({topic}))
    with pytest.raises(Missing):
        await streams.rules_of(Actor(), frozenset({f"order:{placed.order_id}:link:{token}"}))
    async with street.site.live.subscribe(topic) as watching:
        await street.site.do(services.act, await street.line(placed), "confirm", by=street.owner)
        async with asyncio.timeout(5):
            assert [update.topic for update in await watching.next()] == [topic]
    await street.site.do(services.revoke_links, placed.order_id, by=street.owner)
    with pytest.raises(Missing):
        await streams.rules_of(Actor(), frozenset({topic}))


async def test_the_inbox_listens_to_every_shop_that_somebody_works_for(street: Street) -> None:
    assert street.owner.person_id is not None
    second = await ensure_shop(street.site, NewShop(name="Second", city="Atyrau"), owner=street.owner.person_id)
    owner = await street.browser(attrs.evolve(street.owner, shops=frozenset({street.shop, second})))
    page = await owner.get("/sell/orders?status=all")
    found = re.search(r'data-live="([^"]+)" hx-get="([^"]+)"', page.text.split('id="orders"')[1])
    assert found is not None
    assert set(found[1].split()) == {f"shop:{street.shop}:orders", f"shop:{second}:orders"}
    assert "status=all" in found[2]
    one = await owner.get(f"/sell/orders?shop={second}")
    assert f'data-live="shop:{second}:orders"' in one.text


async def test_the_list_of_my_orders_follows_each_of_them(street: Street) -> None:
    placed = await street.order()
    page = await (await street.browser(street.customer)).get("/orders")
    assert f'data-live="order:{placed.order_id}"' in page.text
