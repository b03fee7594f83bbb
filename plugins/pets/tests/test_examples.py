"""The acceptance examples of the domain document that concern pets, by their names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_pets import queries, services
from marketplace_pets.domain import NotKeeper, NotShared, Requirements
from marketplace_pets.schemas import NewMark
from plugins.pets.tests.families import AKTOS, BUDDY, Family, noon

pytestmark = pytest.mark.anyio
RABIES = Requirements(protocols=("rabies",))


async def test_chip(family: Family) -> None:
    program = await family.program("Olga")
    first, second = await family.pet(), await family.pet(AKTOS)
    short = await program.post(f"/api/pets/{first}/marks", json={"value": "39800001234567"})
    assert (short.status_code, short.json()["code"]) == (422, "chip_invalid")
    whole = await program.post(f"/api/pets/{first}/marks", json={"value": "398000012345678"})
    assert whole.status_code == 201
    again = await program.post(f"/api/pets/{second}/marks", json={"value": "398000012345678"})
    assert (again.status_code, again.json()["code"]) == (409, "chip_taken")
    staff = await family.program("Natalya")
    found = (await staff.get("/api/pets/by-chip/398000012345678")).json()
    assert (found["name"], found["keeper"]) == ("Buddy", "Olga")
    assert (await program.get("/api/pets/by-chip/398000012345678")).status_code == 403


async def test_rabies(family: Family) -> None:
    family.today_is("2026-12-06")
    program = await family.program("Olga")
    pet = await family.pet(AKTOS)
    path = f"/api/pets/{pet}/doses"
    early = await program.post(path, json={"protocol": "rabies", "given_on": "2026-12-01"})
    assert (early.status_code, early.json()["code"]) == (422, "too_young")
    assert early.json()["facts"]["earliest"] == "2026-12-05"
    assert (await program.post(path, json={"protocol": "rabies", "given_on": "2026-12-05"})).status_code == 201
    standings = (await program.get(path)).json()["standings"]
    (rabies,) = (s for s in standings if s["protocol"] == "rabies")
    assert (rabies["state"], rabies["until"]) == ("current", "2027-12-05")


async def test_reminders_of_rabies_go_out_once_each_and_never_for_the_deceased(family: Family) -> None:
    family.today_is("2026-12-06")
    pet = await family.pet(AKTOS)
    await family.dose(pet, "rabies", "2026-12-05")
    sent: dict[str, int] = {}
    for day in ("2027-11-04", "2027-11-05", "2027-11-05", "2027-11-28", "2027-12-05", "2027-12-05"):
        family.today_is(day)
        before = await _rabies_notices(family)
        await services.remind(family.site)
        await services.remind(family.site)
        sent[day] = sent.get(day, 0) + await _rabies_notices(family) - before
    assert sent == {"2027-11-04": 0, "2027-11-05": 1, "2027-11-28": 1, "2027-12-05": 1}
    await family.site.do(services.died, pet, on=date(2027, 12, 5), by=family.as_olga)
    family.today_is("2027-12-19")
    assert await services.remind(family.site) == 0


async def _rabies_notices(family: Family) -> int:
    return sum(subject.startswith("Ақтөс: Rabies") for _, subject in await family.town.notices("Olga"))


async def test_reminders_that_were_past_already_are_skipped(family: Family) -> None:
    family.today_is("2027-11-20")
    pet = await family.pet(AKTOS)
    await family.dose(pet, "rabies", "2026-12-05")
    await services.remind(family.site)
    assert await _rabies_notices(family) == 0
    family.today_is("2027-11-29")
    await services.remind(family.site)
    assert await _rabies_notices(family) == 1


async def test_sharing(family: Family) -> None:
    family.today_is("2027-02-01")
    pet = await family.pet()
    grant = await family.share(pet, "vaccinations", "weight", until="2027-03-01")
    groomer, olga = await family.program("Natalya"), await family.program("Olga")
    paths = [f"/api/pets/{pet}/doses", f"/api/pets/{pet}/weights", f"/api/pets/{pet}/shared/medical"]
    assert [(await groomer.get(p, params={"why": "visit"})).status_code for p in paths] == [200, 200, 403]
    log = (await olga.get(f"/api/pets/{pet}/access-log")).json()["items"]
    assert [(r["shop_name"], r["scope"], r["why"]) for r in log] == [
        ("Лапки", "weight", "visit"),
        ("Лапки", "vaccinations", "visit"),
    ]
    await olga.delete(f"/api/pets/{pet}/grants/{grant}")
    answers = [await groomer.get(p) for p in paths]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "not_shared")] * 3


async def test_a_grant_is_good_to_the_end_of_its_last_day(family: Family) -> None:
    family.today_is("2027-02-01")
    pet = await family.pet()
    await family.share(pet, "weight", until="2027-03-01")
    family.clock.set(noon("2027-03-01") + timedelta(hours=11, minutes=59))
    await family.site.do(services.read, pet, "weight", by=family.as_groomer, why="visit")
    family.today_is("2027-03-02")
    with pytest.raises(NotShared):
        await family.site.do(services.read, pet, "weight", by=family.as_groomer, why="visit")


async def test_weight(family: Family) -> None:
    pet = await family.pet(BUDDY)
    for day, kg in (("2027-12-01", "12,4"), ("2027-12-22", "11.0")):
        family.today_is(day)
        answer = await (await family.program("Olga")).post(f"/api/pets/{pet}/weights", json={"kg": kg})
        assert answer.status_code == 201, answer.text
    program = await family.program("Olga")
    first, last = (await program.get(f"/api/pets/{pet}/weights")).json()
    assert (first["kg"], first["author"], first["change"]) == ("12.4", "Olga", None)
    assert (last["kg"], last["change"], last["days"], last["alert"]) == ("11", -113, 21, True)
    await family.town.work()
    assert ("pets.weight_changed", "Buddy: the weight changed by \u221211.3 %") in await family.town.notices("Olga")
    toy = (await program.post("/api/pets", json={"name": "Чика", "breed": "chihuahua"})).json()["id"]
    for kg in ("0", "250"):
        refused = await program.post(f"/api/pets/{toy}/weights", json={"kg": kg})
        assert (refused.status_code, refused.json()["code"]) == (422, "weight_implausible")
        assert (refused.json()["facts"]["least"], refused.json()["facts"]["most"]) == ("0.05", "12")


async def test_transfer(family: Family) -> None:
    family.today_is("2027-01-15")
    pet = await family.pet(AKTOS, by=family.as_breeder, shop=family.kennel)
    for day in ("2026-11-07", "2026-12-05", "2027-01-02"):
        await family.dose(pet, "dog_core", day, by=family.as_breeder, shop=family.kennel)
    weigh: dict[str, Any] = {"by": family.as_breeder, "shop_id": family.kennel}
    await family.site.do(services.record_weight, pet, grams=6_200, **weigh)
    offered = await family.site.do(services.offer, pet, by=family.as_breeder)
    olga, breeder = await family.program("Olga"), await family.program("Bolat")
    assert (await olga.get(f"/api/pets/{pet}")).status_code == 404
    assert (await olga.post("/api/pets/transfers/accept", json={"code": offered.code})).status_code == 201
    entries = (await olga.get(f"/api/pets/{pet}/timeline")).json()["items"]
    assert [e["kind"] for e in entries].count("dose") == 3
    assert {d["source"] for d in (await olga.get(f"/api/pets/{pet}/doses")).json()["doses"]} == {"breeder"}
    assert [w["source"] for w in (await olga.get(f"/api/pets/{pet}/weights")).json()] == ["breeder"]
    refused = await breeder.post(f"/api/pets/{pet}/weights", json={"kg": "6,3", "shop_id": str(family.kennel)})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_keeper")
    assert (await breeder.get(f"/api/pets/{pet}/weights")).status_code == 403
    with pytest.raises(NotKeeper):
        await family.site.do(services.record_weight, pet, grams=6_300, by=family.as_breeder)


async def test_gate(family: Family) -> None:
    family.today_is("2027-02-01")
    pet = await family.pet()
    await family.share(pet, "vaccinations")
    olga, groomer = await family.program("Olga"), await family.program("Natalya")
    assert await _badge(olga, pet) == ("bad", "missing")
    gate = await family.site.ask(services.gate, pet, RABIES, date(2027, 2, 10))
    (lack,) = gate.missing
    assert (lack.code, lack.facts["protocols"], gate.awaiting) == ("vaccination_required", "rabies", ())
    given = {"protocol": "rabies", "given_on": "2027-01-10", "certificate": "KZ-77"}
    dose = (await olga.post(f"/api/pets/{pet}/doses", json=given)).json()["id"]
    assert await _badge(olga, pet) == ("warn", "awaiting_check")
    gate = await family.site.ask(services.gate, pet, RABIES, date(2027, 2, 10))
    assert (gate.met, gate.awaiting, gate.only_waits_for_a_check) == (False, ("rabies",), True)
    (waiting,) = (await groomer.get("/api/pets/doses/waiting")).json()
    assert (waiting["id"], waiting["pet_name"], waiting["shop_id"]) == (dose, "Buddy", str(family.lapki))
    verified = await groomer.post(f"/api/pets/doses/{dose}/verify", json={"verdict": "verified"})
    assert verified.status_code == 204
    assert (await family.site.ask(services.gate, pet, RABIES, date(2027, 2, 10))).met
    assert await _badge(olga, pet) == ("good", "valid")
    family.today_is("2027-12-12")
    assert await _badge(await family.program("Olga"), pet) == ("warn", "ends_soon")


async def _badge(program: httpx.AsyncClient, pet: UUID) -> tuple[str, str]:
    badges = (await program.get(f"/api/pets/{pet}")).json()["badges"]
    return next((b["tone"], b["code"]) for b in badges if b["protocol"] == "rabies")


async def test_stay_and_validity(family: Family) -> None:
    family.today_is("2027-03-01")
    short, long = await family.pet(), await family.pet(AKTOS)
    await family.proved(short, "rabies", "2026-12-20", valid_until=date(2027, 3, 21))
    await family.proved(long, "rabies", "2026-12-20", valid_until=date(2027, 3, 23))
    stay = (date(2027, 3, 19), date(2027, 3, 23))
    (lack,) = (await family.site.ask(services.gate, short, RABIES, *stay)).missing
    assert (lack.code, lack.facts["until"]) == ("vaccination_expires_during_stay", "2027-03-21")
    assert (await family.site.ask(services.gate, long, RABIES, *stay)).met


async def test_waiting_days(family: Family) -> None:
    family.today_is("2027-03-18")
    rule = Requirements(protocols=("rabies",), waiting_days=14)
    fresh, regular = await family.pet(), await family.pet()
    await family.proved(fresh, "rabies", "2027-03-10")
    (lack,) = (await family.site.ask(services.gate, fresh, rule, date(2027, 3, 20))).missing
    assert (lack.code, lack.facts["earliest"]) == ("waiting_days", "2027-03-24")
    assert (await family.site.ask(services.gate, fresh, rule, date(2027, 3, 24))).met
    await family.proved(regular, "rabies", "2026-03-25")
    await family.proved(regular, "rabies", "2027-03-18")
    assert (await family.site.ask(services.gate, regular, rule, date(2027, 3, 19))).met


async def test_the_daily_job_sends_at_a_civil_hour(family: Family) -> None:
    family.today_is("2026-12-06")
    pet = await family.pet(AKTOS)
    await family.dose(pet, "rabies", "2026-12-05")
    family.clock.set(noon("2027-11-05") - timedelta(hours=6))
    await Schedule().write_due(family.site)
    await family.town.work()
    assert await _rabies_notices(family) == 0
    family.clock.set(noon("2027-11-05") - timedelta(hours=2))
    await family.town.work()
    assert await _rabies_notices(family) == 1


async def test_nobody_else_sees_a_pet(family: Family) -> None:
    pet = await family.pet()
    stranger = Actor(person_id=family.groomer)
    for path in ("", "/weights", "/doses", "/care", "/timeline", "/grants", "/access-log"):
        assert (await (await family.program("Timur")).get(f"/api/pets/{pet}{path}")).status_code in (403, 404)
    assert not await family.site.ask(services.may_book, stranger.person_id, pet)
    assert await family.site.ask(services.may_book, family.olga, pet)
    mark = NewMark(value="398000012345679")
    await family.site.do(services.add_mark, pet, mark, by=family.as_olga)
    assert await family.site.ask(queries.pet_with_chip, mark.value) == pet
