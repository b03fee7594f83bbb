"""From the booking to the day of leaving."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace_kit.orders.services import do_due
from marketplace_pets import services as pets
from plugins.boarding.tests.hotels import TODAY, Hotel, march, tenge

pytestmark = pytest.mark.anyio


async def test_a_stay_takes_one_room_for_every_night_and_the_day_of_leaving_is_free(hotel: Hotel) -> None:
    room = await hotel.room()
    buddy = await hotel.pet()
    line = await hotel.booked(buddy, arrives=march(19), leaves=march(23))
    assert (line["status"], line["title"]) == ("expected", "Run with a yard: Buddy")
    assert line["total_price"] == {"amount": 3_200_000, "currency": "KZT"}
    assert line["facts"]["nights"] == 4
    assert [str(line[name])[:16] for name in ("starts_at", "ends_at")] == ["2027-03-19T10:00", "2027-03-23T12:00"]
    assert await hotel.claims() == [(room, 0, night) for night in hotel.nights(19, 4)]
    tuzik = await hotel.pet("Tuzik")
    next_one = await hotel.booked(tuzik, arrives=march(23), leaves=march(24))
    assert next_one["status"] == "expected"


async def test_a_full_night_refuses_the_whole_stay_and_names_it(hotel: Hotel) -> None:
    await hotel.room()
    await hotel.reserve(march(20), march(21))
    olga = await hotel.town.program("Olga")
    refused = await hotel.book(olga, await hotel.pet(), arrives=march(19), leaves=march(23))
    assert refused.status_code == 409, refused.text
    told = refused.json()["facts"]
    assert refused.json()["code"] == "capacity_full"
    assert told["nights"] == ["2027-03-20"]
    assert told["alternatives"] == ["2027-03-16", "2027-03-21", "2027-03-22"]


async def test_two_of_one_family_share_a_room_and_a_third_is_refused(hotel: Hotel) -> None:
    await hotel.room()
    one, two, three = [await hotel.pet(name) for name in ("Buddy", "Tuzik", "Rex")]
    line = await hotel.booked(one, two, arrives=march(19), leaves=march(21))
    assert line["total_price"]["amount"] == 2 * (800_000 + 400_000)
    assert [part["text"] for part in line["parts"]] == ["Nights: 2", "Further pets: 1"]
    olga = await hotel.town.program("Olga")
    refused = await hotel.book(olga, one, two, three, arrives=march(24), leaves=march(25))
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_pets")


async def test_holidays_and_seasons_cost_more_by_the_date_on_which_the_night_begins(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Suite", holiday_percent=20)
    await hotel.room("Suite 1")
    await hotel.season("Spring", march(23), march(25), 15)
    program = await hotel.town.program()
    asked = {"listing_id": str(hotel.runs), "arrives": "2027-03-20", "leaves": "2027-03-25", "pets": "dog:7000:Rex"}
    english = {"Accept-Language": "en"}
    quote = (await program.get("/api/boarding/quotes", params=asked, headers=english)).json()
    # Nauryz is from 21 to 23 March, and its Sunday is made up for on the 24th; two of the nights are in the season.
    assert [(line["text"], line["price"]["amount"]) for line in quote["lines"]] == [
        ("Nights: 5", 4_000_000),
        ("Public holidays, nights: 4", 640_000),
        ("Spring, nights: 2", 240_000),
    ]
    assert quote["price"]["amount"] == 4_880_000


async def test_an_unknown_day_or_hour_is_refused_with_what_is_possible(hotel: Hotel) -> None:
    await hotel.room()
    olga, buddy = await hotel.town.program("Olga"), await hotel.pet()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"arrives": march(15), "leaves": march(17)}, "bad_dates"),
        ({"arrives": march(19), "leaves": march(19)}, "bad_dates"),
        ({"arrives": march(19), "leaves": march(20), "arrive_at": "23:00"}, "bad_hour"),
    ]
    for days, code in wrong:
        refused = await hotel.book(olga, buddy, **days)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    nobody = await hotel.book(olga, "", arrives=march(19), leaves=march(20))
    assert (nobody.status_code, nobody.json()["code"]) == (422, "invalid")


async def test_a_heavy_dog_gets_the_room_that_takes_it_and_a_small_one_the_small_one(hotel: Hotel) -> None:
    small = await hotel.room("Box", max_kg=10)
    large = await hotel.room("Yard", max_kg=50)
    await hotel.reserve(march(19), march(20), "dog:7200:Buddy")
    await hotel.reserve(march(19), march(20), "dog:31000:Rex")
    assert await hotel.claims() == [(small, 0, march(19)), (large, 0, march(19))]
    program = await hotel.town.program("Olga")
    for told, code in (("dog:60000:Big", "too_heavy"), ("dog::Unknown", "weight_unknown")):
        refused = await hotel.book(program, told, arrives=march(25), leaves=march(26))
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_the_gate_looks_through_the_day_of_leaving(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Proofs", requires=("rabies",))
    await hotel.room()
    await hotel.room("Run 2")
    olga, buddy = await hotel.town.program("Olga"), await hotel.pet(born=march(1).replace(year=2024))
    without = await hotel.book(olga, buddy, arrives=march(19), leaves=march(23))
    assert (without.status_code, without.json()["code"]) == (422, "vaccination_required")
    await hotel.rabies(buddy, march(21).replace(year=2026), until=march(21))
    ends = await hotel.book(olga, buddy, arrives=march(19), leaves=march(23))
    assert (ends.status_code, ends.json()["code"]) == (422, "vaccination_expires_during_stay")
    fits = await hotel.book(olga, buddy, arrives=march(19), leaves=march(21))
    assert fits.status_code == 201, fits.text
    line = fits.json()["order"]["lines"][0]
    longer = await hotel.act("Olga", line, "change_dates", arrives="2027-03-19", leaves="2027-03-22")
    assert (longer.status_code, longer.json()["code"]) == (422, "vaccination_expires_during_stay")


async def test_other_days_keep_the_room_where_they_can_and_a_refusal_changes_nothing(hotel: Hotel) -> None:
    room = await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(19), leaves=march(21))
    await hotel.season("Spring", march(21), march(31), 50)
    await hotel.reserve(march(23), march(24))
    moved = await hotel.act("Olga", line, "change_dates", arrives="2027-03-20", leaves="2027-03-22")
    assert moved.status_code == 200, moved.text
    assert [night for _, _, night in await hotel.claims()] == [march(20), march(21), march(23)]
    full = await hotel.act("Olga", line, "change_dates", arrives="2027-03-20", leaves="2027-03-25")
    assert (full.status_code, full.json()["facts"]["nights"]) == (409, ["2027-03-23"])
    assert [(r, night) for r, _, night in await hotel.claims()] == [(room, march(n)) for n in (20, 21, 23)]
    olga = await hotel.town.program("Olga")
    order = (await olga.get(f"/api/orders/{line['order_id']}")).json()
    assert order["lines"][0]["total_price"]["amount"] == 800_000 + 1_200_000, "the kept night keeps its price"


async def test_the_house_takes_in_extends_and_hands_back(hotel: Hotel) -> None:
    first, second = await hotel.room(), await hotel.room("Run 2")
    buddy = await hotel.pet()
    line = await hotel.booked(buddy, arrives=march(19), leaves=march(21))
    early = await hotel.bring(line["id"], "checked_in")
    assert (early.status_code, early.json()["code"]) == (409, "not_yet")
    hotel.now_is("15:00", march(19))
    skipped = await hotel.bring(line["id"], "ready_for_pickup")
    assert (skipped.status_code, "checked_in" in skipped.json()["facts"]["allowed"]) == (409, True)
    assert (await hotel.bring(line["id"], "checked_in", "in_progress")).status_code == 200
    await hotel.reserve(march(22), march(23))
    longer = await hotel.act("Olga", line, "change_leaving", leaves="2027-03-24")
    assert longer.status_code == 200, longer.text
    assert {room for room, _, _ in await hotel.claims()} == {first, second}
    hotel.now_is("11:00", march(23))
    done = await hotel.bring(line["id"], "ready_for_pickup", "picked_up")
    assert done.status_code == 200, done.text
    assert [night for _, _, night in await hotel.claims() if night >= march(23)] == []
    olga = await hotel.town.program("Olga")
    order = (await olga.get(f"/api/orders/{line['order_id']}")).json()
    assert (order["status"], order["lines"][0]["total_price"]["amount"]) == ("completed", 4 * 800_000)
    assert "Stayed: 4 nights" in await (await hotel.town.browser("Olga")).see(f"/pets/{buddy}")


async def test_late_collecting_and_given_medicines_are_on_the_bill(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Care", medicine_price=tenge(300))
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(19), leaves=march(20))
    hotel.now_is("11:00", march(19))
    await hotel.bring(line["id"], "checked_in", "in_progress")
    natalya = await hotel.town.program("Natalya")
    record = (await natalya.get(f"/api/boarding/stays/{line['id']}/record")).json()
    path = f"/api/boarding/stays/{line['id']}/guests/{record['guests'][0]['id']}"
    for time, outcome, note in (("12:00", "done", ""), ("19:00", "refused", "Spat it out")):
        body = {"kind": "medicine", "time": time, "outcome": outcome, "note": note}
        assert (await natalya.post(f"{path}/entries", json=body)).status_code == 201
    hotel.now_is("12:01", march(20))
    await hotel.bring(line["id"], "ready_for_pickup", "picked_up")
    natalya = await hotel.town.program("Natalya")
    bill = (await natalya.get(f"/api/orders/{line['order_id']}")).json()["lines"][0]
    assert bill["total_price"]["amount"] == 800_000 + 400_000 + 30_000
    assert (bill["facts"]["late"], bill["facts"]["medicines"]["count"]) == (400_000, 1)


async def test_a_deposit_is_paid_before_the_booking_holds_and_kept_when_cancelled_late(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Deposit", deposit_nights=1, cancel_hours=48)
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(19), leaves=march(21))
    assert (line["status"], line["due_now"]["amount"]) == ("held", 800_000)
    assert (await hotel.act("Natalya", line, "settle")).status_code == 200
    hotel.now_is("11:00", march(18))
    gone = await hotel.act("Olga", line, "cancel", reason="We stay at home")
    assert gone.status_code == 200, gone.text
    olga = await hotel.town.program("Olga")
    told = (await olga.get(f"/api/orders/{line['order_id']}")).json()["lines"][0]
    assert (told["status"], told["facts"]["deposit_kept"]) == ("cancelled", 800_000)
    assert await hotel.claims() == []


async def test_an_unpaid_booking_runs_out_and_its_room_is_free(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Deposit", deposit_nights=1)
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=march(25), leaves=march(26))
    hotel.now_is("09:01", march(17))
    assert await do_due(hotel.site) == 1
    assert await hotel.claims() == []
    olga = await hotel.town.program("Olga")
    assert (await olga.get(f"/api/orders/{line['order_id']}")).json()["lines"][0]["status"] == "expired"


async def test_guests_move_to_another_room_for_the_nights_that_are_left(hotel: Hotel) -> None:
    first, second = await hotel.room(), await hotel.room("Run 2")
    line = await hotel.booked(await hotel.pet(), arrives=march(16), leaves=march(19))
    hotel.now_is("12:00", march(16))
    await hotel.bring(line["id"], "checked_in", "in_progress")
    hotel.now_is("12:00", march(17))
    nowhere = await hotel.act("Natalya", line, "move_room", room="Attic")
    assert (nowhere.status_code, nowhere.json()["problems"][0]["field"]) == (422, "room")
    moved = await hotel.act("Natalya", line, "move_room", room="run 2")
    assert moved.status_code == 200, moved.text
    assert await hotel.claims() == [(first, 0, march(16)), (second, 0, march(17)), (second, 0, march(18))]


async def test_somebody_elses_pet_is_missing_and_so_is_somebody_elses_stay(hotel: Hotel) -> None:
    await hotel.room()
    buddy = await hotel.pet()
    await hotel.town.person("Timur", "vendor")
    timur = await hotel.town.program("Timur")
    assert (await hotel.book(timur, buddy, arrives=march(19), leaves=march(20))).status_code == 404
    line = await hotel.booked(buddy, arrives=march(19), leaves=march(20))
    for path in ("", "/record", "/day-sheet", "/reports"):
        assert (await timur.get(f"/api/boarding/stays/{line['id']}{path}")).status_code == 404


async def test_no_room_is_kept_for_a_pet_that_died(hotel: Hotel) -> None:
    await hotel.room()
    buddy, tuzik = await hotel.pet("Buddy"), await hotel.pet("Tuzik")
    alone = await hotel.booked(buddy, arrives=march(19), leaves=march(21))
    both = await hotel.booked(buddy, tuzik, arrives=march(22), leaves=march(23))
    await hotel.site.do(pets.died, buddy, on=TODAY, by=hotel.as_olga)
    await hotel.town.work()
    olga = await hotel.town.program("Olga")
    told = [(await olga.get(f"/api/orders/{line['order_id']}")).json() for line in (alone, both)]
    ahead = (await olga.get(f"/api/pets/{tuzik}/booked")).json()
    assert [one["on"] for one in ahead] == [march(22).isoformat()], "a stay stands among what is booked for its guests"
    assert [one["status"] for one in told] == ["cancelled", "accepted"], "with another pet it is the family's to say"
    assert "The pet has died" in str(told[0])
    assert [night for _, _, night in await hotel.claims()] == hotel.nights(22, 1), "the nights are free again"
