"""Browsing: what is found, in which order, at what cost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from marketplace_kit.kernel.fields import NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.listings import queries
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.services import archive, favourite, publish, unpublish
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.web.paging import BadCursor, encode_cursor
from tests.listings.goods import LAMP, TEA
from tests.listings.market import Market


async def titles(market: Market, cursor: str | None = None, limit: int = 20, **criteria: Any) -> list[str]:
    kinds = active_kinds(market.site)
    with assert_query_count(market.site, 1):
        page = await market.site.ask(queries.browse, Criteria(**criteria), kinds, cursor=cursor, limit=limit)
    return [card.title for card in page.items]


async def counts(market: Market, **criteria: Any) -> dict[str, int]:
    with assert_query_count(market.site, 1):
        return await market.site.ask(queries.counts_by_kind, Criteria(**criteria), active_kinds(market.site))


async def stocked(market: Market) -> tuple[Actor, UUID, dict[str, UUID]]:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    ids = {
        "Desk lamp": await market.listing(owner, shop_id, "Desk lamp", price="5000", maker="Svet"),
        "Ёлочная лампа": await market.listing(owner, shop_id, "Ёлочная лампа", price="12000", maker="Nur 100%"),
        "Lamp on request": await market.listing(owner, shop_id, "Lamp on request", price=None, supplier="Hidden"),
        "Green tea": await market.listing(owner, shop_id, "Green tea", price="900", kind=TEA, attributes=NoFields()),
    }
    await market.listing(owner, shop_id, "Draft lamp", draft=True)
    return owner, shop_id, ids


async def test_the_newest_come_first_and_drafts_do_not_come(market: Market) -> None:
    await stocked(market)
    assert await titles(market) == ["Green tea", "Lamp on request", "Ёлочная лампа", "Desk lamp"]


FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({"kind": TEA}, ["Green tea"]),
    ({"kind": "goods.nothing"}, []),
    ({"text": "LAMP"}, ["Lamp on request", "Desk lamp"]),
    ({"text": "lamp desk"}, ["Desk lamp"]),
    ({"text": "елочная ЛАМПА"}, ["Ёлочная лампа"]),
    ({"text": "svet"}, ["Lamp on request", "Desk lamp"]),
    ({"text": "hidden"}, []),
    ({"text": "100%"}, ["Ёлочная лампа"]),
    ({"text": "%"}, []),
    ({"text": "_"}, []),
    ({"text": "/"}, []),
    ({"text": "'; DROP TABLE listing; --"}, []),
    ({"price_min": 500000}, ["Ёлочная лампа", "Desk lamp"]),
    ({"price_max": 500000}, ["Green tea", "Desk lamp"]),
    ({"price_min": 500001, "price_max": 1200000}, ["Ёлочная лампа"]),
    ({"price_max": 0}, []),
    ({"kind": LAMP, "text": "desk", "price_min": 1}, ["Desk lamp"]),
]


async def test_filters_narrow_together(market: Market) -> None:
    await stocked(market)
    for criteria, found in FOUND:
        assert await titles(market, **criteria) == found, criteria


async def test_a_shop_and_favourites_are_filters_too(market: Market) -> None:
    owner, shop_id, ids = await stocked(market)
    other, fan = await market.person("other"), await market.person("fan")
    theirs = await market.listing(other, await market.shop(other, "Other"), "Their lamp")
    assert await titles(market, shop_id=shop_id, kind=LAMP) == ["Lamp on request", "Ёлочная лампа", "Desk lamp"]
    await market.site.do(favourite, theirs, by=fan)
    await market.site.do(favourite, ids["Desk lamp"], by=fan)
    assert await titles(market, only_favourites=True, person_id=fan.person_id) == ["Their lamp", "Desk lamp"]
    assert await titles(market, only_favourites=True, person_id=owner.person_id) == []
    assert await titles(market, only_favourites=True) == []


async def test_counts_name_every_kind_under_the_other_filters(market: Market) -> None:
    await stocked(market)
    assert await counts(market) == {LAMP: 3, TEA: 1}
    assert await counts(market, kind=TEA) == {LAMP: 3, TEA: 1}
    assert await counts(market, text="lamp") == {LAMP: 2}


async def test_paging_shows_everything_once_even_while_things_come_and_go(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    kinds = active_kinds(market.site)
    made = [await market.listing(owner, shop_id, f"Lamp {n}") for n in range(7)]
    seen: list[str] = []
    cursor = None
    for step in range(10):
        page = await market.site.ask(queries.browse, Criteria(), kinds, cursor=cursor, limit=3)
        seen += [card.title for card in page.items]
        cursor = page.next
        if cursor is None:
            break
        if step == 0:
            await market.listing(owner, shop_id, "Lamp new")
            await market.site.do(archive, made[4], by=owner)
    assert seen == [f"Lamp {n}" for n in (6, 5, 4, 3, 2, 1, 0)]


async def test_listings_of_one_instant_are_paged_without_loss(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    drafts = [await market.listing(owner, shop_id, f"Lamp {n}", draft=True) for n in range(5)]
    for draft in drafts:
        await market.site.do(publish, draft, by=owner)
    kinds, seen, cursor = active_kinds(market.site), [], None
    while True:
        page = await market.site.ask(queries.browse, Criteria(), kinds, cursor=cursor, limit=2)
        seen += [card.id for card in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == sorted(drafts, reverse=True)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        encode_cursor("2026-01-01"),
        encode_cursor("newest", "0001-01-01T00:00:00+14:00", UUID(int=1)),
        encode_cursor("price", 5, UUID(int=1)),
    ],
)
async def test_a_cursor_that_we_did_not_make_is_refused(market: Market, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await market.site.ask(queries.browse, Criteria(), active_kinds(market.site), cursor=cursor)


async def test_a_cursor_without_a_zone_breaks_nothing(market: Market) -> None:
    await stocked(market)
    assert await titles(market, cursor=encode_cursor("newest", "2030-01-01T00:00:00", UUID(int=1)), limit=1) == [
        "Green tea"
    ]


async def test_the_cost_of_a_page_does_not_grow_with_the_rows(market: Market) -> None:
    owner, fan = await market.person("owner"), await market.person("fan")
    shop_id = await market.shop(owner)
    kinds = active_kinds(market.site)
    for rows in (1, 6):
        for _ in range(rows):
            lamp = await market.listing(owner, shop_id)
            await market.site.do(favourite, lamp, by=fan)
        assert len(await titles(market, person_id=fan.person_id)) > 0
        with assert_query_count(market.site, 1):
            await market.site.ask(queries.listing_page, lamp, kinds, viewer=fan)
        with assert_query_count(market.site, 1):
            await market.site.ask(queries.favourites, fan.person_id, kinds)
        with assert_query_count(market.site, 1):
            await market.site.ask(queries.own_listings, owner.person_id, kinds)


async def test_own_listings_are_paged_and_count_hearts(market: Market) -> None:
    owner, fan = await market.person("owner"), await market.person("fan")
    shop_id = await market.shop(owner)
    lamps = [await market.listing(owner, shop_id, f"Lamp {n}") for n in range(3)]
    await market.site.do(favourite, lamps[0], by=fan)
    await market.site.do(unpublish, lamps[1], by=owner)
    kinds = active_kinds(market.site)
    first = await market.site.ask(queries.own_listings, owner.person_id, kinds, limit=2)
    rest = await market.site.ask(queries.own_listings, owner.person_id, kinds, limit=2, cursor=first.next)
    rows = [(row.title, row.state, row.favourites) for row in first.items + rest.items]
    assert rows == [("Lamp 2", "published", 0), ("Lamp 1", "draft", 0), ("Lamp 0", "published", 1)]
    assert (await market.site.ask(queries.own_listings, fan.person_id, kinds)).items == []
