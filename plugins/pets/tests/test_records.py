"""What holds whoever asks: rows that stay, one keeper, one chip, one verdict, and forgetting."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace_kit.kernel.errors import DomainError, Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import queries, services
from marketplace_pets.domain import ChipTaken, NotKeeper, PetDeceased, Requirements
from marketplace_pets.schemas import NewBehaviour, NewMark
from marketplace_pets.tables import keepership_table
from plugins.pets.tests.families import AKTOS, Family

pytestmark = pytest.mark.anyio


async def test_what_was_written_stays_written(family: Family) -> None:
    pet = await family.pet()
    await family.site.do(services.record_weight, pet, grams=7_200, by=family.as_olga)
    dose = await family.dose(pet, "rabies", "2027-01-10")
    await family.share(pet, "weight")
    await family.site.do(services.read, pet, "weight", by=family.as_groomer, why="visit")
    tries = (
        "UPDATE pets_weight SET grams = 9000",
        "DELETE FROM pets_weight",
        "UPDATE pets_dose SET given_on = '2027-01-11'",
        "DELETE FROM pets_dose",
        "UPDATE pets_read SET why = 'nothing'",
        "DELETE FROM pets_read",
    )
    for statement in tries:
        with pytest.raises(DBAPIError) as refused:
            async with family.site.database.writer.begin() as connection:
                await connection.execute(sa.text(statement))
        assert "append_only" in str(refused.value), statement
    assert (await family.site.ask(queries.dose_by_id, dose)) is not None


async def test_a_mistake_is_marked_and_takes_no_part(family: Family) -> None:
    pet = await family.pet()
    wrong = await family.site.do(services.record_weight, pet, grams=12_000, by=family.as_olga)
    await family.site.do(services.mark_mistake, pet, wrong, reason="Wrong dog", by=family.as_olga)
    assert await family.site.ask(services.latest_weight, pet) is None
    right = await family.site.do(services.record_weight, pet, grams=7_204, by=family.as_olga)
    latest = await family.site.ask(services.latest_weight, pet)
    assert latest is not None
    assert (latest.weight_id, latest.grams, latest.kilograms) == (right, 7_200, "7.2")


async def test_a_pet_has_one_open_keepership_by_the_database(family: Family) -> None:
    pet = await family.pet()

    async def second(uow: UnitOfWork) -> None:
        row = {"id": new_id(), "pet_id": pet, "person_id": family.groomer, "since": uow.at, "how": "claim"}
        await uow.session.execute(sa.insert(keepership_table).values(row))

    with pytest.raises(DBAPIError):
        await family.site.do(second)


async def test_of_two_who_are_quick_one_gets_the_pet(family: Family) -> None:
    pet = await family.pet()
    offered = await family.site.do(services.offer, pet, by=family.as_olga)
    people = (Actor(person_id=family.groomer), Actor(person_id=family.breeder))
    tries = [family.site.do(services.accept, offered.code, by=by) for by in people]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(r).__name__ for r in results].count("CodeNotValid") == 1
    keeper = await family.site.ask(queries.keeper_of, pet)
    assert keeper is not None
    assert keeper.person_id in (family.groomer, family.breeder)


@pytest.mark.parametrize("held", [True, False])
async def test_of_two_chips_at_once_one_is_refused_because_of_the_index(family: Family, held: bool) -> None:
    """The control: without the index both are stored."""
    pets = [await family.pet(), await family.pet(AKTOS)]
    if not held:
        async with family.site.database.writer.begin() as connection:
            await connection.execute(sa.text("DROP INDEX uq_pets_mark_live_chip"))
    mark = NewMark(value="398000012345678")
    tries = [family.site.do(services.add_mark, pet, mark, by=family.as_olga) for pet in pets]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(r, ChipTaken) for r in results) == int(held)


async def test_a_chip_of_a_pet_that_died_may_be_met_again(family: Family) -> None:
    first, second = await family.pet(), await family.pet(AKTOS)
    mark = NewMark(value="398000012345678")
    await family.site.do(services.add_mark, first, mark, by=family.as_olga)
    await family.site.do(services.died, first, on=date(2027, 1, 15), by=family.as_olga)
    await family.site.do(services.add_mark, second, mark, by=family.as_olga)
    assert await family.site.ask(queries.pet_with_chip, mark.value) == second
    with pytest.raises(PetDeceased):
        await family.share(first, "weight")
    assert not await family.site.ask(services.may_book, family.olga, first)


async def test_of_two_who_check_a_dose_one_is_told(family: Family) -> None:
    pet = await family.pet()
    await family.share(pet, "vaccinations")
    dose = await family.dose(pet, "rabies", "2027-01-10", certificate="KZ-1")
    judge: dict[str, Any] = {"reason": "Not readable", "by": family.as_groomer}
    tries = [family.site.do(services.verify_dose, dose, accepted=ok, **judge) for ok in (True, False)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [r.code for r in results if isinstance(r, DomainError)] == ["already_checked"]


async def test_a_family_does_not_check_its_own_proof(family: Family) -> None:
    pet = await family.pet(by=family.as_groomer)
    own = Actor(person_id=family.groomer, shops=frozenset({family.lapki}), permissions=frozenset({"pets.verify_doses"}))
    await family.site.do(services.share, pet, shop_id=family.lapki, scopes=("vaccinations",), by=own)
    dose = await family.dose(pet, "rabies", "2027-01-10", by=own, certificate="KZ-1")
    with pytest.raises(Forbidden):
        await family.site.do(services.verify_dose, dose, accepted=True, by=own)


async def test_no_reading_without_its_line_in_the_log(family: Family) -> None:
    """The line and the answer are one transaction: where the line cannot be written, nothing is read."""
    pet = await family.pet()
    await family.share(pet, "weight")
    async with family.site.database.writer.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE pets_read RENAME TO pets_read_away"))
    try:
        with pytest.raises((DomainError, DBAPIError)):
            await family.site.do(services.read, pet, "weight", by=family.as_groomer, why="visit")
    finally:
        async with family.site.database.writer.begin() as connection:
            await connection.execute(sa.text("ALTER TABLE pets_read_away RENAME TO pets_read"))


async def test_a_booking_shares_what_it_needs_for_thirty_days_after_it(family: Family) -> None:
    pet = await family.pet()
    book: dict[str, Any] = {"booking": "line-1", "by": family.as_olga}
    first = await family.site.do(services.grant_for_booking, pet, family.lapki, service_on=date(2027, 2, 1), **book)
    again = await family.site.do(services.grant_for_booking, pet, family.lapki, service_on=date(2027, 2, 5), **book)
    assert first == again
    (grant,) = await family.site.ask(queries.grants_of, pet)
    assert (grant.scopes, grant.expires_on) == (("vaccinations", "allergies", "behaviour"), date(2027, 3, 7))
    await family.site.do(services.record_weight, pet, grams=7_300, by=family.as_groomer, shop_id=family.lapki)
    await family.site.do(services.end_booking_grant, "line-1")
    with pytest.raises(DomainError) as refused:
        await family.site.do(services.read, pet, "behaviour", by=family.as_groomer, why="visit")
    assert refused.value.code == "not_shared"


async def test_others_take_part_as_far_as_they_were_let(family: Family) -> None:
    pet = await family.pet()
    offered = await family.site.do(services.offer, pet, right="book", by=family.as_olga)
    timur = Actor(person_id=family.breeder)
    assert not await family.site.ask(services.may_book, family.breeder, pet)
    await family.site.do(services.accept, offered.code, by=timur)
    assert await family.site.ask(services.may_book, family.breeder, pet)
    assert [c.pet_id for c in await family.site.ask(services.my_pets, family.breeder)] == [pet]
    with pytest.raises(NotKeeper):
        await family.site.do(services.record_weight, pet, grams=7_000, by=timur)


async def test_the_gate_asks_for_age_behaviour_and_a_meeting(family: Family) -> None:
    family.today_is("2026-12-01")
    pet = await family.pet(AKTOS)
    await family.site.do(services.flag_behaviour, pet, NewBehaviour(code="BITES"), by=family.as_olga)
    asked = Requirements(min_age_months=4, refused_behaviours=("BITES",), evaluation=True, species=("dog",))
    gate = await family.site.ask(services.gate, pet, asked, date(2027, 1, 11))
    assert [lack.code for lack in gate.missing] == ["too_young", "behaviour_not_accepted", "evaluation_required"]
    assert gate.missing[0].facts["earliest"] == "2027-01-12"
    later = await family.site.ask(services.gate, pet, Requirements(min_age_months=4), date(2027, 1, 12))
    assert later.met
    with pytest.raises(Missing):
        await family.site.ask(services.gate, new_id(), asked, date(2027, 1, 11))


async def test_forgetting_the_keeper_forgets_the_pet_and_names_nobody_elsewhere(family: Family) -> None:
    own, others = await family.pet(), await family.pet(AKTOS, by=family.as_groomer)
    await family.site.do(services.record_weight, own, grams=7_200, by=family.as_olga)
    await family.dose(own, "rabies", "2027-01-10")
    offered = await family.site.do(services.offer, others, right="manage", by=family.as_groomer)
    await family.site.do(services.accept, offered.code, by=family.as_olga)
    await family.site.do(services.record_weight, others, grams=6_000, by=family.as_olga)
    kept = family.site.registry.personal_data["pets.records"]
    exported = await family.site.ask(kept.export, family.olga)
    assert [p["name"] for p in exported["pets"]] == ["Buddy"]
    await family.site.do(kept.erase, family.olga)
    assert await family.site.ask(services.card, own) is None
    (weight,) = await family.site.ask(queries.weights_of, others)
    assert weight.by_person_id is None


async def test_a_pet_that_others_manage_stays_with_them(family: Family) -> None:
    pet = await family.pet()
    offered = await family.site.do(services.offer, pet, right="manage", by=family.as_olga)
    await family.site.do(services.accept, offered.code, by=Actor(person_id=family.breeder))
    await family.site.do(services.erase, family.olga)
    card = await family.site.ask(services.card, pet)
    assert card is not None
    assert card.keeper_id == family.breeder
