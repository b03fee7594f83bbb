"""Two records of one animal: joined by a ledger, separated again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import anyio
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import services
from marketplace_pets.domain import AlreadyJoined, Requirements
from marketplace_pets.schemas import NewBehaviour
from marketplace_pets.tables import merge_table
from plugins.pets.tests.families import AKTOS, BUDDY, Family

pytestmark = pytest.mark.anyio
WHY = "The salon wrote Buddy down a second time"
RABIES = Requirements(protocols=("rabies",))


async def two(family: Family) -> tuple[UUID, UUID]:
    """Buddy's own record with a weight, and one that the salon began, with a proof and a warning."""
    own, other = await family.pet(BUDDY), await family.pet(BUDDY)
    await family.site.do(services.record_weight, own, grams=7_200, by=family.as_olga)
    await family.proved(other, "rabies", "2027-01-10")
    await family.site.do(services.record_weight, other, grams=7_400, by=family.as_olga)
    await family.site.do(services.flag_behaviour, other, NewBehaviour(code="BITES"), by=family.as_olga)
    return own, other


async def joined(family: Family, own: UUID, other: UUID) -> None:
    program = await family.program("Olga")
    answer = await program.post(f"/api/pets/{own}/joined", json={"other": str(other), "why": WHY})
    assert answer.status_code == 201, answer.text


async def test_the_kept_record_shows_what_stands_in_both_and_the_other_is_in_no_list(family: Family) -> None:
    own, other = await two(family)
    await joined(family, own, other)
    program = await family.program("Olga")
    assert [p["id"] for p in (await program.get("/api/pets")).json()] == [str(own)]
    whole = (await program.get(f"/api/pets/{own}")).json()
    assert [b["code"] for b in whole["behaviours"]] == ["BITES"]
    assert [w["kg"] for w in (await program.get(f"/api/pets/{own}/weights")).json()] == ["7.2", "7.4"]
    doses = (await program.get(f"/api/pets/{own}/doses")).json()
    assert [d["protocol"] for d in doses["doses"]] == ["rabies"]
    gate = await family.site.ask(services.gate, own, RABIES, date(2027, 1, 20))
    booked_before = await family.site.ask(services.gate, other, RABIES, date(2027, 1, 20))
    assert (gate.met, booked_before.met) == (True, True)
    latest = await family.site.ask(services.latest_weight, own)
    assert latest is not None
    assert latest.grams == 7_400
    assert [g["shop_name"] for g in (await program.get(f"/api/pets/{own}/grants")).json()] == ["Лапки"]


async def test_separated_records_are_as_they_were(family: Family) -> None:
    own, other = await two(family)
    await joined(family, own, other)
    program = await family.program("Olga")
    assert (await program.delete(f"/api/pets/{own}/joined/{other}")).status_code == 204
    assert {p["id"] for p in (await program.get("/api/pets")).json()} == {str(own), str(other)}
    assert [w["kg"] for w in (await program.get(f"/api/pets/{own}/weights")).json()] == ["7.2"]
    assert [w["kg"] for w in (await program.get(f"/api/pets/{other}/weights")).json()] == ["7.4"]
    (line,) = (await program.get(f"/api/pets/{own}/joined")).json()
    assert (line["why"], line["by"]) == (WHY, "Olga")
    assert line["undone_at"]
    assert (await program.delete(f"/api/pets/{own}/joined/{other}")).status_code == 404


async def test_what_cannot_be_joined_is_refused(family: Family) -> None:
    own, other = await two(family)
    third = await family.pet(AKTOS)
    cat = await family.pet(type(BUDDY)(name="Мурка", species="cat"))
    strange = await family.pet(BUDDY, by=family.as_breeder, shop=family.kennel)
    program = await family.program("Olga")
    path = f"/api/pets/{own}/joined"

    async def refused(body: dict[str, Any], at: str = path) -> tuple[int, str]:
        answer = await program.post(at, json=body)
        return answer.status_code, answer.json()["code"]

    assert await refused({"other": str(cat), "why": WHY}) == (422, "not_the_same_animal")
    assert await refused({"other": str(own), "why": WHY}) == (422, "not_the_same_animal")
    assert await refused({"other": str(other), "why": "ok"}) == (422, "reason_required")
    assert await refused({"other": str(strange), "why": WHY}) == (404, "not_found")
    await joined(family, own, other)
    assert await refused({"other": str(other), "why": WHY}, f"/api/pets/{third}/joined") == (409, "already_joined")
    assert await refused({"other": str(third), "why": WHY}, f"/api/pets/{other}/joined") == (409, "already_joined")


async def test_a_new_family_gets_both_records(family: Family) -> None:
    own, other = await two(family)
    await joined(family, own, other)
    olga, timur = await family.program("Olga"), await family.program("Timur")
    offered = (await olga.post(f"/api/pets/{own}/transfers", json={"right": "keeper"})).json()
    assert (await timur.post("/api/pets/transfers/accept", json={"code": offered["code"]})).status_code == 201
    assert [w["kg"] for w in (await timur.get(f"/api/pets/{own}/weights")).json()] == ["7.2", "7.4"]
    assert (await timur.delete(f"/api/pets/{own}/joined/{other}")).status_code == 204
    assert (await timur.get(f"/api/pets/{other}")).status_code == 200
    assert (await olga.get("/api/pets")).json() == []


async def test_of_two_that_join_a_record_at_once_one_does(family: Family) -> None:
    own, other = await two(family)
    third = await family.pet(BUDDY)
    done: list[str] = []

    async def try_it(kept: UUID) -> None:
        try:
            await family.site.do(services.join, kept, other, why=WHY, by=family.as_olga)
            done.append("joined")
        except AlreadyJoined:
            done.append("refused")

    async with anyio.create_task_group() as group:
        group.start_soon(try_it, own)
        group.start_soon(try_it, third)
    assert sorted(done) == ["joined", "refused"]


async def test_the_database_keeps_a_record_from_being_joined_twice(family: Family) -> None:
    own, other = await two(family)
    third = await family.pet(BUDDY)
    await joined(family, own, other)

    async def again(uow: UnitOfWork, *, without_the_index: bool) -> None:
        if without_the_index:
            await uow.session.execute(sa.text("DROP INDEX uq_pets_merge_gone"))
        row = {"id": new_id(), "kept_id": third, "gone_id": other, "why": WHY, "at": uow.at}
        await uow.session.execute(sa.insert(merge_table).values(row))
        raise KeyError

    with pytest.raises(IntegrityError):
        await family.site.do(again, without_the_index=False)
    with pytest.raises(KeyError):  # the control: nothing else would have kept it out
        await family.site.do(again, without_the_index=True)


@pytest.mark.one_engine
async def test_records_are_joined_and_separated_on_pages(family: Family) -> None:
    own, other = await two(family)
    olga = await family.town.browser("Olga")
    page = f"/pets/{own}/join"
    assert f'href="{page}"' in await olga.see(f"/pets/{own}")
    short = await olga.press(page, page, other=str(other), why="ok")
    assert (short.status_code, "\nok</textarea>" in short.text) == (422, True)
    assert (await olga.press(page, page, other=str(other), why=WHY)).status_code == 303
    assert (await olga.client.get(f"/pets/{other}")).headers["location"] == f"/pets/{own}"
    assert WHY in await olga.see(page)
    assert (await olga.press(page, f"{page}/{other}/end")).status_code == 303
    assert "Separated" in await olga.see(page)
