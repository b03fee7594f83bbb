"""Who looks at a listing before everybody does, and what its vendor and its admirers hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings import queries
from marketplace_kit.listings.queries import Criteria, active_kinds
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import approve, archive, check_index, edit, favourite, publish
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.shops.services import move_shop
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods, Lamp
from tests.listings.market import Market


@pytest.fixture
async def strict(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Market]:
    given = {"listings.moderation": "all"}
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, overrides=given, clock=clock) as site:
        yield Market(site=site, clock=clock)


async def shown(market: Market) -> list[str]:
    page = await market.site.ask(queries.browse, Criteria(), active_kinds(market.site))
    return [card.title for card in page.items]


async def notices(market: Market, notice: str) -> list[str]:
    async def read(connection: Any) -> Any:
        t = notice_table.c
        return (await connection.execute(sa.select(t.message).where(t.type == notice).order_by(t.id))).scalars().all()

    return list(await market.site.ask(read))


async def reworded(market: Market, lamp: UUID, title: str, price: int, by: Actor) -> None:
    view = await market.site.ask(queries.listing_page, lamp, active_kinds(market.site), viewer=by)
    assert view is not None
    offer = Offer(title=title, price=Money(price, "KZT"))
    lamp_is = Lamp(maker="Svet", light="warm")
    await market.site.do(edit, lamp, version=view.version, offer=offer, attributes=lamp_is, by=by)


async def test_a_listing_waits_until_an_admin_has_looked_at_it(strict: Market) -> None:
    owner = await strict.person("owner", "vendor")
    lamp = await strict.listing(owner, await strict.shop(owner))
    assert await shown(strict) == []
    await strict.person("boss", "admin")
    vendor, boss = await strict.browser("owner"), await strict.browser("boss")
    assert (await vendor.get(f"/api/listings/{lamp}")).json()["state"] == "pending_review"
    assert (await vendor.get("/api/admin/listings")).status_code == 403
    assert (await vendor.post(f"/api/admin/listings/{lamp}/approve")).status_code == 403
    (waiting,) = (await boss.get("/api/admin/listings")).json()["items"]
    assert waiting["id"] == str(lamp)
    assert "Reading lamp" in (await boss.get("/admin/listings")).text
    assert (await boss.post(f"/api/admin/listings/{lamp}/reject", json={})).status_code == 422
    rejected = await boss.post(f"/api/admin/listings/{lamp}/reject", json={"reason": "Which bulb is it?"})
    assert (rejected.json()["state"], rejected.json()["moderation_note"]) == ("draft", "Which bulb is it?")
    await strict.site.do(publish, lamp, by=owner)
    assert (await boss.post(f"/api/admin/listings/{lamp}/approve")).json()["state"] == "published"
    assert (await boss.post(f"/api/admin/listings/{lamp}/approve")).json()["code"] == "invalid_transition"
    assert await shown(strict) == ["Reading lamp"]
    down = await boss.post(f"/api/admin/listings/{lamp}/take-down", json={"reason": "It is a toy."})
    assert down.json()["state"] == "taken_down"
    twice = await boss.post(f"/api/admin/listings/{lamp}/take-down", json={"reason": "It is a toy."})
    assert (twice.status_code, twice.json()["code"]) == (409, "invalid_transition")
    assert await shown(strict) == []
    await run_until_idle(strict.site)
    assert "Which bulb is it?" in (await notices(strict, "listings.rejected"))[0]
    assert "It is a toy." in (await notices(strict, "listings.taken_down"))[0]

    async def audited(connection: Any) -> Any:
        return (await connection.execute(sa.select(audit_table.c.act).order_by(audit_table.c.position))).scalars().all()

    acts = [act for act in await strict.site.ask(audited) if act.startswith("listings.")]
    assert acts == ["listings.reject", "listings.approve", "listings.take_down"]


async def test_new_words_are_looked_at_again_and_a_new_price_is_not(strict: Market) -> None:
    owner, boss = await strict.person("owner"), await strict.person("boss", "admin")
    lamp = await strict.listing(owner, await strict.shop(owner))
    await strict.site.do(approve, lamp, by=boss)
    await reworded(strict, lamp, "Reading lamp", 500, owner)
    assert await shown(strict) == ["Reading lamp"]
    await reworded(strict, lamp, "Not a lamp at all", 500, owner)
    assert await shown(strict) == []


async def test_whoever_likes_it_hears_of_its_price_and_of_its_end_and_nobody_else(market: Market) -> None:
    owner, fan = await market.person("owner"), await market.person("fan")
    lamp = await market.listing(owner, await market.shop(owner))
    await market.site.do(favourite, lamp, by=fan)
    await reworded(market, lamp, "Reading lamp", 700_000, owner)
    await run_until_idle(market.site)
    (told,) = await notices(market, "listings.favourite_changed")
    assert "7\u00a0000\u00a0₸" in told
    await reworded(market, lamp, "Reading lamp of oak", 700_000, owner)
    await run_until_idle(market.site)
    assert len(await notices(market, "listings.favourite_changed")) == 1
    await market.site.do(archive, lamp, by=owner)
    await run_until_idle(market.site)
    assert "not offered any more" in (await notices(market, "listings.favourite_changed"))[1]


async def test_a_shop_that_closes_while_its_listings_are_published_shows_none_of_them(market: Market) -> None:
    owner, boss = await market.person("owner"), await market.person("boss", "admin")
    shop_id = await market.shop(owner)
    drafts = [await market.listing(owner, shop_id, f"Lamp {n}", draft=True) for n in range(6)]

    async def attempt(use_case: Any, *given: Any, by: Actor) -> None:
        with suppress(DomainError):
            await market.site.do(use_case, *given, by=by)

    shut = attempt(move_shop, shop_id, "close", by=boss)
    await asyncio.gather(*(attempt(publish, draft, by=owner) for draft in drafts), shut)
    assert await shown(market) == []
    await run_until_idle(market.site)
    assert (await check_index(market.site)).wrong == 0
