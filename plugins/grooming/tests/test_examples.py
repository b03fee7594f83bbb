"""The acceptance examples of grooming, by their names."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest
from PIL import Image

from marketplace_kit.listings.domain.options import ADDON, Option, OptionGroup
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.listings.services import set_options
from marketplace_pets import services as pets
from plugins.grooming.tests.visits import WEEK, Day, tenge

pytestmark = pytest.mark.anyio
LAST_YEAR = date(2026, 6, 1)


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


async def quoted(day: Day, who: str = "Olga", **asked: Any) -> dict[str, Any]:
    program = await day.town.program(who)
    answer = await program.get("/api/grooming/quotes", params={"listing_id": str(day.bath), **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def radios(page: str) -> list[str]:
    return re.findall(r'name="choice.starts_at" value="2027-\d\d-\d\dT(\d\d:\d\d)', page)


async def nails(day: Day) -> UUID:
    """Nails are 1 500 more and ten minutes."""
    listing = await day.site.ask(listing_page, day.bath, active_kinds(day.site), viewer=day.as_natalya)
    assert listing is not None
    option = Option(names={"en": "Nails"}, price=tenge(1_500), minutes=10)
    group = OptionGroup(kind=ADDON, names={"en": "Also"}, options=(option,))
    await day.site.do(set_options, day.bath, version=listing.version, groups=[group], by=day.as_natalya)
    after = await day.site.ask(listing_page, day.bath, active_kinds(day.site), viewer=day.as_natalya)
    assert after is not None
    return after.options[0].options[0].id


async def starts(day: Day, *brought: UUID | str, at: str = "2027-03-16", **more: str) -> str:
    """The slot page for these pets."""
    browser = await day.town.browser("Olga")
    query = "&".join([f"choice.pet={p}" for p in brought] + [f"{k}={v}" for k, v in more.items()])
    return await browser.see(f"/book/{day.bath}?day={at}&{query}")


async def test_quote(day: Day) -> None:
    option = await nails(day)
    buddy = await day.pet("Buddy", 7_200)
    husky = await day.pet("Altai", 23_000, breed="siberian-husky")
    small = await quoted(day, pet_id=str(buddy), option=str(option))
    assert (small["price"]["amount"], small["minutes"]) == (950_000, 100)
    assert [line["text"] for line in small["lines"]] == ["Small, 5 to 10 kg", "Nails"]
    large = await quoted(day, pet_id=str(husky))
    assert (large["price"]["amount"], large["minutes"]) == (1_400_000, 150)
    assert [line["text"] for line in large["lines"]] == ["Medium, 10 to 25 kg", "Coat: Double, with undercoat"]
    day.now_is("08:50")
    page = await starts(day, husky)
    assert "150 minutes" in page
    assert "T16:30" in page
    assert "T16:40" not in page


async def test_a_pet_that_nobody_weighed_is_quoted_by_what_its_breed_grows_to(day: Day) -> None:
    husky = await day.pet("Altai", None, breed="siberian-husky")
    found = await quoted(day, pet_id=str(husky))
    assert (found["band"], found["weigh_at_check_in"]) == ("medium", True)
    stranger = await day.pet("Someone", None, breed="")
    program = await day.town.program("Olga")
    asked = {"listing_id": str(day.bath), "pet_id": str(stranger)}
    refused = await program.get("/api/grooming/quotes", params=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "weight_needed")
    natalya = await day.town.program("Natalya")
    assert (await natalya.get("/api/grooming/quotes", params=asked)).status_code == 404


async def test_gate(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",))
    buddy = await day.pet()
    olga = await day.town.program("Olga")
    refused = await day.book(olga, buddy)
    assert (refused.status_code, refused.json()["code"]) == (422, "vaccination_required")
    assert refused.json()["facts"]["lacking"] == ["rabies"]
    dose = await day.rabies(buddy, LAST_YEAR, verified=False)
    gate = (await quoted(day, pet_id=str(buddy)))["gate"]
    assert (gate["met"], gate["awaiting"]) == (False, ["rabies"])
    assert (await day.book(olga, buddy)).status_code == 422
    await day.site.do(pets.verify_dose, dose, accepted=True, by=day.as_natalya)
    assert (await day.book(olga, buddy)).status_code == 201


async def test_waiting_days(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",), waiting_days=14)
    buddy = await day.pet()
    await day.rabies(buddy, date(2027, 3, 10))
    olga = await day.town.program("Olga")
    for when, status in ((date(2027, 3, 20), 422), (date(2027, 3, 24), 201)):
        answer = await day.book(olga, buddy, starts_at=day.at("10:00", when))
        assert answer.status_code == status, answer.text
        assert status == 201 or answer.json()["code"] == "waiting_days"


async def test_staff_let_a_pet_in_with_a_note_and_the_note_is_kept(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",), proof_later=True)
    buddy = await day.pet()
    await day.rabies(buddy, LAST_YEAR, verified=False)
    (line,) = await day.booked(buddy)
    day.now_is("09:55")
    refused = await day.bring(line["id"], "checked_in")
    assert (refused.status_code, refused.json()["code"]) == (422, "vaccination_required")
    short = await day.bring(line["id"], "checked_in", gate_note="ok")
    assert (short.status_code, short.json()["code"]) == (422, "reason_required")
    noted = await day.bring(line["id"], "checked_in", gate_note="Saw the passport at the counter")
    assert noted.status_code == 200, noted.text


async def test_board(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    early = await day.bring(visit, "ready_for_pickup")
    assert (early.status_code, early.json()["code"]) == (409, "invalid_transition")
    assert early.json()["facts"]["allowed"] == ["cancelled", "checked_in", "no_show"]
    natalya = await day.town.program("Natalya")
    for state in ("checked_in", "in_progress", "on_hold", "in_progress", "ready_for_pickup"):
        assert (await day.bring(visit, state)).status_code == 200
        columns = (await natalya.get("/api/grooming/board")).json()["columns"]
        assert [c["state"] for c in columns if c["visits"]] == [state]
    await day.town.work()
    ready = [subject for kind, subject in await day.town.notices("Olga") if kind == "grooming.ready"]
    assert ready == ["Bath and cut: Buddy: ready to be picked up"]
    assert (await day.bring(visit, "picked_up")).status_code == 200
    await day.town.work()
    assert len([k for k, _ in await day.town.notices("Olga") if k == "grooming.ready"]) == 1
    olga = await day.town.program("Olga")
    order = (await olga.get(f"/api/orders/{line['order_id']}")).json()
    assert (order["status"], order["lines"][0]["status"]) == ("completed", "picked_up")
    assert (await olga.get("/api/grooming/board")).status_code == 403


async def test_report_card(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    natalya, olga = await day.town.program("Natalya"), await day.town.program("Olga")
    path = f"/api/grooming/report-cards/{visit}"
    draft = await natalya.put(path, json={"done": "матты за ушами", "mood": "calm", "coat": "matted"})
    assert draft.status_code == 200, draft.text
    assert (await olga.get(path)).status_code == 404
    shown = await natalya.post(f"{path}/publish")
    assert shown.status_code == 200, shown.text
    assert (await olga.get(path)).json()["done"] == "матты за ушами"
    await natalya.put(path, json={"done": "Ещё раз", "next_weeks": 6})
    assert (await olga.get(path)).json()["number"] == 1
    assert (await (await day.town.program()).get(path)).status_code == 404
    assert (await natalya.post(f"{path}/publish")).status_code == 200
    again = await natalya.post(f"{path}/publish")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_publish")
    await day.town.work()
    assert [k for k, _ in await day.town.notices("Olga")].count("grooming.card_published") == 1


async def test_report_card_has_its_two_photos_once_it_is_published(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    natalya, olga = await day.town.program("Natalya"), await day.town.program("Olga")
    for side, colour in (("before", "brown"), ("after", "white")):
        files = {"photos": ("dog.png", png(colour), "image/png")}
        sent = await natalya.post(f"/api/grooming/visits/{visit}/{side}", files=files)
        assert sent.status_code in (200, 201), sent.text
    path = f"/api/grooming/report-cards/{visit}"
    await natalya.put(path, json={"done": "матты за ушами"})
    assert (await olga.get(path)).status_code == 404
    await natalya.post(f"{path}/publish")
    card = (await olga.get(path)).json()
    assert (card["done"], len(card["before"]), len(card["after"])) == ("матты за ушами", 1, 1)
    assert (await olga.get(card["after"][0]["url"])).status_code == 200


async def test_a_matting_fee_is_charged_once_its_owner_has_agreed(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    natalya, stranger = await day.town.program("Natalya"), await day.town.program()
    fee = {"what": "Matting", "price": {"amount": 300_000, "currency": "KZT"}, "minutes": 20}
    extra = (await natalya.post(f"/api/grooming/visits/{visit}/extras", json=fee)).json()
    charge = f"/api/grooming/visits/{visit}/extras/{extra['id']}/charge"
    refused = await natalya.post(charge)
    assert (refused.status_code, refused.json()["code"]) == (409, "charge_not_consented")
    assert refused.json()["facts"]["amount"] == 300_000
    token = extra["consent_path"].rsplit("/", 1)[1]
    answer = await stranger.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["way"]) == ("agreed", "link")
    assert answer.json()["answered_at"]
    second = await stranger.post(f"/api/grooming/extras/{token}/consent", json={"agreed": False, "name": "Olga"})
    assert (second.status_code, second.json()["code"]) == (409, "already_answered")
    assert (await natalya.post(charge)).json()["total"]["amount"] == 1_100_000
    olga = await day.town.program("Olga")
    order = (await olga.get(f"/api/orders/{line['order_id']}")).json()
    assert order["total_price"]["amount"] == 1_100_000
    more = fee | {"price": {"amount": 500_000, "currency": "KZT"}}
    path = f"/api/grooming/visits/{visit}/extras?instead_of={extra['id']}"
    dearer = (await natalya.post(path, json=more)).json()
    assert (await natalya.post(charge.replace(extra["id"], dearer["id"]))).status_code == 409
    said = {"agreed": True, "name": "Olga by telephone"}
    noted = await natalya.post(f"/api/grooming/visits/{visit}/extras/{dearer['id']}/consent", json=said)
    assert noted.status_code == 200, noted.text
    assert (await natalya.post(charge.replace(extra["id"], dearer["id"]))).json()["total"]["amount"] == 1_300_000


async def test_two_pets(day: Day) -> None:
    day.bath = await day.service("For two", minutes_small=100)
    buddy, tuzik = await day.pet("Buddy", 7_200), await day.pet("Tuzik", 15_000, breed="")
    day.now_is("08:00")
    await day.hours(**dict.fromkeys(WEEK, "10:00-13:20"))
    assert radios(await starts(day, buddy, tuzik)) == []
    await day.hours(**dict.fromkeys(WEEK, "10:00-13:40"))
    page = await starts(day, buddy, tuzik)
    assert radios(page) == ["10:00"]
    assert "220 minutes" in page
    olga = await day.town.program("Olga")
    made = await day.book(olga, buddy, tuzik)
    assert made.status_code == 201, made.text
    first, second = made.json()["order"]["lines"]
    assert (first["title"], second["title"]) == ("For two: Buddy", "For two: Tuzik")
    assert first["ends_at"] == second["starts_at"]
    assert first["facts"]["staff"] == second["facts"]["staff"] == day.groomer
    taken = await day.book(olga, await day.pet("Third", 7_000))
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")


async def test_only_a_groomer_with_the_skill_is_offered_a_pet_that_bites(day: Day) -> None:
    brave = await day.works("Dina", skills="bites")
    buddy = await day.pet()
    await day.bites(buddy)
    (line,) = await day.booked(buddy)
    assert line["facts"]["staff"] == brave
    refused = await day.book(await day.town.program("Olga"), buddy, at="14:00", staff=day.groomer)
    assert (refused.status_code, refused.json()["code"]) == (422, "staff_cannot_do")
    natalya = await day.town.program("Natalya")
    (card,) = (await natalya.get("/api/grooming/board")).json()["columns"][0]["visits"]
    assert card["codes"] == ["BITES"]


async def test_a_guest_books_two_pets_without_records(day: Day) -> None:
    program = await day.town.program()
    lines = await day.lines("dog:7200::Buddy", "dog:15000:double:Tuzik")
    body = {"lines": lines, "consent": True, "name": "Guest", "phone": "+77011112233"}
    made = await program.post("/api/orders/create", json=body)
    assert made.status_code == 201, made.text
    assert [line["total_price"]["amount"] for line in made.json()["order"]["lines"]] == [800_000, 1_400_000]
    lines = await day.lines("dog:lots::Buddy", at="16:00")
    odd = await program.post("/api/orders/create", json=body | {"lines": lines})
    assert (odd.status_code, odd.json()["code"]) == (422, "not_a_pet")


async def test_a_booking_shares_what_its_owner_did_not_keep_private_until_it_is_off(day: Day) -> None:
    buddy = await day.pet()
    (line,) = await day.booked(buddy, private=["allergies"])

    async def reads(scope: str) -> bool:
        natalya = await day.town.program("Natalya")
        return (await natalya.get(f"/api/pets/{buddy}/shared/{scope}")).status_code == 200

    assert [await reads(s) for s in ("vaccinations", "behaviour", "allergies", "weight")] == [True, True, False, False]
    assert (await day.bring(line["id"], "cancelled", reason="Ill")).status_code == 200
    assert not await reads("vaccinations")


async def test_a_new_weight_changes_quotes_but_not_a_booking_which_staff_look_at(day: Day) -> None:
    buddy = await day.pet()
    (line,) = await day.booked(buddy)
    await day.site.do(pets.record_weight, buddy, grams=10_500, by=day.as_olga)
    await day.town.work()
    assert (await quoted(day, pet_id=str(buddy)))["price"]["amount"] == 1_200_000
    natalya = await day.town.program("Natalya")
    (card,) = (await natalya.get("/api/grooming/board")).json()["columns"][0]["visits"]
    assert card["review_band"] == "medium"
    olga = await day.town.program("Olga")
    order = (await olga.get(f"/api/orders/{line['order_id']}")).json()
    assert order["total_price"]["amount"] == 800_000


async def test_what_differs_for_a_pet_goes_before_its_groomers_and_its_breeds(day: Day) -> None:
    buddy = await day.pet()
    natalya = await day.town.program("Natalya")
    path = f"/api/grooming/listings/{day.bath}/differing"
    money = {"currency": "KZT"}
    for whose, amount, minutes in (("breed:poodle-miniature", 850_000, 110), (f"staff:{day.groomer}", 900_000, None)):
        body = {"whose": whose, "price": money | {"amount": amount}, "minutes": minutes}
        assert (await natalya.put(path, json=body)).status_code == 204
    assert (await quoted(day, pet_id=str(buddy)))["price"]["amount"] == 850_000
    by_natalya = await quoted(day, pet_id=str(buddy), staff=day.groomer)
    assert (by_natalya["price"]["amount"], by_natalya["minutes"]) == (900_000, 110)
    (line,) = await day.booked(buddy)
    await day.bring(line["id"], "checked_in", "in_progress")
    day.clock.advance(timedelta(minutes=131))
    await day.bring(line["id"], "ready_for_pickup")
    natalya = await day.town.program("Natalya")
    visit = (await natalya.get(f"/api/grooming/visits/{line['id']}")).json()
    assert visit["ready_at"] > visit["started_at"]
    remembered = await natalya.put(f"/api/grooming/visits/{line['id']}/override", json={"minutes": 135})
    assert remembered.status_code == 204
    assert (await quoted(day, pet_id=str(buddy)))["minutes"] == 135


async def test_check_in_weighs_and_a_stranger_moves_nothing(day: Day) -> None:
    buddy = await day.pet()
    (line,) = await day.booked(buddy)
    done = await day.bring(line["id"], "checked_in", weight="7,5", collector="Grandmother", belongings="Lead")
    assert done.status_code == 200, done.text
    latest = await day.site.ask(pets.latest_weight, buddy)
    assert latest is not None
    assert (latest.grams, latest.source) == (7_500, "vet")
    await day.town.person("Timur", "vendor")
    timur = await day.town.program("Timur")
    away = await timur.put(f"/api/grooming/visits/{line['id']}/status", json={"status": "in_progress"})
    assert away.status_code == 404
    assert (await timur.get(f"/api/grooming/visits/{line['id']}")).status_code == 404


async def test_of_two_answers_at_once_one_counts(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    await day.bring(line["id"], "checked_in")
    natalya, olga = await day.town.program("Natalya"), await day.town.program("Olga")
    fee = {"what": "Matting", "price": {"amount": 300_000, "currency": "KZT"}}
    extra = (await natalya.post(f"/api/grooming/visits/{line['id']}/extras", json=fee)).json()
    token = extra["consent_path"].rsplit("/", 1)[1]
    codes: list[int] = []

    async def say(agreed: bool) -> None:
        body = {"agreed": agreed, "name": "Olga"}
        codes.append((await olga.post(f"/api/grooming/extras/{token}/consent", json=body)).status_code)

    async with anyio.create_task_group() as group:
        group.start_soon(say, True)
        group.start_soon(say, False)
    assert sorted(codes) == [200, 409]
