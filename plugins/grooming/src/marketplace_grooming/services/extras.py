"""What is found at check-in: proposed, answered by the owner, and only then done and charged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_grooming import queries
from marketplace_grooming.domain import (
    AlreadyAnswered,
    ChargeNotConsented,
    ConsentNameNeeded,
    ExtraConsented,
    ExtraProposed,
    ExtraUnanswered,
    ExtraWithdrawn,
    NothingToPropose,
)
from marketplace_grooming.domain.process import AT_WORK, CHARGE, HERE, IN_PROGRESS, ON_HOLD, Charge
from marketplace_grooming.schemas import ExtraView, NewExtra
from marketplace_grooming.services.billing import bill_of
from marketplace_grooming.services.measuring import service_of
from marketplace_grooming.services.salon import staffed
from marketplace_grooming.tables import consent_table, extra_table, visit_table
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.services import act
from marketplace_kit.scheduling.domain.process import NewEnd
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.identity import sign

v, x, c = visit_table.c, extra_table.c, consent_table.c
LINK, IN_PERSON = "link", "in_person"
UNANSWERED, WITHOUT = "grooming.unanswered", "without"
_NOBODY = Actor()


class Unanswered(msgspec.Struct):
    """The job looks whether a proposal was answered."""

    extra_id: UUID


def consent_token(site: Site, extra_id: UUID) -> str:
    """The secret of the owner's link. Derived, so that no row holds it."""
    return sign(site, "grooming.extra", str(extra_id))


def consent_path(site: Site, extra_id: UUID) -> str:
    return f"/grooming/extras/{consent_token(site, extra_id)}"


async def propose(
    uow: UnitOfWork, visit_id: UUID, form: NewExtra, *, by: Actor, instead_of: UUID | None = None
) -> UUID:
    """Ask the owner. ``instead_of`` is a proposal of the same thing at another amount: what was agreed to for that one
    stays on the bill until the new amount is agreed to.

    Refuses :class:`Missing` to strangers, :class:`NothingToPropose` unless the pet is in the salon, another currency.
    """
    visit = await staffed(uow, visit_id, by=by)
    if visit.state not in AT_WORK:
        raise NothingToPropose(state=visit.state)
    if instead_of is not None:
        known = {one.id: one for one in await queries.extras_of(await uow.session.connection(), visit_id)}
        if instead_of not in known or known[instead_of].state not in ("proposed", "agreed", "declined"):
            raise Missing
    price = Money(form.price.amount, visit.currency) + Money(0, form.price.currency)
    extra_id = new_id()
    row = {
        "id": extra_id,
        "visit_id": visit_id,
        "what": form.what,
        "amount": price.amount,
        "currency": price.currency,
        "minutes": form.minutes,
        "proposed_at": uow.at,
        "proposed_by_id": by.person_id,
        "digest": digest(consent_token(uow.site, extra_id)),
        "replaces_id": instead_of,
    }
    await uow.session.execute(sa.insert(extra_table).values(row))
    asked = ExtraProposed(
        extra_id=extra_id,
        visit_id=visit_id,
        order_id=visit.order_id,
        shop_id=visit.shop_id,
        person_id=visit.person_id,
    )
    uow.record(asked)
    service = await service_of(await uow.session.connection(), uow.site, visit.listing_id)
    late = uow.at + timedelta(minutes=service.answer_minutes)
    uow.enqueue(UNANSWERED, Unanswered(extra_id=extra_id), key=f"{UNANSWERED}:{extra_id}", run_at=late)
    _touch(uow, visit)
    return extra_id


async def settle_unanswered(uow: UnitOfWork, extra_id: UUID) -> str:
    """Time is up for an answer: by the service's rule the work waits (``hold``), or the proposal ends and the work goes
    on without it (``without``); an empty text where nothing was left to settle. It is never done silently, and never
    charged.
    """
    wanted = sa.select(extra_table).where(x.id == extra_id).with_for_update()
    extra = (await uow.session.execute(wanted)).first()
    if extra is None:
        return ""
    connection = await uow.session.connection()
    listed = {one.id: one for one in await queries.extras_of(connection, extra.visit_id)}
    visit = (await uow.session.execute(sa.select(visit_table).where(v.id == extra.visit_id))).one()
    if listed[extra_id].state != "proposed" or visit.state not in AT_WORK:
        return ""
    rule = (await service_of(connection, uow.site, visit.listing_id)).unanswered
    if rule == WITHOUT:
        gone = sa.update(extra_table).where(x.id == extra_id, x.withdrawn_at.is_(None))
        await uow.session.execute(gone.values(withdrawn_at=uow.at, lapsed=True))
    elif visit.state == IN_PROGRESS:
        await act(uow, visit.id, "pause", None, by=_NOBODY, system=True)
        await uow.session.execute(sa.update(visit_table).where(v.id == visit.id).values(held_at=uow.at))
    elif visit.state == ON_HOLD:
        return ""
    unanswered = ExtraUnanswered(
        extra_id=extra_id,
        visit_id=visit.id,
        order_id=visit.order_id,
        shop_id=visit.shop_id,
        person_id=visit.person_id,
        outcome=rule,
    )
    uow.record(unanswered)
    _touch(uow, visit)
    return rule


async def _go_on(uow: UnitOfWork, visit_id: UUID) -> None:
    """Work that was paused by itself goes on once nothing waits for an answer any more."""
    visit = (await uow.session.execute(sa.select(visit_table).where(v.id == visit_id))).one()
    if visit.state != ON_HOLD or visit.held_at is None:
        return
    listed = await queries.extras_of(await uow.session.connection(), visit_id)
    if not any(one.state == "proposed" for one in listed):
        await act(uow, visit_id, "resume", None, by=_NOBODY, system=True)


async def withdraw(uow: UnitOfWork, extra_id: UUID, *, by: Actor) -> None:
    """Take a proposal back that nobody has answered. Refuses :class:`AlreadyAnswered`."""
    extra = await _extra(uow, extra_id)
    visit = await staffed(uow, extra.visit_id, by=by)
    if await _answer_of(uow, extra_id) is not None:
        raise AlreadyAnswered
    gone = sa.update(extra_table).where(x.id == extra_id, x.withdrawn_at.is_(None))
    await uow.session.execute(gone.values(withdrawn_at=uow.at))
    await _go_on(uow, visit.id)
    _touch(uow, visit)


async def answer_by_link(uow: UnitOfWork, token: str, *, agreed: bool, name: str, by: Actor) -> ExtraView:
    """The owner's answer, with the time and the amount. Refuses :class:`Missing`, :class:`AlreadyAnswered`,
    :class:`ExtraWithdrawn` and an answer without a name.
    """
    wanted = sa.select(extra_table).where(x.digest == digest(token)).with_for_update()
    extra = (await uow.session.execute(wanted)).first()
    if extra is None:
        raise Missing
    return await _answered(uow, extra, agreed=agreed, name=name, way=LINK, by=by)


async def answer_in_person(uow: UnitOfWork, extra_id: UUID, *, agreed: bool, name: str, by: Actor) -> ExtraView:
    """What the owner said at the counter or by telephone, written down by staff with their own name."""
    extra = await _extra(uow, extra_id)
    await staffed(uow, extra.visit_id, by=by)
    facts = {"agreed": agreed, "amount": extra.amount}
    await audit(uow, by=by, act="grooming.note_consent", on=f"extra:{extra_id}", facts=facts)
    return await _answered(uow, extra, agreed=agreed, name=name, way=IN_PERSON, by=by)


async def charge(uow: UnitOfWork, extra_id: UUID, *, by: Actor) -> Money:
    """Put an extra on the bill; answers the total. Refuses :class:`ChargeNotConsented` with the amount unless its owner
    agreed to this very amount. What was agreed to is there already: doing it again changes nothing.
    """
    extra = await _extra(uow, extra_id)
    await staffed(uow, extra.visit_id, by=by)
    listed = await queries.extras_of(await uow.session.connection(), extra.visit_id)
    if next(one.state for one in listed if one.id == extra_id) != "agreed":
        raise ChargeNotConsented(amount=extra.amount, currency=extra.currency)
    return await bill_of(uow, extra.visit_id)


async def _answered(uow: UnitOfWork, extra: Any, *, agreed: bool, name: str, way: str, by: Actor) -> ExtraView:
    if not name.strip():
        raise ConsentNameNeeded
    if extra.withdrawn_at is not None:
        raise ExtraWithdrawn
    listed = {one.id: one for one in await queries.extras_of(await uow.session.connection(), extra.visit_id)}
    if listed[extra.id].state == "replaced":
        raise ExtraWithdrawn
    row = {
        "id": new_id(),
        "extra_id": extra.id,
        "agreed": agreed,
        "amount": extra.amount,
        "minutes": extra.minutes,
        "way": way,
        "name": " ".join(name.split())[:120],
        "operator": await _operator(uow, extra.visit_id),
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    statement = uow.site.database.insert(consent_table).values(row).on_conflict_do_nothing(index_elements=["extra_id"])
    if (await uow.session.execute(statement.returning(c.id))).first() is None:
        raise AlreadyAnswered
    visit = (await uow.session.execute(sa.select(visit_table).where(v.id == extra.visit_id))).one()
    said = ExtraConsented(
        extra_id=extra.id,
        visit_id=visit.id,
        shop_id=visit.shop_id,
        agreed=agreed,
        amount=extra.amount,
        currency=extra.currency,
    )
    uow.record(said)
    _touch(uow, visit)
    if agreed:
        await _put_on_the_bill(uow, visit, extra, by)
    await _go_on(uow, visit.id)
    found = await queries.extras_of(await uow.session.connection(), extra.visit_id)
    return next(one for one in found if one.id == extra.id)


async def _put_on_the_bill(uow: UnitOfWork, visit: Any, extra: Any, by: Actor) -> None:
    """The line costs what was agreed to, and is expected to be done so much later."""
    if visit.state not in HERE:
        raise NothingToPropose(state=visit.state)
    await act(uow, visit.id, CHARGE, Charge(extra=str(extra.id)), by=by, system=True)
    if extra.minutes and visit.eta is not None and visit.state in AT_WORK:
        eta: datetime = (visit.eta + timedelta(minutes=extra.minutes)).replace(second=0, microsecond=0)
        await act(uow, visit.id, "delay", NewEnd(eta=eta.isoformat()), by=by, system=True)


async def _operator(uow: UnitOfWork, visit_id: UUID) -> str:
    shop_id = (await uow.session.execute(sa.select(v.shop_id).where(v.id == visit_id))).scalar_one()
    shop = await shop_by_id(await uow.session.connection(), shop_id, admin=True)
    return operator_text(shop)[:300] if shop is not None else ""


def operator_text(shop: ShopView) -> str:
    """To whom a consent is given, as far as the shop has said: its name, its IIN or BIN, where it is."""
    number = f"ИИН/БИН {shop.tax_id}" if shop.tax_id else ""
    where = ", ".join(part for part in (shop.city, shop.address) if part)
    return ", ".join(part for part in (shop.name, number, where) if part)


async def _extra(uow: UnitOfWork, extra_id: UUID) -> Any:
    found = (await uow.session.execute(sa.select(extra_table).where(x.id == extra_id).with_for_update())).first()
    if found is None:
        raise Missing
    return found


async def _answer_of(uow: UnitOfWork, extra_id: UUID) -> UUID | None:
    asked = sa.select(c.id).where(c.extra_id == extra_id)
    found: UUID | None = (await uow.session.execute(asked)).scalar_one_or_none()
    return found


def _touch(uow: UnitOfWork, visit: Any) -> None:
    uow.touch(f"shop:{visit.shop_id}:orders")
    uow.touch(f"order:{visit.order_id}")
