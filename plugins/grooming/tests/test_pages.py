"""The salon on pages: without a script, on any phone."""

from __future__ import annotations

import re

import pytest

from marketplace_kit.testing.queries import count_queries
from plugins.grooming.tests.visits import Day

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


async def test_pets_are_ticked_before_a_time_is_chosen(day: Day) -> None:
    buddy, tuzik = await day.pet("Buddy"), await day.pet("Tuzik", 15_000, breed="")
    olga = await day.town.browser("Olga")
    assert f'href="/grooming/book/{day.bath}/pets' in await olga.see(f"/book/{day.bath}")
    path = f"/grooming/book/{day.bath}/pets"
    seen = await olga.see(path)
    assert all(text in seen for text in ("Buddy", "8\u00a0000\u00a0₸", "90 minutes", "Tuzik", "May come"))
    nobody = await olga.press(path, path)
    assert (nobody.status_code, "Choose which pet comes." in nobody.text) == (422, True)
    both = await olga.client.post(
        path,
        data={
            "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', seen)[0],
            "pet": [str(buddy), str(tuzik)],
            "private": "allergies",
        },
    )
    target = both.headers["location"]
    assert target == f"/book/{day.bath}?choice.pet={buddy}&choice.pet={tuzik}&choice.private=allergies"
    slots = await olga.see(target)
    assert "210 minutes" in slots
    assert "2 pets are chosen." in slots
    whole = re.search(r"210 minutes</li><li>([^<]+)<", slots)
    assert whole is not None
    assert whole[1] == "20\u00a0000\u00a0₸", "what both cost, not what the smallest does"
    begun = await olga.press(
        target,
        "/order/begin",
        **{
            "listing": str(day.bath),
            "choice.pet": [str(buddy), str(tuzik)],
            "choice.starts_at": day.at("10:00"),
            "back": target,
        },
    )
    draft = await olga.see(begun.headers["location"])
    assert all(text in draft for text in ("Bath and cut: Buddy", "Bath and cut: Tuzik"))


async def test_before_a_pet_is_chosen_the_times_page_asks_for_it_calmly(day: Day) -> None:
    await day.pet("Buddy")
    for who in ("Olga", ""):
        seen = await (await day.town.browser(who)).see(f"/book/{day.bath}")
        assert "Choose your pet first" in seen
        assert "kit-tone-bad" not in seen
        assert 'name="choice.starts_at"' not in seen
        assert f'href="/grooming/book/{day.bath}/pets' in seen


async def test_moving_a_visit_shows_times_without_asking_for_the_pet_again(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    olga = await day.town.browser("Olga")
    form = f"/orders/{await number(day, line['order_id'])}/lines/{line['id']}/reschedule"
    seen = await olga.see(f"/book/{day.bath}?for={form}&line={line['id']}&day=2027-03-17")
    assert "Choose your pet first" not in seen
    assert 'name="starts_at"' in seen


async def test_a_guest_tells_of_a_pet_and_of_a_second_one(day: Day) -> None:
    guest = await day.town.browser()
    path = f"/grooming/book/{day.bath}/pets"
    heavy = await guest.press(path, path, pet_name="Buddy", species="dog", weight="500", coat="any")
    assert (heavy.status_code, 'value="500"' in heavy.text, "at most 130" in heavy.text) == (422, True, True)
    one = await guest.press(path, path, pet_name="Buddy", species="dog", weight="7,2", coat="curly")
    assert "choice.pet=dog%3A7200%3Acurly%3ABuddy" in one.headers["location"]
    both = await guest.press(
        path, path, pet="dog:7200:curly:Buddy", pet_name="Tuzik", species="dog", weight="15", coat="any"
    )
    assert "210 minutes" in await guest.see(both.headers["location"])


async def test_the_board_is_drawn_by_a_constant_number_of_statements(day: Day) -> None:
    natalya = await day.town.browser("Natalya")
    assert "No pets today" in await natalya.see("/sell/grooming/board")
    counted = []
    for at, name in (("10:00", "Buddy"), ("12:00", "Tuzik"), ("14:00", "Rex")):
        (line,) = await day.booked(await day.pet(name), at=at)
        with count_queries(day.site) as seen:
            page = await natalya.see("/sell/grooming/board")
        counted.append(len(seen))
        assert name in page
    assert len(set(counted)) == 1, counted
    assert counted[0] <= 12
    assert f"/sell/grooming/visits/{line['id']}/check_in" in page


async def test_a_visit_goes_over_the_board_by_its_buttons(day: Day) -> None:
    buddy = await day.pet()
    (line,) = await day.booked(buddy)
    natalya = await day.town.browser("Natalya")
    board, visit = "/sell/grooming/board", f"/sell/grooming/visits/{line['id']}"
    form = f"{visit}/check_in"
    odd = await natalya.press(form, form, weight="heavy")
    assert (odd.status_code, 'value="heavy"' in odd.text) == (422, True)
    assert (await natalya.press(form, form, weight="7,3", belongings="Lead")).status_code == 303
    assert (await natalya.press(board, f"{visit}/start", board="1")).headers["location"].startswith(board)
    late = await natalya.press(board, f"{visit}/delay", board="1", clock="12:30")
    assert late.status_code == 303
    assert 'value="12:30"' in await natalya.see(board)
    asked = await natalya.press(visit, f"{visit}/do/extra", what="Matting", price="3000", minutes="15")
    assert asked.status_code == 303, asked.text
    assert "Waits for consent" in await natalya.see(board)
    await day.town.work()
    assert "grooming.extra_proposed" in [kind for kind, _ in await day.town.notices("Olga")]
    olga = await day.town.browser("Olga")
    told = await olga.see(f"/grooming/visits/{line['id']}")
    consent = re.findall(r'href="(/grooming/extras/[0-9a-f]+)"', told)[0]
    stranger = await day.town.browser()
    assert "Matting" in await stranger.see(consent)
    unnamed = await stranger.press(consent, consent, answer="yes", name="")
    assert unnamed.status_code == 422
    assert (await stranger.press(consent, consent, answer="yes", name="Olga")).status_code == 303
    assert "Agreed: Olga" in await stranger.see(consent)
    told = await olga.see(f"/grooming/visits/{line['id']}")
    assert all(text in told for text in ("11\u00a0000\u00a0₸", "12:45"))
    await natalya.press(board, f"{visit}/finish", board="1")
    saved = await natalya.press(visit, f"{visit}/do/card", done="Washed and cut", mood="calm", next_weeks="6")
    assert saved.status_code == 303, saved.text
    assert "Washed and cut" not in await olga.see(f"/grooming/visits/{line['id']}")
    assert (await natalya.press(visit, f"{visit}/do/publish")).status_code == 303
    told = await olga.see(f"/grooming/visits/{line['id']}")
    assert all(text in told for text in ("Washed and cut", "Calm", "Next visit in 6 weeks.", "Book again"))
    await natalya.press(board, f"{visit}/pick_up", board="1")
    order = await olga.see(f"/orders/{(await number(day, line['order_id']))}")
    assert f"/grooming/visits/{line['id']}" in order
    assert "Groomed: Bath and cut" in await olga.see(f"/pets/{buddy}")


async def number(day: Day, order_id: str) -> str:
    olga = await day.town.program("Olga")
    return str((await olga.get(f"/api/orders/{order_id}")).json()["number"])


async def test_the_wall_has_pets_names_and_no_owners(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    await day.bring(line["id"], "checked_in", phone="+77011234567")
    natalya = await day.town.browser("Natalya")
    wall = await natalya.see("/sell/grooming/wall")
    assert "Buddy" in wall
    assert "In the salon" in wall
    inside = wall[wall.index('id="wall"') :]
    assert not any(text in inside for text in ("Olga", "7011234567"))
    olga = await day.town.browser("Olga")
    assert (await olga.client.get("/sell/grooming/wall")).status_code == 403


async def test_nobody_else_sees_a_visit(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    await day.town.person("Timur", "vendor")
    await day.town.shop((await day.town.person("Aibek", "vendor")), "Other")
    for who in ("", "Timur", "Aibek"):
        browser = await day.town.browser(who)
        assert (await browser.client.get(f"/grooming/visits/{line['id']}")).status_code == 404
        assert (await browser.client.get(f"/sell/grooming/visits/{line['id']}")).status_code in (303, 404)


async def test_a_guest_sees_the_visit_by_the_key_of_the_order(day: Day) -> None:
    program = await day.town.program()
    lines = await day.lines("dog:7200::Buddy")
    body = {"lines": lines, "consent": True, "name": "Guest", "phone": "+77011112233"}
    made = (await program.post("/api/orders/create", json=body)).json()
    line = made["order"]["lines"][0]
    assert "key" not in line["facts"], "the salon reads the facts too"
    browser = await day.town.browser()
    path = f"/grooming/visits/{line['id']}"
    assert (await browser.client.get(path)).status_code == 404
    assert (await browser.client.get(f"{path}?key={'0' * 40}")).status_code == 404
    order = await browser.see(f"/o/{made['manage_token']}")
    way = re.search(rf"{path}\?key=\w+", order)
    assert way is not None
    assert "Bath and cut: Buddy" in await browser.see(way[0])


async def test_what_differs_is_set_on_a_page_which_tells_what_a_pet_would_cost(day: Day) -> None:
    natalya = await day.town.browser("Natalya")
    path = f"/sell/grooming/prices/{day.bath}"
    assert f'href="{path}"' in await natalya.see(f"/listings/{day.bath}")
    assert (await natalya.press(path, path, whose="breed:nothing", price="9000")).status_code == 422
    assert (await natalya.press(path, path, whose="breed:poodle-miniature", price="9000")).status_code == 303
    seen = await natalya.see(f"{path}?pet_name=Buddy&species=dog&weight=23&coat=double")
    assert all(text in seen for text in ("Miniature Poodle", "14\u00a0000\u00a0₸", "150 minutes"))
    olga = await day.town.browser("Olga")
    assert (await olga.client.get(path)).status_code == 403
