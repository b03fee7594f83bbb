"""Placing an order: what was kept is promised, and order, lines, timeline and promises are stored together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.accounts.domain import PRIVACY
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.services import document, give_consent
from marketplace_kit.kernel.errors import DomainError, Kind, Missing, SignInNeeded
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor, Customer, Promise, Wish
from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.money import CurrencyMismatch
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import (
    GRACE,
    HoldExpired,
    Line,
    Order,
    OrderPlaced,
    PriceChanged,
    ShopNotTaking,
    due_in,
    stage_in,
    status_of,
)
from marketplace_kit.orders.queries import active_line_kinds
from marketplace_kit.orders.schemas import (
    Details,
    GuestDetails,
    MemberDetails,
    OrderSettings,
    StaffDetails,
    Wished,
    parts_raw,
)
from marketplace_kit.orders.services.beginning import begin, by_kind, held_draft
from marketplace_kit.orders.services.linking import issue_link, link_of
from marketplace_kit.orders.services.recording import remind, touch, write_event
from marketplace_kit.orders.tables import draft_table as draft
from marketplace_kit.orders.tables import order_table
from marketplace_kit.shops.domain import OPEN, ConsentRequired, Shop
from marketplace_kit.shops.services import agreed_with, consent_words, shop_of

_NUMBER = 8


@attrs.frozen(kw_only=True)
class PlacedOrder:
    """``link_id`` is a guest's way to the order; ``again`` says that it had been placed before."""

    order_id: UUID
    number: str
    link_id: UUID | None = None
    again: bool = False


def details_form(actor: Actor, *, by_staff: bool) -> type[Details]:
    """Which form is to be filled in with an order."""
    if by_staff:
        return StaffDetails
    return MemberDetails if actor.signed_in else GuestDetails


async def place(uow: UnitOfWork, token: str, details: Details, *, by: Actor, total: int | None = None) -> PlacedOrder:
    """Order what a draft keeps. Placing it again answers the same order.

    Refuses :class:`DraftGone`, :class:`ConsentRequired`, :class:`TaxIdRequired`, :class:`PriceChanged` when it would
    cost something else than was shown (``total``: than was agreed to, in minor units), :class:`HoldExpired` when it was
    kept no longer and is not free any more, and whatever the kinds cannot promise. A refusal leaves everything as it
    was.
    """
    held = await held_draft(uow, token, by=by)
    if held.order_id is not None:
        return await _placed_before(uow, held.order_id)
    if not held.by_staff and not by.signed_in and not uow.site.settings.of(OrderSettings).guests:
        raise SignInNeeded
    customer = await _customer(uow, details, by)
    _check_consent(details)
    await _check_shop(uow, held.shop_id, by_staff=held.by_staff)
    wishes = held.wishes(uow.site, customer, by)
    promises = await _promised(uow, wishes, late=held.until + GRACE <= uow.at)
    shown = held.shown_total if total is None else total
    placed = await store(
        uow, held.id, wishes, promises, customer=customer, details=details, by=by, by_staff=held.by_staff, shown=shown
    )
    await uow.session.execute(sa.update(draft).where(draft.c.id == held.id).values(order_id=placed.order_id))
    return placed


async def place_now(
    uow: UnitOfWork,
    wanted: Sequence[Wished],
    details: Details,
    *,
    by: Actor,
    by_staff: bool = False,
    visitor: str = "",
    total: int | None = None,
) -> PlacedOrder:
    """Order without looking first: a draft and its order in one transaction. Refuses as both do."""
    token = await begin(uow, wanted, by=by, by_staff=by_staff, visitor=visitor)
    return await place(uow, token, details, by=by, total=total)


async def _placed_before(uow: UnitOfWork, order_id: UUID) -> PlacedOrder:
    number = (
        await uow.session.execute(sa.select(order_table.c.number).where(order_table.c.id == order_id))
    ).scalar_one()
    link_id = await link_of(await uow.session.connection(), order_id, uow.at)
    return PlacedOrder(order_id=order_id, number=number, link_id=link_id, again=True)


async def _customer(uow: UnitOfWork, details: Details, by: Actor) -> Customer:
    """Whom it is for, from the account or from what was filled in."""
    if isinstance(details, StaffDetails | GuestDetails):
        return Customer(name=details.name, phone=details.phone, email=details.email, locale=by.locale)
    if by.person_id is None:
        raise SignInNeeded
    known = await contact_of(await uow.session.connection(), by.person_id)
    if known is None:
        raise Missing
    phone = details.phone or (known.phone if known.phone_verified else "") or ""
    email = (known.email if known.email_verified else "") or ""
    return Customer(person_id=by.person_id, name=known.name, phone=phone, email=email, locale=known.locale)


def _check_consent(details: Details) -> None:
    if isinstance(details, GuestDetails | MemberDetails) and not details.consent:
        raise ConsentRequired


async def _check_shop(uow: UnitOfWork, shop_id: UUID, *, by_staff: bool) -> None:
    """Held until the end, so that nobody closes the shop between this look and the commit."""
    shop = await uow.session.get(Shop, shop_id, with_for_update={"read": True}, populate_existing=True)
    if shop is None or shop.state != OPEN:
        raise ShopNotTaking
    if not by_staff:
        agreed_with(shop)


async def _promised(uow: UnitOfWork, wishes: Sequence[Wish], *, late: bool) -> dict[UUID, Promise]:
    """Each kind's promises. Where the hold is over and the thing gone, that is what the customer is told."""
    kinds = active_line_kinds(uow.site)
    found: dict[UUID, Promise] = {}
    for name, share in by_kind(wishes).items():
        try:
            promises = await kinds[name].capacity.reserve(uow, share)
        except DomainError as refused:
            if late and refused.kind is Kind.CONFLICT:
                raise HoldExpired(**refused.facts) from refused
            raise
        found |= {wish.line_id: promise for wish, promise in zip(share, promises, strict=True)}
    return found


async def store(
    uow: UnitOfWork,
    order_id: UUID,
    wishes: Sequence[Wish],
    promises: Mapping[UUID, Promise],
    *,
    customer: Customer,
    details: Details,
    by: Actor,
    by_staff: bool,
    shown: int | None,
    quiet: bool = False,
) -> PlacedOrder:
    """The order with its lines and the first row of its timeline."""
    lines = [_line(uow, order_id, position, wish, promises[wish.line_id]) for position, wish in enumerate(wishes, 1)]
    currencies = {line.currency for line in lines}
    if len(currencies) > 1:
        left, right = sorted(currencies)[:2]
        raise CurrencyMismatch(left=left, right=right)
    total = sum(line.total_amount for line in lines)
    if shown is not None and total != shown:
        raise PriceChanged(before=shown, after=total, currency=lines[0].currency)
    order = Order(
        id=order_id,
        number=await _free_number(uow),
        shop_id=wishes[0].shop_id,
        customer_id=customer.person_id,
        contact_name=customer.name,
        contact_phone=customer.phone or None,
        contact_email=customer.email or None,
        contact_locale=customer.locale,
        status=status_of(Stage(line.stage) for line in lines),
        created_at=uow.at,
        total_amount=total,
        total_currency=lines[0].currency,
        note=details.note,
        placed_by=by.person_id,
        by_staff=by_staff,
        **await _consent(uow, wishes[0].shop_id, customer, by, by_staff=by_staff),
    )
    uow.session.add(order)
    await uow.session.flush()
    uow.session.add_all(lines)
    await uow.session.flush()
    actor_kind = "staff" if by_staff else "customer" if by.signed_in else "guest"
    facts = {"lines": len(lines), "total": total, "currency": order.total_currency}
    await write_event(
        uow,
        order.id,
        None,
        actor_kind=actor_kind,
        actor_id=by.person_id,
        verb="place",
        before="",
        after=order.status,
        facts=facts,
    )
    reachable = customer.person_id is None and (order.contact_phone or order.contact_email)
    link_id = await issue_link(uow, order, lines) if reachable else None
    for line in lines:
        remind(uow, line)
    if not quiet:
        uow.record(
            OrderPlaced(
                order_id=order.id,
                shop_id=order.shop_id,
                customer_id=order.customer_id,
                number=order.number,
                lines=tuple(line.id for line in lines),
                by_staff=by_staff,
            )
        )
        await touch(uow, order.id, order.shop_id)
    return PlacedOrder(order_id=order.id, number=order.number, link_id=link_id)


def _line(uow: UnitOfWork, order_id: UUID, position: int, wish: Wish, promise: Promise) -> Line:
    kind = uow.site.registry.line_kinds[wish.kind]
    process = kind.process
    state = process.state(promise.state or process.start.name)
    due = due_in(process, state.name, uow.at, promise.due)
    unit = promise.unit_price
    return Line(
        id=wish.line_id,
        order_id=order_id,
        position=position,
        kind=wish.kind,
        tab=kind.tab,
        process_version=process.version,
        status=state.name,
        stage=stage_in(process, state.name),
        listing_id=wish.listing_id,
        title=promise.title[:300],
        titles={language: text[:300] for language, text in promise.titles.items()},
        quantity=wish.quantity,
        unit_amount=unit.amount,
        total_amount=unit.amount * wish.quantity,
        currency=unit.currency,
        due_now_amount=promise.due_now.amount if promise.due_now else None,
        parts=parts_raw(promise.parts),
        facts=dict(promise.facts),
        options={name: list(values) for name, values in wish.options.items()},
        choice=raw_of(wish.choice),
        starts_at=promise.starts_at,
        ends_at=promise.ends_at,
        policy=promise.policy,
        due_verb=due.verb if due else None,
        due_at=due.at if due else None,
    )


async def _free_number(uow: UnitOfWork) -> str:
    """40 random bits: two orders hardly ever draw the same, and the constraint keeps the second one out."""
    while True:
        number = human_code(_NUMBER)
        taken = sa.select(order_table.c.id).where(order_table.c.number == number)
        if (await uow.session.execute(taken)).first() is None:
            return number


async def _consent(uow: UnitOfWork, shop_id: UUID, customer: Customer, by: Actor, *, by_staff: bool) -> dict[str, Any]:
    """What the customer agreed to, in the words and the version that were shown; whoever has an account has it among
    their consents too.
    """
    if by_staff:
        return {}
    if by.signed_in:
        await give_consent(uow, PRIVACY, by=by, locale=customer.locale, way="order")
    text = consent_words(uow.site, customer.locale, await shop_of(uow, shop_id))
    return {"consent_text": text, "consent_version": consent_version(uow.site, customer.locale), "consent_at": uow.at}


def consent_version(site: Site, locale: str) -> str:
    return document(site, PRIVACY, locale).version[:40]
