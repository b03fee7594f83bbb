"""What is paid of orders, for their readers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.money import Money
from marketplace_kit.orders.domain.paid import MEANS, PAID, PAID_STATES, TO_RETURN, UNPAID, paid_state
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import PaidView, PaymentView
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.orders.tables import payment_table as payment

_undoing = payment.alias("undoing")


def paid_clause(wanted: str) -> sa.ColumnElement[bool]:
    """Orders of which something is left to pay (``unpaid``), nothing is (``paid``), or too much was paid."""
    clauses = {
        UNPAID: order.c.paid_amount < order.c.total_amount,
        PAID: sa.and_(order.c.paid_amount == order.c.total_amount, order.c.total_amount > 0),
        TO_RETURN: order.c.paid_amount > order.c.total_amount,
    }
    return clauses[wanted]


def paid_view(row: Any, words: Words, payments: list[PaymentView] | None = None) -> PaidView:
    """How an order (a row of it) stands with its money."""
    state = PAID_STATES[paid_state(row.total_amount, row.paid_amount)]
    left = row.total_amount - row.paid_amount
    return PaidView(
        state=state.name,
        text=words.say(state.text),
        tone=state.tone,
        paid=Money.stored(row.paid_amount, row.total_currency),
        left=Money.stored(max(left, 0), row.total_currency),
        to_return=Money.stored(max(-left, 0), row.total_currency),
        payments=payments or [],
    )


async def payments_of(connection: AsyncConnection, order_id: UUID, words: Words, *, whole: bool) -> list[PaymentView]:
    """An order's payments in their order, each with whether it was taken back; ``whole``: as the shop sees them. One
    statement.
    """
    wanted = (
        sa.select(
            payment, person.c.name.label("by_name"), _undoing.c.at.label("undone_at"), _undoing.c.reason.label("why")
        )
        .outerjoin(_undoing, _undoing.c.undoes == payment.c.id)
        .outerjoin(person, person.c.id == payment.c.by_id)
        .where(payment.c.order_id == order_id, payment.c.undoes.is_(None))
        .order_by(payment.c.position)
    )
    return [_payment(row, words, whole=whole) for row in await connection.execute(wanted)]


def _payment(row: Any, words: Words, *, whole: bool) -> PaymentView:
    shop_only = {"reference": row.reference, "by": row.by_name or "", "source": row.source} if whole else {}
    return PaymentView(
        id=row.id,
        at=row.at,
        amount=Money.stored(row.amount, row.currency),
        means=row.means,
        means_text=words.say(MEANS[row.means]),
        undone=row.undone_at is not None,
        undone_at=row.undone_at,
        reason=row.why or row.reason,
        **shop_only,
    )


async def paid_sums(connection: AsyncConnection, order_ids: Collection[UUID]) -> dict[UUID, Any]:
    """Total, paid and currency of each of these orders. One statement."""
    columns = (order.c.id, order.c.total_amount, order.c.paid_amount, order.c.total_currency)
    rows = await connection.execute(sa.select(*columns).where(order.c.id.in_(list(order_ids))))
    return {row.id: row for row in rows}
