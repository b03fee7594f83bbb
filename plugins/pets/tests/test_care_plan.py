"""The care plan: what is booked is not said again, a shop's wish stands in it until it is met, advice counts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from marketplace_pets import services
from plugins.pets.tests.families import BUDDY, Family, noon

pytestmark = pytest.mark.anyio
TODAY = "2027-03-01"


async def plan(family: Family, pet: UUID, who: str = "Olga") -> dict[str, Any]:
    care = await (await family.program(who)).get(f"/api/pets/{pet}/care")
    assert care.status_code == 200, care.text
    return {due["key"]: due for due in care.json()}


async def groomed(family: Family, pet: UUID, day: str) -> None:
    await family.site.do(services.note, pet, kind="grooming", title="Groomed", at=noon(day), key=f"{pet}:{day}")


async def expect(family: Family, pet: UUID, day: str, meets: tuple[str, ...], **more: Any) -> None:
    told: dict[str, Any] = {"booking": "line-1", "shop_id": family.lapki, "title": "Bath: Buddy"} | more
    on = date.fromisoformat(day)
    await family.site.do(services.expect, pet, on=on, meets=meets, person_id=family.olga, **told)


async def test_what_is_booked_is_not_in_the_plan_until_it_is_cancelled(family: Family) -> None:
    family.today_is(TODAY)
    pet = await family.pet(BUDDY)
    await groomed(family, pet, "2027-01-10")
    assert {"grooming_due", "rabies", "weight_check"} <= set(await plan(family, pet))
    await expect(family, pet, "2027-03-05", ("grooming_due",))
    await expect(family, pet, "2027-03-07", ("rabies",), booking="line-2", title="Rabies: Buddy")
    seen = await plan(family, pet)
    assert {"grooming_due", "rabies"}.isdisjoint(seen)
    assert "weight_check" in seen, "nobody has booked that"
    olga, timur = await family.program("Olga"), await family.program("Timur")
    booked = (await olga.get(f"/api/pets/{pet}/booked")).json()
    assert [(b["on"], b["title"], b["shop_name"]) for b in booked] == [
        ("2027-03-05", "Bath: Buddy", "Лапки"),
        ("2027-03-07", "Rabies: Buddy", "Лапки"),
    ]
    assert (await timur.get(f"/api/pets/{pet}/booked")).status_code == 404
    await expect(family, pet, "2027-03-20", ("grooming_due",))
    assert [b["on"] for b in (await olga.get(f"/api/pets/{pet}/booked")).json()] == ["2027-03-07", "2027-03-20"]
    await family.site.do(services.expect_no_more, "line-1")
    assert "grooming_due" in await plan(family, pet)
    family.today_is("2027-03-08")
    assert "rabies" in await plan(family, pet), "its day went by and nobody noted a dose"


async def test_what_a_former_keeper_booked_does_not_count_for_the_new_family(family: Family) -> None:
    family.today_is(TODAY)
    pet = await family.pet(BUDDY)
    await groomed(family, pet, "2027-01-10")
    await expect(family, pet, "2027-03-05", ("grooming_due",))
    assert "grooming_due" not in await plan(family, pet)
    offered = await family.site.do(services.offer, pet, by=family.as_olga)
    timur = await family.program("Timur")
    taken = await timur.post("/api/pets/transfers/accept", json={"code": offered.code})
    assert taken.status_code == 201, taken.text
    assert "grooming_due" in await plan(family, pet, "Timur")
    assert (await timur.get(f"/api/pets/{pet}/booked")).json() == []


async def test_a_shop_asks_a_family_to_come_again_until_it_is_booked_or_done(family: Family) -> None:
    family.today_is(TODAY)
    pet = await family.pet(BUDDY)
    olga, groomer = await family.program("Olga"), await family.program("Natalya")
    path, wish = f"/api/pets/{pet}/follow-ups", {"what": "Check of the stitches", "due_on": "2027-03-10"}
    unshared = await groomer.post(path, json=wish)
    assert (unshared.status_code, unshared.json()["code"]) == (403, "not_shared")
    await family.share(pet, "vaccinations")
    past = await groomer.post(path, json=wish | {"due_on": "2027-02-28"})
    assert (past.status_code, past.json()["problems"][0]["code"]) == (422, "in_the_past")
    made = await groomer.post(path, json=wish)
    assert made.status_code == 201, made.text
    due = (await plan(family, pet))["follow_up"]
    assert (due["text"], due["due_on"], due["shop_name"]) == (
        "Come again: Check of the stitches",
        "2027-03-10",
        "Лапки",
    )
    assert (due["act"], due["href"]) == ("Book there", f"/listings?shop={family.lapki}")
    await expect(family, pet, "2027-03-09", (), shop_id=family.pushok, booking="elsewhere")
    assert "follow_up" in await plan(family, pet), "a visit to another shop is none to this one"
    await expect(family, pet, "2027-03-09", ())
    assert "follow_up" not in await plan(family, pet)
    (asked,) = (await groomer.get("/api/pets/follow-ups")).json()
    assert (asked["pet_name"], asked["booked_on"]) == ("Buddy", "2027-03-09")
    await family.site.do(services.expect_no_more, "line-1")
    assert "follow_up" in await plan(family, pet), "it was called off"
    await expect(family, pet, "2027-03-11", ())
    await family.site.do(services.expect_no_more, "line-1", came=True)
    assert "follow_up" not in await plan(family, pet)
    assert (await groomer.get("/api/pets/follow-ups")).json() == []
    again = (await groomer.post(path, json=wish)).json()["id"]
    stranger = await family.program("Timur")
    assert (await stranger.delete(f"{path}/{again}")).status_code == 404
    assert (await olga.delete(f"{path}/{again}")).status_code == 204
    assert "follow_up" not in await plan(family, pet)
    await family.site.do(services.died, pet, on=date(2027, 3, 1), by=family.as_olga)
    dead = await groomer.post(path, json=wish)
    assert dead.json()["code"] in ("not_shared", "pet_deceased")


async def test_a_groomers_advice_counts_until_the_next_visit_then_the_pets_own_rhythm(family: Family) -> None:
    family.today_is(TODAY)
    pet = await family.pet(BUDDY)
    for day in ("2026-11-01", "2026-12-01", "2027-01-10", "2027-02-09"):
        await groomed(family, pet, day)
    assert (await plan(family, pet))["grooming_due"]["due_on"] == "2027-03-11", "gaps of 30, 40 and 30 days"
    advice: dict[str, Any] = {"kind": "grooming", "what": "card", "shop_id": family.lapki, "by": family.as_groomer}
    for _ in range(2):
        await family.site.do(services.advise, pet, due_on=date(2027, 4, 6), key="card-1", **advice)
    assert (await plan(family, pet))["grooming_due"]["due_on"] == "2027-04-06"
    family.today_is("2027-03-20")
    await groomed(family, pet, "2027-03-20")
    assert (await plan(family, pet))["grooming_due"]["due_on"] == "2027-04-28", "gaps of 40, 30 and 39 days"
    await family.site.do(services.advise, pet, due_on=date(2027, 3, 20), key="vet", **advice | {"kind": "see_vet"})
    due = (await plan(family, pet))["see_vet"]
    assert (due["reason"], due["act"], due["href"]) == ("see_vet", "Find a clinic", "/listings?category=veterinary")


@pytest.mark.one_engine
async def test_a_wish_is_written_on_a_page_and_done_on_another(family: Family) -> None:
    family.today_is(TODAY)
    pet = await family.pet(BUDDY)
    await family.share(pet, "vaccinations")
    await expect(family, pet, "2027-03-20", ("grooming_due",), link="/orders/1")
    natalya, olga = await family.town.browser("Natalya"), await family.town.browser("Olga")
    page = f"/sell/pets/{pet}/follow-up"
    assert page in await natalya.see(f"/sell/pets/{pet}")
    wrong = await natalya.press(page, page, what="Stitches", due_on="2027-02-01")
    assert (wrong.status_code, 'value="Stitches"' in wrong.text, "This day is over." in wrong.text) == (422, True, True)
    done = await natalya.press(page, page, what="Stitches", due_on="2027-03-10")
    assert done.status_code == 303
    assert "Stitches" in await natalya.see("/sell/pets/follow-ups")
    seen = await olga.see(f"/pets/{pet}")
    assert "Bath: Buddy" in seen, "what is booked stands beside it"
    assert "Come again: Stitches" not in seen, "a visit there is booked already"
    await family.site.do(services.expect_no_more, "line-1")
    seen = await olga.see(f"/pets/{pet}")
    assert "Come again: Stitches" in seen
    end = seen.split(f'action="/pets/{pet}/follow-ups/')[1].split('"')[0]
    assert (await olga.press(f"/pets/{pet}", f"/pets/{pet}/follow-ups/{end}")).status_code == 303
    assert "Come again: Stitches" not in await olga.see(f"/pets/{pet}")
