"""What a program asks: interest, leads, stages."""

from __future__ import annotations

import pytest

from marketplace_breeder import queries, services
from marketplace_kit.listings.services import favourite, unfavourite
from marketplace_kit.testing.queries import assert_query_count
from plugins.breeder.tests.kennels import Kennels

pytestmark = pytest.mark.anyio


def interest(listing_id: object) -> str:
    return f"/api/breeder/listings/{listing_id}/interest"


async def test_a_program_shows_interest_for_its_person(scene: Kennels) -> None:
    aigerim = await scene.town.program("Aigerim")
    answer = await aigerim.post(interest(scene.puppy), json={"message": "Good morning"})
    assert (answer.status_code, answer.json()) == (201, {"listing_id": str(scene.puppy), "new": True})
    again = await aigerim.post(interest(scene.puppy), json={})
    assert again.json()["new"] is False


async def test_a_stranger_signs_in_first(scene: Kennels) -> None:
    stranger = await scene.town.program()
    answer = await stranger.post(interest(scene.puppy), json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")


async def test_a_message_has_a_length(scene: Kennels) -> None:
    aigerim = await scene.town.program("Aigerim")
    answer = await aigerim.post(interest(scene.puppy), json={"message": "x" * 1001})
    assert answer.status_code == 422
    assert [(p["field"], p["code"]) for p in answer.json()["problems"]] == [("message", "too_long")]


async def test_a_puppy_that_went_home_is_refused(scene: Kennels) -> None:
    gone = await scene.another_puppy("Blue collar", placement="home")
    answer = await (await scene.town.program("Aigerim")).post(interest(gone), json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "puppy_not_available")
    assert answer.json()["facts"] == {"label": "home"}


async def test_interests_are_counted_by_the_day(scene: Kennels) -> None:
    aigerim = await scene.town.program("Aigerim")
    answers = [await aigerim.post(interest(scene.puppy), json={}) for _ in range(11)]
    assert [a.status_code for a in answers] == [201] * 10 + [429]


async def test_interest_is_taken_back(scene: Kennels) -> None:
    aigerim = await scene.town.program("Aigerim")
    await aigerim.post(interest(scene.puppy), json={})
    assert (await aigerim.delete(interest(scene.puppy))).status_code == 204
    assert (await aigerim.get("/api/breeder/stage")).json() == {"stage": "prospect", "kennels": []}


async def test_the_kennel_sees_its_leads_and_no_other_kennels(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="By the river")
    await scene.site.do(favourite, scene.litter, by=scene.asking)
    dana, timur = await scene.town.program("Dana"), await scene.town.program("Timur")
    leads = (await dana.get("/api/breeder/leads")).json()
    assert {(lead["listing_title"], lead["how"], lead["message"]) for lead in leads} == {
        ("Red collar", "interest", "By the river"),
        ("Spring litter", "favourite", ""),
    }
    assert {lead["person_name"] for lead in leads} == {"Aigerim"}
    assert (await timur.get("/api/breeder/leads")).json() == []
    asked = await timur.get("/api/breeder/leads", params={"shop_id": str(scene.kennel)})
    assert asked.status_code == 404


async def test_a_heart_and_an_interest_in_one_puppy_are_one_lead(scene: Kennels) -> None:
    await scene.site.do(favourite, scene.puppy, by=scene.asking)
    await services.show_interest(scene.site, scene.puppy, by=scene.asking)
    leads = (await (await scene.town.program("Dana")).get("/api/breeder/leads")).json()
    assert [lead["how"] for lead in leads] == ["interest"]


async def test_customers_do_not_see_leads(scene: Kennels) -> None:
    answer = await (await scene.town.program("Aigerim")).get("/api/breeder/leads")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_stage_goes_forward_and_back(scene: Kennels) -> None:
    aigerim = await scene.town.program("Aigerim")

    async def stage() -> str:
        return str((await aigerim.get("/api/breeder/stage")).json()["stage"])

    assert await stage() == "prospect"
    await scene.site.do(favourite, scene.puppy, by=scene.asking)
    assert await stage() == "lead"
    await scene.site.do(unfavourite, scene.puppy, by=scene.asking)
    assert await stage() == "prospect"
    await services.show_interest(scene.site, scene.litter, by=scene.asking)
    kennels = (await aigerim.get("/api/breeder/stage")).json()["kennels"]
    assert kennels == [{"shop_id": str(scene.kennel), "stage": "lead", "favourites": 0, "interests": 1}]


async def test_more_leads_take_no_more_statements(scene: Kennels) -> None:
    for number in range(4):
        puppy = await scene.another_puppy(f"Puppy {number}")
        await services.show_interest(scene.site, puppy, by=scene.asking)
        with assert_query_count(scene.site, 3):
            assert len(await scene.site.ask(queries.leads_of, {scene.kennel})) == number + 1


async def test_what_is_kept_of_a_person_is_given_and_forgotten(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="By the river")
    kept = scene.site.registry.personal_data["breeder.interests"]
    exported = await scene.site.ask(kept.export, scene.aigerim)
    assert [(item["title"], item["message"]) for item in exported] == [("Red collar", "By the river")]
    await scene.site.do(kept.erase, scene.aigerim)
    assert await scene.site.ask(kept.export, scene.aigerim) == []
