"""A groomer who travels: pets are chosen, then where, then a time at which the way fits; on pages and by programs."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

import pytest

from marketplace_kit.scheduling.schemas import ResourceForm, ServiceRule, VanForm
from marketplace_kit.scheduling.services import save_resource, save_service_rule, save_van
from plugins.grooming.tests.visits import DAY, Day

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both
BASE = "47.1068, 51.9166"
STREET = "Satpaev 5"


async def at_home(day: Day) -> UUID:
    """A bath at the customer's home: the van goes twenty kilometres around the salon."""
    van = await day.site.do(save_resource, day.salon, ResourceForm(kind="van", name="Van"), by=day.as_natalya)
    await day.site.do(save_van, day.salon, van, VanForm(base=BASE, radius_km=20), by=day.as_natalya)
    made = await day.service("Bath at home", home_visit=True)
    rule = ServiceRule(lead_minutes=0, horizon_days=400, step=30, needs="van")
    await day.site.do(save_service_rule, made, rule, by=day.as_natalya)
    return made


async def test_pets_then_where_then_a_time(day: Day) -> None:
    bath, buddy = await at_home(day), await day.pet("Buddy")
    olga = await day.town.browser("Olga")
    assert "Choose your pet first" in await olga.see(f"/book/{bath}")
    chosen = {"choice.pet": str(buddy), "day": DAY.isoformat()}
    asked = await olga.see(f"/book/{bath}?{urlencode(chosen)}")
    assert "First say where we shall come" in asked
    assert f'name="choice.pet" value="{buddy}"' in asked
    there = chosen | {"choice.address": STREET, "choice.point": BASE}
    times = await olga.see(f"/book/{bath}?{urlencode(there)}")
    assert f'value="{day.at("10:00")[:16]}' in times
    target = f"/book/{bath}?{urlencode(there)}"
    fields = {name: value for name, value in there.items() if name.startswith("choice.")}
    begun = await olga.press(
        target, "/order/begin", listing=str(bath), back=target, **fields, **{"choice.starts_at": day.at("10:00")}
    )
    draft = await olga.see(begun.headers["location"])
    assert "Bath at home: Buddy" in draft


async def test_a_program_books_it_with_the_address_and_a_time_in_between_is_not_offered(day: Day) -> None:
    bath, buddy = await at_home(day), await day.pet("Buddy")
    program = await day.town.program("Olga")
    choice = {"starts_at": day.at("10:00"), "pet": str(buddy)}
    body = {"lines": [{"listing_id": str(bath), "choice": choice}], "phone": "87010000001", "consent": True}
    nowhere = await program.post("/api/orders/create", json=body)
    assert nowhere.status_code == 422
    choice |= {"address": STREET, "point": BASE}
    made = await program.post("/api/orders/create", json=body)
    assert made.status_code == 201, made.text
    line = made.json()["order"]["lines"][0]
    assert (await program.get(f"/api/appointments/{line['id']}/directions")).json()["address"] == STREET
    asked = {"listing": str(bath), "day": DAY.isoformat(), "days": "1", "point": BASE}
    found = (await program.get("/api/scheduling/slots", params=asked)).json()
    assert "10:00" not in [slot["time"] for slot in found["days"][0]["slots"] if slot["bookable"]]


async def test_a_groomer_cannot_be_waited_for_because_the_pet_decides_how_long_it_takes(day: Day) -> None:
    program = await day.town.program("Olga")
    days = {"first_day": DAY.isoformat(), "last_day": DAY.isoformat(), "part": "any"}
    refused = await program.post(f"/api/scheduling/listings/{day.bath}/waits", json=days)
    assert (refused.status_code, refused.json()["code"]) == (422, "cannot_wait")
    asked = {"listing": str(day.bath), "day": DAY.isoformat()}
    assert (await program.get("/api/scheduling/slots", params=asked)).json()["waitlist"] == ""
