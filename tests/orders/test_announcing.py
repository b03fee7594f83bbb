"""What a shop tells the customer of an order by hand: on the page, and by the path that the sources name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.tables import line_table
from tests.orders.street import Street, someone
from tests.orders.test_pages import post

pytestmark = pytest.mark.anyio
SEND = "/api/notifications/send-order-update"


async def test_a_shop_tells_its_customer_by_the_predefined_texts_or_its_own(street: Street) -> None:
    placed = await street.order()

    async def served_by(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.update(line_table).values(facts={"operator": "Aizhan"}))

    await street.site.do(served_by)
    owner = await street.program(street.owner)
    told: dict[str, Any] = {"user_id": str(street.customer.person_id), "order_id": str(placed.order_id)}
    expected = {
        "status": ({"status": "pending"}, "orders.status", f"Your order #{placed.number} status is now Pending."),
        "queue": (
            {"type": "queue_update"},
            "orders.next_in_queue",
            "You are next in queue for Repair of a bicycle with Aizhan.",
        ),
        "own": ({"type": "delay", "message": "Ten {minutes} more."}, "delay", "Ten {minutes} more."),
    }
    for body, kind, message in expected.values():
        sent = await owner.post(SEND, json=told | body)
        assert sent.status_code == 201, sent.text
        notice = sent.json()
        assert (notice["type"], notice["message"], notice["read_status"]) == (kind, message, "unread")
        assert {k: notice[k] for k in told} == told
    acts = await street.site.ask(_acts)
    assert acts == ["orders.announce"] * 3


async def _acts(connection: Any) -> list[str]:
    return list((await connection.execute(sa.select(audit_table.c.act))).scalars())


async def test_nobody_is_told_of_an_order_that_is_not_theirs_by_a_shop_that_is_not_its(street: Street) -> None:
    placed, by_guest = await street.order(), await street.guest_order()
    other, stranger = await someone(street.site, "other", "vendor"), await someone(street.site, "stranger")
    told = {"user_id": str(street.customer.person_id), "order_id": str(placed.order_id), "type": "delay"}
    owner = await street.program(street.owner)
    for wrong, status, said in (
        ({"user_id": str(stranger.person_id), "message": "Pay here"}, 404, "not_found"),
        ({"order_id": str(new_id()), "message": "x"}, 404, "not_found"),
        ({"order_id": str(by_guest.order_id), "message": "x"}, 404, "not_found"),
        ({"user_id": "-" * 36, "message": "x"}, 404, "not_found"),
        ({}, 422, "message_required"),
        ({"type": "queue_update"}, 422, "message_required"),
        ({"type": "status_update", "status": "completed"}, 422, "not_its_status"),
        ({"type": "gossip", "message": "x"}, 422, "not_a_choice"),
        ({"message": "x", "read_status": "read"}, 422, "unknown_field"),
    ):
        answer = await owner.post(SEND, json=told | wrong)
        assert (answer.status_code, said in answer.text) == (status, True), (wrong, answer.text)
    for who, status in ((other, 404), (street.customer, 403)):
        answer = await (await street.program(who)).post(SEND, json=told | {"message": "x"})
        assert answer.status_code == status, who.name
    assert (await (await street.browser()).post(SEND, json=told)).status_code in {401, 403}


@pytest.mark.one_engine  # a door: what stands behind it runs on both
async def test_the_desk_tells_the_customer_on_a_page_that_keeps_what_was_chosen(street: Street) -> None:
    placed = await street.order()
    owner, customer = await street.browser(street.owner), await street.browser(street.customer)
    here = f"/sell/orders/{placed.number}"
    assert f'href="{here}/tell"' in (await owner.get(here)).text
    empty = await post(owner, f"{here}/tell", f"{here}/tell", type="delay", message="")
    assert (empty.status_code, "Please write what the customer should know." in empty.text) == (422, True)
    assert '<option value="delay" selected' in empty.text
    said = await post(owner, f"{here}/tell", f"{here}/tell", type="delay", message="<b>Ten</b> minutes more")
    assert said.headers["location"] == here
    centre = (await customer.get("/account/notices")).text
    assert "&lt;b&gt;Ten&lt;/b&gt; minutes more" in centre
    assert (await customer.get(f"{here}/tell")).status_code == 403
    by_guest = await street.guest_order()
    assert (await owner.get(f"/sell/orders/{by_guest.number}/tell")).status_code == 404
    assert "/tell" not in (await owner.get(f"/sell/orders/{by_guest.number}")).text
