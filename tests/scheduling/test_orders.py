"""Appointments as lines of orders: what is offered at a moment, how another time is asked for, in which words."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from marketplace_kit.accounts.services import create_person
from tests.scheduling.counter import PASSWORD, Counter
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = pytest.mark.one_engine
MONDAY, WEDNESDAY = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)


async def ordered(client: httpx.AsyncClient, listing: Any, starts_at: str, **details: Any) -> dict[str, Any]:
    line = {"listing_id": str(listing), "choice": {"starts_at": starts_at}}
    made = await client.post("/api/orders/create", json={"lines": [line], "consent": True, **details})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def customer(salon: Salon) -> httpx.AsyncClient:
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    return await Counter(salon).browser("dana")


async def moves(client: httpx.AsyncClient, order: dict[str, Any]) -> tuple[set[str], set[str]]:
    (line,) = (await client.get(f"/api/orders/{order['id']}")).json()["lines"]
    return {m["verb"] for m in line["moves"]}, {m["verb"] for m in line["not_now"]}


async def test_what_cannot_be_done_at_the_moment_is_not_offered_and_the_rest_is_explained(salon: Salon) -> None:
    listing, client = await salon.service(cutoff_hours=6), await customer(salon)
    order = (await ordered(client, listing, salon.at("17:00", MONDAY)))["order"]  # it is 11:00, the very last moment
    assert await moves(client, order) == ({"reschedule", "cancel"}, set())
    page = f"/orders/{order['number']}"
    salon.clock.advance(timedelta(minutes=1))  # 11:01 in Atyrau: less than six hours before
    assert await moves(client, order) == (set(), {"reschedule", "cancel"})
    shown = (await client.get(page)).text
    assert "too late to move or cancel" in shown
    assert 'href="tel:+77122354040"' in shown
    assert "/cancel" not in shown
    refused = await client.get(f"{page}/lines/{order['lines'][0]['id']}/cancel")
    assert refused.headers["location"] == page
    salon.clock.advance(timedelta(hours=5, minutes=28))
    client = await Counter(salon).browser("dana")
    assert (await moves(client, order))[0] == set()
    salon.clock.advance(timedelta(minutes=1))  # half an hour before
    assert (await moves(client, order))[0] == {"check_in"}
    owner = await Counter(salon).owner()
    assert "miss" not in (await moves(owner, order))[0]
    salon.clock.advance(timedelta(minutes=30))
    owner = await Counter(salon).owner()
    assert "miss" in (await moves(owner, order))[0]


async def test_what_was_moved_as_often_as_agreed_is_moved_by_the_shop_only(salon: Salon) -> None:
    listing, client = await salon.service(moves=1), await customer(salon)
    order = (await ordered(client, listing, salon.at("10:00", WEDNESDAY)))["order"]
    path = f"/api/orders/{order['id']}/lines/{order['lines'][0]['id']}/reschedule"
    assert (await client.post(path, json={"starts_at": salon.at("11:00", WEDNESDAY)})).status_code == 200
    assert await moves(client, order) == ({"cancel"}, {"reschedule"})
    assert "reschedule" in (await moves(await Counter(salon).owner(), order))[0]


async def test_another_time_is_said_in_words_and_the_nearest_ones_are_offered_where_it_is_taken(salon: Salon) -> None:
    listing, client = await salon.service(), await customer(salon)
    await salon.staff()
    order = (await ordered(client, listing, salon.at("10:00", WEDNESDAY)))["order"]
    await salon.book(listing, "12:00", WEDNESDAY)
    path = f"/orders/{order['number']}/lines/{order['lines'][0]['id']}/reschedule"
    empty = (await client.get(path)).text
    assert 'type="datetime-local"' in empty
    assert f"/book/{listing}?for=" in empty
    taken = salon.at("12:00", WEDNESDAY)
    picked = (await client.get(path, params={"starts_at": taken})).text
    assert "Wednesday, 4 March, 12:00" in picked
    assert f'<input type="hidden" name="starts_at" value="{taken}">' in picked
    assert 'type="datetime-local"' not in picked
    refused = await client.post(path, data={"starts_at": taken, "reason": "the dentist"})
    assert refused.status_code == 409
    page = unescape(refused.text)
    assert "Wednesday, 4 March, 11:00" in page
    assert "reason=the+dentist" in page
    assert 'value="2026-03-04T12:00"' in page  # to be typed over, by the clock of the shop
    assert (await client.post(path, data={"starts_at": "2026-03-04T14:00"})).status_code == 303
    moved = (await client.get(f"/api/orders/{order['id']}")).json()["lines"][0]
    assert moved["starts_at"] == "2026-03-04T14:00:00+05:00"


async def test_a_guest_puts_it_into_the_calendar_and_reads_the_rules_in_the_language_of_the_page(salon: Salon) -> None:
    listing = await salon.service(cutoff_hours=6)
    guest = await Counter(salon).browser(language="ru")
    placed = await ordered(guest, listing, salon.at("10:00", WEDNESDAY), name="Дана", phone="+77010000001")
    assert "не позднее чем за 6 ч до начала" in placed["order"]["lines"][0]["policy"]
    page = (await guest.get(f"/o/{placed['manage_token']}")).text
    assert "Запись подтверждена" in page
    line = placed["order"]["lines"][0]["id"]
    assert page.index(f"/lines/{line}/cancel") < page.index("Итого") < page.index("Контакт")
    invite = next(part for part in page.split('"') if part.endswith("/invite.ics"))
    assert urlsplit(invite).path.startswith(f"/visits/{line}/")
    answer = await (await Counter(salon).browser()).get(invite)
    assert answer.text.startswith("BEGIN:VCALENDAR")


async def test_a_cancelled_order_shows_what_had_been_agreed(salon: Salon) -> None:
    listing, client = await salon.service(price="5000"), await customer(salon)
    order = (await ordered(client, listing, salon.at("10:00", WEDNESDAY)))["order"]
    path = f"/api/orders/{order['id']}/lines/{order['lines'][0]['id']}/cancel"
    gone = (await client.post(path, json={})).json()
    assert (gone["total_price"]["amount"], gone["agreed_price"]["amount"]) == (0, 500_000)
    for page in (f"/orders/{order['number']}", "/orders?tab=services"):
        assert "<s>5\u00a0000\u00a0₸</s>" in unescape((await client.get(page)).text), page


async def test_the_calendar_says_what_is_paid_and_today_what_is_not(salon: Salon) -> None:
    staff = await salon.staff()
    listing, client = await salon.service(), await customer(salon)
    order = (await ordered(client, listing, salon.at("12:00", MONDAY)))["order"]
    owner, line = await Counter(salon).owner(), order["lines"][0]["id"]
    visit = f"/sell/calendar/{line}"
    assert f'href="/sell/orders/{order["id"]}/pay"' in (await owner.get(visit)).text
    part = {"amount": {"amount": 100_000, "currency": "KZT"}, "means": "cash"}
    assert (await owner.post(f"/api/orders/{order['id']}/payments", json=part)).status_code == 201
    day = f"/sell/calendar?date={MONDAY.isoformat()}&staff={staff}"
    assert "Paid in part: 1\u00a0000\u00a0₸" in (await owner.get(day)).text
    salon.clock.advance(timedelta(hours=1))
    for verb in ("start", "finish"):
        owner = await Counter(salon).owner()
        assert (await owner.post(f"/api/orders/{order['id']}/lines/{line}/{verb}", json={})).status_code == 200
    assert "Done today and not paid" in (await owner.get("/sell/today")).text
    left = order["total_price"]["amount"] - 100_000
    rest = part | {"amount": {"amount": left, "currency": "KZT"}}
    assert (await owner.post(f"/api/orders/{order['id']}/payments", json=rest)).json()["paid"]["state"] == "paid"
    assert "Done today and not paid" not in (await owner.get("/sell/today")).text
    assert "/pay" not in (await owner.get(visit)).text


async def test_a_visit_kept_until_it_is_paid_is_confirmed_once_the_desk_has_what_was_asked_in_advance(
    salon: Salon,
) -> None:
    await salon.staff()
    listing, client = await salon.service(prepay="percent", prepay_amount=40), await customer(salon)
    order = (await ordered(client, listing, salon.at("12:00", WEDNESDAY)))["order"]
    assert (order["lines"][0]["status"], order["lines"][0]["due_now"]["amount"]) == ("held", 200_000)
    owner = await Counter(salon).owner()
    for amount, status in ((150_000, "held"), (50_000, "confirmed")):
        money = {"amount": {"amount": amount, "currency": "KZT"}, "means": "cash"}
        paid = await owner.post(f"/api/orders/{order['id']}/payments", json=money)
        assert (paid.status_code, paid.json()["lines"][0]["status"]) == (201, status)
    assert paid.json()["paid"]["state"] == "part_paid"


async def test_a_wrong_arrival_is_taken_back_by_the_shop_alone_and_the_customer_hears_nothing_of_it(
    salon: Salon,
) -> None:
    listing, client = await salon.service(), await customer(salon)
    order = (await ordered(client, listing, salon.at("12:00", MONDAY)))["order"]
    line = order["lines"][0]["id"]
    path, page = f"/api/orders/{order['id']}/lines/{line}", f"/en/sell/calendar/{line}"
    owner = await Counter(salon).owner()
    assert (await owner.post(f"{path}/undo_check_in", json={})).json()["code"] == "invalid_transition"
    assert (await owner.post(f"{path}/check_in", json={})).status_code == 200
    assert "Not here yet" in (await owner.get(page)).text
    refused = await client.post(f"{path}/undo_check_in", json={})
    assert refused.json()["code"] == "invalid_transition", "a customer does not say who is there"
    assert (await owner.post(f"{path}/undo_check_in", json={})).status_code == 200
    assert (await moves(owner, order))[0] >= {"check_in", "start"}
    assert "Not here yet" not in (await owner.get(page)).text
    told = [one["type"] for one in (await client.get("/api/notifications")).json()["items"]]
    assert told.count("scheduling.confirmed") <= 1
