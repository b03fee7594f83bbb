"""The one way in which a line of an order changes: by a verb of its process, whoever does it and from wherever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Form, fields_of, parse, raw_of
from marketplace_kit.kernel.hooks import Actor, Customer, LineKind, Moving
from marketplace_kit.kernel.process import InvalidTransition, Process, Stage, Transition
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import (
    ADMIN,
    CUSTOMER,
    SYSTEM,
    KindAway,
    Line,
    LineMoved,
    ManageLinkInvalid,
    Order,
    VersionConflict,
    due_in,
)
from marketplace_kit.orders.queries import active_line_kinds
from marketplace_kit.orders.queries.details import roles_of
from marketplace_kit.orders.services.linking import extend_links, opens
from marketplace_kit.orders.services.recording import remind, touch, write_event
from marketplace_kit.orders.tables import line_table, order_table
from marketplace_kit.shops.services import roles_in

_NOT_A_STATUS = N_("Please choose one of the offered answers.")
_REASON = "reason"
THE_SYSTEM = Actor()


@attrs.frozen(kw_only=True)
class Acted:
    """What a verb led to. ``verb`` is as it was asked for."""

    order_id: UUID
    line_id: UUID
    verb: str
    before: str
    after: str
    order_status: str
    version: int


@attrs.frozen(kw_only=True)
class Doer:
    """Who does it, and as what."""

    by: Actor
    roles: frozenset[str]
    as_guest: bool = False

    def kind_for(self, transition: Transition) -> str:
        """As what the timeline names them: whoever ordered, where a customer may do this, else the shop."""
        if SYSTEM in self.roles:
            return SYSTEM
        if CUSTOMER in self.roles and CUSTOMER in transition.who:
            return "guest" if self.as_guest else CUSTOMER
        return "staff"


async def act(
    uow: UnitOfWork,
    line_id: UUID,
    verb: str,
    asked: Form | Mapping[str, Any] | None = None,
    *,
    by: Actor,
    version: int | None = None,
    token: str = "",
    side: str = "",
    system: bool = False,
    source: Literal["form", "json"] = "json",
    quiet: bool = False,
) -> Acted:
    """Do a verb of a line's process: customer, whoever holds the guest's link (``token``), people of the shop, system.

    ``asked`` is the transition's form, filled in or raw; ``version`` the line's as it was read; ``side`` narrows who
    somebody is here to ``customer`` or ``shop``. Refuses :class:`Missing` to strangers, :class:`InvalidTransition`,
    :class:`VersionConflict`, :class:`Invalid`, :class:`KindAway`, and whatever the kind refuses: then nothing changed.
    """
    order, lines = await held_order(uow, line_id=line_id)
    doer = await doer_of(uow, order, by, token=token, side=side, system=system)
    line = next(one for one in lines if one.id == line_id)
    if version is not None and version != line.version:
        raise VersionConflict(version=line.version, status=line.status)
    transition = _process(uow, line)[1].transition(line.status, verb, doer.roles)
    done = await _move(uow, order, line, transition, _answered(transition, asked, source), doer)
    return (await _settle(uow, order, lines, [done], doer, quiet=quiet))[0]


async def set_status(
    uow: UnitOfWork,
    order_id: UUID,
    status: str,
    *,
    by: Actor,
    reason: str = "",
    version: int | None = None,
    token: str = "",
    side: str = "",
) -> list[Acted]:
    """Bring every line of an order that is not finished to a status (S3 `updateOrderStatus`), by whichever verb leads
    there. All of them or none; refuses as :func:`act` does, and :class:`InvalidTransition` if no line can go there.
    """
    if status not in set(Stage):
        raise Invalid(Problem("status", "not_a_choice", _NOT_A_STATUS))
    order, lines = await held_order(uow, order_id)
    doer = await doer_of(uow, order, by, token=token, side=side)
    if version is not None and version != order.version:
        raise VersionConflict(version=order.version, status=order.status)
    todo = [line for line in lines if line.stage != status and not _process(uow, line)[1].state(line.status).terminal]
    if not todo:
        raise InvalidTransition(**{"verb": status, "from": order.status, "to": status, "allowed": []})
    done = []
    for line in todo:
        transition = _towards(_process(uow, line)[1], line, Stage(status), doer, order, reason)
        done.append(await _move(uow, order, line, transition, _answered(transition, {_REASON: reason}, "json"), doer))
    return await _settle(uow, order, lines, done, doer)


def _towards(process: Process, line: Line, stage: Stage, doer: Doer, order: Order, reason: str) -> Transition:
    """The verb that leads to a stage; of several the first that asks for no more than is given."""
    open_moves = process.moves(line.status, doer.roles)
    there = [t for t in open_moves if process.state(t.target).stage is stage]
    if not there:
        allowed = sorted({str(process.state(t.target).stage) for t in open_moves})
        raise InvalidTransition(**{"verb": str(stage), "from": order.status, "to": str(stage), "allowed": allowed})
    given = {_REASON} if reason else set()
    simple = [t for t in there if {f.name for f in fields_of(t.asks) if f.required} <= given]
    return (simple or there)[0]


async def held_order(
    uow: UnitOfWork, order_id: UUID | None = None, *, line_id: UUID | None = None
) -> tuple[Order, list[Line]]:
    """The order and its lines, held until the unit ends: of two who act at once the second one sees what the first one
    did.
    """
    if order_id is None:
        of_line = sa.select(line_table.c.order_id).where(line_table.c.id == line_id)
        order_id = (await uow.session.execute(of_line)).scalar_one_or_none()
    wanted = sa.select(Order).where(order_table.c.id == order_id).with_for_update()
    order = (await uow.session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    if order is None:
        raise Missing
    theirs = sa.select(Line).where(line_table.c.order_id == order_id).order_by(line_table.c.position)
    lines = list((await uow.session.execute(theirs.execution_options(populate_existing=True))).scalars())
    return order, lines


async def doer_of(
    uow: UnitOfWork, order: Order, by: Actor, *, token: str = "", side: str = "", system: bool = False
) -> Doer:
    """Who somebody is to an order. Refuses :class:`Missing` to strangers, :class:`ManageLinkInvalid`."""
    if system:
        return Doer(by=by, roles=frozenset({SYSTEM}))
    holds_link = bool(token) and await opens(uow, token, order.id)
    if token and not holds_link:
        raise ManageLinkInvalid
    member = next(iter(sorted(await roles_in(uow, order.shop_id, by=by) - {ADMIN})), None)
    held = roles_of(member, by, order.customer_id, holds_link=holds_link)
    if side:
        held = held & {CUSTOMER} if side == CUSTOMER else held - {CUSTOMER}
    if not held:
        raise Missing
    if ADMIN in held and member is None and CUSTOMER not in held:
        await audit(uow, by=by, act="orders.work_as_admin", on=f"order:{order.id}")
    return Doer(by=by, roles=held, as_guest=holds_link and by.person_id != order.customer_id)


def _process(uow: UnitOfWork, line: Line) -> tuple[LineKind, Process]:
    kind = active_line_kinds(uow.site).get(line.kind)
    if kind is None:
        raise KindAway
    return kind, kind.process_of(line.process_version)


def _answered(transition: Transition, asked: Form | Mapping[str, Any] | None, source: Literal["form", "json"]) -> Form:
    """The transition's form. A reason that it does not ask for is left out; any other unknown field is refused."""
    if isinstance(asked, Form):
        return asked
    raw = dict(asked or {})
    known = {field.name for field in fields_of(transition.asks)}
    if _REASON not in known:
        raw.pop(_REASON, None)
    return parse(transition.asks, raw, source)


@attrs.frozen(kw_only=True)
class _Done:
    line: Line
    transition: Transition
    before: str
    note: str
    actor_kind: str
    asked: Form


async def _move(uow: UnitOfWork, order: Order, line: Line, transition: Transition, asked: Form, doer: Doer) -> _Done:
    """One line's move: its kind does its share first, and may refuse."""
    kind, process = _process(uow, line)
    before, target = line.status, process.state(transition.target)
    moving = Moving(
        line_id=line.id,
        order_id=order.id,
        shop_id=order.shop_id,
        listing_id=line.listing_id,
        kind=line.kind,
        verb=transition.verb,
        before=before,
        after=target.name,
        asked=asked,
        facts=line.facts,
        customer=Customer(
            person_id=order.customer_id,
            name=order.contact_name,
            phone=order.contact_phone or "",
            email=order.contact_email or "",
            locale=order.contact_locale,
        ),
        by=doer.by,
        roles=doer.roles,
    )
    moved = await kind.capacity.move(uow, moving)
    line.move_to(target, moved, due_in(process, target.name, uow.at, moved.due))
    reason = getattr(asked, _REASON, "") or ""
    note = " ".join(dict.fromkeys(part for part in (moved.note, str(reason)) if part))
    return _Done(
        line=line,
        transition=transition,
        before=before,
        note=note,
        actor_kind=doer.kind_for(transition),
        asked=asked,
    )


async def _settle(
    uow: UnitOfWork, order: Order, lines: Sequence[Line], done: Sequence[_Done], doer: Doer, *, quiet: bool = False
) -> list[Acted]:
    """The order follows its lines; each change gets its row, and is told."""
    status_before = order.status
    order.follow(lines)
    # Whoever read the order before has not seen this: its version moves with every line's, its status or not.
    flag_modified(order, "status")
    for one in done:
        flag_modified(one.line, "status")
    await uow.session.flush()
    for one in done:
        line = one.line
        facts = {"process_version": line.process_version, "stage": line.stage, "asked": _kept(one.asked)}
        if order.status != status_before:
            facts["order"] = {"before": status_before, "after": order.status}
        await write_event(
            uow,
            order.id,
            line.id,
            actor_kind=one.actor_kind,
            actor_id=doer.by.person_id,
            verb=one.transition.verb,
            before=one.before,
            after=line.status,
            note=one.note,
            facts=facts,
        )
        remind(uow, line)
        if not quiet:
            uow.record(_event(order, status_before, one))
    await extend_links(uow, order, lines)
    if not quiet:
        await touch(uow, order.id, order.shop_id)
    return [
        Acted(
            order_id=order.id,
            line_id=one.line.id,
            verb=one.transition.verb,
            before=one.before,
            after=one.line.status,
            order_status=order.status,
            version=one.line.version,
        )
        for one in done
    ]


def _kept(asked: Form) -> dict[str, Any]:
    """What was asked with a move, without its reason (which is the row's note) and without what is private."""
    private = {field.name for field in fields_of(type(asked)) if field.private}
    return {n: v for n, v in raw_of(asked).items() if v not in (None, "", []) and n != _REASON and n not in private}


def _event(order: Order, status_before: str, one: _Done) -> LineMoved:
    line = one.line
    return LineMoved(
        order_id=order.id,
        line_id=line.id,
        shop_id=order.shop_id,
        listing_id=line.listing_id,
        customer_id=order.customer_id,
        kind=line.kind,
        verb=one.transition.verb,
        before=one.before,
        after=line.status,
        stage=line.stage,
        version=line.version,
        order_status=order.status,
        order_before=status_before,
        by=one.actor_kind,
    )
