"""A customer asks for a change, past every deadline; the shop answers, and until then nothing is another."""

from __future__ import annotations

import asyncio

import pytest

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain.wishes import AnsweredAlready, ChangeAsked, NothingToChange
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import ChangeAnswer, ChangeRequest, ChangeWish
from tests.orders.street import Street, someone
from tests.orders.test_pages import post

pytestmark = pytest.mark.anyio
WISH = ChangeWish(text="Could it be the red one?")
YES, NO = ChangeAnswer(answer="agreed", text="Gladly."), ChangeAnswer(answer="declined", text="All are blue.")


async def asked_of(street: Street, order_id: object) -> list[ChangeRequest]:
    words = Words.of(street.site, "en")
    found = await street.site.ask(queries.order_page, words, viewer=street.customer, order_id=order_id)
    return [] if found is None else found.change_requests


async def test_nothing_changes_until_the_shop_agrees_and_both_are_told(street: Street) -> None:
    placed = await street.order()
    with pytest.raises(Missing):
        await street.site.do(services.ask_change, placed.order_id, WISH, by=await someone(street.site, "stranger"))
    made = await street.site.do(services.ask_change, placed.order_id, WISH, by=street.customer)
    with pytest.raises(ChangeAsked):
        await street.site.do(services.ask_change, placed.order_id, WISH, by=street.customer)
    with pytest.raises(Missing):
        await street.site.do(services.answer_change, made, YES, by=street.customer)
    await street.site.do(services.answer_change, made, NO, by=street.owner)
    with pytest.raises(AnsweredAlready):
        await street.site.do(services.withdraw_change, made, by=street.customer)
    (one,) = await asked_of(street, placed.order_id)
    assert (one.state, one.answer, one.text) == ("declined", "All are blue.", WISH.text)
    again = await street.site.do(services.ask_change, placed.order_id, WISH, by=street.customer)
    await street.site.do(services.withdraw_change, again, by=street.customer)
    await street.site.do(services.set_status, placed.order_id, "cancelled", by=street.customer)
    with pytest.raises(NothingToChange):
        await street.site.do(services.ask_change, placed.order_id, WISH, by=street.customer)


async def test_of_two_who_ask_or_answer_at_once_one_is_heard(street: Street) -> None:
    placed = await street.order()
    site = street.site

    async def ask() -> object:
        return await site.do(services.ask_change, placed.order_id, WISH, by=street.customer)

    asked = await asyncio.gather(*(ask() for _ in range(4)), return_exceptions=True)
    (made,) = [one for one in asked if not isinstance(one, Exception)]
    assert sum(isinstance(one, ChangeAsked) for one in asked) == 3
    answers = await asyncio.gather(
        *(site.do(services.answer_change, made, one, by=street.owner) for one in (YES, NO)), return_exceptions=True
    )
    assert sum(isinstance(one, AnsweredAlready) for one in answers) == 1


@pytest.mark.one_engine
async def test_a_guest_asks_by_the_link_and_the_shop_answers_on_its_page(street: Street) -> None:
    placed = await street.guest_order()
    link = f"/o/{services.plain_link(street.site, placed.link_id)}"
    guest, owner = await street.browser(), await street.browser(street.owner)
    assert f'href="{link}/change"' in (await guest.get(link)).text
    empty = await post(guest, f"{link}/change", f"{link}/change", text="")
    assert (empty.status_code, "Please fill this in." in empty.text) == (422, True)
    assert (await post(guest, f"{link}/change", f"{link}/change", text="Later, please")).status_code == 303
    seen = (await guest.get(link)).text
    assert "Later, please" in seen
    assert "Take it back" in seen
    assert f'href="{link}/change"' not in seen, "one question at a time"
    shop = f"/sell/orders/{placed.number}"
    page = (await owner.get(shop)).text
    answer = page.split(f'href="{shop}/change/')[1].split('"')[0]
    assert "Later, please" in (await owner.get("/sell/orders/asked")).text
    done = await post(owner, f"{shop}/change/{answer}", f"{shop}/change/{answer}", answer="agreed", text="At six")
    assert done.status_code == 303
    after = (await guest.get(link)).text
    assert "The shop agrees to the change" in after
    assert "At six" in after
    late = await post(owner, f"{shop}/change/{answer}", f"{shop}/change/{answer}", answer="declined")
    assert late.headers["location"] == shop


@pytest.mark.one_engine
async def test_programs_ask_and_answer_too(street: Street) -> None:
    placed = await street.order()
    customer, owner = await street.program(street.customer), await street.program(street.owner)
    path = f"/api/orders/{placed.order_id}/change-requests"
    assert (await (await street.browser()).post(path, json={"text": "x"})).status_code == 401
    made = await customer.post(path, json={"text": "The red one?"})
    assert (made.status_code, made.json()["state"]) == (201, "open")
    twice = await customer.post(path, json={"text": "The red one?"})
    assert (twice.status_code, twice.json()["code"]) == (409, "change_asked_already")
    one = f"{path}/{made.json()['id']}"
    assert (await customer.post(f"{one}/answer", json={"answer": "agreed"})).status_code in (403, 404)
    assert (await owner.post(f"{one}/answer", json={"answer": "agreed"})).json()["state"] == "agreed"
    assert (await customer.delete(one)).json()["code"] == "answered_already"
    shown = (await customer.get(f"/api/orders/{placed.order_id}")).json()
    assert [r["state"] for r in shown["change_requests"]] == ["agreed"]
    await run_until_idle(street.site)
    notices = [n["type"] for n in (await customer.get("/api/notifications")).json()["items"]]
    assert "orders.change_agreed" in notices
