"""The home page."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.tables import person_table
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.pages.queries import PageTree
from marketplace_kit.shops.tables import shop_table
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


async def test_it_takes_five_statements_of_a_stranger(market: Market) -> None:
    client = await market.browser()
    with count_queries(market.site) as seen:
        await client.get("/")
    assert len(seen) == 5


async def test_a_category_is_shown_where_an_open_shop_offers_something_in_it(market: Market) -> None:
    async def tiles(path: str = "/") -> set[str]:
        return set(re.findall(r"/listings\?category=([a-z-]+)", (await client.get(path)).text))

    client, owner = await market.browser(), await market.person("owner")
    groomer, empty = await market.shop(owner, "Light house"), await market.shop(owner, "Dark house")
    await in_category(market, groomer, "grooming", "atyrau")
    await in_category(market, empty, "nails", "atyrau")
    assert await tiles() == set()
    await market.listing(owner, groomer)
    assert await tiles() == {"grooming"}
    client.cookies.set("mk_city", "makat")
    assert await tiles() == set()
    client.cookies.set("mk_city", "atyrau")
    assert await tiles() == {"grooming"}


async def test_the_city_of_the_profile_counts_until_the_browser_says_otherwise(market: Market) -> None:
    async def city(name: str) -> set[str]:
        await market.site.do(lives_in, owner.person_id, name)
        return set(re.findall(r"/listings\?category=([a-z-]+)", (await client.get("/")).text))

    owner = await market.person("owner")
    client = await market.browser("owner")
    groomer = await market.shop(owner)
    await in_category(market, groomer, "grooming", "atyrau")
    await market.listing(owner, groomer)
    assert await city("Макат") == set()
    assert await city("Атырау") == {"grooming"}
    assert await city("Atlantis") == {"grooming"}
    client.cookies.set("mk_city", "makat")
    assert await city("Атырау") == set()


async def lives_in(uow: UnitOfWork, person_id: UUID, name: str) -> None:
    await uow.session.execute(sa.update(person_table).where(person_table.c.id == person_id).values(city=name))


async def in_category(market: Market, shop: UUID, category: str, city: str) -> None:
    async def put(uow: UnitOfWork) -> None:
        told = sa.update(shop_table).where(shop_table.c.id == shop)
        await uow.session.execute(told.values(category_id=category, city_id=city))

    await market.site.do(put)


async def test_its_inner_address_is_not_one_for_visitors(market: Market) -> None:
    assert (await (await market.browser()).get("/-/page/home")).status_code == 404


async def test_the_tree_leaves_to_the_router_what_is_no_page(market: Market) -> None:
    tree = PageTree()
    assert await tree.resolve(market.site, "/") == "/-/page/home"
    assert await tree.resolve(market.site, "/listings") is None
