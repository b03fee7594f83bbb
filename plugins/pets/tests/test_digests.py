"""What families hear by themselves: one message with what is due, and one before sharing ends."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.jobs.schedules import Schedule
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import services
from plugins.pets.tests.families import BUDDY, Family, noon

pytestmark = pytest.mark.anyio
MONDAY = "2027-03-01"


async def digests(family: Family) -> list[tuple[str, str]]:
    asked = sa.text("SELECT subject, message FROM notice WHERE type = 'pets.digest' ORDER BY \"timestamp\", id")
    async with family.site.database.reader.connect() as connection:
        return [(row[0], row[1]) for row in await connection.execute(asked)]


async def execute(family: Family, statement: str) -> None:
    async def run(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.text(statement))

    await family.site.do(run)


async def test_a_keeper_hears_of_all_its_pets_in_one_message_in_its_language(family: Family) -> None:
    family.today_is(MONDAY)
    await execute(family, "UPDATE person SET locale = 'ru' WHERE name = 'Olga'")
    buddy = await family.pet(BUDDY)
    await family.pet(type(BUDDY)(name="Мурка", species="cat"))
    quiet = await family.pet(type(BUDDY)(name="Тихий", species="dog", reminders=False))
    await family.site.do(services.mute, buddy, "rabies", by=family.as_olga)
    assert await services.send_digests(family.site) == 1
    ((subject, message),) = await digests(family)
    assert subject == "Buddy, Мурка: что пора сделать"
    assert "Взвесить питомца, 1 марта 2027" in message
    assert "Бешенство" not in message.split("Мурка:")[0], "that was muted for Buddy"
    assert "Тихий" not in message, quiet
    assert await services.send_digests(family.site) == 0, "nothing new"
    family.today_is("2027-03-15")
    assert await services.send_digests(family.site) == 0, "told two weeks ago"
    family.today_is("2027-03-29")
    await family.site.do(services.died, buddy, on=date(2027, 3, 28), by=family.as_olga)
    assert await services.send_digests(family.site) == 1
    assert "Buddy" not in "".join((await digests(family))[-1])


async def test_of_two_digests_at_once_each_line_is_in_one(family: Family) -> None:
    family.today_is(MONDAY)
    await family.pet(BUDDY)
    assert sum(await asyncio.gather(*(services.send_digests(family.site) for _ in range(3)))) == 1
    assert len(await digests(family)) == 1
    await execute(family, "DELETE FROM pets_told")
    family.clock.set(noon(MONDAY) + timedelta(hours=1))
    assert await services.send_digests(family.site) == 1, "without the row nothing would hold the second back"


async def test_what_a_reminder_said_is_not_in_the_digest_and_who_wants_none_gets_none(family: Family) -> None:
    family.today_is("2027-01-04")
    pet = await family.pet(BUDDY)
    await family.dose(pet, "rabies", "2026-04-01")
    for key in ("weight_check", "dog_core", "dog_deworming"):
        await family.site.do(services.mute, pet, key, by=family.as_olga)
    family.today_is("2027-03-25")
    assert await services.remind(family.site)
    assert await services.send_digests(family.site) == 0
    olga = await family.program("Olga")
    off = [{"notice": "pets.digest", "channel": c, "wanted": False} for c in ("in_app", "email")]
    changed = await olga.put("/api/notifications/preferences", json={"choices": off})
    assert changed.status_code == 200, changed.text
    await family.site.do(services.unmute, pet, "weight_check", by=family.as_olga)
    await services.send_digests(family.site)
    listed = await (await family.program("Olga")).get("/api/notifications")
    assert ("pets.dose_due" in listed.text, "pets.digest" in listed.text) == (True, False)


async def test_the_digest_goes_out_on_the_day_of_the_week_that_the_site_chose(family: Family) -> None:
    family.today_is("2027-02-28")
    await family.pet(BUDDY)
    for day, count in (("2027-02-28", 0), (MONDAY, 1), ("2027-03-02", 1)):
        family.clock.set(noon(day) - timedelta(hours=6))
        await Schedule().write_due(family.site)
        await family.town.work()
        family.clock.set(noon(day))
        await family.town.work()
        assert len(await digests(family)) == count, day


async def test_a_family_hears_once_before_what_it_shares_ends(family: Family) -> None:
    family.today_is(MONDAY)
    pet = await family.pet(BUDDY)
    await family.share(pet, "vaccinations", until="2027-03-10")
    ended = await family.share(pet, "weight", until="2027-03-10")
    await family.share(pet, "behaviour", until="2027-03-10")
    await family.share(pet, "behaviour", until="2027-06-10")
    booking = {"booking": "line-1", "service_on": date(2027, 2, 8), "by": family.as_olga}
    await family.site.do(services.grant_for_booking, pet, family.pushok, **booking)
    await family.site.do(services.revoke, pet, ended, by=family.as_olga)
    assert await services.tell_ending(family.site) == 0, "not yet"
    family.today_is("2027-03-08")
    assert sum(await asyncio.gather(*(services.tell_ending(family.site) for _ in range(2)))) == 1
    assert await services.tell_ending(family.site) == 0
    told = [kind for kind, _ in await family.town.notices("Olga")].count("pets.grants_ending")
    assert told == 1
    asked = sa.text("SELECT message FROM notice WHERE type = 'pets.grants_ending'")
    async with family.site.database.reader.connect() as connection:
        message = (await connection.execute(asked)).scalar_one()
    assert "Buddy, Лапки: 10 March 2027" in message
    assert message.count("Buddy") == 1, (
        "one grant ends, another goes on, a third was ended, a fourth came with a booking"
    )
    await execute(family, "UPDATE pets_grant SET ending_told_at = NULL")
    family.clock.set(noon("2027-03-08") + timedelta(hours=1))
    assert await services.tell_ending(family.site) == 1, "without the mark nothing would hold the second back"
