"""People who come in or call with a pet, and the family that takes the record over afterwards."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets import services as pets
from plugins.grooming.tests.visits import Day

pytestmark = pytest.mark.anyio
PHONE, OTHER = "+77015550199", "+77015550188"
CODE = re.compile(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b")


async def came_in(day: Day, at: str = "10:00", **told: Any) -> httpx.Response:
    program = await day.town.program("Natalya")
    body = {"listing_id": str(day.bath), "starts_at": day.at(at), **told}
    return await program.post(f"/api/shops/{day.salon}/walk-ins", json=body)


async def visit_of(day: Day, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    program = await day.town.program("Natalya")
    found: dict[str, Any] = (await program.get(f"/api/grooming/visits/{answer.json()['id']}")).json()
    return found


async def codes_sent(day: Day, folder: Path) -> list[str]:
    """The codes in the text messages so far."""
    await day.town.work()
    texts = [p.read_text(encoding="utf-8", errors="replace") for p in sorted((folder / "sms").glob("*"))]
    return [found[1] for text in texts if (found := CODE.search(text))]


async def test_a_walk_ins_pet_is_named_and_has_the_price_of_its_size(day: Day) -> None:
    told = await visit_of(day, await came_in(day, pet_name="Rex", species="dog", weight="15", keep_record=False))
    assert (told["pet_name"], told["pet_id"], told["minutes"], told["price_amount"]) == ("Rex", None, 120, 1_200_000)
    unknown = await visit_of(day, await came_in(day, "14:00"))
    assert (unknown["weigh"], unknown["minutes"]) == (True, 90)


async def test_a_walk_ins_new_pet_gets_a_record_and_is_weighed_at_check_in(day: Day) -> None:
    kept = await visit_of(day, await came_in(day, pet_name="Rex", phone=PHONE))
    assert (kept["title"], kept["weigh"], kept["band"]) == ("Bath and cut: Rex", True, "")
    day.now_is("09:55")
    done = await day.bring(kept["id"], "checked_in", weight="7,4")
    assert done.status_code == 200, done.text
    latest = await day.site.ask(pets.latest_weight, UUID(kept["pet_id"]))
    assert latest is not None
    assert (latest.grams, latest.source) == (7_400, "vet")


async def test_staff_choose_a_pet_that_the_salon_knows_and_no_other(day: Day) -> None:
    buddy, stranger = await day.pet(), await day.pet("Stranger")
    await day.site.do(pets.share, buddy, shop_id=day.salon, scopes=("vaccinations",), by=day.as_olga)
    told = await visit_of(day, await came_in(day, pet=str(buddy)))
    assert (told["pet_id"], told["pet_name"], told["price_amount"]) == (str(buddy), "Buddy", 800_000)
    refused = await came_in(day, "14:00", pet=str(stranger))
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "pet")
    first = await visit_of(day, await came_in(day, "16:00", pet_name="Rex", weight="8"))
    again = await visit_of(day, await came_in(day, "12:00", pet=first["pet_id"]))
    assert again["pet_name"] == "Rex"


async def test_what_is_wrong_with_a_walk_ins_pet_is_said_at_its_field_and_stores_nothing(day: Day) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"pet_name": "Rex", "weight": "400"}, "weight"),
        ({"pet_name": "Rex", "weight": "400", "keep_record": False}, "weight"),
        ({"pet_name": "Rex", "colour": "red"}, "colour"),
    )
    for told, field in wrong:
        refused = await came_in(day, **told)
        assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, field), refused.text
    assert await day.site.ask(pets.known_to, day.site, day.salon) == []


async def test_the_family_takes_the_record_over_with_the_code_on_its_phone(day: Day, tmp_path: Path) -> None:
    kept = await visit_of(day, await came_in(day, pet_name="Rex", weight="7,2", phone=PHONE))
    pet_id = kept["pet_id"]
    (code,) = await codes_sent(day, tmp_path)
    olga, natalya = await day.town.program("Olga"), await day.town.program("Natalya")
    assert (await natalya.get("/api/pets")).json() == [], "it is not the groomer's own"
    taken = await olga.post("/api/pets/transfers/accept", json={"code": code})
    assert (taken.status_code, taken.json()["id"]) == (201, pet_id)
    weights = (await olga.get(f"/api/pets/{pet_id}/weights")).json()
    assert [(w["kg"], w["source"], w["author"]) for w in weights] == [("7.2", "vet", "Лапки")]
    again = await olga.post("/api/pets/transfers/accept", json={"code": code})
    assert (again.status_code, again.json()["code"]) == (422, "transfer_code_invalid")
    grants = (await olga.get(f"/api/pets/{pet_id}/grants")).json()
    assert [(g["shop_name"], g["live"]) for g in grants] == [("Лапки", True)]
    day.now_is("09:55")
    assert (await day.bring(kept["id"], "checked_in", weight="7,3")).status_code == 200
    browser = await day.town.browser("Olga")
    assert "Bath and cut: Rex" in await browser.see(f"/grooming/visits/{kept['id']}")


async def test_the_code_is_stored_nowhere(day: Day, tmp_path: Path) -> None:
    await visit_of(day, await came_in(day, pet_name="Rex", phone=PHONE))

    async def stored(connection: AsyncConnection) -> str:
        tables = ("pets_transfer", "job", "pets_timeline")
        return str([list(await connection.execute(sa.text(f"SELECT * FROM {t}"))) for t in tables])  # noqa: S608 - ours

    before = await day.site.ask(stored)
    (code,) = await codes_sent(day, tmp_path)
    assert code.replace("-", "") not in (before + await day.site.ask(stored)).replace("-", "")


async def test_a_code_that_was_sent_anew_ends_the_one_before(day: Day, tmp_path: Path) -> None:
    kept = await visit_of(day, await came_in(day, pet_name="Rex", phone=PHONE))
    (first,) = await codes_sent(day, tmp_path)
    natalya, olga = await day.town.program("Natalya"), await day.town.program("Olga")
    path = f"/api/pets/{kept['pet_id']}/invitation"
    assert (await natalya.post(path, json={"phone": OTHER})).status_code == 204
    (second,) = set(await codes_sent(day, tmp_path)) - {first}
    assert (await olga.post("/api/pets/transfers/accept", json={"code": first})).status_code == 422
    assert (await olga.post("/api/pets/transfers/accept", json={"code": second})).status_code == 201
    late = await natalya.post(path, json={"phone": PHONE})
    assert late.status_code == 404, "the salon keeps it no longer"


@pytest.mark.one_engine
async def test_the_guest_form_asks_for_the_pet_and_keeps_what_was_typed(day: Day) -> None:
    buddy = await day.pet()
    await day.site.do(pets.share, buddy, shop_id=day.salon, scopes=("vaccinations",), by=day.as_olga)
    natalya = await day.town.browser("Natalya")
    form = f"/sell/calendar/guest?shop={day.salon}"
    seen = await natalya.see(form)
    for text in ("Pet that you know", "Buddy, Miniature Poodle", "Keep a record of the pet"):
        assert text in seen
    typed = {"listing": str(day.bath), "day": "2027-03-16", "time": "10:00", "pet_name": "Rex", "species": "dog"}
    heavy = await natalya.press(form, form, **typed, weight="400", coat="curly", keep_record="true")
    assert heavy.status_code == 422
    for text in ('value="Rex"', 'value="400"', "at most 130"):
        assert text in heavy.text
    done = await natalya.press(form, form, **typed, weight="8", coat="curly", keep_record="true", phone=PHONE)
    assert done.status_code == 303, done.text
    written = await natalya.see("/sell/pets")
    assert "Pets that you wrote down" in written
    way = re.search(r'href="(/pets/[0-9a-f-]+)/hand-over"', written)
    assert way is not None
    sent = await natalya.press(f"{way[1]}/hand-over", f"{way[1]}/invite", phone=OTHER)
    assert sent.status_code == 303
    wrong = await natalya.press(f"{way[1]}/hand-over", f"{way[1]}/invite", phone="")
    assert wrong.status_code == 422


@pytest.mark.one_engine
async def test_a_pet_is_written_down_without_a_booking(day: Day) -> None:
    natalya = await day.town.browser("Natalya")
    nameless = await natalya.press("/sell/pets/new", "/sell/pets/new", name="", species="cat", phone=PHONE)
    assert (nameless.status_code, PHONE in nameless.text) == (422, True)
    done = await natalya.press("/sell/pets/new", "/sell/pets/new", name="Мурка", species="cat", phone="")
    assert done.status_code == 303
    assert "Мурка" in await natalya.see(done.headers["location"])
    stranger = await day.town.browser("Olga")
    assert (await stranger.client.get(done.headers["location"])).status_code == 404
