"""For sample data: orders with a past, made by the same use cases as any other, at the instants when they happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.hooks import Actor, Customer, Promise
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import Listing
from marketplace_kit.orders.queries import active_line_kinds
from marketplace_kit.orders.schemas import MemberDetails, StaffDetails, Wished
from marketplace_kit.orders.services.acting import act
from marketplace_kit.orders.services.beginning import by_kind, wishes_of
from marketplace_kit.orders.services.placing import store
from marketplace_kit.orders.tables import line_table, order_table


@attrs.frozen(kw_only=True)
class Past:
    """What happened to an order's line (counted from 1) after it was placed: a verb, when, and by whom (``None``: the
    system).
    """

    verb: str
    at: datetime
    by: UUID | None = None
    line: int = 1
    asked: Mapping[str, Any] = attrs.field(factory=dict)


async def ensure_order(
    site: Site,
    *,
    placed_at: datetime,
    wanted: Sequence[Wished],
    customer: UUID | None = None,
    guest: Customer | None = None,
    by: UUID | None = None,
    past: Sequence[Past] = (),
    note: str = "",
) -> UUID:
    """The order that this customer placed at this instant for the first of these listings, made if it is not there.

    Nobody is told of it: no notice, no mail. ``by`` is who of the shop wrote it down for a ``guest``. Everything is
    promised and moved by the kinds themselves, so a time that is taken is refused as ever.
    """
    found = await site.ask(_there, placed_at, wanted[0].listing_id, customer)
    if found is not None:
        return found
    order_id, line_ids = await site.do(_place, placed_at, wanted, customer, guest, by, note)
    for step in sorted(past, key=lambda one: one.at):
        await site.do(_step, line_ids[step.line - 1], step)
    return order_id


async def _there(connection: AsyncConnection, at: datetime, listing_id: UUID, customer: UUID | None) -> UUID | None:
    same = sa.and_(order_table.c.created_at == at, line_table.c.listing_id == listing_id)
    whose = order_table.c.customer_id == customer if customer else order_table.c.customer_id.is_(None)
    wanted = sa.select(order_table.c.id).join_from(order_table, line_table).where(same, whose).limit(1)
    found: UUID | None = (await connection.execute(wanted)).scalar_one_or_none()
    return found


async def _place(
    uow: UnitOfWork,
    at: datetime,
    wanted: Sequence[Wished],
    customer_id: UUID | None,
    guest: Customer | None,
    by_id: UUID | None,
    note: str,
) -> tuple[UUID, list[UUID]]:
    uow.at = at  # the whole unit happens then: what is promised, what is written, and what is due after it
    customer, by_staff = guest or Customer(name="—"), customer_id is None
    if customer_id is not None:
        known = await contact_of(await uow.session.connection(), customer_id)
        if known is None:
            raise LookupError(f"nobody is {customer_id}")
        customer = Customer(
            person_id=customer_id,
            name=known.name,
            phone=known.phone or "",
            email=known.email or "",
            locale=known.locale,
        )
    by = Actor(person_id=by_id if by_staff else customer_id, name=customer.name, locale=customer.locale)
    order_id, wishes = new_id(), []
    for one in wanted:
        listing = await uow.session.get(Listing, one.listing_id)
        if listing is None:
            raise LookupError(f"no listing {one.listing_id}")
        wishes += wishes_of(uow.site, listing, one, order_id, customer, by, by_staff, "json")
    kinds = active_line_kinds(uow.site)
    promises: dict[UUID, Promise] = {}
    for name, share in by_kind(wishes).items():
        made = await kinds[name].capacity.reserve(uow, share)
        promises |= {wish.line_id: promise for wish, promise in zip(share, made, strict=True)}
    details = (
        StaffDetails(name=customer.name, phone=customer.phone, email=customer.email, note=note)
        if by_staff
        else MemberDetails(note=note, consent=True)
    )
    await store(
        uow,
        order_id,
        wishes,
        promises,
        customer=customer,
        details=details,
        by=by,
        by_staff=by_staff,
        shown=None,
        quiet=True,
    )
    return order_id, [wish.line_id for wish in wishes]


async def _step(uow: UnitOfWork, line_id: UUID, step: Past) -> None:
    uow.at = step.at
    by = Actor(person_id=step.by)
    await act(uow, line_id, step.verb, step.asked, by=by, system=step.by is None, quiet=True)
