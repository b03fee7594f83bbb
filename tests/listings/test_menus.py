"""A shop's menu: sections in order, hours, who arranges it, and what the shop's page makes of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings.domain.menus import EVERY_DAY, MenuSection
from marketplace_kit.listings.queries import active_kinds, menu_of, shop_window
from marketplace_kit.listings.services import set_menu, unpublish
from marketplace_kit.listings.tables import menu_section_table
from marketplace_kit.shops.domain.hours import Range
from marketplace_kit.shops.tables import member_table
from marketplace_kit.testing.queries import count_queries
from tests.listings.market import Market


def section(name: str, *listings: UUID, **given: Any) -> MenuSection:
    return MenuSection(names={"en": name}, listings=listings, **given)


async def shop_with(market: Market, titles: int = 4) -> tuple[Actor, UUID, list[UUID]]:
    owner = await market.person("owner", "vendor")
    shop = await market.shop(owner)
    return owner, shop, [await market.listing(owner, shop, f"Lamp {n}") for n in range(titles)]


async def menu(market: Market, shop: UUID) -> tuple[int, list[tuple[str, list[UUID]]]]:
    version, sections = await market.site.ask(menu_of, shop)
    return version, [(s.names["en"], list(s.listings)) for s in sections]


@pytest.mark.parametrize(
    ("days", "hours", "wall", "served"),
    [
        (EVERY_DAY, None, "2026-11-23 03:00", True),
        ({0, 1}, None, "2026-11-24 23:59", True),
        ({0, 1}, None, "2026-11-25 00:00", False),
        ({0}, Range(480, 660), "2026-11-23 08:00", True),
        ({0}, Range(480, 660), "2026-11-23 11:00", False),
        ({0}, Range(480, 660), "2026-11-24 09:00", False),
        ({6}, Range(1320, 1560), "2026-11-23 01:30", True),  # begun on Sunday night
        ({0}, Range(1320, 1560), "2026-11-23 01:30", False),
    ],
)
def test_a_section_is_served_on_its_days_at_its_hours(
    days: set[int], hours: Range | None, wall: str, served: bool
) -> None:
    one = section("Breakfast", days=frozenset(days), hours=hours)
    assert one.served_at(datetime.fromisoformat(wall)) is served


async def test_a_menu_is_arranged_and_arranged_anew(market: Market) -> None:
    owner, shop, (a, b, c, d) = await shop_with(market)
    first = (section("Pizza", b, a), section("Drinks", c, days=frozenset({0, 4}), hours=Range(480, 660)))
    assert await market.site.do(set_menu, shop, version=0, sections=first, by=owner) == 1
    assert await menu(market, shop) == (1, [("Pizza", [b, a]), ("Drinks", [c])])
    _, (pizza, drinks) = await market.site.ask(menu_of, shop)
    assert (drinks.days, drinks.hours) == (frozenset({0, 4}), Range(480, 660))
    swapped = (section("New"), drinks, MenuSection(id=pizza.id, names={"en": "Pizza!"}, listings=(d, b)))
    await market.site.do(set_menu, shop, version=1, sections=swapped, by=owner)
    assert await menu(market, shop) == (2, [("New", []), ("Drinks", [c]), ("Pizza!", [d, b])])
    _, now = await market.site.ask(menu_of, shop)
    assert [s.id for s in now[1:]] == [drinks.id, pizza.id]
    await market.site.do(set_menu, shop, version=2, sections=(), by=owner)
    assert await menu(market, shop) == (3, [])


async def test_a_menu_holds_the_shops_own_listings_once(market: Market) -> None:
    owner, shop, (a, *_) = await shop_with(market, 1)
    foreign = await market.listing(owner, await market.shop(owner, "Other"))
    with pytest.raises(Invalid) as refused:
        await market.site.do(set_menu, shop, version=0, sections=(section("A", a, foreign), section("B", a)), by=owner)
    assert [(p.field, p.code) for p in refused.value.problems] == [
        ("sections.0.listings.1", "unknown_listing"),
        ("sections.1.listings.0", "listing_twice"),
    ]
    assert await menu(market, shop) == (0, [])
    with pytest.raises(Missing):
        await market.site.do(set_menu, shop, version=0, sections=(), by=await market.person("stranger", "vendor"))


async def test_of_two_who_arrange_a_menu_at_once_one_is_told(market: Market) -> None:
    owner, shop, (a, *_) = await shop_with(market, 1)
    tries = (market.site.do(set_menu, shop, version=0, sections=(section(f"S{n}", a),), by=owner) for n in range(4))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(one == 1 for one in done) == 1
    assert sum(isinstance(one, StaleVersion) for one in done) == 3
    version, sections = await menu(market, shop)
    assert (version, len(sections)) == (1, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"days": 0},
        {"days": 128},
        {"opens": 60},
        {"opens": 60, "closes": 60},
        {"opens": 60, "closes": 1501},
        {"rank": 0},
    ],
)
async def test_the_database_refuses_hours_that_are_none(market: Market, fault: dict[str, Any]) -> None:
    owner, shop, _ = await shop_with(market, 0)
    await market.site.do(set_menu, shop, version=0, sections=(section("A"),), by=owner)
    plain = {"shop_id": shop, "names": {}, "rank": 1, "days": 127, "opens": None, "closes": None}

    async def put(uow: UnitOfWork, row: dict[str, Any]) -> None:
        await uow.session.execute(sa.insert(menu_section_table).values(id=uuid4(), **row))

    with pytest.raises(IntegrityError):
        await market.site.do(put, plain | fault)
    await market.site.do(put, plain)


async def test_a_window_shows_the_menu_first_and_pages_the_rest(market: Market) -> None:
    owner, shop, lamps = await shop_with(market, 7)
    a, b, hidden, *rest = lamps
    sections = (section("Empty"), section("Second", a), section("First", hidden, b))
    await market.site.do(set_menu, shop, version=0, sections=sections, by=owner)
    await market.site.do(unpublish, hidden, by=owner)
    kinds, now = active_kinds(market.site), market.clock.now()
    seen: list[UUID] = []
    cursor = None
    for turn in range(3):
        window = await market.site.ask(shop_window, shop, kinds, person_id=None, now=now, cursor=cursor, limit=2)
        shown = [(s.names["en"], [card.id for card in cards]) for s, cards in window.sections]
        assert shown == ([("Second", [a]), ("First", [b])] if turn == 0 else [])
        seen += [card.id for card in window.rest.items]
        if (cursor := window.rest.next) is None:
            break
    assert seen == rest[::-1]


async def test_programs_read_and_arrange_the_menu(market: Market) -> None:
    owner, shop, (a, b, *_) = await shop_with(market)
    await market.site.do(unpublish, b, by=owner)
    vendor, anybody = await market.browser("owner"), await market.browser()
    path = f"/api/shops/{shop}/menu"
    assert (await anybody.get(path)).json() == {"version": 0, "sections": []}
    breakfast = {"name_ru": "Завтраки", "days": ["mon"], "hours": "8:00-11:00", "listings": [str(b), str(a)]}
    put = await vendor.put(path, json={"version": 0, "sections": [breakfast]})
    assert put.status_code == 200, put.text
    assert put.json()["sections"][0]["listing_ids"] == [str(b), str(a)]
    read = (await anybody.get(path)).json()
    (one,) = read["sections"]
    assert (one["name"], one["days"], one["hours"]) == ("Завтраки", ["mon"], "08:00-11:00")
    assert one["listing_ids"] == [str(a)]
    assert one["listings"][0]["title"] == "Lamp 0"
    assert (await vendor.put(path, json={"version": 0, "sections": []})).status_code == 409
    faulty = {"hours": "8-9, 10-11", "days": ["someday"], "listings": ["x"]}
    refused = await vendor.put(path, json={"version": 1, "sections": [faulty, 7], "more": 1})
    assert {(p["field"], p["code"]) for p in refused.json()["problems"]} == {
        ("more", "unknown_field"),
        ("sections.0.name_kk", "required"),
        ("sections.0.days", "not_a_choice"),
        ("sections.0.hours", "hours_too_many"),
        ("sections.0.listings.0", "bad_pattern"),
        ("sections.1", "wrong_type"),
    }
    assert (await anybody.get(f"/api/shops/{uuid4()}/menu")).status_code == 404
    await market.person("other", "vendor")
    assert (await (await market.browser("other")).put(path, json={"version": 1, "sections": []})).status_code == 404


async def sent(client: httpx.AsyncClient, market: Market, shop: UUID, path: str = "", **fields: str) -> httpx.Response:
    version, _ = await market.site.ask(menu_of, shop)
    return await client.post(f"/sell/shop/{shop}/menu{path}", data={"version": str(version), **fields})


async def test_a_vendor_arranges_the_menu_form_by_form(market: Market) -> None:
    _, shop, (a, b, *_) = await shop_with(market)
    client = await market.browser("owner")
    client.headers["Accept-Language"] = "en"
    assert f"/sell/shop/{shop}/menu" in (await client.get("/sell")).text
    made = await sent(client, market, shop, name_en="Pizza")
    assert (made.status_code, made.headers["location"]) == (303, f"/sell/shop/{shop}/menu")
    refused = await sent(client, market, shop, name_en="Kept name", hours="late")
    assert refused.status_code == 422
    assert 'href="#new-hours"' in refused.text
    assert 'value="Kept name"' in refused.text
    await sent(client, market, shop, name_en="Breakfast", hours="08:00-11:00", days="mon")
    _, (pizza, breakfast) = await market.site.ask(menu_of, shop)
    for one in (a, b):
        assert (await sent(client, market, shop, f"/{pizza.id}", act="add", listing=str(one))).status_code == 303
    await sent(client, market, shop, f"/{pizza.id}/{b}", act="up")
    await sent(client, market, shop, f"/{breakfast.id}", act="up")
    await sent(client, market, shop, f"/{pizza.id}", name_en="Pizzas")
    assert (await menu(market, shop))[1] == [("Breakfast", []), ("Pizzas", [b, a])]
    page = (await client.get("/shops/light-house")).text
    assert f'href="#menu-{pizza.id}"' in page
    assert page.index("Pizzas") < page.index("Lamp 1") < page.index("Lamp 0") < page.index('id="menu-rest"')
    assert "Breakfast" not in page  # nothing stands in it
    await sent(client, market, shop, f"/{pizza.id}/{b}", act="delete")
    await sent(client, market, shop, f"/{breakfast.id}", act="add", listing=str(b))
    assert "Mon · 08:00-11:00" in (await client.get("/shops/light-house")).text
    assert (await sent(client, market, shop, f"/{pizza.id}", act="explode")).status_code == 404
    assert (await sent(client, market, shop, f"/{pizza.id}", act="add", listing="x")).status_code == 404
    lost = await client.post(f"/sell/shop/{shop}/menu", data={"version": "1", "name_en": "Mine"})
    assert lost.status_code == 409
    assert 'value="Mine"' in lost.text
    await market.person("other", "vendor")
    assert (await (await market.browser("other")).get(f"/sell/shop/{shop}/menu")).status_code == 404


async def test_a_menu_costs_no_statement_of_the_shops_page(market: Market) -> None:
    owner, shop, lamps = await shop_with(market)
    client = await market.browser()
    asked = []
    for sections in ((), (section("A", lamps[0]),), (section("B", lamps[1]), section("C", lamps[2], lamps[3]))):
        version, _ = await market.site.ask(menu_of, shop)
        await market.site.do(set_menu, shop, version=version, sections=sections, by=owner)
        for path in ("/shops/light-house", f"/api/shops/{shop}/menu"):
            await client.get(path)
            with count_queries(market.site) as seen:
                assert (await client.get(path)).status_code == 200
            asked.append(len(seen))
    assert asked[::2] == asked[:1] * 3
    assert asked[1::2] == asked[1:2] * 3


async def test_an_operator_of_the_shop_arranges_nothing(market: Market) -> None:
    _, shop, _ = await shop_with(market, 0)
    operator = await market.person("operator", "vendor")

    async def work(uow: UnitOfWork) -> None:
        await uow.session.execute(
            sa.insert(member_table).values(
                shop_id=shop, person_id=operator.person_id, role="operator", since=uow.at, title="", public=False
            )
        )

    await market.site.do(work)
    with pytest.raises(Forbidden):
        await market.site.do(set_menu, shop, version=0, sections=(), by=operator)
    assert (await (await market.browser("operator")).get(f"/sell/shop/{shop}/menu")).status_code == 403
