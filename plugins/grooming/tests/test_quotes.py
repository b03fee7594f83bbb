"""Quotes: what a service costs for one pet, for programs and on pages."""

from __future__ import annotations

import httpx
import pytest

from marketplace_grooming import services
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.listings.queries import active_kinds, listing_page
from plugins.grooming.tests.salons import Salons, tenge

pytestmark = pytest.mark.anyio


async def quoted(scene: Salons, grams: object, listing_id: object = None) -> httpx.Response:
    program = await scene.town.program()
    given = {"listing_id": str(listing_id or scene.full), "weight_grams": str(grams)}
    return await program.get("/api/grooming/quotes", params=given)


async def headline(scene: Salons) -> object:
    found = await scene.site.ask(listing_page, scene.full, active_kinds(scene.site), viewer=Actor())
    assert found is not None
    return found.price


async def test_a_poodle_of_seven_kilograms_is_small(scene: Salons) -> None:
    answer = await quoted(scene, 7_200)
    assert answer.status_code == 200
    found = answer.json()
    assert [line["minutes"] for line in found["lines"]] == [90]
    known = ("listing_id", "weight_grams", "band", "price", "minutes")
    assert {name: found[name] for name in known} == {
        "listing_id": str(scene.full),
        "weight_grams": 7_200,
        "band": "small",
        "price": {"amount": 800_000, "currency": "KZT"},
        "minutes": 90,
    }


@pytest.mark.parametrize(
    ("grams", "status", "code"),
    [(0, 422, "weight_implausible"), (130_001, 422, "weight_implausible"), (25_001, 409, "size_not_served")],
)
async def test_a_weight_that_cannot_be_quoted_is_refused(scene: Salons, grams: int, status: int, code: str) -> None:
    answer = await quoted(scene, grams)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_is_no_number_is_malformed(scene: Salons) -> None:
    assert (await quoted(scene, "heavy")).status_code == 400


async def test_the_headline_of_a_service_without_a_price_is_its_cheapest_size(scene: Salons) -> None:
    assert await headline(scene) == tenge(7_000)


async def test_a_price_that_the_groomer_named_is_left_alone_until_they_say_otherwise(scene: Salons) -> None:
    timur = await scene.town.browser("Timur")
    page = f"/listings/{scene.at_home}"
    assert "something else than the cheapest size" in await timur.see(page)
    pressed = await timur.press(page, f"/grooming/listings/{scene.at_home}/headline")
    assert (pressed.status_code, pressed.headers["location"]) == (303, page)
    assert "something else than the cheapest size" not in await timur.see(page)


async def test_nobody_else_changes_a_headline(scene: Salons) -> None:
    for other in (Actor(person_id=scene.natalya), scene.asking):
        with pytest.raises(Missing):
            await scene.site.do(services.name_cheapest, scene.at_home, by=other)


async def test_a_service_shows_its_prices_by_size(scene: Salons) -> None:
    seen = await (await scene.town.browser()).see(f"/listings/{scene.full}")
    assert all(text in seen for text in ("Small, 5 to 10 kg", "8\u00a0000\u00a0₸", "90 minutes", "by arrangement"))
    assert "Large, 25 to 45 kg" not in seen
    assert "something else than the cheapest size" not in seen


async def test_a_quote_is_a_page_without_javascript_and_a_piece_of_one_with_it(scene: Salons) -> None:
    browser = await scene.town.browser()
    path = f"/grooming/listings/{scene.full}/quote?weight=7,2"
    whole = await browser.see(path)
    assert "<!doctype html>" in whole
    assert "8\u00a0000\u00a0₸" in whole
    piece = await browser.client.get(path, headers={"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "8\u00a0000\u00a0₸" in piece.text


@pytest.mark.parametrize(("typed", "said"), [("30", "does not take pets of this size"), ("0", "at most 130")])
async def test_a_page_says_why_there_is_no_price(scene: Salons, typed: str, said: str) -> None:
    browser = await scene.town.browser()
    assert said in await browser.see(f"/grooming/listings/{scene.full}/quote?weight={typed}")


async def test_groomers_are_compared_cheapest_first(scene: Salons) -> None:
    seen = await (await scene.town.browser()).see("/grooming/prices?weight=7.2")
    assert seen.index("At your home") < seen.index("Full grooming")
    medium = await (await scene.town.browser()).see("/grooming/prices?weight=20")
    assert "At your home" not in medium


async def test_a_cat_is_not_sent_to_who_takes_dogs_alone(scene: Salons) -> None:
    seen = await (await scene.town.browser()).see("/grooming/prices?weight=7.2&species=cat")
    assert "At your home" in seen
    assert "Full grooming" not in seen


@pytest.mark.parametrize("query", ["weight=heavy", "weight=500", "weight=5&species=dragon"])
async def test_what_cannot_be_compared_is_marked(scene: Salons, query: str) -> None:
    browser = await scene.town.browser()
    answer = await browser.client.get(f"/grooming/prices?{query}")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text or "kit-error" in answer.text


async def test_the_front_page_leads_to_the_comparison(scene: Salons) -> None:
    assert 'action="/grooming/prices"' in await (await scene.town.browser()).see("/")


async def test_a_listing_of_another_kind_has_no_quote(scene: Salons) -> None:
    kind = scene.site.registry.listing_kinds["breeder.litter"]
    litter = parse(kind.attributes, {"breed": "Poodle"})
    listing = await scene.town.listing(scene.natalya, scene.salon, kind.name, "Spring litter", litter)
    answer = await quoted(scene, 7_200, listing)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_grooming_service")
    assert "What it costs by size" not in await (await scene.town.browser()).see(f"/listings/{listing}")
