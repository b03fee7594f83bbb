"""What a family does not want to hear of, records opened in an emergency, and timetables that a vet changes."""

from __future__ import annotations

import pytest

from marketplace_pets import services
from marketplace_pets.schemas import NewAllergy, NewCondition, NewMark
from plugins.pets.tests.families import AKTOS, BUDDY, Family

pytestmark = pytest.mark.anyio
WHY = "Brought in unconscious after an accident"


async def allow_emergencies(family: Family) -> None:
    await family.town.person("Boss", "admin")
    boss = await family.program("Boss")
    changed = await boss.patch("/api/admin/settings/pets", json={"emergency_opening": True})
    assert changed.status_code == 200, changed.text


async def test_a_muted_reason_is_neither_in_the_plan_nor_reminded_of_and_others_are(family: Family) -> None:
    family.today_is("2026-12-06")
    pet = await family.pet(AKTOS)
    await family.dose(pet, "rabies", "2026-12-05")
    olga = await family.program("Olga")
    assert (await olga.put(f"/api/pets/{pet}/mutes/nonsense")).status_code == 404
    assert (await olga.put(f"/api/pets/{pet}/mutes/rabies")).status_code == 204
    assert (await olga.put(f"/api/pets/{pet}/mutes/weight_check")).status_code == 204
    family.today_is("2027-11-05")
    olga = await family.program("Olga")
    care = (await olga.get(f"/api/pets/{pet}/care")).json()
    assert {"rabies", "weight_check"}.isdisjoint({due["key"] for due in care})
    assert "dog_core" in {due["key"] for due in care}
    await services.remind(family.site)
    subjects = [subject for _, subject in await family.town.notices("Olga")]
    assert not any("Rabies" in subject for subject in subjects)
    assert [m["text"] for m in (await olga.get(f"/api/pets/{pet}/mutes")).json()] == ["Rabies", "Weigh the pet"]
    family.today_is("2027-11-06")
    olga = await family.program("Olga")
    assert (await olga.delete(f"/api/pets/{pet}/mutes/rabies")).status_code == 204
    family.today_is("2027-11-28")
    await services.remind(family.site)
    rabies = [subject for _, subject in await family.town.notices("Olga") if "Rabies" in subject]
    assert len(rabies) == 1, "what was past in the meantime is not made up for"
    timur = await family.program("Timur")
    assert (await timur.put(f"/api/pets/{pet}/mutes/rabies")).status_code == 404


@pytest.mark.one_engine
async def test_each_line_of_the_care_plan_has_a_button_that_says_what_it_does(family: Family) -> None:
    pet = await family.pet(BUDDY)
    olga = await family.town.browser("Olga")
    seen = await olga.see(f"/pets/{pet}")
    assert f'href="/pets/{pet}/add/weight"' in seen
    assert "Find a service" not in seen
    quiet = await olga.press(f"/pets/{pet}", f"/pets/{pet}/mutes/weight_check")
    assert quiet.status_code == 303
    seen = await olga.see(f"/pets/{pet}")
    assert "Not reminded of" in seen
    assert (await olga.press(f"/pets/{pet}", f"/pets/{pet}/mutes/weight_check/end")).status_code == 303


async def test_a_record_is_opened_in_an_emergency_only_where_the_site_allows_it(family: Family) -> None:
    pet = await family.pet(BUDDY)
    await family.site.do(services.add_allergy, pet, NewAllergy(substance="Penicillin"), by=family.as_olga)
    drug = NewCondition(kind="medication", what="Insulin", details="2 units, 8:00")
    await family.site.do(services.add_condition, pet, drug, by=family.as_olga)
    groomer, olga = await family.program("Natalya"), await family.program("Olga")
    path = f"/api/pets/{pet}/emergency"
    off = await groomer.post(path, json={"why": WHY})
    assert (off.status_code, off.json()["code"]) == (403, "emergency_opening_off")
    await allow_emergencies(family)
    short = await groomer.post(path, json={"why": "ill"})
    assert (short.status_code, short.json()["code"]) == (422, "reason_required")
    opened = await groomer.post(path, json={"why": WHY})
    assert opened.status_code == 200, opened.text
    found = opened.json()
    assert [a["substance"] for a in found["allergies"]] == ["Penicillin"]
    assert [c["what"] for c in found["conditions"]] == ["Insulin"]
    assert (found["doses"], found["weights"], found["entries"]) == ([], [], [])
    assert (await olga.post(path, json={"why": WHY})).status_code == 403
    log = (await olga.get(f"/api/pets/{pet}/access-log")).json()["items"]
    assert [(r["scope"], r["shop_name"], r["reader"], r["why"]) for r in log] == [
        ("emergency", "Лапки", "Natalya", WHY)
    ]
    await family.town.work()
    assert ("pets.opened_in_emergency", "Buddy: the record was opened in an emergency") in await family.town.notices(
        "Olga"
    )
    assert (await groomer.get(f"/api/pets/{pet}/shared/allergies")).status_code == 403, "it opened nothing for later"


@pytest.mark.one_engine
async def test_the_way_to_an_emergency_leads_over_the_chip(family: Family) -> None:
    pet = await family.pet(BUDDY)
    await family.site.do(services.add_mark, pet, NewMark(value="398000012345678"), by=family.as_olga)
    natalya = await family.town.browser("Natalya")
    chip, page = "/sell/pets/chip?chip=398000012345678", f"/sell/pets/{pet}/emergency"
    assert page not in await natalya.see(chip)
    assert (await natalya.client.get(page)).status_code == 403
    await allow_emergencies(family)
    assert page in await natalya.see(chip)
    short = await natalya.press(page, page, why="ill")
    assert (short.status_code, "\nill</textarea>" in short.text) == (422, True)
    opened = await natalya.press(page, page, why=WHY)
    assert opened.status_code == 200
    assert "The keeper was told." in opened.text


@pytest.mark.one_engine
async def test_a_vet_of_the_site_puts_a_new_version_into_force_on_a_page(family: Family) -> None:
    await family.town.person("Vet", "admin")
    vet = await family.town.browser("Vet")
    assert "Rabies" in await vet.see("/admin/pets/protocols")
    page = "/admin/pets/protocols/rabies"
    nothing = await vet.press(page, page, source="", dated="2027-01-01", min_age="90")
    assert (nothing.status_code, 'value="90"' in nothing.text) == (422, True)
    done = await vet.press(page, page, source="Order 7-1/587", dated="2027-01-01", min_age="90")
    assert done.status_code == 303
    assert "Order 7-1/587" in await vet.see(page)
    anybody = await family.program("Olga")
    versions = [p for p in (await anybody.get("/api/pets/protocols")).json() if p["name"] == "rabies"]
    assert [(p["version"], p["in_force"], p["min_age"]) for p in versions] == [(2, True, 90), (1, False, 84)]
    assert (await (await family.town.browser("Olga")).client.get(page)).status_code == 403
    across = await vet.press(page, page, source="Order", dated="2027-01-01", min_interval="30", max_interval="14")
    assert (across.status_code, "not shorter than the shortest" in across.text) == (422, True)


async def test_doses_keep_the_version_they_were_given_by_and_later_ones_have_the_new_one(family: Family) -> None:
    family.today_is("2027-01-15")
    pet = await family.pet(BUDDY)
    await family.dose(pet, "dog_deworming", "2026-12-01")
    await family.town.person("Vet", "admin")
    vet, olga = await family.program("Vet"), await family.program("Olga")
    path, told = "/api/pets/protocols/dog_deworming", {"source": "Order 7-1/587", "dated": "2027-01-01"}
    for wrong in ("182:30, 49:14", "every month", "49:0"):
        refused = await vet.post(path, json=told | {"steps": wrong})
        assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "steps"), wrong
    assert (await olga.post(path, json=told)).status_code == 403
    assert (await vet.post(path, json=told | {"steps": "49:14, 182:30, 36500:60"})).json() == {"version": 2}
    await family.dose(pet, "dog_deworming", "2027-01-10")
    found = (await olga.get(f"/api/pets/{pet}/doses")).json()
    assert [(d["given_on"], d["protocol_version"]) for d in found["doses"]] == [("2027-01-10", 2), ("2026-12-01", 1)]
    (now,) = [s for s in found["standings"] if s["protocol"] == "dog_deworming"]
    assert (now["version"], now["until"]) == (2, "2027-03-11"), "sixty days by the new version"
