"""The sheet of every day: meals, medicines, incidents, and the card that the family is sent."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from marketplace_boarding import services
from plugins.boarding.tests.hotels import TODAY, Hotel, march

pytestmark = pytest.mark.anyio


@attrs.define
class Guest:
    """A pet that came today at eleven for three nights."""

    hotel: Hotel
    line: dict[str, Any]
    id: str

    @property
    def stay(self) -> str:
        return f"/api/boarding/stays/{self.line['id']}"

    async def note(self, kind: str, **said: str) -> Any:
        client = await self.hotel.town.program("Natalya")
        return await client.post(f"{self.stay}/guests/{self.id}/entries", json={"kind": kind, **said})


@pytest.fixture
async def guest(hotel: Hotel, anyio_backend: str) -> Guest:
    await hotel.room()
    line = await hotel.booked(await hotel.pet(), arrives=TODAY, leaves=march(19))
    olga = await hotel.town.program("Olga")
    card = (await olga.get(f"/api/boarding/stays/{line['id']}")).json()
    guest = Guest(hotel, line, card["guests"][0]["id"])
    care = {"food": "Dry food, 120 g", "food_times": "8:00, 19:00", "medicine": "Pill", "medicine_times": "12.30,20:00"}
    assert (await olga.put(f"{guest.stay}/guests/{guest.id}/care", json=care)).status_code == 204
    hotel.now_is("11:00")
    await hotel.bring(line["id"], "checked_in", "in_progress")
    return guest


async def test_the_sheet_asks_for_what_is_due_from_the_arrival_on(guest: Guest) -> None:
    natalya = await guest.hotel.town.program("Natalya")
    sheet = (await natalya.get(f"{guest.stay}/day-sheet")).json()
    assert [(d["time"], d["kind"]) for d in sheet["guests"][0]["due"]] == [
        ("12:30", "medicine"),
        ("19:00", "meal"),
        ("20:00", "medicine"),
    ]
    tomorrow = (await natalya.get(f"{guest.stay}/day-sheet", params={"day": "2027-03-17"})).json()
    assert [d["time"] for d in tomorrow["guests"][0]["due"]] == ["08:00", "12:30", "19:00", "20:00"]
    noted = await guest.note("medicine", time="12:30", outcome="done")
    assert (noted.status_code, noted.json()["by"]) == (201, "Natalya")
    sheet = (await natalya.get(f"{guest.stay}/day-sheet")).json()
    assert sheet["guests"][0]["due"][0]["entry"]["outcome"] == "done"


async def test_a_second_dose_an_incident_without_words_and_bad_times_are_refused(guest: Guest) -> None:
    await guest.note("medicine", time="12:30", outcome="done")
    again = await guest.note("medicine", time="12:30", outcome="done")
    assert (again.status_code, again.json()["code"]) == (409, "already_logged")
    assert again.json()["facts"] == {"by": "Natalya", "time": "11:00"}
    for said in ({"kind": "incident"}, {"kind": "medicine", "time": "20:00", "outcome": "skipped"}):
        silent = await guest.note(**said)
        assert (silent.status_code, silent.json()["code"]) == (422, "note_required")
    olga = await guest.hotel.town.program("Olga")
    odd = await olga.put(f"{guest.stay}/guests/{guest.id}/care", json={"food_times": "in the morning"})
    assert odd.status_code == 422
    assert [(p["field"], p["code"]) for p in odd.json()["problems"]] == [("food_times", "not_times")]
    assert (await olga.post(f"{guest.stay}/guests/{guest.id}/entries", json={"kind": "walk"})).status_code == 403


async def test_a_missed_medicine_alarms_the_house_once(guest: Guest) -> None:
    hotel = guest.hotel
    hotel.now_is("13:29")
    assert await hotel.site.do(services.watch) == 0
    hotel.now_is("13:31")
    assert [await hotel.site.do(services.watch) for _ in range(2)] == [1, 0]
    await hotel.town.work()
    told = [subject for kind, subject in await hotel.town.notices("Natalya") if kind == "boarding.medicine_missed"]
    assert told == ["Buddy: medicine of 12:30 is not noted"]


async def test_an_incident_is_told_to_the_family_at_once(guest: Guest) -> None:
    assert (await guest.note("incident", note="Cut a paw on the fence")).status_code == 201
    await guest.hotel.town.work()
    assert "boarding.incident" in [kind for kind, _ in await guest.hotel.town.notices("Olga")]


async def test_the_card_of_the_day_is_sent_once_and_then_the_family_reads_it(guest: Guest) -> None:
    hotel = guest.hotel
    natalya, olga = await hotel.town.program("Natalya"), await hotel.town.program("Olga")
    empty = await natalya.post(f"{guest.stay}/reports", json={})
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_to_tell")
    await guest.note("walk", note="Along the river")
    unsent = await olga.get(f"{guest.stay}/diary", params={"day": "2027-03-16"})
    assert unsent.status_code == 404
    for text in ("A calm day", "Again"):
        assert (await natalya.post(f"{guest.stay}/reports", json={"text": text})).json()["text"] == "A calm day"
    diary = (await olga.get(f"{guest.stay}/diary", params={"day": "2027-03-16"})).json()
    assert [(one["kind"], one["note"]) for one in diary] == [("walk", "Along the river")]
    await hotel.town.work()
    assert [kind for kind, _ in await hotel.town.notices("Olga")].count("boarding.day_card") == 1


async def test_in_the_evening_the_card_goes_by_itself(guest: Guest) -> None:
    await guest.note("walk", note="Along the river")
    guest.hotel.now_is("19:59")
    assert await guest.hotel.site.do(services.send_due_cards) == 0
    guest.hotel.now_is("20:00")
    assert [await guest.hotel.site.do(services.send_due_cards) for _ in range(2)] == [1, 0]


async def test_the_morning_before_the_family_hears_what_is_missing(hotel: Hotel) -> None:
    hotel.runs = await hotel.lodging("Proofs", requires=("rabies",), proof_later=True)
    await hotel.room()
    buddy = await hotel.pet(born=march(1).replace(year=2024))
    dose = await hotel.rabies(buddy, march(10).replace(year=2026, month=10), verified=False)
    assert dose
    await hotel.booked(buddy, arrives=march(18), leaves=march(19))
    hotel.now_is("08:59", march(17))
    await hotel.site.do(services.ask_for_proofs)
    hotel.now_is("09:00", march(17))
    for _ in range(2):
        await hotel.site.do(services.ask_for_proofs)
    await hotel.town.work()
    assert [kind for kind, _ in await hotel.town.notices("Olga")].count("boarding.gate_missing") == 1
