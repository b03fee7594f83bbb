"""A live shop that lost what it needs leaves the lists at night, and comes back when it has it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.shops.domain import HIDDEN, OPEN
from marketplace_kit.shops.services.hygiene import tidy_lists
from marketplace_kit.shops.tables import hours_table, shop_table
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods
from tests.listings.market import Market


@pytest.fixture
async def tidy(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Market]:
    """A market that looks after its lists."""
    wanted = {"site.locale": "en"}
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock, overrides=wanted) as site:
        yield Market(site=site, clock=clock)


async def write(uow: UnitOfWork, statement: Any) -> None:
    await uow.session.execute(statement)


async def ready_shop(market: Market) -> UUID:
    """A live shop with everything that it needs."""
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    await market.listing(owner, shop_id)
    await change(market, shop_id, phone="+77122354040", address="Azattyq 1")
    hours = sa.insert(hours_table).values(shop_id=shop_id, weekday=0, opens=540, closes=1080)
    await market.site.do(write, hours)
    return shop_id


async def change(market: Market, shop_id: UUID, **values: Any) -> None:
    await market.site.do(write, sa.update(shop_table).where(shop_table.c.id == shop_id).values(**values))


async def shop_now(market: Market, shop_id: UUID) -> Any:
    async with market.site.database.reader.connect() as connection:
        return (await connection.execute(sa.select(shop_table).where(shop_table.c.id == shop_id))).one()


async def test_a_shop_that_lost_its_phone_is_hidden_and_comes_back_by_itself(tidy: Market) -> None:
    shop_id = await ready_shop(tidy)
    assert await tidy_lists(tidy.site) == (0, 0)
    await change(tidy, shop_id, phone=None)
    assert await tidy_lists(tidy.site) == (1, 0)
    found = await shop_now(tidy, shop_id)
    assert (found.state, found.hidden_for, found.state_reason) == (
        HIDDEN,
        "not_ready",
        "A phone number for customers is missing",
    )
    stranger = await tidy.browser()
    assert (await stranger.get(f"/shops/{found.slug}")).status_code == 200
    assert f"/shops/{found.slug}" not in (await stranger.get("/shops")).text
    assert await tidy_lists(tidy.site) == (0, 0)
    await change(tidy, shop_id, phone="+77122354041")
    assert await tidy_lists(tidy.site) == (0, 1)
    found = await shop_now(tidy, shop_id)
    assert (found.state, found.hidden_for) == (OPEN, None)


async def test_the_owner_is_told_once_why_and_where_to_mend_it(tidy: Market) -> None:
    shop_id = await ready_shop(tidy)
    await change(tidy, shop_id, address="")
    await tidy_lists(tidy.site)
    await tidy_lists(tidy.site)
    await run_until_idle(tidy.site)
    async with tidy.site.database.reader.connect() as connection:
        told = (await connection.execute(sa.select(notice_table).where(notice_table.c.type == "shops.hidden"))).all()
        acts = (await connection.execute(sa.select(audit_table.c.act, audit_table.c.actor_id))).all()
    assert len(told) == 1
    assert f"/sell/shop/{shop_id}/setup" in str(told[0])
    assert [tuple(a) for a in acts if a.act.startswith("shops.")] == [("shops.hide", None)]


async def test_what_an_admin_hid_stays_hidden(tidy: Market) -> None:
    shop_id = await ready_shop(tidy)
    await change(tidy, shop_id, state=HIDDEN)
    assert await tidy_lists(tidy.site) == (0, 0)
    assert (await shop_now(tidy, shop_id)).state == HIDDEN


async def test_nothing_is_hidden_where_the_site_does_not_want_it(
    sites: Sites, clock: SetClock, anyio_backend: str
) -> None:
    unwanted = {"shops.hygiene": False}
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock, overrides=unwanted) as site:
        market = Market(site=site, clock=clock)
        shop_id = await ready_shop(market)
        await change(market, shop_id, phone=None)
        assert await tidy_lists(market.site) == (0, 0)
