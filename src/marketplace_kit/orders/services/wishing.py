"""A customer asks for a change, past every deadline; the shop answers. Until then nothing of the order is another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import CUSTOMER, Line, Order
from marketplace_kit.orders.domain.wishes import (
    AGREED,
    CHANGE,
    OPEN,
    WITHDRAWN,
    AnsweredAlready,
    ChangeAsked,
    NothingToChange,
)
from marketplace_kit.orders.schemas.wishes import ChangeAnswer, ChangeWish
from marketplace_kit.orders.services.acting import Doer, act, doer_of, held_order
from marketplace_kit.orders.services.recording import touch, write_event
from marketplace_kit.orders.services.telling import tell_answered, tell_asked
from marketplace_kit.orders.tables import change_request_table as wish

MOVE = "reschedule"
"""The verb by which a line of any kind gets another time, where its process has one."""
_NO_LINE = N_("This is not part of the order.")
_OVER = (Stage.COMPLETED, Stage.CANCELLED)


async def ask_change(uow: UnitOfWork, order_id: UUID, form: ChangeWish, *, by: Actor, token: str = "") -> UUID:
    """Ask the shop to change something; the request's id. By the order's customer, or whoever holds the guest's link.

    Refuses :class:`Missing` to everybody else, :class:`NothingToChange`, :class:`ChangeAsked`, :class:`Invalid`.
    """
    order, lines = await held_order(uow, order_id)
    doer = await doer_of(uow, order, by, token=token, side=CUSTOMER)
    open_lines = [line for line in lines if line.stage not in _OVER]
    if not open_lines:
        raise NothingToChange
    about = _about(open_lines, form.line_id)
    request_id = new_id()
    values = {
        "id": request_id,
        "order_id": order.id,
        "line_id": about.id if about else None,
        "asked_at": uow.at,
        "asked_by": by.person_id,
        "text": form.text.strip(),
        "starts_at": datetime.fromisoformat(form.starts_at).astimezone(UTC) if form.starts_at else None,
        "state": OPEN,
        "answer": "",
    }
    try:
        async with uow.session.begin_nested():
            await uow.session.execute(sa.insert(wish).values(values))
    except IntegrityError as twice:
        raise ChangeAsked from twice
    await _written(uow, order, doer, "", OPEN, form.text.strip(), about.id if about else None)
    await tell_asked(uow, order.id, request_id, form.text.strip())
    return request_id


def _about(lines: list[Line], line_id: str) -> Line | None:
    """What of the order is meant: the only thing there is, or what was chosen."""
    if not line_id:
        return lines[0] if len(lines) == 1 else None
    found = next((line for line in lines if str(line.id) == line_id), None)
    if found is None:
        raise Invalid(Problem("line_id", "not_a_choice", _NO_LINE))
    return found


async def withdraw_change(uow: UnitOfWork, request_id: UUID, *, by: Actor, token: str = "") -> None:
    """The customer takes it back. Refuses :class:`Missing`, :class:`AnsweredAlready`."""
    row = await _row(uow, request_id)
    order, _ = await held_order(uow, row.order_id)
    doer = await doer_of(uow, order, by, token=token, side=CUSTOMER)
    await _close(uow, request_id, WITHDRAWN, "", by)
    await _written(uow, order, doer, OPEN, WITHDRAWN, "", row.line_id)


async def answer_change(uow: UnitOfWork, request_id: UUID, form: ChangeAnswer, *, by: Actor) -> None:
    """The shop says yes or no. A yes to another time moves the visit in the same transaction, or is refused as a move
    is and nothing was answered; whatever else was asked for the shop does by the verbs of the order.

    Refuses :class:`Missing` to strangers and :class:`AnsweredAlready`.
    """
    row = await _row(uow, request_id)
    order, lines = await held_order(uow, row.order_id)
    doer = await doer_of(uow, order, by, side="shop")
    await _close(uow, request_id, form.answer, form.text.strip(), by)
    await _written(uow, order, doer, OPEN, form.answer, form.text.strip(), row.line_id)
    about = next((line for line in lines if line.id == row.line_id), None)
    if form.answer == AGREED and row.starts_at is not None and about is not None:
        await act(uow, about.id, MOVE, {"starts_at": row.starts_at.isoformat()}, by=by, side="shop")
    await tell_answered(uow, order.id, request_id, form.answer, form.text.strip())


async def _row(uow: UnitOfWork, request_id: UUID) -> Any:
    found = (await uow.session.execute(sa.select(wish).where(wish.c.id == request_id))).first()
    if found is None:
        raise Missing
    return found


async def _close(uow: UnitOfWork, request_id: UUID, state: str, answer: str, by: Actor) -> None:
    """Of two who answer at once the second changes nothing."""
    values = {"state": state, "answer": answer, "answered_at": uow.at, "answered_by": by.person_id}
    closed = sa.update(wish).where(wish.c.id == request_id, wish.c.state == OPEN).values(values)
    if (await uow.session.execute(closed.returning(wish.c.id))).first() is None:
        raise AnsweredAlready


async def _written(
    uow: UnitOfWork, order: Order, doer: Doer, before: str, after: str, note: str, line_id: UUID | None
) -> None:
    kind = "staff" if CUSTOMER not in doer.roles else "guest" if doer.as_guest else CUSTOMER
    await write_event(
        uow,
        order.id,
        None,
        actor_kind=kind,
        actor_id=doer.by.person_id,
        verb=CHANGE,
        before=before,
        after=f"change_{after}",
        note=note,
        facts={"line_id": str(line_id)} if line_id else {},
    )
    await touch(uow, order.id, order.shop_id)
