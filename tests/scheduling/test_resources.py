"""Who and what can be booked: the editors, what they refuse, and that what was typed stays."""

from __future__ import annotations

import pytest

from marketplace_kit.scheduling.queries import resource_by_id, resource_list
from tests.scheduling.counter import Counter
from tests.scheduling.salons import Salon

pytestmark = pytest.mark.one_engine
DAY = "2026-03-03"


async def test_somebody_is_added_gets_hours_of_their_own_and_days_off(salon: Salon) -> None:
    listing = await salon.service(step=60)
    owner = await Counter(salon).owner()
    path = f"/sell/shop/{salon.shop_id}/staff"
    assert (await owner.post(path, data={"kind": "staff", "name": ""})).status_code == 422
    added = await owner.post(path, data={"kind": "staff", "name": "Aigerim", "public": "true", "active": "true"})
    assert added.status_code == 303
    here = added.headers["location"]
    week = {"own_hours": "true", "tue": "9-12, 14-16", "wed": "25:00-26:00"}
    wrong = await owner.post(f"{here}/hours", data=week)
    assert wrong.status_code == 422
    assert "is none." in wrong.text
    assert 'value="9-12, 14-16"' in wrong.text
    assert (await owner.post(f"{here}/hours", data=week | {"wed": ""})).status_code == 303
    assert await salon.times(listing) == ["09:00", "10:00", "11:00", "14:00", "15:00"]
    page = (await owner.get(here)).text
    assert 'value="09:00-12:00, 14:00-16:00"' in page
    off = {"day": DAY, "mode": "closed", "hours": "", "reason": "A wedding"}
    assert (await owner.post(f"{here}/days", data=off)).status_code == 303
    assert await salon.times(listing) == []
    assert "A wedding" in (await owner.get(here)).text
    assert (await owner.post(f"{here}/days/{DAY}/clear")).status_code == 303
    wish, _ = await salon.book(listing, "10:00")
    in_the_way = await owner.post(f"{here}/days", data=off)
    assert in_the_way.status_code == 409
    assert "Haircut" in in_the_way.text
    assert wish


async def test_what_each_does_is_said_where_it_differs(salon: Salon) -> None:
    listing, one, other = await salon.service(step=60), await salon.staff("Aigerim"), await salon.staff("Dinara")
    owner = await Counter(salon).owner()
    rule = f"/sell/listings/{listing}/booking"
    typed = {"does": [str(one), str(other)], f"minutes.{one}": "120", f"price.{other}": "a lot"}
    wrong = await owner.post(f"{rule}/who", data=typed)
    assert wrong.status_code == 422
    assert 'value="120"' in wrong.text
    assert (await owner.post(f"{rule}/who", data=typed | {f"price.{other}": "7 000"})).status_code == 303
    assert (await salon.times(listing, staff=one))[-1] == "16:00"
    here = f"/sell/shop/{salon.shop_id}/staff/{one}"
    assert (
        await owner.post(f"{here}/services", data={"does": str(listing), f"minutes.{listing}": "90"})
    ).status_code == 303
    assert 'value="90"' in (await owner.get(here)).text
    assert (await owner.post(f"{here}/services", data={"does": "nonsense"})).status_code == 404


async def test_the_rules_of_a_service_are_kept_and_a_stale_change_is_told(salon: Salon) -> None:
    listing = await salon.service()
    owner = await Counter(salon).owner()
    rule = f"/sell/listings/{listing}/booking"
    typed = {"mode": "fixed", "fixed_times": "10:00, 12:30", "lead_minutes": "0", "horizon_days": "30", "version": "1"}
    typed |= {"confirmation": "instant", "prepay": "none", "step": "15", "bookable_online": "true"}
    typed |= {"before": "0", "after": "0", "places": "1", "cutoff_hours": "6", "moves": "2", "max_open": "10"}
    typed |= {"prepay_amount": "0", "late_fee_percent": "0", "missed_fee_percent": "0"}
    wrong = await owner.post(rule, data=typed | {"fixed_times": "noon"})
    assert wrong.status_code == 422
    assert 'value="noon"' in wrong.text
    assert (await owner.post(rule, data=typed)).status_code == 303
    assert await salon.times(listing) == ["10:00", "12:30"]
    assert (await owner.post(rule, data=typed)).status_code == 409
    assert 'value="10:00, 12:30"' in (await owner.get(rule)).text


async def test_those_who_work_here_are_taken_on_with_one_press_and_foreign_doors_are_shut(salon: Salon) -> None:
    listing, worker = await salon.service(), await salon.staff()
    counter = Counter(salon)
    owner, stranger = await counter.owner(), await counter.stranger()
    path = f"/sell/shop/{salon.shop_id}/staff"
    assert (await owner.post(f"{path}/members")).status_code == 303
    listed = await salon.site.ask(resource_list, salon.shop_id)
    assert [r.member_id for r in listed] == [None, salon.owner.person_id]
    person = str(salon.owner.person_id)
    taken = await owner.post(f"{path}/{worker}/member", data={"member": person})
    assert taken.status_code == 422
    assert (await owner.post(f"{path}/{listed[1].id}/member", data={"member": ""})).status_code == 303
    assert (await owner.post(f"{path}/{worker}/member", data={"member": person})).status_code == 303
    found = await salon.site.ask(resource_by_id, salon.shop_id, worker)
    assert found is not None
    assert str(found.member_id) == person
    for foreign in (path, f"{path}/{worker}", f"/sell/listings/{listing}/booking"):
        assert (await stranger.get(foreign)).status_code == 404, foreign
    for foreign in (path, f"{path}/{worker}", f"{path}/{worker}/hours", f"{path}/{worker}/services", f"{path}/members"):
        answer = await stranger.post(foreign, data={"kind": "staff", "name": "Mine"})
        assert answer.status_code == 404, foreign


async def test_programs_keep_resources_and_read_the_calendar_too(salon: Salon) -> None:
    listing = await salon.service(step=60)
    counter = Counter(salon)
    owner, stranger = await counter.owner(), await counter.stranger()
    path = f"/api/shops/{salon.shop_id}/resources"
    made = await owner.post(path, json={"kind": "staff", "name": "Aigerim"})
    assert made.status_code == 201
    one = f"{path}/{made.json()['id']}"
    wrong = await owner.put(f"{one}/hours", json={"tue": "25:00-26:00"})
    assert [(p["field"], p["code"]) for p in wrong.json()["problems"]] == [("tue", "hours_invalid")]
    assert (await owner.put(f"{one}/hours", json={"tue": "9-12"})).json()["own_hours"] is True
    assert await salon.times(listing) == ["09:00", "10:00", "11:00"]
    lunch = {"starts_at": salon.at("10:00"), "ends_at": salon.at("11:00"), "reason": "Lunch"}
    (claim,) = (await owner.post(f"{one}/breaks", json=lunch)).json()["ids"]
    calendar = (await owner.get(f"/api/shops/{salon.shop_id}/calendar", params={"day": DAY, "days": 1})).json()
    assert [entry["reason"] for entry in calendar["entries"]] == ["Lunch"]
    assert (await owner.delete(f"/api/shops/{salon.shop_id}/breaks/{claim}")).status_code == 204
    assert (await owner.put(f"{one}/days/{DAY}", json={"mode": "closed"})).status_code == 200
    assert (await owner.delete(f"{one}/days/{DAY}")).status_code == 204
    assert (await owner.get(path)).json()[0]["name"] == "Aigerim"
    for door in (path, f"/api/shops/{salon.shop_id}/calendar"):
        assert (await stranger.get(door)).status_code == 404, door
    assert (await stranger.put(one, json={"kind": "staff", "name": "Mine"})).status_code == 404
