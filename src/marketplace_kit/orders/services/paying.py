"""What is paid of an order, and by what means: marked at the shop's desk, or recorded by a room above.

:func:`record_paid` is the port (docs/decisions/0018): whoever takes money calls it in the transaction in which that
became true, and hears ``orders.payment_recorded`` of what others wrote down.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor, LineKind
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import ADMIN, OWNER, SYSTEM, Line, VersionConflict
from marketplace_kit.orders.domain.paid import (
    CASH,
    DESK,
    PAY,
    UNPAY,
    AlreadyPaid,
    AlreadyUndone,
    NothingDue,
    PaymentRecorded,
    paid_state,
)
from marketplace_kit.orders.queries import active_line_kinds
from marketplace_kit.orders.schemas import PaidForm, UndoForm
from marketplace_kit.orders.services.acting import act
from marketplace_kit.orders.services.recording import touch, write_event
from marketplace_kit.orders.tables import line_table
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.orders.tables import payment_table as payment
from marketplace_kit.shops.services import roles_in
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.formats import money

SETTLE = "settle"
"""The verb by which a line that is kept for money goes on, in every process that has one."""
_TOO_LARGE = N_("There is less left to pay: {left}.")
_NOT_POSITIVE = N_("The sum has to be more than nothing.")
_REFERENCE = N_("Please write down the number of the operation: by it the payment is found again.")
_REASON = N_("Please say why.")
_CURRENCY = N_("This order is in {currency}.")


async def mark_paid(uow: UnitOfWork, order_id: UUID, form: PaidForm, *, by: Actor) -> UUID:
    """The shop was paid in person: all that is left of an order, or a part. The new record's id.

    Refuses :class:`Missing` to strangers, :class:`NothingDue`, :class:`AlreadyPaid`, and :class:`Invalid` with
    ``amount_not_positive``, ``amount_too_large``, ``currency_mismatch`` or ``reference_required``.
    """
    found = await _held(uow, order_id)
    await _roles(uow, found.shop_id, by)
    _check_left(found, form.amount)
    if form.means != CASH and not form.reference.strip():
        raise Invalid(Problem("reference", "reference_required", _REFERENCE))
    made = await record_paid(
        uow, order_id, form.amount, means=form.means, source=DESK, reference=form.reference.strip(), by=by
    )
    await settle_held(uow, order_id, found.paid_amount + form.amount.amount, by=by)
    return made


async def settle_held(uow: UnitOfWork, order_id: UUID, paid: int, *, by: Actor) -> None:
    """Lines that are kept until they are paid go on, once what was asked for all of them in advance is there."""
    lines = list((await uow.session.execute(sa.select(Line).where(line_table.c.order_id == order_id))).scalars())
    kinds = active_line_kinds(uow.site)
    waiting = [line for line in lines if line.kind in kinds and _waits(kinds[line.kind], line)]
    due = sum(line.total_amount if line.due_now_amount is None else line.due_now_amount for line in waiting)
    if waiting and paid >= due:
        for line in waiting:
            await act(uow, line.id, SETTLE, by=by, system=True)


def _waits(kind: LineKind, line: Line) -> bool:
    return any(t.verb == SETTLE for t in kind.process_of(line.process_version).moves(line.status, {SYSTEM}))


def _check_left(found: Any, amount: Money) -> None:
    if amount.currency != found.total_currency:
        facts = {"currency": found.total_currency}
        raise Invalid(Problem("amount", "currency_mismatch", _CURRENCY, facts))
    if amount.amount <= 0:
        raise Invalid(Problem("amount", "amount_not_positive", _NOT_POSITIVE))
    left = found.total_amount - found.paid_amount
    if found.total_amount == 0:
        raise NothingDue
    if left <= 0:
        raise AlreadyPaid
    if amount.amount > left:
        facts = {"left": money(Money.stored(left, found.total_currency)), "most": left}
        raise Invalid(Problem("amount", "amount_too_large", _TOO_LARGE, facts))


async def unmark_paid(uow: UnitOfWork, payment_id: UUID, form: UndoForm, *, by: Actor) -> UUID:
    """Take a payment back that was marked by mistake; the new record's id. The first one stays as it is.

    An owner may at any time, whoever marked it on the same day of the shop. Refuses :class:`Missing` to strangers and
    for what the desk did not write down, :class:`Forbidden`, :class:`AlreadyUndone`, and a missing reason.
    """
    row = (await uow.session.execute(sa.select(payment).where(payment.c.id == payment_id))).first()
    if row is None or row.source != DESK or row.undoes is not None:
        raise Missing
    found = await _held(uow, row.order_id)
    held = await _roles(uow, found.shop_id, by)
    if held.isdisjoint({OWNER, ADMIN}) and not await _own_of_today(uow, found.shop_id, row, by):
        raise Forbidden
    reason = form.reason.strip()
    if not reason:
        raise Invalid(Problem("reason", "reason_required", _REASON))
    taken = sa.select(payment.c.id).where(payment.c.undoes == payment_id)
    if (await uow.session.execute(taken)).first() is not None:
        raise AlreadyUndone
    back = Money.stored(-row.amount, row.currency)
    return await record_paid(
        uow, row.order_id, back, means=row.means, source=DESK, by=by, undoes=payment_id, reason=reason
    )


async def _own_of_today(uow: UnitOfWork, shop_id: UUID, row: Any, by: Actor) -> bool:
    zone = ZoneInfo((await uow.session.execute(sa.select(shop.c.zone).where(shop.c.id == shop_id))).scalar_one())
    same_day: bool = row.at.astimezone(zone).date() == uow.at.astimezone(zone).date()
    return same_day and row.by_id is not None and row.by_id == by.person_id


async def _held(uow: UnitOfWork, order_id: UUID) -> Any:
    """The order's row, held until the unit ends: of two who take money at once the second sees what the first took."""
    found = (await uow.session.execute(sa.select(order).where(order.c.id == order_id).with_for_update())).first()
    if found is None:
        raise Missing
    return found


async def _roles(uow: UnitOfWork, shop_id: UUID, by: Actor) -> frozenset[str]:
    held = await roles_in(uow, shop_id, by=by)
    if not held:
        raise Missing
    return held


async def record_paid(
    uow: UnitOfWork,
    order_id: UUID,
    amount: Money,
    *,
    means: str,
    source: str,
    reference: str = "",
    key: str = "",
    by: Actor | None = None,
    undoes: UUID | None = None,
    reason: str = "",
) -> UUID:
    """Write down that ``amount`` more (below zero: less) of an order is paid; the record's id.

    The caller has seen the money; here the sums are kept: nobody is asked for a permission. Above what is to be paid
    the database refuses. The same ``key`` again is the same record. Refuses :class:`Missing` for an order that is not
    there, :class:`VersionConflict` where the sum has changed since it was read.
    """
    found = await _held(uow, order_id)
    if key:
        known = await uow.session.execute(sa.select(payment.c.id).where(payment.c.key == key))
        if (again := known.scalar_one_or_none()) is not None:
            return UUID(str(again))
    latest = sa.select(sa.func.coalesce(sa.func.max(payment.c.position), 0)).where(payment.c.order_id == order_id)
    by_id, before = (by.person_id if by else None), found.paid_amount
    row: dict[str, Any] = {
        "id": new_id(),
        "order_id": order_id,
        "position": (await uow.session.execute(latest)).scalar_one() + 1,
        "at": uow.at,
        "amount": amount.amount,
        "currency": amount.currency,
        "paid_before": before,
        "paid_after": before + amount.amount,
        "total_amount": found.total_amount,
        "means": means,
        "reference": reference,
        "source": source,
        "key": key or None,
        "by_id": by_id,
        "undoes": undoes,
        "reason": reason,
    }
    await uow.session.execute(sa.insert(payment).values(row))
    kept = sa.update(order).where(order.c.id == order_id, order.c.paid_amount == before)
    kept = kept.values(paid_amount=row["paid_after"]).returning(order.c.id)
    if (await uow.session.execute(kept)).first() is None:
        raise VersionConflict(version=found.version, status=found.status)
    await _tell(uow, found, row, by)
    return UUID(str(row["id"]))


async def _tell(uow: UnitOfWork, found: Any, row: dict[str, Any], by: Actor | None) -> None:
    """The timeline has it, the audit trail, and whoever watches or listens."""
    facts = {"payment_id": str(row["id"]), "means": row["means"], "source": row["source"]}
    sums = {"amount": row["amount"], "currency": row["currency"]}
    await write_event(
        uow,
        found.id,
        None,
        actor_kind="staff" if by is not None else "system",
        actor_id=row["by_id"],
        verb=PAY if row["amount"] > 0 else UNPAY,
        before=paid_state(found.total_amount, row["paid_before"]),
        after=paid_state(found.total_amount, row["paid_after"]),
        note=row["reason"],
        facts=facts | sums,
    )
    if by is not None:
        act = "orders.mark_paid" if row["amount"] > 0 else "orders.unmark_paid"
        await audit(uow, by=by, act=act, on=f"order:{found.id}", facts=facts | sums)
    uow.record(
        PaymentRecorded(
            payment_id=row["id"],
            order_id=found.id,
            shop_id=found.shop_id,
            customer_id=found.customer_id,
            amount=row["amount"],
            currency=row["currency"],
            means=row["means"],
            source=row["source"],
            paid=row["paid_after"],
            total=found.total_amount,
            by_id=row["by_id"],
            undoes=row["undoes"],
        )
    )
    await touch(uow, found.id, found.shop_id)
