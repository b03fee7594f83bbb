"""The home page."""

from __future__ import annotations

import pytest

from marketplace_kit.pages.queries import PageTree
from marketplace_kit.testing.queries import count_queries
from tests.listings.goods import LAMP
from tests.listings.market import Market


async def test_it_shows_what_there_is(market: Market) -> None:
    owner = await market.person("owner")
    await market.listing(owner, await market.shop(owner))
    page = (await (await market.browser()).get("/")).text
    assert f'href="/listings?kind={LAMP}"' in page
    assert "Reading lamp" in page
    assert 'href="/shops/light-house"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["/", "/ru", "/kk", "/en"])
async def test_it_is_there_in_every_language_before_anything_is_offered(market: Market, path: str) -> None:
    answer = await (await market.browser()).get(path)
    assert answer.status_code == 200
    assert 'role="search"' in answer.text


async def test_it_takes_three_statements_of_a_stranger(market: Market) -> None:
    client = await market.browser()
    with count_queries(market.site) as seen:
        await client.get("/")
    assert len([s for s in seen if "plugin_activation" not in s]) == 3


async def test_its_inner_address_is_not_one_for_visitors(market: Market) -> None:
    assert (await (await market.browser()).get("/-/page/home")).status_code == 404


async def test_the_tree_leaves_to_the_router_what_is_no_page(market: Market) -> None:
    tree = PageTree()
    assert await tree.resolve(market.site, "/") == "/-/page/home"
    assert await tree.resolve(market.site, "/listings") is None
