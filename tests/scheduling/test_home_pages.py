"""A visit at home on the pages and by programs: where it is asked for, who may read it, and on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.schemas import AreaForm, VanForm, Where
from tests.scheduling.counter import PASSWORD, Counter
from tests.scheduling.rounds import A, B, Garage, away
from tests.scheduling.salons import TUESDAY, Salon

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]
CORNERS = "\n".join(said_point(away(n, e)) for n, e in ((15, -5), (15, 5), (25, 5), (25, -5)))
STREET = "Satpaev 5, apartment 12"


async def north(garage: Garage) -> int:
    area = AreaForm(name="North bank", outline=CORNERS)
    return await garage.salon.site.do(services.save_area, garage.salon.shop_id, garage.van, area, by=garage.salon.owner)


async def test_times_are_shown_once_it_is_said_where(salon: Salon) -> None:
    garage = await Garage.opened(salon, step=60)
    area = await north(garage)
    guest = await Counter(salon).browser()
    path, day = f"/en/book/{garage.listing}", TUESDAY.isoformat()
    asked = (await guest.get(path)).text
    assert "First say where we shall come" in asked
    assert "North bank" in asked
    assert 'data-locate="home"' in asked
    assert "Wait for a time" not in asked
    given = {"choice.address": STREET, "choice.district": str(area), "day": day}
    found = (await guest.get(path, params=given)).text
    assert 'value="2026-03-03T10:00+05:00"' in found
    assert f'name="choice.address" value="{STREET}"' in found
    without = (await guest.get(path, params={"choice.district": str(area), "day": day})).text
    assert "Please say where somebody shall come" in without
    assert "2026-03-03T10:00+05:00" not in without
    wrong = (await guest.get(path, params={"choice.address": STREET, "choice.point": "over there"})).text
    assert "Please enter latitude and longitude as maps show them" in wrong
    assert 'value="over there"' in wrong
    beyond = {"choice.address": STREET, "choice.point": said_point(away(north_km=150))}
    assert "Nobody comes to this place" in (await guest.get(path, params=beyond)).text


async def test_an_address_of_the_account_and_of_an_earlier_visit_are_one_press_away(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    counter = Counter(salon)
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana = await counter.browser("dana")
    for label, street in (("Home", "Satpaev 5"), ("Work", "Auezov 1")):
        saved = {"label": label, "street": street, "city": "Atyrau"}
        assert (await dana.post("/api/users/addresses", json=saved)).status_code == 201
    choice = {"starts_at": salon.at("10:00"), "address": "Satpaev 5", "point": said_point(B)}
    await ordered(dana, garage, choice)
    page = (await dana.get(f"/en/book/{garage.listing}")).text
    assert "Home: Satpaev 5" in page
    assert "Work: Auezov 1" in page
    assert page.count("Satpaev+5") == 1
    assert said_point(B).replace(", ", "%2C+") in page


async def test_an_address_with_its_point_is_enough_for_a_first_visit_at_home(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    counter = Counter(salon)
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana = await counter.browser("dana")
    form = (await dana.get("/en/account/addresses")).text
    assert 'data-locate-field="point"' in form
    assert "/locate." in form
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"csrf_token": token, "label": "Home", "street": "Satpaev 5", "city": "Atyrau", "country": "KZ"}
    wrong = await dana.post("/en/account/addresses", data=given | {"point": "by the river"})
    assert wrong.status_code == 422
    assert "Please enter latitude and longitude as maps show them" in wrong.text
    assert 'value="by the river"' in wrong.text
    there = f"geo:{B.lat:.4f},{B.lon:.4f}"
    assert (await dana.post("/en/account/addresses", data=given | {"point": there})).status_code == 303
    (kept,) = (await dana.get("/api/users/addresses")).json()["items"]
    assert kept["point"] == f"{B.lat:.4f}00, {B.lon:.4f}00"
    page = (await dana.get(f"/en/book/{garage.listing}?day={TUESDAY}")).text
    href = next(part for part in page.split('href="') if "Satpaev+5" in part).split('"')[0].replace("&amp;", "&")
    times = (await dana.get(href)).text
    assert "First say where we shall come" not in times
    assert 'value="2026-03-03T10:00+05:00"' in times
    refused = await dana.put(f"/api/users/addresses/{kept['id']}", json=given_json(kept) | {"point": "99, 200"})
    assert [(p["field"], p["code"]) for p in refused.json()["problems"]] == [("point", "not_a_point")]


def given_json(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "id"}


async def ordered(client: Any, garage: Garage, choice: dict[str, str]) -> dict[str, Any]:
    line = {"listing_id": str(garage.listing), "choice": choice}
    body = {"lines": [line], "phone": "87010000001", "consent": True}
    answer = await client.post("/api/orders/create", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["order"]
    return found


async def test_the_staff_knows_the_part_of_the_town_and_from_the_morning_on_the_address(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    await north(garage)
    counter = Counter(salon)
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana, owner, stranger = await counter.browser("dana"), await counter.owner(), await counter.stranger()
    choice = {"starts_at": salon.at("14:00"), "address": STREET, "entrance": "2", "point": said_point(B)}
    order = await ordered(dana, garage, choice)
    line = order["lines"][0]
    assert line["choice"]["address"] == STREET
    theirs = (await owner.get(f"/api/orders/{order['id']}")).json()
    assert STREET not in str(theirs)
    there, visit = f"/api/appointments/{line['id']}/directions", f"/en/sell/calendar/{line['id']}"
    assert (await dana.get(there)).json()["address"] == STREET
    assert (await stranger.get(there)).status_code == 404
    early = await owner.get(there)
    assert (early.status_code, early.json()["code"]) == (409, "not_yet")
    assert early.json()["facts"]["opens_at"] == "2026-03-03T00:00:00+05:00"
    page = (await owner.get(visit)).text
    assert "North bank" in page
    assert STREET not in page
    assert "The address is shown from the morning of the day on." in page
    salon.clock.set(datetime(2026, 3, 2, 19, 1, tzinfo=UTC))  # a minute after midnight in Atyrau
    dana, owner = await counter.browser("dana"), await counter.owner()
    told = (await owner.get(there)).json()
    assert (told["address"], told["entrance"]) == (STREET, "2")
    assert told["geo"] == f"geo:{said_point(B).replace(' ', '')}"
    assert set(told["maps"]) >= {"2GIS", "Google"}
    page = (await owner.get(visit)).text
    assert STREET in page
    assert "2gis.kz" in page
    assert STREET in (await dana.get(f"/en/visits/{line['id']}")).text


async def test_on_the_way_says_about_when(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    counter = Counter(salon)
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana, owner = await counter.browser("dana"), await counter.owner()
    choice = {"starts_at": salon.at("15:00"), "address": STREET, "point": said_point(B)}
    order = await ordered(dana, garage, choice)
    out = f"/api/orders/{order['id']}/lines/{order['lines'][0]['id']}/set_out"
    assert (await owner.post(out, json={})).json()["code"] == "not_yet"
    salon.clock.set(datetime(2026, 3, 3, 9, 45, tzinfo=UTC))  # 14:45 in Atyrau; the way takes 20 minutes
    dana, owner = await counter.browser("dana"), await counter.owner()
    assert (await dana.post(out, json={})).status_code in (403, 404, 409)
    gone = await owner.post(out, json={})
    assert gone.status_code == 200, gone.text
    page = (await dana.get(f"/en/visits/{order['lines'][0]['id']}")).text
    assert "about 15:05" in page
    await run_until_idle(salon.site)
    told = (await dana.get("/api/notifications")).json()["items"]
    assert any("On the way, about 15:05" in str(one) for one in told)


async def test_a_visit_at_the_shop_is_never_on_the_way(salon: Salon) -> None:
    await salon.staff()
    haircut = await salon.service()
    counter = Counter(salon)
    await create_person(salon.site, name="Dana", email="dana@example.kz", password=PASSWORD)
    dana, owner = await counter.browser("dana"), await counter.owner()
    order = await ordered(dana, Garage(salon=salon, van=0, listing=haircut), {"starts_at": salon.at("10:00")})
    moves = (await owner.get(f"/api/orders/{order['id']}")).json()["lines"][0]["moves"]
    assert "set_out" not in {one["verb"] for one in moves}
    assert (await dana.get(f"/api/appointments/{order['lines'][0]['id']}/directions")).status_code == 404


async def test_the_vendor_sets_base_and_areas_on_a_page(salon: Salon) -> None:
    van = await salon.staff("Van", kind="van")
    counter = Counter(salon)
    owner, stranger = await counter.owner(), await counter.stranger()
    here = f"/en/sell/shop/{salon.shop_id}/staff/{van}/van"
    assert "Until this is saved, the van stays at the shop." in (await owner.get(here)).text
    assert (await stranger.get(here)).status_code == 404
    form = {"base": "nowhere", "radius_km": "5", "kmh": "30", "road_percent": "130"}
    wrong = await owner.post(here, data=form)
    assert wrong.status_code == 422
    assert 'value="nowhere"' in wrong.text
    assert (await owner.post(here, data=form | {"base": said_point(A)})).status_code == 303
    area = {"name": "North bank", "outline": "47.1, 51.9\nover there", "weekdays": ["1", "3"]}
    crooked = await owner.post(f"{here}/areas", data=area)
    assert "Line 2: please enter latitude and longitude" in crooked.text
    assert "over there" in crooked.text
    assert (await owner.post(f"{here}/areas", data=area | {"outline": CORNERS})).status_code == 303
    page = (await owner.get(here)).text
    assert "North bank" in page
    assert "Tu Th" in page
    api = f"/api/shops/{salon.shop_id}/resources/{van}/van"
    known = (await owner.get(api)).json()
    assert [(one["name"], one["weekdays"]) for one in known["areas"]] == [("North bank", [1, 3])]
    number = known["areas"][0]["id"]
    changed = await owner.put(f"{api}/areas/{number}", json={"name": "North", "outline": CORNERS, "weekdays": ["5"]})
    assert [(one["name"], one["weekdays"]) for one in changed.json()["areas"]] == [("North", [5])]
    assert (await owner.post(f"{here}/areas/{number}/remove")).status_code == 303
    assert (await owner.get(api)).json()["areas"] == []
    assert (await owner.post(f"{here}/stay")).status_code == 303
    assert (await owner.get(api)).status_code == 404


async def test_a_caller_is_asked_at_the_counter_where_the_van_shall_come(salon: Salon) -> None:
    await salon.staff()
    await salon.service()
    counter = Counter(salon)
    owner = await counter.owner()
    at = f"/en/sell/calendar/guest?shop={salon.shop_id}"
    assert "Street and house" not in (await owner.get(at)).text
    garage = await Garage.opened(salon)
    area = await north(garage)
    page = (await owner.get(at)).text
    assert "Street and house" in page
    assert "North bank" in page
    given = {"listing": str(garage.listing), "day": TUESDAY.isoformat(), "time": "10:00"}
    nowhere = await owner.post(at, data=given)
    assert nowhere.status_code == 422
    assert "Please say where somebody shall come" in nowhere.text
    taken = await owner.post(at, data=given | {"address": STREET, "district": str(area)})
    assert taken.status_code == 303, taken.text
    assert await garage.blocked() == ["09:40-11:00"]


async def test_a_van_that_goes_out_keeps_being_one_van(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    owner = await Counter(salon).owner()
    there = f"/api/shops/{salon.shop_id}/resources/{garage.van}"
    two = await owner.put(there, json={"kind": "van", "name": "Van", "lanes": 2})
    assert two.status_code == 422
    assert "Set its places to 1" in two.text
    assert (await owner.put(there, json={"kind": "van", "name": "White van"})).status_code == 200


async def test_the_calendar_has_a_column_for_a_van_that_goes_out(salon: Salon) -> None:
    garage = await Garage.opened(salon)
    _, promise = await garage.book(B, "10:00")
    assert (promise.facts["staff"], promise.facts["staff_name"]) == (garage.van, "Van")
    second = await salon.staff("Red van", kind="van")
    form = VanForm(base=said_point(A), radius_km=100, kmh=60, road_percent=100)
    await salon.site.do(services.save_van, salon.shop_id, second, form, by=salon.owner)
    owner = await Counter(salon).owner()
    for view in ("day", "week"):
        asked = {"shop": str(salon.shop_id), "view": view, "date": TUESDAY.isoformat()}
        page = (await owner.get("/en/sell/calendar", params=asked)).text
        assert "Red van" in page
        assert "10:00" in page
        assert "Others" not in page
    red = await garage.book(B, "10:00", staff=second)
    assert red[1].facts["staff_name"] == "Red van"
    view = await services.slots_for(
        salon.site, garage.listing, (), TUESDAY, 1, second, where=Where(point=said_point(A))
    )
    assert [one.name for one in view.staff] == ["Van", "Red van"]
