"""Call-backs: somebody leaves a number, the groomer hears of it, rings, and it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace_grooming import queries, services
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs.schedules import Schedule
from plugins.grooming.tests.salons import BUDDY, Salons

pytestmark = pytest.mark.anyio

FORM = {"pet_name": "Buddy", "weight": "7,2", "phone": "8 705 111 22 33", "note": "Tangles"}


async def told(scene: Salons, name: str) -> list[str]:
    await scene.town.work()
    return [subject for kind, subject in await scene.town.notices(name) if kind == "grooming.quote_requested"]


async def test_a_visitor_without_an_account_asks_and_the_groomer_is_told(scene: Salons) -> None:
    stranger = await scene.town.browser()
    path = f"/grooming/listings/{scene.full}/call"
    answer = await stranger.press(path, path, **FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/listings/{scene.full}")
    (kept,) = await scene.site.ask(queries.requests_in, {scene.salon})
    assert (kept.pet_name, kept.weight_grams, kept.phone) == ("Buddy", 7_200, "+77051112233")
    assert await told(scene, "Natalya") == ["Please call about Buddy"]
    assert await told(scene, "Timur") == []


async def test_the_notice_does_not_carry_the_number(scene: Salons) -> None:
    await services.ask_for_call(scene.site, scene.full, by=Actor(), address="1.2.3.4", asked=BUDDY)
    await told(scene, "Natalya")
    natalya = await scene.town.program("Natalya")
    notices = (await natalya.get(f"/api/notifications/unread/{scene.natalya}")).text
    assert "Buddy" in notices
    assert "1112233" not in notices


async def test_what_was_typed_is_kept_and_every_fault_is_marked(scene: Salons) -> None:
    stranger = await scene.town.browser()
    path = f"/grooming/listings/{scene.full}/call"
    answer = await stranger.press(path, path, **(FORM | {"phone": "12", "pet_name": ""}))
    assert answer.status_code == 422
    assert 'value="7,2"' in answer.text
    assert "Please fill this in." in answer.text
    assert "Please enter a phone number" in answer.text
    heavy = await stranger.press(path, path, **(FORM | {"weight": "500"}))
    assert (heavy.status_code, "at most 130" in heavy.text) == (422, True)


async def test_one_address_does_not_ask_without_end(scene: Salons) -> None:
    program = await scene.town.program()
    body = {"pet_name": "Buddy", "weight_grams": 7_200, "phone": "+77051112233"}
    path = f"/api/grooming/listings/{scene.full}/call"
    answers = [await program.post(path, json=body) for _ in range(6)]
    assert [a.status_code for a in answers] == [201] * 5 + [429]


async def test_the_groomer_sees_who_waits_and_notes_the_call(scene: Salons) -> None:
    await services.ask_for_call(scene.site, scene.full, by=scene.asking, address="1.2.3.4", asked=BUDDY)
    natalya = await scene.town.browser("Natalya")
    seen = await natalya.see(services.REQUESTS)
    assert all(text in seen for text in ("Buddy", "7.2", "tel:+77051112233", "Tangles behind the ears"))
    (kept,) = await scene.site.ask(queries.requests_in, {scene.salon})
    await natalya.press(services.REQUESTS, f"/grooming/requests/{kept.id}/called")
    assert "Called" in await natalya.see(services.REQUESTS)


async def test_who_waits_longest_stands_first_and_who_was_called_last(scene: Salons, clock: SetClock) -> None:
    asked = []
    for _ in range(3):
        clock.advance(timedelta(minutes=1))
        asked.append(await scene.site.do(services.keep_request, scene.full, by=Actor(), asked=BUDDY))
    await scene.site.do(services.mark_called, asked[0], by=Actor(shops=frozenset({scene.salon})))
    found = await scene.site.ask(queries.requests_in, {scene.salon})
    assert [request.id for request in found] == [asked[1], asked[2], asked[0]]


async def test_another_groomer_neither_sees_nor_ends_it(scene: Salons) -> None:
    request = await services.ask_for_call(scene.site, scene.full, by=Actor(), address="1.2.3.4", asked=BUDDY)
    timur = await scene.town.program("Timur")
    assert (await timur.get("/api/grooming/quote-requests")).json() == []
    answer = await timur.post(f"/api/grooming/quote-requests/{request}/called")
    assert answer.status_code == 404


async def test_customers_do_not_see_call_backs(scene: Salons) -> None:
    aigerim = await scene.town.program("Aigerim")
    assert (await aigerim.get("/api/grooming/quote-requests")).status_code == 403


async def test_numbers_are_forgotten_after_the_days_of_the_settings(scene: Salons, clock: SetClock) -> None:
    await scene.site.do(services.keep_request, scene.full, by=Actor(), asked=BUDDY)
    for days, left in ((29, 1), (2, 0)):
        clock.advance(timedelta(days=days))
        await Schedule().write_due(scene.site)
        await scene.town.work()
        assert len(await scene.site.ask(queries.requests_in, {scene.salon})) == left


async def test_what_is_kept_of_a_person_is_given_and_forgotten(scene: Salons) -> None:
    await scene.site.do(services.keep_request, scene.full, by=scene.asking, asked=BUDDY)
    kept = scene.site.registry.personal_data["grooming.quote_requests"]
    (exported,) = await scene.site.ask(kept.export, scene.aigerim)
    assert (exported["pet_name"], exported["phone"]) == ("Buddy", "+77051112233")
    await scene.site.do(kept.erase, scene.aigerim)
    assert await scene.site.ask(kept.export, scene.aigerim) == []
