"""The pet hotel on pages: without a script, on any phone."""

from __future__ import annotations

import re

import pytest

from marketplace_kit.testing.queries import count_queries
from plugins.boarding.tests.hotels import TODAY, Hotel, march

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def test_a_family_chooses_nights_sees_the_price_and_orders(hotel: Hotel) -> None:
    await hotel.room("Run", places=2)
    buddy = await hotel.pet("Buddy")
    olga = await hotel.town.browser("Olga")
    path = f"/boarding/book/{hotel.runs}"
    assert f'href="{path}"' in await olga.see(f"/listings/{hotel.runs}")
    month = await olga.see(path)
    assert all(text in month for text in ("March 2027", "free rooms: 2", "arrives=2027-03-19"))
    chosen = await olga.see(f"{path}?arrives=2027-03-19")
    assert "leaves=2027-03-21" in chosen
    priced = f"{path}?arrives=2027-03-19&leaves=2027-03-23&pet={buddy}"
    seen = await olga.see(priced)
    assert all(text in seen for text in ("4 nights", "32\u00a0000\u00a0₸", "May come"))
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', seen))
    fields = {k: v.replace("&amp;", "&") for k, v in hidden.items() if k != "csrf_token"}
    begun = await olga.press(priced, "/order/begin", **fields)
    draft = begun.headers["location"]
    assert "Run with a yard: Buddy" in await olga.see(draft)
    placed = await olga.press(draft, draft, consent="on", total="3200000")
    order = placed.headers["location"]
    line = re.findall(r"/boarding/stays/([0-9a-f-]{36})", await olga.see(order))[0]
    stay = await olga.see(f"/boarding/stays/{line}")
    assert "Food and medicine for Buddy" in stay


async def test_what_stands_against_a_stay_is_told_at_its_field_and_what_was_typed_is_kept(hotel: Hotel) -> None:
    await hotel.room(max_kg=20)
    await hotel.reserve(march(20), march(21))
    guest = await hotel.town.browser()
    path = f"/boarding/book/{hotel.runs}?pet_name=Rex&species=dog"
    full = await guest.client.get(f"{path}&weight=15&arrives=2027-03-19&leaves=2027-03-22")
    assert (full.status_code, 'value="Rex"' in full.text) == (409, True)
    assert "No room is free in these nights: 20.03" in full.text
    near = re.findall(r'href="(/boarding/book/[^"]+arrives=2027-03-21&amp;leaves=[^"]+)#stay"', full.text)[0]
    assert "3 nights" in await guest.see(near.replace("&amp;", "&"))
    heavy = await guest.client.get(f"{path}&weight=31&arrives=2027-03-25&leaves=2027-03-26")
    assert heavy.status_code == 422
    assert re.search(r'id="stay-weight-error"[^>]*>.*Rex is too heavy', heavy.text, re.S) or "too heavy" in heavy.text
    over = await guest.client.get(f"{path}&weight=10&arrives=2027-03-01&leaves=2027-03-02")
    assert (over.status_code, "A stay has 1 to 60 nights" in over.text) == (422, True)


async def test_the_plan_of_the_house_is_drawn_by_a_constant_number_of_statements(hotel: Hotel) -> None:
    natalya = await hotel.town.browser("Natalya")
    assert "No rooms yet" in await natalya.see("/sell/boarding")
    counted = []
    for number in range(3):
        await hotel.room(f"Run {number}")
        await hotel.booked(await hotel.pet(f"Pet {number}"), arrives=TODAY, leaves=march(18 + number))
        with count_queries(hotel.site) as seen:
            page = await natalya.see("/sell/boarding")
        counted.append(len(seen))
        assert f"Pet {number}" in page
    assert len(set(counted)) == 1, counted
    assert counted[0] <= 14
    assert "Taken in the first night: 3 of 3" in page


async def test_free_nights_cost_a_constant_number_of_statements(hotel: Hotel) -> None:
    program = await hotel.town.program()
    counted = []
    for number in range(3):
        await hotel.room(f"Run {number}")
        await hotel.reserve(march(19), march(21))
        with count_queries(hotel.site) as seen:
            found = await program.get(
                "/api/boarding/availability", params={"listing_id": str(hotel.runs), "days": 31, "pets": 1}
            )
        counted.append(len(seen))
        assert [n["free"] for n in found.json()["nights"][2:6]] == [number + 1, 0, 0, number + 1]
    assert len(set(counted)) == 1, counted


async def test_a_stay_goes_over_the_pages_of_the_house(hotel: Hotel) -> None:
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=TODAY, leaves=march(18))
    hotel.now_is("11:00")
    natalya = await hotel.town.browser("Natalya")
    board, stay = "/sell/boarding", f"/sell/boarding/stays/{line['id']}"
    assert f"{stay}/check_in" in await natalya.see(board)
    assert (await natalya.press(f"{stay}/check_in", f"{stay}/check_in", belongings="Blanket")).status_code == 303
    assert (await natalya.press(board, f"{stay}/start", board="1")).headers["location"].startswith(board)
    guest = re.findall(r'name="guest" value="([0-9a-f-]{36})"', await natalya.see(stay))[0]
    odd = await natalya.press(stay, f"{stay}/do/care", guest=guest, food="Fish", food_times="noon")
    assert (odd.status_code, "Write times like" in odd.text, 'value="Fish"' in odd.text) == (422, True, True)
    fed = await natalya.press(stay, f"{stay}/do/care", guest=guest, food="Fish", food_times="12:00")
    assert fed.status_code == 303
    given = await natalya.press(stay, f"{stay}/do/entry", guest=guest, kind="meal", time="12:00", outcome="done")
    assert given.status_code == 303, given.text
    silent = await natalya.press(stay, f"{stay}/do/entry", guest=guest, kind="incident")
    assert (silent.status_code, "Please write what happened." in silent.text) == (422, True)
    assert (await natalya.press(stay, f"{stay}/do/card", text="A calm day")).status_code == 303
    olga = await hotel.town.browser("Olga")
    told = await olga.see(f"/boarding/stays/{line['id']}")
    assert all(text in told for text in ("A calm day", "Meal 12:00, Buddy: All of it", "Run 1"))
    late = await natalya.press(f"{stay}/change_leaving", f"{stay}/change_leaving", leaves="2027-03-01")
    assert (late.status_code, 'value="2027-03-01"' in late.text) == (422, True)
    assert (await natalya.press(f"{stay}/pick_up", f"{stay}/pick_up")).status_code == 303


async def test_a_family_says_how_its_pet_is_fed_and_a_stranger_sees_nothing(hotel: Hotel) -> None:
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(19), leaves=march(20))
    olga, stranger = await hotel.town.browser("Olga"), await hotel.town.browser()
    stay = f"/boarding/stays/{line['id']}"
    care = re.findall(rf'href="({stay}/care/[0-9a-f-]+)"', await olga.see(stay))[0]
    odd = await olga.press(care, care, food="Fish", medicine_times="evening")
    assert (odd.status_code, 'value="Fish"' in odd.text) == (422, True)
    assert (await olga.press(care, care, food="Fish", food_times="8:00")).status_code == 303
    assert "Fish" in await olga.see(stay)
    for path in (stay, care, f"/sell{stay}"):
        assert (await stranger.client.get(path)).status_code in (303, 401, 404)


async def test_a_guest_sees_the_stay_by_the_key_of_the_order(hotel: Hotel) -> None:
    await hotel.room()
    program = await hotel.town.program()
    lines = hotel.lines("dog:7200:Rex", arrives=march(19), leaves=march(20))
    body = {"lines": lines, "consent": True, "name": "Guest", "phone": "+77011112233"}
    made = (await program.post("/api/orders/create", json=body)).json()
    line = made["order"]["lines"][0]
    browser = await hotel.town.browser()
    path = f"/boarding/stays/{line['id']}"
    assert (await browser.client.get(f"{path}?key={'0' * 40}")).status_code == 404
    way = re.search(rf"{path}\?key=\w+", await browser.see(f"/o/{made['manage_token']}"))
    assert way is not None
    assert "Run with a yard: Rex" in await browser.see(way[0])


async def test_rooms_seasons_and_closures_are_kept_on_a_page(hotel: Hotel) -> None:
    natalya = await hotel.town.browser("Natalya")
    path, base = "/sell/boarding/rooms", f"/sell/boarding/rooms/{hotel.shop}"
    nameless = await natalya.press(path, f"{base}/room", name="", listing=str(hotel.runs), places="2", max_pets="1")
    assert nameless.status_code == 422
    made = await natalya.press(
        path, f"{base}/room", name="Run", listing=str(hotel.runs), places="2", max_pets="2", max_kg="25", active="on"
    )
    assert made.status_code == 303, made.text
    seen = await natalya.see(path)
    assert all(text in seen for text in ("Run × 2", "up to 25 kg"))
    room = re.findall(r"/room-(\d+)", seen)[0]
    await hotel.reserve(march(20), march(21))
    taken = await natalya.press(path, f"{base}/closure-{room}", first="2027-03-19", last="2027-03-21", reason="Paint")
    assert (taken.status_code, "Guests are booked into this room" in taken.text) == (409, True)
    closed = await natalya.press(path, f"{base}/closure-{room}", first="2027-03-25", last="2027-03-27", reason="Paint")
    assert closed.status_code == 303
    assert "Paint" in await natalya.see(path)
    assert "closed" in await natalya.see("/sell/boarding?first=2027-03-24")
    closure = re.findall(r'name="id" value="([0-9a-f-]{36})"', await natalya.see(path))[0]
    assert (await natalya.press(path, f"{base}/open", id=closure)).status_code == 303
    assert "Paint" not in await natalya.see(path)
    season = {"name": "Summer", "first": "2027-06-01", "last": "2027-05-01", "percent": "20"}
    assert (await natalya.press(path, f"{base}/season", **season)).status_code == 422
    assert (await natalya.press(path, f"{base}/season", **season | {"last": "2027-08-31"})).status_code == 303
    assert "Summer" in await natalya.see(path)
    olga = await hotel.town.browser("Olga")
    assert (await olga.client.get(path)).status_code == 403
