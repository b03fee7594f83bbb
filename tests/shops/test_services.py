"""Opening, changing and leaving shops."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import person_named
from marketplace_kit.kernel.errors import DomainError, Forbidden, Missing, SignInNeeded, StaleVersion
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import LastOwner
from marketplace_kit.shops.domain.contacts import tax_id_fault
from marketplace_kit.shops.plugin import plugin
from marketplace_kit.shops.schemas import NewShop, ShopChange
from marketplace_kit.shops.services.samples import SAMPLE_SHOPS, load_shops
from marketplace_kit.shops.tables import shop_table
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.testing.sites import Sites
from tests.listings.market import Market

FORM = NewShop(name="Light house", city="Atyrau")


def changed(name: str, version: int) -> ShopChange:
    return ShopChange(name=name, city="Atyrau", version=version)


async def event_names(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(sa.select(event_table.c.name))).scalars())


async def test_who_opens_a_shop_owns_it_and_becomes_a_vendor(market: Market) -> None:
    person = await market.person("aigerim")
    shop = await market.site.do(services.open_shop, FORM, by=person)
    assert (shop.slug, shop.state) == ("light-house", "open")
    (own,) = await market.site.ask(queries.own_shops, person.person_id)
    assert (own.id, own.role) == (shop.id, "owner")
    assert await market.site.ask(queries.shop_ids_of, person.person_id) == {shop.id}
    me = await market.site.ask(person_named, person.person_id)
    assert me is not None
    assert me.roles == ["customer", "vendor"]
    assert await market.site.ask(event_names) == ["shops.shop_opened"]


async def test_a_stranger_cannot_open_a_shop(market: Market) -> None:
    with pytest.raises(SignInNeeded):
        await market.site.do(services.open_shop, FORM, by=Actor())


async def test_where_the_site_wants_it_a_shop_waits_for_approval(sites: Sites, market: Market) -> None:
    async with sites.open(environ={"MK_PLUGINS": ""}, overrides={"shops.approval": True}) as site:
        careful = Market(site=site, clock=market.clock)
        owner, admin = await careful.person("aigerim"), await careful.person("root", "admin")
        shop = await site.do(services.open_shop, FORM, by=owner)
        assert shop.state == "pending"
        assert await site.ask(queries.shop_page, shop.slug) is None
        assert await site.ask(queries.shop_page, shop.slug, person_id=owner.person_id) is not None
        with pytest.raises(InvalidTransition):
            await site.do(services.move_shop, shop.id, "approve", by=owner)
        assert (await site.do(services.move_shop, shop.id, "approve", by=admin)).state == "open"
        assert "shops.shop_opened" in await site.ask(event_names)
        await site.do(services.move_shop, shop.id, "close", by=owner)
        assert (await site.do(services.move_shop, shop.id, "reopen", by=owner)).state == "pending"


async def test_shops_of_one_name_opened_at_once_get_an_address_each(market: Market) -> None:
    owner = await market.person("aigerim")
    opened = await asyncio.gather(*(market.site.do(services.open_shop, FORM, by=owner) for _ in range(8)))
    slugs = {shop.slug for shop in opened}
    assert len(slugs) == 8
    assert "light-house" in slugs
    assert all(slug.startswith("light-house") for slug in slugs)


async def test_a_name_that_cannot_be_spelled_still_gets_an_address(market: Market) -> None:
    shop = await market.site.do(services.open_shop, NewShop(name="犬舎", city="Atyrau"), by=await market.person("ken"))
    assert shop.slug.startswith("shop-")


async def test_of_two_editors_with_one_version_one_wins(market: Market) -> None:
    owner = await market.person("aigerim")
    shop_id = await market.shop(owner)
    edits = (market.site.do(services.edit_shop, shop_id, changed(name, 1), by=owner) for name in ("First", "Second"))
    outcomes = await asyncio.gather(*edits, return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["Shop", "StaleVersion"]


async def test_control_without_the_version_the_first_editor_is_overwritten(market: Market) -> None:
    shop_id = await market.shop(await market.person("aigerim"))

    async def overwrite(uow: UnitOfWork, name: str) -> None:
        await uow.session.execute(sa.update(shop_table).where(shop_table.c.id == shop_id).values(name=name))

    outcomes = await asyncio.gather(
        *(market.site.do(overwrite, name) for name in ("First", "Second")), return_exceptions=True
    )
    assert outcomes == [None, None]


async def test_the_address_stays_when_the_name_changes(market: Market) -> None:
    owner = await market.person("aigerim")
    shop_id = await market.shop(owner)
    await market.site.do(services.edit_shop, shop_id, changed("Dark house", 1), by=owner)
    found = await market.site.ask(queries.shop_page, "light-house")
    assert found is not None
    assert (found.name, found.version) == ("Dark house", 2)
    with pytest.raises(StaleVersion):
        await market.site.do(services.edit_shop, shop_id, changed("Old house", 1), by=owner)


async def refusal(market: Market, shop_id: UUID, by: Actor) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await market.site.do(services.edit_shop, shop_id, changed("Mine", 1), by=by)
    return refused.value


async def test_somebody_elses_shop_is_as_missing_as_none(market: Market) -> None:
    shop_id = await market.shop(await market.person("aigerim"))
    stranger = await market.person("stranger", "vendor")
    foreign, missing = await refusal(market, shop_id, stranger), await refusal(market, uuid4(), stranger)
    assert type(foreign) is type(missing) is Missing
    assert foreign.facts == missing.facts
    assert type(await refusal(market, shop_id, Actor())) is Missing


async def test_staff_may_not_change_the_shop_but_an_admin_may(market: Market) -> None:
    owner, staff, admin = [await market.person(n, *r) for n, *r in (("owner",), ("staff",), ("root", "admin"))]
    shop_id = await market.shop(owner)
    await market.site.do(services.add_member, shop_id, staff.person_id, "staff", by=owner)
    assert type(await refusal(market, shop_id, staff)) is Forbidden
    assert (await market.site.do(services.edit_shop, shop_id, changed("Better", 1), by=admin)).name == "Better"


async def test_a_member_changes_what_they_do_and_holds_one_place(market: Market) -> None:
    owner, other = await market.person("owner"), await market.person("other")
    shop_id = await market.shop(owner)
    for role in ("operator", "staff", "owner"):
        await market.site.do(services.add_member, shop_id, other.person_id, role, by=owner)
    (own,) = await market.site.ask(queries.own_shops, other.person_id)
    assert own.role == "owner"
    me = await market.site.ask(person_named, other.person_id)
    assert me is not None
    assert me.roles == ["customer", "operator", "vendor"]


async def test_the_last_owner_cannot_step_down(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    with pytest.raises(LastOwner):
        await market.site.do(services.add_member, shop_id, owner.person_id, "staff", by=owner)
    assert await market.site.ask(queries.owners_of, shop_id) == [owner.person_id]


async def test_nobody_who_is_not_there_becomes_a_member(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    with pytest.raises(Missing):
        await market.site.do(services.add_member, shop_id, uuid4(), "staff", by=owner)


async def test_who_is_forgotten_leaves_no_trace_and_a_shop_of_theirs_alone_closes(market: Market) -> None:
    owner, partner = await market.person("owner"), await market.person("partner")
    form = NewShop(name="Alone", city="Atyrau", phone="+77012345678")
    alone = await market.site.do(services.open_shop, form, by=owner)
    shared = await market.shop(owner, "Shared")
    await market.site.do(services.add_member, shared, partner.person_id, "owner", by=owner)
    personal = next(p for p in plugin.mk_personal_data() if p.name == "shops.members")
    assert owner.person_id is not None
    assert [row["shop"] for row in await market.site.ask(personal.export, owner.person_id)] == ["Alone", "Shared"]
    await market.site.do(personal.erase, owner.person_id)
    assert await market.site.ask(personal.export, owner.person_id) == []
    closed = await market.site.ask(queries.shop_by_id, alone.id, admin=True)
    still = await market.site.ask(queries.shop_by_id, shared)
    assert closed is not None
    assert (closed.state, closed.phone) == ("closed", None)
    assert still is not None
    assert still.state == "open"


async def test_the_list_takes_one_statement_however_long_and_ends_where_it_ends(market: Market) -> None:
    owner = await market.person("owner")
    ids = [await market.shop(owner, f"Shop {n}") for n in range(5)]
    seen: list[UUID] = []
    cursor = None
    while True:
        with assert_query_count(market.site, 1):
            page = await market.site.ask(queries.shop_list, cursor=cursor, limit=2)
        seen += [card.id for card in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ids[::-1]


async def test_the_sample_is_loaded_once_however_often_it_is_asked_for(market: Market) -> None:
    await load_shops(market.site)
    assert (await market.site.ask(queries.shop_list)).items == []
    for sample in market.site.registry.samples.of("accounts"):
        await sample.load(market.site)
    await load_shops(market.site)
    await load_shops(market.site)
    assert len((await market.site.ask(queries.shop_list)).items) == len(SAMPLE_SHOPS)


async def test_a_shop_of_the_samples_can_be_booked_and_nobody_has_changed_it_yet(market: Market) -> None:
    owner = await market.person("aigerim")
    assert owner.person_id is not None
    await services.ensure_shop(market.site, NewShop(name="Sample", city="Atyrau"), owner=owner.person_id)
    found = await market.site.ask(queries.shop_page, "sample")
    assert found is not None
    assert (found.version, tax_id_fault(found.tax_id or "")) == (1, "")
