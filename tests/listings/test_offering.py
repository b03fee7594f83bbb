"""Making, changing and publishing listings, and who may."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.activation import Activation, disable, enable
from marketplace_kit.kernel.errors import DomainError, Forbidden, Missing, StaleVersion
from marketplace_kit.kernel.fields import NoFields, raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import KindNotOffered, ListingArchived, ShopNotOpen
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.listings.schemas import ListingView, Offer, read_draft
from marketplace_kit.listings.tables import listing_table
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.shops.services import add_member, move_shop
from tests.listings.goods import LAMP, TEA, Lamp
from tests.listings.market import Market
from tests.listings.test_drafts import lamps

LAMP_FORM = Lamp(maker="Svet", light="warm")


async def seen(market: Market, listing_id: UUID, viewer: Actor | None = None) -> ListingView | None:
    kinds = active_kinds(market.site)
    return await market.site.ask(queries.listing_page, listing_id, kinds, viewer=viewer or Actor())


async def edit(market: Market, listing_id: UUID, title: str, version: int, by: Actor) -> Any:
    offer = Offer(title=title)
    return await market.site.do(services.edit, listing_id, version=version, offer=offer, attributes=LAMP_FORM, by=by)


async def test_a_draft_is_seen_by_its_shop_alone_until_it_is_published(market: Market) -> None:
    owner, other = await market.person("owner"), await market.person("other")
    lamp = await market.listing(owner, await market.shop(owner), draft=True)
    assert await seen(market, lamp) is None
    assert await seen(market, lamp, other) is None
    draft = await seen(market, lamp, owner)
    assert draft is not None
    assert (draft.state, draft.may_edit, draft.price) == ("draft", True, Money(800000, "KZT"))
    await market.site.do(services.publish, lamp, by=owner)
    published = await seen(market, lamp)
    assert published is not None
    assert (published.state, published.may_edit, published.is_favourite) == ("published", False, False)


async def test_the_vendor_and_nobody_else_hears_that_it_is_published(market: Market) -> None:
    owner, staff = await market.person("owner"), await market.person("staff")
    await market.person("stranger")
    shop_id = await market.shop(owner)
    await market.site.do(add_member, shop_id, staff.person_id, "staff", by=owner)
    lamp = await market.listing(staff, shop_id, "Lamp {site}")
    await run_until_idle(market.site)
    wanted = sa.select(notice_table.c.user_id, notice_table.c.message, notice_table.c.link)

    async def notices(connection: Any) -> Any:
        return (await connection.execute(wanted.where(notice_table.c.type == "listings.published"))).all()

    ((person_id, message, link),) = await market.site.ask(notices)
    assert person_id == owner.person_id
    assert "Lamp {site}" in message
    assert link == f"/listings/{lamp}"


async def test_a_closed_shop_shows_nothing_and_publishes_nothing(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    shown, draft = await market.listing(owner, shop_id), await market.listing(owner, shop_id, draft=True)
    await market.site.do(move_shop, shop_id, "close", by=owner)
    assert await seen(market, shown) is None
    with pytest.raises(ShopNotOpen):
        await market.site.do(services.publish, draft, by=owner)
    still = await seen(market, draft, owner)
    assert still is not None
    assert still.state == "draft"


async def test_of_two_editors_with_one_version_one_wins(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner), draft=True)
    outcomes = await asyncio.gather(
        *(edit(market, lamp, title, 1, owner) for title in ("First", "Second")), return_exceptions=True
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Listing", "StaleVersion"]
    winner = next(o.title for o in outcomes if not isinstance(o, BaseException))
    stored = await seen(market, lamp, owner)
    assert stored is not None
    assert (stored.title, stored.version) == (winner, 2)


async def test_control_without_the_version_the_first_editor_is_overwritten(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner), draft=True)

    async def overwrite(uow: UnitOfWork, title: str) -> None:
        await uow.session.execute(sa.update(listing_table).where(listing_table.c.id == lamp).values(title=title))

    outcomes = await asyncio.gather(*(market.site.do(overwrite, t) for t in ("First", "Second")))
    assert outcomes == [None, None]


async def test_the_database_itself_refuses_a_late_write(market: Market) -> None:
    """What the version check in the code only explains."""
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner), draft=True)

    async def change_late(uow: UnitOfWork) -> None:
        listing = await services.access_listing(uow, lamp, by=owner)
        await uow.session.execute(sa.update(listing_table).where(listing_table.c.id == lamp).values(version=7))
        listing.title = "Late"

    with pytest.raises(StaleVersion):
        await market.site.do(change_late)


async def refusals(market: Market, listing_id: UUID, shop_id: UUID, by: Actor) -> list[type[BaseException]]:
    site = market.site
    acts = (
        site.do(services.create, shop_id=shop_id, kind=LAMP, offer=Offer(title="Mine"), attributes=LAMP_FORM, by=by),
        site.do(services.edit, listing_id, version=1, offer=Offer(title="Mine"), attributes=LAMP_FORM, by=by),
        site.do(services.change_attributes, listing_id, by=by, watts=3),
        *(site.do(act, listing_id, by=by) for act in (services.publish, services.unpublish, services.archive)),
    )
    return [type(r) for r in await asyncio.gather(*acts, return_exceptions=True) if isinstance(r, BaseException)]


async def test_a_foreign_listing_is_as_missing_as_none(market: Market) -> None:
    owner, stranger = await market.person("owner"), await market.person("stranger", "vendor")
    shop_id = await market.shop(owner)
    lamp = await market.listing(owner, shop_id)
    await market.shop(stranger, "Other shop")
    for by in (stranger, Actor()):
        assert await refusals(market, lamp, shop_id, by) == [Missing] * 6
        assert await refusals(market, uuid4(), uuid4(), by) == [Missing] * 6


async def test_an_operator_sees_drafts_and_changes_nothing(market: Market) -> None:
    owner, operator = await market.person("owner"), await market.person("operator")
    shop_id = await market.shop(owner)
    await market.site.do(add_member, shop_id, operator.person_id, "operator", by=owner)
    lamp = await market.listing(owner, shop_id, draft=True)
    assert await refusals(market, lamp, shop_id, operator) == [Forbidden] * 6
    draft = await seen(market, lamp, operator)
    assert draft is not None
    assert draft.may_edit is False


async def test_an_admin_takes_a_listing_back_but_publishes_for_nobody(market: Market) -> None:
    owner, admin = await market.person("owner"), await market.person("root", "admin")
    lamp = await market.listing(owner, await market.shop(owner))
    assert (await market.site.do(services.unpublish, lamp, by=admin)).state == "draft"
    with pytest.raises(InvalidTransition):
        await market.site.do(services.publish, lamp, by=admin)


async def test_what_is_archived_cannot_be_changed(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner))
    version = (await market.site.do(services.archive, lamp, by=owner)).version
    with pytest.raises(ListingArchived):
        await edit(market, lamp, "New life", version, owner)


async def test_a_kind_whose_plugin_is_switched_off_is_hidden_and_kept(market: Market) -> None:
    site = market.site
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner))
    await site.do(disable, "goods")
    await site.facility(Activation).refresh(site, at_most_every=0)
    assert await seen(market, lamp, owner) is None
    own = await site.ask(queries.own_listings, owner.person_id, active_kinds(site))
    assert [(row.title, row.kind, row.offered) for row in own.items] == [("Reading lamp", LAMP, False)]
    with pytest.raises(KindNotOffered):
        await edit(market, lamp, "Lamp", 2, owner)
    await site.do(services.unpublish, lamp, by=owner)
    with pytest.raises(KindNotOffered):
        await site.do(services.publish, lamp, by=owner)
    await site.do(enable, "goods")
    await site.facility(Activation).refresh(site, at_most_every=0)
    assert await seen(market, lamp, owner) is not None


async def test_a_plugin_keeps_an_attribute_in_step(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner), watts=40)
    await market.site.do(services.change_attributes, lamp, by=owner, watts=60, maker="Nur")
    stored = await seen(market, lamp)
    assert stored is not None
    assert (stored.attributes["watts"], stored.attributes["maker"]) == (60, "Nur")


async def test_a_kind_is_described_by_its_own_form(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    with pytest.raises(TypeError):
        await market.site.do(
            services.create, shop_id=shop_id, kind=TEA, offer=Offer(title="Tea"), attributes=LAMP_FORM, by=owner
        )


IMPOSSIBLE: list[dict[str, Any]] = [
    {"price_amount": -1, "price_currency": "KZT"},
    {"price_amount": None, "price_currency": "KZT"},
    {"price_amount": 1, "price_currency": None},
    {"title": ""},
    {"state": "published", "published_at": None},
    {"shop_id": uuid4()},
]


async def test_the_database_refuses_what_cannot_be(market: Market) -> None:
    owner = await market.person("owner")
    lamp = await market.listing(owner, await market.shop(owner), draft=True)
    for values in IMPOSSIBLE:
        with pytest.raises(IntegrityError):
            async with market.site.database.writer.begin() as connection:
                await connection.execute(sa.update(listing_table).where(listing_table.c.id == lamp).values(values))


async def test_every_lamp_that_can_be_declared_can_be_stored(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    samples: list[Lamp] = []

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None, database=None)
    @given(lamps)
    def draw(lamp: Lamp) -> None:
        samples.append(lamp)

    draw()
    for lamp in samples:
        made = await market.site.do(
            services.create, shop_id=shop_id, kind=LAMP, offer=Offer(title="Lamp"), attributes=lamp, by=owner
        )
        stored = await seen(market, made.id, owner)
        assert stored is not None
        assert stored.attributes == raw_of(lamp)


async def test_a_sample_listing_is_made_once(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    given_twice = {
        await services.ensure_listing(
            market.site,
            shop_id=shop_id,
            kind=TEA,
            offer=Offer(title="Green tea"),
            attributes=NoFields(),
            owner=owner.person_id,
        )
        for _ in range(2)
    }
    assert len(given_twice) == 1
    found = await seen(market, given_twice.pop())
    assert found is not None
    assert (found.title, found.price) == ("Green tea", None)


async def test_a_draft_that_may_not_be_published_is_not_made_either(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    await market.site.do(move_shop, shop_id, "close", by=owner)
    raw = {"shop_id": str(shop_id), "kind": TEA, "title": "Tea", "attributes": {}}
    draft = read_draft(active_kinds(market.site), raw)
    with pytest.raises(DomainError):
        await market.site.do(services.create_from, draft, by=owner, publish_it=True)
    assert (await market.site.ask(queries.own_listings, owner.person_id, active_kinds(market.site))).items == []
