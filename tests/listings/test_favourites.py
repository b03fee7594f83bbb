"""Hearts: one for each person and listing, however often and at once it is pressed."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.plugin import plugin
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.tables import favourite_table
from tests.listings.goods import LAMP, TEA
from tests.listings.market import Market


async def hearts(market: Market) -> int:
    async def counted(connection: Any) -> int:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(favourite_table))).scalar_one())

    return await market.site.ask(counted)


async def events(market: Market) -> list[str]:
    async def named(connection: Any) -> list[str]:
        rows = await connection.execute(sa.select(event_table.c.name).order_by(event_table.c.id))
        return [name for name in rows.scalars() if "favour" in name]

    return await market.site.ask(named)


async def liked(market: Market) -> tuple[Actor, Actor, UUID, UUID]:
    owner, fan = await market.person("owner"), await market.person("fan")
    shop_id = await market.shop(owner)
    return owner, fan, shop_id, await market.listing(owner, shop_id)


async def test_a_heart_is_set_and_let_go(market: Market) -> None:
    _, fan, _, lamp = await liked(market)
    assert (await market.site.do(services.toggle_favourite, lamp, by=fan)).is_favourite is True
    assert await hearts(market) == 1
    assert (await market.site.do(services.toggle_favourite, lamp, by=fan)).is_favourite is False
    assert await hearts(market) == 0
    assert await events(market) == ["listings.favourited", "listings.unfavourited"]


async def test_saying_it_again_changes_nothing_and_tells_nobody(market: Market) -> None:
    _, fan, _, lamp = await liked(market)
    for _ in range(2):
        await market.site.do(services.favourite, lamp, by=fan)
    for _ in range(2):
        await market.site.do(services.unfavourite, lamp, by=fan)
    assert await events(market) == ["listings.favourited", "listings.unfavourited"]


async def press_at_once(market: Market, lamp: UUID, fan: Actor) -> None:
    presses = (market.site.do(services.toggle_favourite, lamp, by=fan) for _ in range(20))
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert [o for o in outcomes if isinstance(o, BaseException)] == []


async def test_twenty_presses_at_once_never_make_two_hearts(market: Market) -> None:
    _, fan, _, lamp = await liked(market)
    await press_at_once(market, lamp, fan)
    assert await hearts(market) <= 1
    told = await events(market)
    assert told.count("listings.favourited") - told.count("listings.unfavourited") == await hearts(market)


async def test_control_without_the_key_twenty_presses_make_twenty_hearts(market: Market) -> None:
    _, fan, _, lamp = await liked(market)
    loose = sa.MetaData()
    columns = [sa.Column(c.name, c.type) for c in favourite_table.columns]
    async with market.site.database.writer.begin() as connection:
        await connection.run_sync(favourite_table.drop)
        await connection.run_sync(sa.Table("favourite", loose, *columns).create)
    await press_at_once(market, lamp, fan)
    assert await hearts(market) == 20


async def test_only_what_can_be_seen_can_be_liked(market: Market) -> None:
    owner, fan, shop_id, _ = await liked(market)
    draft = await market.listing(owner, shop_id, draft=True)
    for listing_id in (draft, uuid4()):
        for act in (services.toggle_favourite, services.favourite):
            with pytest.raises(Missing):
                await market.site.do(act, listing_id, by=fan)


async def test_a_stranger_has_to_sign_in(market: Market) -> None:
    *_, lamp = await liked(market)
    with pytest.raises(SignInNeeded):
        await market.site.do(services.toggle_favourite, lamp, by=Actor())


async def test_what_is_taken_back_leaves_the_list_and_comes_back_with_its_heart(market: Market) -> None:
    owner, fan, _, lamp = await liked(market)
    await market.site.do(services.favourite, lamp, by=fan)
    kinds = active_kinds(market.site)

    async def listed() -> list[UUID]:
        return [card.id for card in (await market.site.ask(queries.favourites, fan.person_id, kinds)).items]

    assert await listed() == [lamp]
    await market.site.do(services.unpublish, lamp, by=owner)
    assert await listed() == []
    await market.site.do(services.publish, lamp, by=owner)
    assert await listed() == [lamp]
    await market.site.do(services.unpublish, lamp, by=owner)
    await market.site.do(services.unfavourite, lamp, by=fan)
    assert await hearts(market) == 0


async def test_favourites_are_paged_last_made_first(market: Market) -> None:
    owner, fan, shop_id, first = await liked(market)
    lamps = [first, *[await market.listing(owner, shop_id) for _ in range(3)]]
    for lamp in lamps:
        await market.site.do(services.favourite, lamp, by=fan)
    kinds, seen, cursor = active_kinds(market.site), [], None
    while True:
        page = await market.site.ask(queries.favourites, fan.person_id, kinds, cursor=cursor, limit=2)
        seen += [card.id for card in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(lamps)
    assert len(seen) == 4


async def test_a_shop_knows_who_likes_what_of_its_own(market: Market) -> None:
    owner, fan, shop_id, lamp = await liked(market)
    await market.site.do(services.favourite, lamp, by=fan)
    (heart,) = await market.site.ask(queries.favourites_of_shop, shop_id, [LAMP])
    assert (heart.person_id, heart.listing_id, heart.title) == (fan.person_id, lamp, "Reading lamp")
    assert await market.site.ask(queries.favourites_of_shop, shop_id, [TEA]) == []
    assert await market.site.ask(queries.favourites_of_shop, shop_id, []) == []
    assert await market.site.ask(queries.favourites_by_shop, fan.person_id, [LAMP]) == {shop_id: 1}
    assert await market.site.ask(queries.favourites_by_shop, owner.person_id, [LAMP]) == {}


async def test_favourites_are_handed_over_and_forgotten(market: Market) -> None:
    owner, fan, _, lamp = await liked(market)
    for person in (owner, fan):
        await market.site.do(services.favourite, lamp, by=person)
    personal = next(p for p in plugin.mk_personal_data() if p.name == "listings.favourites")
    assert fan.person_id is not None
    (exported,) = await market.site.ask(personal.export, fan.person_id)
    assert exported["title"] == "Reading lamp"
    await market.site.do(personal.erase, fan.person_id)
    assert await market.site.ask(personal.export, fan.person_id) == []
    assert await hearts(market) == 1
