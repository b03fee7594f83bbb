"""What people see: the button on a puppy's page, and a kennel's list of leads."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from marketplace_breeder import queries, services
from marketplace_kit.listings.services import favourite
from plugins.breeder.tests.kennels import Kennels
from tests.plugins.town import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.one_engine]  # doors: what stands behind them runs on both


def page_of(listing_id: object) -> str:
    return f"/listings/{listing_id}"


def interest(listing_id: object) -> str:
    return f"/breeder/listings/{listing_id}/interest"


async def test_a_puppys_page_offers_the_button_and_says_when_it_may_move(scene: Kennels) -> None:
    seen = await (await scene.town.browser()).see(page_of(scene.puppy))
    assert interest(scene.puppy) in seen
    assert "29 March 2026" in seen  # fifty-six days after the first of February


async def test_a_puppy_that_went_home_has_no_button(scene: Kennels) -> None:
    gone = await scene.another_puppy("Blue collar", placement="home")
    seen = await (await scene.town.browser()).see(page_of(gone))
    assert interest(gone) not in seen
    assert "has found its family" in seen


async def test_the_kennel_itself_sees_no_button(scene: Kennels) -> None:
    assert interest(scene.puppy) not in await (await scene.town.browser("Dana")).see(page_of(scene.puppy))


async def test_a_family_presses_the_button_and_adds_words(scene: Kennels) -> None:
    aigerim = await scene.town.browser("Aigerim")
    pressed = await aigerim.press(page_of(scene.puppy), interest(scene.puppy))
    assert (pressed.status_code, pressed.headers["location"]) == (303, interest(scene.puppy))
    await aigerim.press(interest(scene.puppy), interest(scene.puppy), message="We live by the river.")
    assert "We live by the river." in await aigerim.see(interest(scene.puppy))
    assert "The kennel knows" in await aigerim.see(interest(scene.puppy) + "/state")


async def test_a_stranger_signs_in_and_finds_it_done(scene: Kennels) -> None:
    stranger = await scene.town.browser()
    pressed = await stranger.press(page_of(scene.puppy), interest(scene.puppy))
    door = urlsplit(pressed.headers["location"])
    assert (pressed.status_code, door.path) == (303, "/sign-in")
    back = parse_qs(door.query)["next"][0]
    entered = await stranger.press(
        pressed.headers["location"], "/sign-in", contact="aigerim@example.kz", password=PASSWORD, next=back
    )
    finished = await stranger.client.get(entered.headers["location"])
    assert finished.headers["location"] == interest(scene.puppy)
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is not None


async def test_a_link_that_somebody_else_made_shows_no_interest(scene: Kennels) -> None:
    aigerim = await scene.town.browser("Aigerim")
    await aigerim.see(interest(scene.puppy) + "?act=" + "0" * 64)
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is None


async def test_too_many_words_are_kept_in_the_form_and_marked(scene: Kennels) -> None:
    aigerim = await scene.town.browser("Aigerim")
    answer = await aigerim.press(interest(scene.puppy), interest(scene.puppy), message="x" * 1001)
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert "at most 1000" in answer.text


async def test_taking_it_back_leads_to_the_puppy(scene: Kennels) -> None:
    aigerim = await scene.town.browser("Aigerim")
    await aigerim.press(page_of(scene.puppy), interest(scene.puppy))
    gone = await aigerim.press(interest(scene.puppy), interest(scene.puppy) + "/withdraw")
    assert gone.headers["location"] == page_of(scene.puppy)
    assert await scene.site.ask(queries.interest_of, scene.puppy, scene.aigerim) is None


async def test_the_kennels_page_lists_who_wants_what(scene: Kennels) -> None:
    await services.show_interest(scene.site, scene.puppy, by=scene.asking, message="<b>Good</b> morning")
    await scene.site.do(favourite, scene.litter, by=scene.asking)
    dana = await scene.town.browser("Dana")
    seen = await dana.see("/sell/leads")
    assert all(word in seen for word in ("Aigerim", "Red collar", "Spring litter", "&lt;b&gt;Good&lt;/b&gt; morning"))
    assert 'href="/sell/leads"' in await dana.see("/sell")


async def test_a_kennel_without_leads_is_told_what_will_stand_there(scene: Kennels) -> None:
    assert "Nobody yet" in await (await scene.town.browser("Timur")).see("/sell/leads")


@pytest.mark.parametrize(("locale", "label"), [("ru", "Предварительный резерв"), ("kk", "Алдын ала резерв")])
async def test_the_label_is_read_in_the_trades_own_words(scene: Kennels, locale: str, label: str) -> None:
    held = await scene.another_puppy("White collar", placement="on_hold")
    assert label in await (await scene.town.browser()).see(f"/{locale}{page_of(held)}")
