"""Who hears of an order, and who may be forgotten."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.accounts.domain import ErasureBlocked, PhoneVerified
from marketplace_kit.accounts.services import create_person, erase_me, export_person
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.queries import notices_of
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.tables import link_table
from marketplace_kit.web.live import Streams
from tests.orders.street import PASSWORD, PHONE, Street, someone

pytestmark = pytest.mark.anyio


async def heard(street: Street, who: Actor) -> list[tuple[str, str]]:
    await street.work()
    assert who.person_id is not None
    page = await street.site.ask(notices_of, who.person_id)
    return [(n.type, n.message) for n in reversed(page.items) if n.type.startswith("orders.")]


async def test_both_sides_hear_of_an_order_and_of_each_change_of_the_other(street: Street) -> None:
    placed = await street.order()
    line, number = await street.line(placed), placed.number
    await street.work()  # events that wait together are told side by side, in no order
    await street.site.do(services.act, line, "confirm", by=street.owner)
    await street.work()
    await street.site.do(services.act, line, "cancel", {"reason": "I am ill."}, by=street.customer)
    assert [what for what, _ in await heard(street, street.customer)] == ["orders.placed", "orders.status"]
    told = dict(await heard(street, street.customer))
    assert told["orders.status"] == f"Your order #{number} status is now Confirmed."
    assert await heard(street, street.owner) == [
        ("orders.received", f"customer has ordered from “Workshop”: order #{number}."),
        ("orders.by_customer", f"customer has changed order #{number}, “Repair of a bicycle”: Cancelled. I am ill."),
    ]


async def test_an_order_cancelled_by_the_shop_is_told_once_with_its_reason(street: Street) -> None:
    placed = await street.order("bicycle", "sledge")
    await street.work()
    await street.site.do(services.set_status, placed.order_id, "cancelled", by=street.owner, reason="We are closed.")
    assert (await heard(street, street.customer))[1:] == [
        ("orders.cancelled", f"Your order #{placed.number} from “Workshop” is cancelled. We are closed.")
    ]


def sent(street: Street, folder: str, tmp_path: Path) -> list[str]:
    return [
        p.read_text(encoding="utf-8", errors="replace") for p in sorted((tmp_path / folder).glob("*")) if p.is_file()
    ]


async def test_a_guest_is_told_by_message_with_the_link_that_no_row_holds(street: Street, tmp_path: Path) -> None:
    placed = await street.guest_order(email="")
    await street.work()
    assert placed.link_id is not None
    token = services.plain_link(street.site, placed.link_id)
    (message,) = sent(street, "sms", tmp_path)
    assert f"/o/{token}" in message

    async def stored(connection: Any) -> str:
        rows = [tuple(r) for r in await connection.execute(sa.select(link_table))]
        jobs = [tuple(r) for r in await connection.execute(sa.text("SELECT payload FROM job"))]
        return str((rows, jobs))

    kept = await street.site.ask(stored)
    assert token not in kept
    assert PHONE not in kept
    await street.site.do(services.act, await street.line(placed), "confirm", by=street.owner)
    await street.work()
    assert len(sent(street, "sms", tmp_path)) == 2


async def test_a_guest_who_proves_the_number_finds_the_order_in_the_account(street: Street) -> None:
    placed = await street.guest_order()
    person = await create_person(street.site, name="Dana", phone=PHONE, password=PASSWORD, locale="en")

    async def prove(uow: UnitOfWork) -> None:
        uow.record(PhoneVerified(person_id=person))

    await street.site.do(prove)
    await street.work()
    assert (await street.view(placed)).customer_id == person
    other = await street.order(hour=4)
    await street.site.do(prove)
    await street.work()
    assert (await street.view(other)).customer_id == street.customer.person_id


async def test_open_orders_stand_against_erasing_and_done_ones_stay_nameless(street: Street) -> None:
    placed = await street.order()
    with pytest.raises(ErasureBlocked) as refused:
        await street.site.do(erase_me, by=street.customer)
    blocker = refused.value.facts["blockers"][0]
    assert (blocker["code"], blocker["facts"]["numbers"]) == ("open_orders", placed.number)
    await street.site.do(services.act, await street.line(placed), "cancel", by=street.customer)
    assert street.customer.person_id is not None
    given = await export_person(street.site, street.customer.person_id)
    assert placed.number in json.dumps(given, default=str)
    await street.site.do(erase_me, by=street.customer)
    order = await street.view(placed)
    assert (order.contact.name, order.contact.email, order.lines[0].choice) == ("", None, {})
    assert "customer@example.kz" not in json.dumps(
        await export_person(street.site, street.customer.person_id), default=str
    )
    assert [e.actor for e in order.timeline] == ["", ""]


async def test_the_topic_of_an_order_is_for_those_concerned(street: Street) -> None:
    placed = await street.order()
    topics = frozenset({f"order:{placed.order_id}"})
    streams = Streams(street.site)
    for who in (street.customer, street.owner):
        assert await streams.rules_of(who, topics)
    for who in (Actor(), await someone(street.site, "stranger")):
        with pytest.raises(Missing):
            await streams.rules_of(who, topics)
    async with street.site.live.subscribe(*topics, f"shop:{street.shop}:orders") as watching:
        await street.site.do(services.act, await street.line(placed), "confirm", by=street.owner)
        async with asyncio.timeout(5):
            assert len(await watching.next()) == 2


async def test_only_a_finished_line_of_one_s_own_counts_as_completed(street: Street) -> None:
    placed = await street.order()
    line, me = await street.line(placed), street.customer.person_id
    assert me is not None
    assert await street.site.ask(queries.completed_line_for, me, line) is None
    for verb in ("confirm", "start", "finish"):
        await street.site.do(services.act, line, verb, by=street.owner)
    assert await street.site.ask(queries.completed_line_for, me, line)
    assert street.owner.person_id is not None
    assert await street.site.ask(queries.completed_line_for, street.owner.person_id, line) is None
