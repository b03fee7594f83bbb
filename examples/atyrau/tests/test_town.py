"""The town of the demonstration: big enough, the same each time, and whole on a site."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.listings.queries import Criteria, active_kinds, browse
from marketplace_kit.shops.queries import shop_list
from marketplace_kit.testing.sites import Sites

OWN = {plugin.info.name: plugin for plugin in discover_folder(Path(__file__).resolve().parents[1] / "plugins")}
TODAY = date(2026, 11, 21)


@pytest.mark.one_engine
def test_there_are_shops_and_offers_enough_in_three_languages() -> None:
    from marketplace_site_plugins_town.plan import town

    places = town(TODAY)
    offerings = [offering for place in places for offering in place.offerings]
    assert len(places) >= 60
    assert len(offerings) >= 800
    assert len({place.category for place in places}) >= 4
    assert {place.language for place in places} == {"kk", "ru", "en"}
    assert {offering.state for offering in offerings} == {"published", "draft", "archived"}
    assert len({place.name for place in places}) == len(places)
    assert all(offering.price > 0 and offering.title for offering in offerings)


@pytest.mark.one_engine
def test_the_same_number_makes_the_same_town_and_dates_follow_the_day() -> None:
    from marketplace_site_plugins_town.plan import town

    assert town(TODAY) == town(TODAY)
    assert town(TODAY) != town(TODAY, 7)
    born = [o.attributes["born"] for p in town(TODAY) for o in p.offerings if o.attributes.get("born")]
    assert born
    assert all(date.fromisoformat(day) < TODAY for day in born)


@pytest.mark.anyio
async def test_places_are_settled_once_with_hours_offers_and_pictures(sites: Sites, clock: SetClock) -> None:
    from marketplace_site_plugins_town.loading import settle
    from marketplace_site_plugins_town.plan import town

    places = [place for place in town(TODAY) if place.category in ("breeders", "cyber-cafe", "pet-shop")][:2]
    places += [place for place in town(TODAY) if place.sections]
    async with sites.open([OWN["town"]], clock=clock) as site:
        for _ in range(2):
            await settle(site, places)
        await run_until_idle(site)
        shops = (await site.ask(shop_list, now=clock.now())).items
        assert {shop.name for shop in shops} == {place.name for place in places}
        assert all(shop.opens_at or shop.open_now for shop in shops)
        cards = (await site.ask(browse, Criteria(now=clock.now()), active_kinds(site), limit=100)).items
        published = [o for place in places for o in place.offerings if o.state == "published"]
        assert len(cards) == min(len(published), 100)
        assert any(card.photo for card in cards)
        assert [
            (card.price.amount, card.price_varies) for card in cards if card.title == "Маргарита" and card.price
        ] == [(220_000, True)]


def test_some_of_it_is_chosen_in_detail_and_stands_in_a_menu() -> None:
    from marketplace_site_plugins_town.plan import OPTIONS, town

    places = town(TODAY)
    assert {name for place in places for offering in place.offerings for name in offering.options} == set(OPTIONS)
    menus = [place for place in places if place.sections]
    assert len(menus) == 2
    for place in menus:
        titles = [title for section in place.sections for title in section.titles]
        assert sorted(titles) == sorted(offering.title for offering in place.offerings)
