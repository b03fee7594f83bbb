"""The shop is paid in person: it says so, never for more than is due, and takes back what it said by mistake."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import httpx
import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import DomainError, Forbidden, Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.outbox import event_table
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain.paid import AlreadyPaid, AlreadyUndone, NothingDue, PaymentRecorded
from marketplace_kit.orders.queries import Wanted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import PaidForm, UndoForm
from marketplace_kit.orders.tables import order_table, payment_table
from marketplace_kit.shops.services import add_member
from tests.orders.street import Street, someone

pytestmark = pytest.mark.anyio
TOTAL = 500_000


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


async def pay(street: Street, order_id: UUID, amount: int = 5_000, by: Actor | None = None, **more: Any) -> UUID:
    form = PaidForm(amount=tenge(amount), **more)
    return await street.site.do(services.mark_paid, order_id, form, by=by or street.owner)


async def undo(street: Street, payment_id: UUID, reason: str = "Typed by mistake", by: Actor | None = None) -> UUID:
    return await street.site.do(services.unmark_paid, payment_id, UndoForm(reason=reason), by=by or street.owner)


async def refusal(doing: Any) -> str:
    try:
        await doing
    except Invalid as refused:
        return refused.problems[0].code
    except DomainError as refused:
        return refused.code
    return "done"


async def test_a_part_and_then_the_rest_pays_an_order(street: Street) -> None:
    placed = await street.order()
    assert (await street.view(placed)).paid.state == "unpaid"
    await pay(street, placed.order_id, 2_000)
    half = (await street.view(placed)).paid
    assert (half.state, half.paid, half.left) == ("part_paid", tenge(2_000), tenge(3_000))
    await pay(street, placed.order_id, 3_000, means="transfer", reference="KSP-77")
    order = await street.view(placed)
    assert (order.paid.state, order.paid.left.amount) == ("paid", 0)
    assert [(p.amount, p.means, p.reference, p.by) for p in order.paid.payments] == [
        (tenge(2_000), "cash", "", "owner"),
        (tenge(3_000), "transfer", "KSP-77", "owner"),
    ]
    said = [e.text for e in order.timeline[-2:]]
    assert said == ["Paid: 2\u00a0000\u00a0₸ (Cash)", "Paid: 3\u00a0000\u00a0₸ (Kaspi transfer)"]


async def test_the_customer_sees_what_is_paid_but_not_the_shop_s_own_notes(street: Street) -> None:
    placed = await street.order()
    await pay(street, placed.order_id, 1_000, means="terminal", reference="SLIP 4")
    paid = (await street.view(placed, street.customer)).paid
    assert (paid.state, paid.paid) == ("part_paid", tenge(1_000))
    assert (paid.payments[0].means_text, paid.payments[0].reference, paid.payments[0].by) == ("Card terminal", "", "")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"amount": 5_001}, "amount_too_large"),
        ({"amount": 10, "means": "terminal"}, "reference_required"),
        ({"amount": 10, "means": "transfer", "reference": "  "}, "reference_required"),
    ],
)
async def test_what_cannot_have_been_paid_so_is_refused_at_its_field(
    street: Street, form: dict[str, Any], code: str
) -> None:
    placed = await street.order()
    assert await refusal(pay(street, placed.order_id, **form)) == code
    assert (await street.view(placed)).paid.payments == []


async def test_another_currency_is_not_this_order_s(street: Street) -> None:
    placed = await street.order()
    dollars = PaidForm(amount=Money(100, "USD"))
    assert await refusal(street.site.do(services.mark_paid, placed.order_id, dollars, by=street.owner)) == (
        "currency_mismatch"
    )


async def test_a_paid_order_takes_no_more_and_a_cancelled_one_nothing(street: Street) -> None:
    placed = await street.order()
    await pay(street, placed.order_id)
    with pytest.raises(AlreadyPaid):
        await pay(street, placed.order_id, 1)
    gone = await street.order()
    await street.site.do(services.set_status, gone.order_id, "cancelled", by=street.customer)
    with pytest.raises(NothingDue):
        await pay(street, gone.order_id)


async def test_what_was_paid_of_an_order_that_is_cancelled_is_to_be_given_back(street: Street) -> None:
    placed = await street.order("bicycle", "sledge")
    await pay(street, placed.order_id, 8_000)
    await street.site.do(services.act, await street.line(placed, 2), "cancel", by=street.customer)
    paid = (await street.view(placed)).paid
    assert (paid.state, paid.to_return, paid.left.amount) == ("to_return", tenge(3_000), 0)


async def test_a_payment_taken_back_stays_to_be_read_and_can_be_taken_anew(street: Street) -> None:
    placed = await street.order()
    payment = await pay(street, placed.order_id)
    with pytest.raises(Invalid) as refused:
        await undo(street, payment, reason=" ")
    assert refused.value.problems[0].code == "reason_required"
    await undo(street, payment)
    paid = (await street.view(placed)).paid
    assert (paid.state, len(paid.payments)) == ("unpaid", 1)
    assert (paid.payments[0].undone, paid.payments[0].reason) == (True, "Typed by mistake")
    with pytest.raises(AlreadyUndone):
        await undo(street, payment)
    await pay(street, placed.order_id)
    assert (await street.view(placed)).paid.state == "paid"


async def test_strangers_neither_pay_nor_take_back(street: Street) -> None:
    placed, stranger = await street.order(), await someone(street.site, "stranger", "vendor")
    with pytest.raises(Missing):
        await pay(street, placed.order_id, by=stranger)
    with pytest.raises(Missing):
        await pay(street, placed.order_id, by=street.customer)
    payment = await pay(street, placed.order_id)
    with pytest.raises(Missing):
        await undo(street, payment, by=stranger)
    with pytest.raises(Missing):
        await undo(street, new_id())


async def test_who_marked_it_may_take_it_back_on_the_same_day_and_an_owner_always(street: Street) -> None:
    placed, worker = await street.order(), await someone(street.site, "worker", "operator")
    await street.site.do(add_member, street.shop, worker.person_id, "operator", by=street.owner)
    worker = attrs.evolve(worker, shops=frozenset({street.shop}))
    await undo(street, await pay(street, placed.order_id, by=worker), by=worker)
    by_owner = await pay(street, placed.order_id, 100)
    with pytest.raises(Forbidden):
        await undo(street, by_owner, by=worker)
    of_yesterday = await pay(street, placed.order_id, 200, by=worker)
    street.clock.advance(timedelta(days=1))
    with pytest.raises(Forbidden):
        await undo(street, of_yesterday, by=worker)
    await undo(street, of_yesterday)
    assert (await street.view(placed)).paid.paid == tenge(100)


async def test_ten_who_take_the_whole_sum_at_once_take_it_once(street: Street) -> None:
    placed = await street.order()
    outcomes = await asyncio.gather(*(refusal(pay(street, placed.order_id)) for _ in range(10)))
    assert sorted(outcomes) == ["already_paid"] * 9 + ["done"]
    assert (await street.view(placed)).paid.paid == tenge(5_000)


async def test_parts_taken_at_once_never_add_up_to_more_than_the_total(street: Street) -> None:
    placed = await street.order()
    outcomes = await asyncio.gather(*(refusal(pay(street, placed.order_id, 2_000)) for _ in range(6)))
    assert sorted(outcomes) == ["amount_too_large"] * 4 + ["done"] * 2
    paid = (await street.view(placed)).paid
    assert (paid.paid, len(paid.payments)) == (tenge(4_000), 2)


async def test_control_who_looks_first_and_writes_later_takes_the_sum_twice(street: Street) -> None:
    """The same race without the lock and the numbered rows: what the tests above would see if they were missing."""
    placed = await street.order()
    looked = asyncio.Barrier(2)

    async def naive() -> None:
        seen = (await street.view(placed)).paid
        assert seen.left == tenge(5_000)
        await looked.wait()

        async def write(uow: UnitOfWork) -> None:
            more = order_table.c.paid_amount + TOTAL
            await uow.session.execute(
                sa.update(order_table).where(order_table.c.id == placed.order_id).values(paid_amount=more)
            )

        await street.site.do(write)

    await asyncio.gather(naive(), naive())
    assert (await street.view(placed)).paid.paid == tenge(10_000)


async def test_the_database_refuses_more_than_the_total_a_second_row_at_one_place_and_any_change(
    street: Street,
) -> None:
    placed = await street.order()
    await pay(street, placed.order_id, 2_000)

    def row(**other: Any) -> Any:
        known = {
            "id": new_id(),
            "order_id": placed.order_id,
            "position": 2,
            "at": street.clock.now(),
            "amount": 100,
            "currency": "KZT",
            "paid_before": 200_000,
            "paid_after": 200_100,
            "total_amount": TOTAL,
            "means": "cash",
            "reference": "",
            "source": "desk",
            "reason": "",
        }
        return sa.insert(payment_table).values(known | other)

    async def run(uow: UnitOfWork, statement: Any) -> None:
        await uow.session.execute(statement)

    for wrong in (
        row(amount=300_001, paid_after=500_001),
        row(position=1, paid_before=0, paid_after=100),
        row(paid_after=200_000),
        row(amount=-100, paid_after=199_900),
        row(means="shells"),
        sa.update(payment_table).values(amount=1),
        sa.delete(payment_table),
        sa.update(order_table).values(paid_amount=-1),
    ):
        with pytest.raises((DBAPIError, DomainError)):
            await street.site.do(run, wrong)
    assert (await street.view(placed)).paid.paid == tenge(2_000)


async def test_a_room_above_records_what_it_saw_once_however_often_it_says_so(street: Street) -> None:
    placed = await street.order()
    seen = {"means": "online", "source": "payments", "key": "capture:1"}
    first = await street.site.do(services.record_paid, placed.order_id, tenge(5_000), **seen)
    assert await street.site.do(services.record_paid, placed.order_id, tenge(5_000), **seen) == first
    assert [(e.payment_id, e.amount, e.paid, e.source) for e in await told(street)] == [
        (first, TOTAL, TOTAL, "payments")
    ]
    order = await street.view(placed)
    assert (order.paid.state, order.timeline[-1].actor_kind) == ("paid", "system")
    with pytest.raises(Missing):
        await undo(street, first)


async def told(street: Street) -> list[PaymentRecorded]:
    async def read(connection: AsyncConnection) -> list[Any]:
        wanted = sa.select(event_table.c.payload).where(event_table.c.name == PaymentRecorded.name)
        return list((await connection.execute(wanted)).scalars())

    return [msgspec.convert(payload, PaymentRecorded) for payload in await street.site.ask(read)]


async def test_lists_show_what_is_paid_and_are_narrowed_by_it(street: Street) -> None:
    unpaid, part, paid = [await street.order(hour=hour) for hour in (9, 10, 11)]
    await pay(street, part.order_id, 100)
    await pay(street, paid.order_id)

    async def found(asked: str) -> set[tuple[str, str]]:
        words = Words.of(street.site, "en")
        rows = await street.site.ask(queries.orders_of_shops, [street.shop], words, Wanted(paid=asked))
        return {(row.number, row.paid.state) for row in rows.items}

    assert await found("unpaid") == {(unpaid.number, "unpaid"), (part.number, "part_paid")}
    assert await found("paid") == {(paid.number, "paid")}
    assert await found("to_return") == set()
    assert len(await found("")) == 3


async def test_a_program_of_the_shop_marks_and_takes_back(street: Street) -> None:
    placed = await street.order()
    owner, customer = await street.program(street.owner), await street.program(street.customer)
    there = f"/api/orders/{placed.order_id}/payments"
    money = {"amount": {"amount": 200_000, "currency": "KZT"}, "means": "cash"}
    assert (await customer.post(there, json=money)).status_code == 403
    made = await owner.post(there, json=money)
    assert (made.status_code, made.json()["paid"]["state"]) == (201, "part_paid")
    too_much = await owner.post(there, json=money | {"amount": {"amount": 400_000, "currency": "KZT"}})
    assert (too_much.status_code, problem(too_much)) == (422, "amount_too_large")
    payment = made.json()["paid"]["payments"][0]["id"]
    undone = await owner.post(f"{there}/{payment}/undo", json={"reason": "Twice"})
    assert (undone.status_code, undone.json()["paid"]["state"]) == (200, "unpaid")
    again = await owner.post(f"{there}/{payment}/undo", json={"reason": "Twice"})
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")
    listed = await owner.get(f"/api/shops/{street.shop}/orders", params={"paid": "unpaid"})
    assert [row["number"] for row in listed.json()["items"]] == [placed.number]
    assert (await owner.get(f"/api/shops/{street.shop}/orders", params={"paid": "often"})).status_code == 422
    elsewhere = await street.order()
    assert (
        await owner.post(f"/api/orders/{elsewhere.order_id}/payments/{payment}/undo", json={"reason": "x"})
    ).status_code == 404


def problem(answer: httpx.Response) -> str:
    return str(answer.json()["problems"][0]["code"])
