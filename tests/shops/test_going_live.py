"""From a draft to an open door: what is asked for, what is refused, and who decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.tables import notice_table
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import SHOP, LastOwner
from marketplace_kit.shops.schemas import MemberChange
from marketplace_kit.shops.tables import member_table, shop_table
from marketplace_kit.testing.queries import assert_query_count
from marketplace_kit.testing.sites import Sites
from tests.listings.goods import Goods
from tests.listings.market import Market

WEEK = {"mon": "09:00-13:00, 14:00-19:00", "tue": "09:00-18:00"}


@pytest.fixture
async def careful(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Market]:
    """A market whose admin looks at a shop before it opens."""
    overrides = {"shops.approval": True}
    async with sites.open(extra=[Goods()], environ={"MK_PLUGINS": ""}, clock=clock, overrides=overrides) as site:
        yield Market(site=site, clock=clock)


def worker(person_id: UUID) -> Actor:
    return Actor(person_id=person_id, roles=frozenset({"customer", "vendor"}))


async def begun(market: Market, **given: Any) -> tuple[Any, dict[str, Any]]:
    """A signed-in owner's browser and the shop that they have just begun."""
    await market.person("owner")
    client = await market.browser("owner")
    answer = await client.post("/api/shops", json=given)
    assert answer.status_code == 201, answer.text
    return client, answer.json()


async def step(client: Any, shop_id: str, what: str, **given: Any) -> Any:
    """Save one step with the newest version, by the interface."""
    setup = await client.get("/api/shops/" + (await slug(client, shop_id)))
    return await client.put(f"/api/shops/{shop_id}/{what}", json=given | {"version": setup.json()["version"]})


async def slug(client: Any, shop_id: str) -> str:
    preview = (await client.get(f"/api/shops/{shop_id}/setup")).json()["steps"][-1]["link"]
    return str(preview.removeprefix("/shops/"))


async def missing(client: Any, shop_id: str) -> list[str]:
    refused = await client.post(f"/api/shops/{shop_id}/go-live")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_ready_to_go_live")
    return [one["what"] for one in refused.json()["facts"]["missing"]]


async def filled(market: Market, client: Any, shop_id: str) -> None:
    """Everything that keeps a shop from going live is done."""
    assert (await step(client, shop_id, "profile", name="Айгерім")).status_code == 200
    contacts = {"phone": "8 701 234 56 78", "city": "atyrau", "address": "Сәтбаев 19а"}
    assert (await step(client, shop_id, "contacts", **contacts)).status_code == 200
    assert (await step(client, shop_id, "hours", **WEEK)).status_code == 200
    owner = await market.site.ask(queries.owners_of, UUID(shop_id))
    by = worker(owner[0])
    await market.listing(by, UUID(shop_id), draft=True)


async def test_l5_number_and_go_live(market: Market) -> None:
    client, shop = await begun(market)
    shop_id = shop["id"]
    for number in ("240140012342", "240140000203"):
        taken = await step(client, shop_id, "profile", name="Айгерім", tax_id=number)
        assert taken.json()["tax_id"] == number
    for number, reason in (("240140012343", "checksum"), ("24014001234", "length")):
        refused = await step(client, shop_id, "profile", name="Айгерім", tax_id=number)
        (problem,) = refused.json()["problems"]
        assert refused.status_code == 422
        assert (problem["field"], problem["code"]) == ("tax_id", "tax_id_invalid")
        assert refused.json()["facts"]["reason"] == reason


async def test_l5_each_of_the_five_leaves_the_list_and_with_all_five_the_page_is_live(market: Market) -> None:
    client, shop = await begun(market)
    shop_id = shop["id"]
    assert shop["name"] == ""
    assert await missing(client, shop_id) == ["name", "address", "hours", "offer", "phone"]
    await step(client, shop_id, "profile", name="Айгерім")
    assert await missing(client, shop_id) == ["address", "hours", "offer", "phone"]
    await step(client, shop_id, "contacts", city="atyrau", address="Сәтбаев 19а")
    assert await missing(client, shop_id) == ["hours", "offer", "phone"]
    await step(client, shop_id, "hours", **WEEK)
    assert await missing(client, shop_id) == ["offer", "phone"]
    owner = (await market.site.ask(queries.owners_of, UUID(shop_id)))[0]
    await market.listing(worker(owner), UUID(shop_id), draft=True)
    assert await missing(client, shop_id) == ["phone"]
    await step(client, shop_id, "contacts", city="atyrau", address="Сәтбаев 19а", phone="+77012345678")
    live = await client.post(f"/api/shops/{shop_id}/go-live")
    assert (live.status_code, live.json()["state"], live.json()["slug"]) == (200, "open", "aigerim")
    public = await market.browser()
    assert (await public.get("/api/shops/aigerim")).status_code == 200
    assert "Сәтбаев 19а" in (await public.get("/shops/aigerim")).text


async def test_what_is_missing_names_the_page_that_asks_for_it(market: Market) -> None:
    client, shop = await begun(market, name="Айгерім")
    refused = await client.post(f"/sell/shop/{shop['id']}/go-live", data={})
    assert refused.status_code == 422
    assert f'href="/sell/shop/{shop["id"]}/hours"' in refused.text
    assert f'href="/sell/shop/{shop["id"]}/contacts"' in refused.text
    facts = (await client.post(f"/api/shops/{shop['id']}/go-live")).json()["facts"]["missing"]
    for one in facts:
        assert (await client.get(one["link"])).status_code == 200
        assert one["text"]


async def test_nobody_sees_a_draft_and_progress_is_what_is_there(market: Market) -> None:
    client, shop = await begun(market, name="Айгерім")
    public = await market.browser()
    assert (await public.get("/shops/aigerim")).status_code == 404
    assert (await public.get("/api/shops")).json()["items"] == []
    before = (await client.get(f"/api/shops/{shop['id']}/setup")).json()
    assert before["ready"] is False
    await filled(market, client, shop["id"])
    after = (await client.get(f"/api/shops/{shop['id']}/setup")).json()
    assert after["ready"] is True
    assert after["done"] > before["done"]
    await market.person("stranger")
    stranger = await market.browser("stranger")
    assert (await stranger.get(f"/api/shops/{shop['id']}/setup")).status_code == 404
    assert (await stranger.get(f"/sell/shop/{shop['id']}/hours")).status_code == 404


async def test_where_the_site_wants_it_an_admin_decides_and_the_owner_is_told(careful: Market) -> None:
    client, shop = await begun(careful)
    shop_id = shop["id"]
    await filled(careful, client, shop_id)
    await careful.person("root", "admin")
    admin = await careful.browser("root")
    assert (await client.post(f"/api/shops/{shop_id}/go-live")).json()["state"] == "pending"
    await run_until_idle(careful.site)
    assert "Айгерім" in (await admin.get("/admin/shops")).text
    waiting = (await admin.get("/api/admin/shops", params={"state": "pending"})).json()["items"]
    assert [one["id"] for one in waiting] == [shop_id]
    bare = await admin.post(f"/api/admin/shops/{shop_id}/reject", json={})
    assert (bare.status_code, bare.json()["code"]) == (422, "reason_required")
    page = await admin.post(f"/admin/shops/{shop_id}", data={"act": "reject", "reason": ""})
    assert page.status_code == 422
    back = await admin.post(f"/api/admin/shops/{shop_id}/reject", json={"reason": "Адрес не найден"})
    assert (back.json()["state"], back.json()["state_reason"]) == ("draft", "Адрес не найден")
    assert "Адрес не найден" in (await client.get(f"/sell/shop/{shop_id}/setup")).text
    assert (await client.post(f"/api/shops/{shop_id}/go-live")).json()["state"] == "pending"
    await run_until_idle(careful.site)
    approved = await admin.post(f"/admin/shops/{shop_id}", data={"act": "approve", "reason": ""})
    assert approved.status_code == 303
    await run_until_idle(careful.site)
    assert sorted(await careful.site.ask(notices)) == [
        "shops.approved",
        "shops.rejected",
        "shops.waiting",
        "shops.waiting",
    ]
    assert await careful.site.ask(acts) == ["shops.reject", "shops.approve"]


async def notices(connection: AsyncConnection) -> list[str]:
    named = sa.select(notice_table.c.type).where(notice_table.c.type.startswith("shops."))
    return list((await connection.execute(named)).scalars())


async def acts(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(sa.select(audit_table.c.act).order_by(audit_table.c.position))).scalars())


async def test_a_suspended_shop_is_gone_until_it_is_reinstated_and_a_paused_one_says_so(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    await market.person("root", "admin")
    owner, admin, public = await market.browser("owner"), await market.browser("root"), await market.browser()
    assert (await owner.post(f"/api/shops/{shop_id}/pause")).json()["state"] == "paused"
    assert "takes a break" in (await public.get("/shops/light-house", headers={"Accept-Language": "en"})).text
    assert (await public.get("/api/shops")).json()["items"] == []
    assert (await owner.post(f"/api/shops/{shop_id}/resume")).json()["state"] == "open"
    assert (await owner.post(f"/api/admin/shops/{shop_id}/suspend", json={"reason": "x"})).status_code == 403
    gone = await admin.post(f"/api/admin/shops/{shop_id}/suspend", json={"reason": "Жалобы"})
    assert gone.json()["state"] == "suspended"
    assert (await public.get("/shops/light-house")).status_code == 404
    refused = await owner.post(f"/api/shops/{shop_id}/reopen")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    assert (await admin.post(f"/api/admin/shops/{shop_id}/reinstate", json={})).json()["state"] == "open"
    assert (await admin.post(f"/api/admin/shops/{shop_id}/close", json={})).status_code == 404


async def test_of_an_approval_and_a_closing_at_once_the_later_sees_the_earlier(careful: Market) -> None:
    owner, admin = await careful.person("owner"), await careful.person("root", "admin")
    shop_id = await careful.shop(owner)
    moves = [
        careful.site.do(services.move_shop, shop_id, "approve", by=admin),
        careful.site.do(services.move_shop, shop_id, "close", by=owner),
        careful.site.do(services.move_shop, shop_id, "approve", by=admin),
    ]
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sum(isinstance(o, InvalidTransition) for o in outcomes) in {1, 2}
    found = await careful.site.ask(queries.shop_by_id, shop_id, admin=True)
    assert found is not None
    assert found.state == "closed"


async def test_control_without_looking_a_closed_shop_is_approved(careful: Market) -> None:
    shop_id = await careful.shop(await careful.person("owner"))

    async def blindly(uow: UnitOfWork, state: str) -> None:
        await uow.session.execute(sa.update(shop_table).where(shop_table.c.id == shop_id).values(state=state))

    for state in ("closed", "open"):
        await careful.site.do(blindly, state)
    found = await careful.site.ask(queries.shop_by_id, shop_id, admin=True)
    assert found is not None
    assert found.state == "open"


async def test_two_owners_who_leave_at_once_leave_one_behind(market: Market) -> None:
    first, second = await market.person("first"), await market.person("second")
    shop_id = await market.shop(first)
    await market.site.do(services.add_member, shop_id, second.person_id, "owner", by=first)
    leaving = [market.site.do(services.remove_member, shop_id, one.person_id, by=one) for one in (first, second)]
    outcomes = await asyncio.gather(*leaving, return_exceptions=True)
    assert [type(o) for o in outcomes if o is not None] == [LastOwner]
    assert len(await market.site.ask(queries.owners_of, shop_id)) == 1


async def test_control_without_counting_nobody_is_left(market: Market) -> None:
    first, second = await market.person("first"), await market.person("second")
    shop_id = await market.shop(first)
    await market.site.do(services.add_member, shop_id, second.person_id, "owner", by=first)

    async def just_go(uow: UnitOfWork, person_id: UUID) -> None:
        await uow.session.execute(sa.delete(member_table).where(member_table.c.person_id == person_id))

    for one in (first, second):
        await market.site.do(just_go, one.person_id)
    assert await market.site.ask(queries.owners_of, shop_id) == []


async def test_members_are_invited_shown_changed_and_let_go(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    await market.person("gulnara")
    owner, public = await market.browser("owner"), await market.browser()
    path = f"/sell/shop/{shop_id}/members"
    nobody = await owner.post(path, data={"contact": "nobody@example.kz", "role": "staff", "title": "Groomer"})
    assert nobody.status_code == 422
    assert 'value="nobody@example.kz"' in nobody.text
    added = {"contact": "gulnara@example.kz", "role": "staff", "title": "Groomer", "public": "true"}
    assert (await owner.post(path, data=added)).status_code == 303
    assert "gulnara · Groomer" in (await public.get("/shops/light-house")).text
    members = (await owner.get(f"/api/shops/{shop_id}/members")).json()
    assert [(m["name"], m["role"], m["public"]) for m in members] == [
        ("owner", "owner", False),
        ("gulnara", "staff", True),
    ]
    staff = await market.browser("gulnara")
    assert (await staff.get(path)).status_code == 403
    assert (await staff.get(f"/api/shops/{shop_id}/setup")).status_code == 200
    last = await owner.put(f"/api/shops/{shop_id}/members/{members[0]['person_id']}", json={"role": "staff"})
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert (await staff.delete(f"/api/shops/{shop_id}/members/{members[1]['person_id']}")).status_code == 204
    assert (await staff.get(f"/api/shops/{shop_id}/setup")).status_code == 404
    await run_until_idle(market.site)
    assert await market.site.ask(notices) == ["shops.member_added"]
    gone = await owner.put(f"/api/shops/{shop_id}/members/{members[1]['person_id']}", json={"role": "staff"})
    assert gone.status_code == 404


async def test_bad_hours_and_points_are_told_at_the_field_with_what_was_typed(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    owner = await market.browser("owner")
    version = {"version": "1"}
    hours = await owner.post(
        f"/sell/shop/{shop_id}/hours", data=version | {"mon": "25:00-26:00", "tue": "9-13, 12-14", "wed": "9-18"}
    )
    assert hours.status_code == 422
    for typed in ("25:00-26:00", "9-13, 12-14", "9-18"):
        assert f'value="{typed}"' in hours.text
    assert 'href="#f-mon"' in hours.text
    assert 'href="#f-tue"' in hours.text
    for lat, lon in (("91", "51.9"), ("NaN", "51.9"), ("47", "inf"), ("47", ""), ("north", "east")):
        place = await owner.post(f"/sell/shop/{shop_id}/contacts", data=version | {"lat": lat, "lon": lon})
        assert place.status_code == 422
        assert f'value="{lat}"' in place.text
    other = await owner.put(
        f"/api/shops/{shop_id}/contacts",
        json={"version": 1, "telegram": "a b", "whatsapp": "+77122354040", "city": "atlantis"},
    )
    told = {(p["field"], p["code"]) for p in other.json()["problems"]}
    assert told == {
        ("telegram", "handle_invalid"),
        ("whatsapp", "phone_not_mobile"),
        ("city", "not_a_choice"),
    }


async def test_mondays_hours_are_copied_and_single_dates_win(market: Market) -> None:
    shop_id = await market.shop(await market.person("owner"))
    owner = await market.browser("owner")
    path = f"/sell/shop/{shop_id}/hours"
    copied = await owner.post(path, data={"version": "1", "mon": "10-19", "act": "copy_week"})
    assert copied.text.count('value="10-19"') == 7
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "10-19")
    assert (await owner.post(path, data={"version": "1", **week, "holidays_closed": "true"})).status_code == 303
    # The site's clock says Monday, 2 March 2026, 11:00; the 8th is a holiday and the 9th the day off moved from it.
    hours = (await owner.get(f"/api/shops/{shop_id}/hours")).json()
    assert (hours["open_now"], hours["changes_at"]) == (True, "2026-03-02T14:00:00Z")
    assert [(d["day"], d["hours"]) for d in hours["days"]][:2] == [("2026-03-08", []), ("2026-03-09", [])]
    assert (
        await owner.post(f"/sell/shop/{shop_id}/days", data={"day": "2026-03-02", "note": "Inventory"})
    ).status_code == 303
    hours = (await owner.get(f"/api/shops/{shop_id}/hours")).json()
    assert (hours["open_now"], hours["changes_at"]) == (False, "2026-03-03T05:00:00Z")
    day = await owner.put(f"/api/shops/{shop_id}/days/2026-03-09", json={"hours": "12-15"})
    assert [d["hours"] for d in day.json()["days"] if d["day"] == "2026-03-09"] == [
        [{"opens": "12:00", "closes": "15:00"}]
    ]
    again = await owner.delete(f"/api/shops/{shop_id}/days/2026-03-02")
    assert again.json()["open_now"] is True
    assert "Inventory" not in (await owner.get(path)).text


async def test_an_old_address_leads_to_the_shop_for_ever_and_belongs_to_nobody_else(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    client, public = await market.browser("owner"), await market.browser()
    for slug_wanted in ("lantern", "candle"):
        renamed = await client.put(f"/api/shops/{shop_id}/address", json={"slug": slug_wanted})
        assert renamed.json()["slug"] == slug_wanted
    for old in ("light-house", "lantern"):
        moved = await public.get(f"/shops/{old}")
        assert (moved.status_code, moved.headers["location"]) == (301, "/shops/candle")
        assert (await public.get(f"/api/shops/{old}")).json()["slug"] == "candle"
    newcomer = await market.shop(await market.person("other"))
    found = await market.site.ask(queries.shop_by_id, newcomer)
    assert found is not None
    assert found.slug.startswith("light-house-")
    taken = await (await market.browser("other")).put(f"/api/shops/{newcomer}/address", json={"slug": "lantern"})
    assert taken.json()["problems"][0]["code"] == "slug_taken"
    assert (await client.put(f"/api/shops/{shop_id}/address", json={"slug": "light-house"})).status_code == 200


async def test_texts_fall_back_to_the_nearest_language_and_say_which(market: Market) -> None:
    client, shop = await begun(market, name="Айгерім")
    await filled(market, client, shop["id"])
    await step(client, shop["id"], "profile", name="Айгерім", about_ru="Стрижка собак")
    await client.post(f"/api/shops/{shop['id']}/go-live")
    public = await market.browser()
    for language in ("kk", "en"):
        page = (await public.get(f"/{language}/shops/aigerim")).text
        assert '<div class="kit-prose" lang="ru"><p>Стрижка собак</p>' in page
    assert '<div class="kit-prose"><p>Стрижка собак</p>' in (await public.get("/ru/shops/aigerim")).text


async def test_the_page_of_a_shop_asks_as_much_however_much_it_has_to_tell(market: Market) -> None:
    owner = await market.person("owner")
    shop_id = await market.shop(owner)
    public = await market.browser()
    await public.get("/shops/light-house")
    with assert_query_count(market.site) as bare:
        await public.get("/shops/light-house")
    for number in range(4):
        other = await market.person(f"p{number}")
        await market.site.do(services.add_member, shop_id, other.person_id, "staff", by=owner)
        change = MemberChange(role="staff", title="Groomer", public=True)
        await market.site.do(services.change_member, shop_id, other.person_id, change, by=owner)
        await market.listing(owner, shop_id)
    with assert_query_count(market.site, at_most=len(bare) + 1):
        page = await public.get("/shops/light-house")
    assert page.text.count("Groomer") == 4


def test_every_state_has_a_way_out() -> None:
    SHOP.check()
    assert {move.verb for move in SHOP.moves("open", {"owner"})} == {"pause", "close"}
