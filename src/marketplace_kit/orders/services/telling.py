"""Who hears of an order: its customer, by whatever they chose; a guest, at the address given; the shop's people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import Message, Undeliverable
from marketplace_kit.kernel.hooks.lines import SERVICES
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.queries import wordings_of
from marketplace_kit.notifications.services import notify
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.orders.domain import SYSTEM, LineMoved, OrderPlaced
from marketplace_kit.orders.domain.wishes import AGREED
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.services.jobnames import TELL_GUEST, TellGuest
from marketplace_kit.orders.services.linking import link_of, plain_link
from marketplace_kit.orders.tables import change_request_table as wish
from marketplace_kit.orders.tables import event_table as event
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.shops.queries import members_of
from marketplace_kit.shops.tables import shop_table as shop

PLACED, RECEIVED, STATUS, CANCELLED = "orders.placed", "orders.received", "orders.status", "orders.cancelled"
BY_CUSTOMER, ACCEPTED, READY = "orders.by_customer", "orders.service_accepted", "orders.ready"
CHANGED, NEXT = "orders.changed", "orders.next_in_queue"
ASKED, AGREES, DECLINES = "orders.change_asked", "orders.change_agreed", "orders.change_declined"
_READY_STATES = ("ready", "ready_for_pickup")
OPERATOR = "operator"
"""The fact of a line that names who will do it, where its kind says so."""


@attrs.frozen(kw_only=True)
class Known:
    """What a message about an order needs of it."""

    order_id: UUID
    number: str
    shop_id: UUID
    shop: str
    customer_id: UUID | None
    customer: str
    phone: str | None
    email: str | None
    locale: str
    status: str
    total: Any
    line: Any = None
    reason: str = ""


async def known_of(connection: AsyncConnection, order_id: UUID, line_id: UUID | None = None) -> Known | None:
    wanted = sa.select(order, shop.c.name.label("shop_name"), shop.c.slug.label("shop_slug"))
    found = (
        await connection.execute(
            wanted.join_from(order, shop, shop.c.id == order.c.shop_id).where(order.c.id == order_id)
        )
    ).first()
    if found is None:
        return None
    of_line, reason = None, ""
    if line_id is not None:
        of_line = (await connection.execute(sa.select(line).where(line.c.id == line_id))).first()
        last = sa.select(event.c.note).where(event.c.line_id == line_id).order_by(event.c.at.desc(), event.c.id.desc())
        reason = (await connection.execute(last.limit(1))).scalar_one_or_none() or ""
    return Known(
        order_id=found.id,
        number=found.number,
        shop_id=found.shop_id,
        shop=found.shop_name or found.shop_slug,
        customer_id=found.customer_id,
        customer=found.contact_name,
        phone=found.contact_phone,
        email=found.contact_email,
        locale=found.contact_locale,
        status=found.status,
        total=found.total_amount,
        line=of_line,
        reason=reason,
    )


def _facts(site: Site, known: Known, locale: str, state: str = "") -> dict[str, str]:
    words = Words.of(site, locale)
    facts = {
        "id": known.number,
        "shop": known.shop,
        "customer": words.customer(known.customer, known.customer_id),
        "reason": known.reason,
    }
    if known.line is not None:
        version, stage = known.line.process_version, known.line.stage
        said = words.state(known.line.kind, version, state or known.line.status, stage).text
        facts |= {
            "status": words.say(said),
            "item": words.title(known.line),
            "operator": str(known.line.facts.get(OPERATOR, "")),
        }
    return facts


async def tell_placed(uow: UnitOfWork, placed: OrderPlaced) -> None:
    """A confirmation for the customer, and news for whoever looks after the shop's orders."""
    connection = await uow.session.connection()
    known = await known_of(connection, placed.order_id)
    if known is None or await _all_tell(uow, placed.order_id):
        return
    await _tell_customer(uow, known, PLACED, key=f"{PLACED}:{known.order_id}", both=True)
    if not placed.by_staff:
        await _tell_shop(uow, known, RECEIVED, key=f"{RECEIVED}:{known.order_id}")


def _tells(site: Site, kind: str) -> bool:
    """Whether a kind of lines has notices of its own: nobody is told the same twice."""
    known = site.registry.line_kinds.get(kind)
    return known is not None and known.tells


async def _all_tell(uow: UnitOfWork, order_id: UUID) -> bool:
    kinds = await uow.session.execute(sa.select(line.c.kind).where(line.c.order_id == order_id).distinct())
    return all(_tells(uow.site, kind) for kind in kinds.scalars())


async def tell_moved(uow: UnitOfWork, moved: LineMoved) -> None:
    """Each change is a notice for the other side, never for whoever made it."""
    by_customer, same = moved.by in ("customer", "guest"), moved.before == moved.after
    if _tells(uow.site, moved.kind):
        return
    known = await known_of(await uow.session.connection(), moved.order_id, moved.line_id)
    if known is None or (same and moved.by == SYSTEM):
        return
    of_line = f"{moved.line_id}:{moved.version}"
    if by_customer:
        await _tell_shop(uow, known, BY_CUSTOMER, key=f"{BY_CUSTOMER}:{of_line}")
    elif moved.order_status == Stage.CANCELLED:
        await _tell_customer(uow, known, CANCELLED, key=f"{CANCELLED}:{moved.order_id}", line_id=moved.line_id)
    else:
        notice = CHANGED if same else _notice_of(known, moved)
        await _tell_customer(uow, known, notice, key=f"{STATUS}:{of_line}", line_id=moved.line_id, state=moved.after)


def _notice_of(known: Known, moved: LineMoved) -> str:
    """The nearest of the predefined messages (S4 5.4.4)."""
    if moved.after in _READY_STATES:
        return READY
    named = known.line is not None and known.line.tab == SERVICES and known.line.facts.get(OPERATOR)
    if moved.stage == Stage.ACCEPTED and moved.verb in ("accept", "confirm") and named:
        return ACCEPTED
    return STATUS


async def tell_asked(uow: UnitOfWork, order_id: UUID, request_id: UUID, text: str) -> None:
    """The shop hears that a customer would like something to be changed."""
    known = await known_of(await uow.session.connection(), order_id)
    if known is not None:
        await _tell_shop(uow, attrs.evolve(known, reason=text), ASKED, key=f"{ASKED}:{request_id}")


async def tell_answered(uow: UnitOfWork, order_id: UUID, request_id: UUID, state: str, text: str) -> None:
    """The customer hears what the shop says to it."""
    known = await known_of(await uow.session.connection(), order_id)
    if known is not None:
        notice = AGREES if state == AGREED else DECLINES
        await _tell_customer(uow, attrs.evolve(known, reason=text), notice, key=f"{notice}:{request_id}")


async def _tell_shop(uow: UnitOfWork, known: Known, notice: str, *, key: str) -> None:
    connection = await uow.session.connection()
    for member in await members_of(connection, known.shop_id):
        if member.person_id == known.customer_id:
            continue
        contact = await contact_of(connection, member.person_id)
        if contact is None:
            continue
        await notify(
            uow,
            to=member.person_id,
            notice=notice,
            facts=_facts(uow.site, known, contact.locale),
            link=f"/sell/orders/{known.number}",
            key=f"{key}:{member.person_id}",
            order_id=known.order_id,
        )


async def _tell_customer(
    uow: UnitOfWork,
    known: Known,
    notice: str,
    *,
    key: str,
    line_id: UUID | None = None,
    state: str = "",
    both: bool = False,
) -> None:
    """By a notice to whoever has an account; else to the addresses that the guest gave (``both``: to all of them)."""
    if known.customer_id is None:
        _tell_guest(uow, known, notice, key=key, line_id=line_id, state=state, both=both)
        return
    contact = await contact_of(await uow.session.connection(), known.customer_id)
    if contact is not None:
        await notify(
            uow,
            to=known.customer_id,
            notice=notice,
            facts=_facts(uow.site, known, contact.locale, state),
            link=f"/orders/{known.number}",
            key=key,
            order_id=known.order_id,
        )


def _tell_guest(
    uow: UnitOfWork, known: Known, notice: str, *, key: str, line_id: UUID | None, state: str, both: bool
) -> None:
    channels = [c for c, given in (("email", known.email), ("sms", known.phone)) if given]
    for channel in channels if both else channels[:1]:
        share = TellGuest(
            order_id=known.order_id, notice=notice, channel=channel, key=new_id(), line_id=line_id, state=state
        )
        uow.enqueue(TELL_GUEST, share, key=f"{TELL_GUEST}:{key}:{channel}")


async def tell_guest(work: Work, share: TellGuest) -> None:
    """Send it outside of any transaction, with the link by which the guest looks after the order."""
    site = work.site
    found = await site.ask(_to_send, share, site.clock.now())
    channel = site.registry.channels.get(share.channel)
    if found is None or channel is None or channel.sender is None:
        return
    known, link_id, edited = found
    to = known.email if share.channel == "email" else known.phone
    if not to or known.customer_id is not None or link_id is None:
        return  # somebody's own by now: they get notices
    said = Said(site, site.registry.notices[share.notice], known.locale, _facts(site, known, known.locale, share.state))
    said.edited = edited
    subject, body = said.on(share.channel)
    message = Message(
        key=str(share.key),
        to=to,
        name="",
        subject=subject,
        body=body,
        link=f"{site.settings.of(SiteSettings).public_url.rstrip('/')}/o/{plain_link(site, link_id)}",
        locale=known.locale,
    )
    try:
        await channel.sender.deliver(site, message)
    except Undeliverable:
        return


async def _to_send(connection: AsyncConnection, share: TellGuest, now: Any) -> tuple[Known, UUID | None, Any] | None:
    known = await known_of(connection, share.order_id, share.line_id)
    if known is None:
        return None
    if share.notice in (AGREES, DECLINES):
        said = sa.select(wish.c.answer).where(wish.c.order_id == share.order_id, wish.c.answered_at.is_not(None))
        last = await connection.execute(said.order_by(wish.c.answered_at.desc()).limit(1))
        known = attrs.evolve(known, reason=last.scalar_one_or_none() or "")
    edited = await wordings_of(connection, share.notice, known.locale)
    return known, await link_of(connection, share.order_id, now), edited
