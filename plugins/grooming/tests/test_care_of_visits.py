"""What happens by itself: mornings, extras that nobody answers, pets that the salon has not met, consents that stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace_grooming import services
from marketplace_grooming.tables import consent_table, extra_table
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopProfile
from marketplace_kit.shops.services import set_profile
from marketplace_pets import services as pets
from marketplace_pets.schemas import NewBehaviourAt, NewCode
from plugins.grooming.tests.visits import DAY, Day

pytestmark = pytest.mark.anyio
BIN = "240140012342"
FEE = {"what": "Matting", "price": {"amount": 300_000, "currency": "KZT"}, "minutes": 20}


async def told(day: Day, who: str, kind: str) -> list[str]:
    await day.town.work()
    return [subject for found, subject in await day.town.notices(who) if found == kind]


async def asked_extra(day: Day, visit: str) -> dict[str, Any]:
    natalya = await day.town.program("Natalya")
    answer = await natalya.post(f"/api/grooming/visits/{visit}/extras", json=FEE)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def state_of(day: Day, visit: str) -> str:
    natalya = await day.town.program("Natalya")
    return str((await natalya.get(f"/api/grooming/visits/{visit}")).json()["state"])


# --- mornings ------------------------------------------------------------------------------------------------------


async def test_a_proof_that_is_still_missing_is_told_to_family_and_salon_once_a_day(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",), proof_later=True)
    buddy = await day.pet()
    await day.rabies(buddy, date(2026, 6, 1), verified=False)
    (line,) = await day.booked(buddy, starts_at=day.at("10:00", DAY + timedelta(days=1)))
    assert await services.look_ahead(day.site) == 1
    assert await services.look_ahead(day.site) == 1
    assert await told(day, "Olga", "grooming.gate_lacking") == ["With proof: Buddy: something is still missing"]
    assert await told(day, "Natalya", "grooming.gate_lacking_shop") == ["Buddy: something is still missing"]
    browser = await day.town.browser("Olga")
    assert "Still missing for this visit:" in await browser.see(f"/grooming/visits/{line['id']}")
    day.now_is("08:00", DAY + timedelta(days=1))
    await services.look_ahead(day.site)
    assert len(await told(day, "Olga", "grooming.gate_lacking")) == 2


async def test_in_the_morning_nobody_is_told_of_a_pet_that_lacks_nothing_or_comes_later(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",), proof_later=True)
    buddy, tuzik = await day.pet("Buddy"), await day.pet("Tuzik")
    await day.rabies(buddy, date(2026, 6, 1))
    await day.booked(buddy)
    await day.rabies(tuzik, date(2026, 6, 1), verified=False)
    await day.booked(tuzik, starts_at=day.at("12:00", DAY + timedelta(days=2)))
    assert await services.look_ahead(day.site) == 0
    assert await told(day, "Olga", "grooming.gate_lacking") == []


async def test_proofs_that_are_not_shared_any_more_are_told_in_the_morning(day: Day) -> None:
    day.bath = await day.service("With proof", requires=("rabies",))
    buddy = await day.pet()
    await day.rabies(buddy, date(2026, 6, 1))
    await day.booked(buddy)
    assert await services.look_ahead(day.site) == 0
    olga = await day.town.program("Olga")
    for grant in (await olga.get(f"/api/pets/{buddy}/grants")).json():
        await olga.delete(f"/api/pets/{buddy}/grants/{grant['id']}")
    assert await services.look_ahead(day.site) == 1
    assert await told(day, "Natalya", "grooming.gate_lacking_shop") == ["Buddy: something is still missing"]


# --- extras that nobody answers --------------------------------------------------------------------------------------


async def test_work_waits_for_an_answer_that_does_not_come_and_goes_on_with_it(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    extra = await asked_extra(day, visit)
    day.clock.advance(timedelta(minutes=29))
    await day.town.work()
    assert await state_of(day, visit) == "in_progress"
    day.clock.advance(timedelta(minutes=2))
    assert await told(day, "Olga", "grooming.held") == ["Bath and cut: Buddy: the work waits for your answer"]
    assert await state_of(day, visit) == "on_hold"
    olga = await day.town.program("Olga")
    token = extra["consent_path"].rsplit("/", 1)[1]
    answer = await olga.post(f"/api/grooming/extras/{token}/consent", json={"agreed": False, "name": "Olga"})
    assert answer.status_code == 200, answer.text
    assert await state_of(day, visit) == "in_progress"


async def test_work_that_staff_paused_is_not_resumed_by_an_answer(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    extra = await asked_extra(day, visit)
    await day.bring(visit, "on_hold")
    day.clock.advance(timedelta(minutes=31))
    await day.town.work()
    olga = await day.town.program("Olga")
    token = extra["consent_path"].rsplit("/", 1)[1]
    await olga.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})
    assert await state_of(day, visit) == "on_hold"


async def test_where_the_salon_says_so_the_work_goes_on_without_an_unanswered_extra(day: Day) -> None:
    day.bath = await day.service("Without", unanswered="without", answer_minutes=15)
    (line,) = await day.booked(await day.pet())
    visit = line["id"]
    await day.bring(visit, "checked_in", "in_progress")
    extra = await asked_extra(day, visit)
    day.clock.advance(timedelta(minutes=16))
    assert await told(day, "Olga", "grooming.extra_lapsed") == ["Without: Buddy: done without the extra"]
    assert await state_of(day, visit) == "in_progress"
    olga, natalya = await day.town.program("Olga"), await day.town.program("Natalya")
    token = extra["consent_path"].rsplit("/", 1)[1]
    late = await olga.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})
    assert (late.status_code, late.json()["code"]) == (409, "extra_withdrawn")
    charge = await natalya.post(f"/api/grooming/visits/{visit}/extras/{extra['id']}/charge")
    assert (charge.status_code, charge.json()["code"]) == (409, "charge_not_consented")
    assert [e["state"] for e in (await natalya.get(f"/api/grooming/visits/{visit}/extras")).json()] == ["lapsed"]


async def test_an_answer_in_time_leaves_nothing_to_settle(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    await day.bring(line["id"], "checked_in", "in_progress")
    extra = await asked_extra(day, line["id"])
    olga = await day.town.program("Olga")
    token = extra["consent_path"].rsplit("/", 1)[1]
    await olga.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})
    assert await day.site.do(services.settle_unanswered, UUID(extra["id"])) == ""
    assert await state_of(day, line["id"]) == "in_progress"


# --- consents --------------------------------------------------------------------------------------------------------


async def test_a_consent_names_the_operator_and_keeps_that(day: Day) -> None:
    shop = await day.site.ask(shop_by_id, day.salon, admin=True)
    assert shop is not None
    form = ShopProfile(name=shop.name, tax_id=BIN, version=shop.version)
    await day.site.do(set_profile, day.salon, form, by=day.as_natalya)
    (line,) = await day.booked(await day.pet())
    await day.bring(line["id"], "checked_in")
    extra = await asked_extra(day, line["id"])
    guest = await day.town.browser()
    seen = await guest.see(extra["consent_path"])
    assert "Лапки" in seen
    assert BIN in seen
    program = await day.town.program()
    token = extra["consent_path"].rsplit("/", 1)[1]
    answer = await program.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})
    assert BIN in answer.json()["operator"]
    assert BIN in await guest.see(f"/grooming/book/{day.bath}/pets")


async def test_the_database_refuses_to_change_what_was_asked_and_answered(day: Day) -> None:
    (line,) = await day.booked(await day.pet())
    await day.bring(line["id"], "checked_in")
    extra = await asked_extra(day, line["id"])
    olga = await day.town.program("Olga")
    token = extra["consent_path"].rsplit("/", 1)[1]
    await olga.post(f"/api/grooming/extras/{token}/consent", json={"agreed": True, "name": "Olga"})

    async def tamper(uow: UnitOfWork, statement: Any) -> None:
        await uow.session.execute(statement)

    for statement in (
        sa.update(consent_table).values(amount=1),
        sa.update(consent_table).values(agreed=False),
        sa.update(extra_table).values(amount=1),
        sa.delete(consent_table),
    ):
        with pytest.raises(DBAPIError, match="append_only"):
            await day.site.do(tamper, statement)
    await day.site.do(tamper, sa.update(consent_table).values(name="-"))  # a person who is forgotten


# --- evaluation ---------------------------------------------------------------------------------------------------


async def test_a_service_that_asks_for_an_evaluation_is_booked_after_one(day: Day) -> None:
    meeting = day.bath
    friends = await day.service("For friends", evaluation="block", evaluation_days=60)
    buddy = await day.pet()
    olga, natalya = await day.town.program("Olga"), await day.town.program("Natalya")
    day.bath = friends
    refused = await day.book(olga, buddy)
    assert (refused.status_code, refused.json()["code"]) == (422, "evaluation_required")
    day.bath = meeting
    (line,) = await day.booked(buddy)
    day.bath = friends
    path = f"/api/grooming/visits/{line['id']}/evaluation"
    silent = await natalya.post(path, json={"result": "conditional"})
    assert (silent.status_code, silent.json()["problems"][0]["field"]) == (422, "notes")
    assert (await natalya.post(path, json={"result": "failed", "notes": "Snapped twice"})).status_code == 204
    assert (await day.book(olga, buddy, at="14:00")).status_code == 422
    day.clock.advance(timedelta(minutes=1))
    assert (await natalya.post(path, json={"result": "passed"})).status_code == 204
    assert (await day.book(olga, buddy, at="14:00")).status_code == 201
    late = day.at("10:00", DAY + timedelta(days=61))
    ran_out = await day.book(olga, buddy, starts_at=late)
    assert (ran_out.status_code, ran_out.json()["code"]) == (422, "evaluation_required")
    titles = [e["title"] for e in (await olga.get(f"/api/pets/{buddy}/timeline")).json()["items"]]
    assert "Met by the salon: Gets along well" in titles
    assert (await olga.post(path, json={"result": "passed"})).status_code == 403


async def test_where_the_salon_only_wants_to_be_warned_a_pet_may_come_unmet(day: Day) -> None:
    day.bath = await day.service("Warned", evaluation="warn")
    buddy = await day.pet()
    (line,) = await day.booked(buddy)
    olga = await day.town.program("Olga")
    asked = {"listing_id": str(day.bath), "pet_id": str(buddy)}
    gate = (await olga.get("/api/grooming/quotes", params=asked)).json()["gate"]
    assert (gate["met"], len(gate["warnings"])) == (True, 1)
    browser = await day.town.browser("Natalya")
    page = f"/sell/grooming/visits/{line['id']}"
    assert "You have not met this pet yet" in await browser.see(page)
    empty = await browser.press(page, f"{page}/do/evaluation", result="conditional", notes="")
    assert empty.status_code == 422
    done = await browser.press(page, f"{page}/do/evaluation", result="conditional", notes="Muzzle on")
    assert done.status_code == 303
    seen = await browser.see(page)
    assert "Muzzle on" in seen
    assert "You have not met this pet yet" not in seen


async def test_a_pet_without_a_record_cannot_be_evaluated(day: Day) -> None:
    (line,) = await day.booked("dog:7200::Rex")
    natalya = await day.town.program("Natalya")
    refused = await natalya.post(f"/api/grooming/visits/{line['id']}/evaluation", json={"result": "passed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "record_needed")


# --- farewell --------------------------------------------------------------------------------------------------------


async def test_nothing_stays_booked_for_a_pet_that_died(day: Day) -> None:
    buddy, tuzik = await day.pet("Buddy"), await day.pet("Tuzik")
    (soon,) = await day.booked(buddy)
    (later,) = await day.booked(buddy, starts_at=day.at("10:00", DAY + timedelta(days=5)))
    (other,) = await day.booked(tuzik, at="14:00")
    await day.site.do(pets.died, buddy, on=DAY, by=day.as_olga)
    await day.town.work()
    assert [await state_of(day, one["id"]) for one in (soon, later, other)] == ["cancelled", "cancelled", "expected"]
    olga = await day.town.program("Olga")
    order = (await olga.get(f"/api/orders/{soon['order_id']}")).json()
    assert order["status"] == "cancelled"
    assert "The pet has died" in str(order)
    taken = await day.book(olga, tuzik, at="10:00")
    assert taken.status_code == 201, "the groomer's time is free again"


async def test_a_booked_visit_is_not_due_and_its_card_says_when_the_next_is(day: Day) -> None:
    pet = await day.pet()
    for back in (84, 42):
        at = datetime.combine(DAY - timedelta(days=back), time(9), UTC)
        await day.site.do(pets.note, pet, kind="grooming", title="Groomed", at=at)

    async def due() -> dict[str, str]:
        olga = await day.town.program("Olga")
        return {one["reason"]: one["due_on"] for one in (await olga.get(f"/api/pets/{pet}/care")).json()}

    assert (await due())["grooming_due"] == DAY.isoformat()
    (line,) = await day.booked(pet)
    assert "grooming_due" not in await due()
    (booked,) = (await (await day.town.program("Olga")).get(f"/api/pets/{pet}/booked")).json()
    assert (booked["on"], booked["link"]) == (DAY.isoformat(), f"/grooming/visits/{line['id']}")
    assert (await day.bring(line["id"], "cancelled", reason="Ill")).status_code == 200
    assert "grooming_due" in await due()
    (line,) = await day.booked(pet, at="12:00")
    day.now_is("12:00")
    await day.bring(line["id"], "checked_in", "in_progress")
    card, natalya = f"/api/grooming/report-cards/{line['id']}", await day.town.program("Natalya")
    await natalya.put(card, json={"done": "Bath", "next_weeks": 6, "see_vet": True})
    await natalya.post(f"{card}/publish")
    await day.bring(line["id"], "ready_for_pickup", "picked_up")
    plan = await due()
    assert plan["grooming_due"] == (DAY + timedelta(weeks=6)).isoformat()
    assert plan["see_vet"] == DAY.isoformat()
    assert (await (await day.town.program("Olga")).get(f"/api/pets/{pet}/booked")).json() == []


async def test_a_salons_own_warning_stands_on_the_card_and_asks_for_its_skill_there(day: Day) -> None:
    pet = await day.pet()
    await day.site.do(pets.share, pet, shop_id=day.salon, scopes=("behaviour",), by=day.as_olga)
    natalya, olga = await day.town.program("Natalya"), await day.town.program("Olga")
    words = {"kk": "Қайшыдан қорқады", "ru": "Боится ножниц", "en": "Fears scissors"}
    empty = await natalya.post("/api/pets/behaviour-codes", json=words | {"kk": ""})
    assert (empty.status_code, empty.json()["problems"][0]["field"]) == (422, "kk")
    assert (await olga.post("/api/pets/behaviour-codes", json=words)).status_code == 403
    made = await natalya.post("/api/pets/behaviour-codes", json=words | {"tone": "bad", "skill": "Gentle"})
    assert made.status_code == 201, made.text
    code, flags = made.json()["code"], f"/api/pets/{pet}/behaviours"
    by_family = await olga.post(flags, json={"code": code})
    assert (by_family.status_code, by_family.json()["problems"][0]["code"]) == (422, "not_a_choice")
    set_ = await natalya.post(flags, json={"code": code, "comment": "Comb first", "shop_id": str(day.salon)})
    assert set_.status_code == 204, set_.text
    (flag,) = (await olga.get(f"/api/pets/{pet}")).json()["behaviours"]
    assert (flag["code"], flag["label"], flag["tone"]) == (code, "Fears scissors", "bad")
    refused = await day.book(olga, pet)
    assert refused.status_code >= 400, "nobody here has the skill"
    dina = await day.works("Dina", skills="gentle")
    (line,) = await day.booked(pet)
    assert line["facts"]["staff"] == dina
    assert (await natalya.delete(f"/api/pets/behaviour-codes/{code}")).status_code == 204
    assert (await natalya.get("/api/pets/behaviour-codes")).json() == []
    (card,) = [v for c in (await natalya.get("/api/grooming/board")).json()["columns"] for v in c["visits"]]
    assert card["codes"] == [code]
    board = await (await day.town.browser("Natalya")).see("/sell/grooming/board")
    assert "Fears scissors" in board, "taken from the list it keeps its words"


async def test_another_salon_needs_no_skill_for_a_warning_that_is_not_its_own(day: Day) -> None:
    pet = await day.pet()
    other = await day.town.shop(day.natalya, "Second")
    both = Actor(person_id=day.natalya, shops=frozenset({day.salon, other}), permissions=frozenset({"pets.edit_codes"}))
    form = NewCode(kk="Қ", ru="Р", en="E", skill="gentle")
    code = await day.site.do(pets.add_code, form, shop_id=other, by=both)
    await day.site.do(pets.share, pet, shop_id=other, scopes=("behaviour",), by=day.as_olga)
    flag = NewBehaviourAt(code=code)
    await day.site.do(pets.flag_behaviour, pet, flag, by=both, shop_id=other)
    assert await day.site.ask(pets.skills_for, {code, "BITES"}, day.salon) == {"bites"}
    assert await day.site.ask(pets.skills_for, {code, "BITES"}, other) == {"bites", "gentle"}
    await day.booked(pet)


@pytest.mark.one_engine
async def test_a_salon_keeps_its_own_warnings_on_a_page(day: Day) -> None:
    pet = await day.pet()
    await day.site.do(pets.share, pet, shop_id=day.salon, scopes=("behaviour",), by=day.as_olga)
    natalya, page = await day.town.browser("Natalya"), "/sell/pets/codes"
    wrong = await natalya.press(page, page, kk="", ru="Боится ножниц", en="Fears scissors", tone="warn")
    assert (wrong.status_code, 'value="Fears scissors"' in wrong.text) == (422, True)
    kept = await natalya.press(page, page, kk="Қайшы", ru="Боится ножниц", en="Fears scissors", tone="warn")
    assert kept.status_code == 303, kept.text
    shown = await natalya.see(page)
    assert "Fears scissors" in shown
    code = shown.split(f'action="{page}/')[1].split("/")[0]
    form = f"/sell/pets/{pet}/warning"
    assert "Fears scissors" in await natalya.see(form)
    assert (await natalya.press(form, form, code=code, comment="Comb first")).status_code == 303
    assert "Fears scissors" in await (await day.town.browser("Olga")).see(f"/pets/{pet}")
    assert (await natalya.press(page, f"{page}/{code}/end")).status_code == 303
    assert "Fears scissors" not in await natalya.see(form)
