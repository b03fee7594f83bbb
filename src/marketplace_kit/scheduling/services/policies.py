"""Whether this customer may book here, and on what terms. The shop itself is bound by none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money, exponent
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain import BookingBlocked, PrepaymentRequired, TooManyOpenVisits
from marketplace_kit.scheduling.queries.services import Rule, Service
from marketplace_kit.scheduling.schemas import MarkForm, MissedRule, SchedulingSettings
from marketplace_kit.scheduling.tables import appointment_table, booking_mark_table, shop_booking_table
from marketplace_kit.shops.domain import ADMIN, OWNER, STAFF
from marketplace_kit.shops.services import access_shop

UNTIL = N_("Cancel or move it at no cost until {hours} hours before it begins.")
ANY_TIME = N_("Cancel or move it at no cost until it begins.")
LATE_FEE = N_("A later cancellation costs {percent} % of the price.")
MISSED_FEE = N_("A missed visit costs {percent} % of the price.")
BLOCKED, NEEDS_PREPAYMENT = "blocked", "needs_prepayment"
a, m = appointment_table.c, booking_mark_table.c


def policy_text(site: Site, rule: Rule, locale: str) -> str:
    """The rules as the customer reads them; what was shown is kept with the order."""
    texts = [UNTIL if rule.cutoff_hours else ANY_TIME]
    said = [site.texts.render(locale, texts[0], {"hours": rule.cutoff_hours})]
    fees = ((LATE_FEE, rule.late_fee_percent), (MISSED_FEE, rule.missed_fee_percent))
    said += [site.texts.render(locale, text, {"percent": percent}) for text, percent in fees if percent]
    return " ".join([*said, rule.policy_text.strip()]).strip()


def policy_facts(rule: Rule) -> dict[str, Any]:
    """The same for the program: what was agreed binds, whatever the rule says later."""
    return {
        "cutoff_hours": rule.cutoff_hours,
        "moves": rule.moves,
        "late_fee_percent": rule.late_fee_percent,
        "missed_fee_percent": rule.missed_fee_percent,
    }


def due_now(rule: Rule, price: Money) -> Money | None:
    """What has to be paid before it is confirmed; a share is rounded half up to whole units."""
    if rule.prepay == "none" or not price:
        return None
    unit = 10 ** exponent(price.currency)
    if rule.prepay == "all":
        return price
    if rule.prepay == "fixed":
        return min(Money(rule.prepay_amount * unit, price.currency), price)
    share = price.amount * min(rule.prepay_amount, 100)
    return Money((share + 50 * unit) // (100 * unit) * unit, price.currency)


def _same(table: Any, customer: Customer) -> sa.ColumnElement[bool] | None:
    phone = table.phone if "phone" in table else table.contact_phone
    whom = []
    if customer.person_id is not None:
        whom.append(table.person_id == customer.person_id)
    if customer.phone:
        whom.append(phone == customer.phone)
    return sa.or_(*whom) if whom else None


async def check_customer(
    uow: UnitOfWork, service: Service, customer: Customer, order_id: UUID, *, line_ids: Sequence[UUID] = ()
) -> None:
    """Refuse whom the shop does not want to be booked by online: :class:`BookingBlocked`, :class:`PrepaymentRequired`,
    :class:`TooManyOpenVisits`. A service that is paid beforehand is open to those who have to.
    """
    await check_known(uow, service, customer)
    of = _same(a, customer)
    if service.rule.max_open and of is not None:
        open_ = sa.select(sa.func.count(sa.distinct(a.order_id))).where(
            a.shop_id == service.shop_id,
            of,
            a.effect == "keeps",
            a.ends_s > int(uow.at.timestamp()),
            a.order_id != order_id,
        )
        count: int = (await uow.session.execute(open_)).scalar_one()
        if count >= service.rule.max_open:
            raise TooManyOpenVisits(limit=service.rule.max_open, phone=service.phone)


async def check_known(uow: UnitOfWork, service: Service, customer: Customer) -> None:
    """The same as far as it can be said before anything is chosen: :class:`BookingBlocked`,
    :class:`PrepaymentRequired`.
    """
    stands = await standing(await uow.connection(), uow.site, service, customer, uow.at)
    if stands == BLOCKED:
        raise BookingBlocked(phone=service.phone)
    if stands == NEEDS_PREPAYMENT:
        raise PrepaymentRequired(phone=service.phone)


async def standing(connection: AsyncConnection, site: Site, service: Service, customer: Customer, now: datetime) -> str:
    """Whether this customer books this service online: ``blocked``, ``needs_prepayment`` (which the service does not
    ask for) or, as a rule, empty.
    """
    if not service.rule.bookable_online:
        return BLOCKED
    marked, of = _same(m, customer), _same(a, customer)
    if marked is None or of is None:
        return ""
    if customer.person_id is not None:
        # The shop marks numbers: those by which this person has been booked here are theirs too.
        numbers = sa.select(a.contact_phone).where(
            a.shop_id == service.shop_id, a.person_id == customer.person_id, a.contact_phone != ""
        )
        marked = sa.or_(marked, m.phone.in_(numbers))
    marks = sa.select(m.mode, m.at).where(m.shop_id == service.shop_id, marked).order_by(m.at)
    rows = (await connection.execute(marks)).all()
    modes = {row.mode for row in rows}
    if "block" in modes:
        return BLOCKED
    if service.rule.prepay != "none":
        return ""
    lifted = max((row.at for row in rows if row.mode == "allow"), default=None)
    if "prepay_only" in modes or await _missed_too_often(connection, site, service, of, now, lifted):
        return NEEDS_PREPAYMENT
    return ""


async def _missed_too_often(
    connection: AsyncConnection, site: Site, service: Service, of: sa.ColumnElement[bool], now: datetime, lifted: Any
) -> bool:
    limit, days = await missed_rule(connection, site, service.shop_id)
    if not limit:
        return False
    since = now - timedelta(days=days)
    since = max(since, lifted) if lifted else since
    missed = sa.select(sa.func.count()).where(
        a.shop_id == service.shop_id, of, a.state == "no_show", a.missed_at > since
    )
    return int((await connection.execute(missed)).scalar_one()) >= limit


async def missed_rule(connection: AsyncConnection, site: Site, shop_id: UUID) -> tuple[int, int]:
    """How many missed appointments in how many days a shop bears with: its own rule, else the site's."""
    own = sa.select(shop_booking_table).where(shop_booking_table.c.shop_id == shop_id)
    row = (await connection.execute(own)).first()
    settings = site.settings.of(SchedulingSettings)
    return (row.missed_limit, row.missed_days) if row else (settings.missed_limit, settings.missed_days)


async def mark_customer(
    uow: UnitOfWork, shop_id: UUID, form: MarkForm, *, by: Actor, person_id: UUID | None = None
) -> None:
    """Block somebody, ask for a prepayment, or lift both; said again it replaces what was said. Refuses
    :class:`Invalid` without a reason.
    """
    await access_shop(uow, shop_id, by=by, roles=(OWNER, STAFF, ADMIN))
    if not form.reason.strip():
        raise Invalid(Problem("reason", "reason_required", N_("Say why: your colleagues will want to know.")))
    values = {"mode": form.mode, "reason": form.reason, "by_id": by.person_id, "at": uow.at}
    said = uow.site.database.insert(booking_mark_table).values(
        id=new_id(), shop_id=shop_id, phone=form.phone, person_id=person_id, **values
    )
    await uow.session.execute(said.on_conflict_do_update(index_elements=["shop_id", "phone"], set_=values))
    await audit(uow, by=by, act="scheduling.mark", on=f"shop:{shop_id}", facts={"mode": form.mode})


async def set_missed_rule(uow: UnitOfWork, shop_id: UUID, form: MissedRule, *, by: Actor) -> None:
    """After how many missed appointments in how many days booking online takes a prepayment; 0 is never. The shop's
    owner says so.
    """
    await access_shop(uow, shop_id, by=by, roles=(OWNER, ADMIN))
    values: Mapping[str, int] = {"missed_limit": form.limit, "missed_days": form.days}
    said = uow.site.database.insert(shop_booking_table).values(shop_id=shop_id, **values)
    await uow.session.execute(said.on_conflict_do_update(index_elements=["shop_id"], set_=dict(values)))
    await audit(uow, by=by, act="scheduling.missed_rule", on=f"shop:{shop_id}", facts=dict(values))
