"""What the room of orders does for that of scheduling, which lies below it: the facilities
:class:`marketplace_kit.scheduling.services.desk.Desk`,
:class:`marketplace_kit.scheduling.services.desk.Booker`,
:class:`marketplace_kit.scheduling.services.purse.Purse` and
:class:`marketplace_kit.scheduling.services.waiting.Beginner`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, Customer
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import Listing
from marketplace_kit.listings.services import access_public
from marketplace_kit.orders.domain.paid import PAID_STATES, PART, TO_RETURN, paid_state
from marketplace_kit.orders.queries import paid_sums
from marketplace_kit.orders.schemas import MemberDetails, StaffDetails, Wished
from marketplace_kit.orders.services.acting import act
from marketplace_kit.orders.services.beginning import begin, line_kind, wishes_of
from marketplace_kit.orders.services.linking import link_of, plain_link
from marketplace_kit.orders.services.placing import store
from marketplace_kit.orders.tables import event_table as event
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.scheduling.services.desk import Caller, Reached
from marketplace_kit.scheduling.services.purse import PaidMark
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.formats import money


class OrderDesk:
    """How the customer of an appointment is reached, as its order has it."""

    async def reach(
        self, connection: AsyncConnection, site: Site, order_id: UUID, line_id: UUID, now: datetime
    ) -> Reached | None:
        wanted = sa.select(order, line.c.facts, line.c.title).join_from(order, line, line.c.order_id == order.c.id)
        found = (await connection.execute(wanted.where(line.c.id == line_id, order.c.id == order_id))).first()
        if found is None:
            return None
        path = f"/orders/{found.number}"
        if found.customer_id is None:
            link_id = await link_of(connection, order_id, now)
            path = f"/o/{plain_link(site, link_id)}" if link_id is not None else ""
        return Reached(
            name=found.contact_name,
            phone=found.contact_phone or "",
            email=found.contact_email or "",
            locale=found.contact_locale,
            path=path,
            facts=found.facts,
            note=str(found.facts.get("reason", "")),
            number=found.number,
            title=found.title,
        )

    async def titles(self, connection: AsyncConnection, line_ids: Collection[UUID]) -> Mapping[UUID, str]:
        wanted = sa.select(line.c.id, line.c.title).where(line.c.id.in_(list(line_ids)))
        return {row.id: row.title for row in await connection.execute(wanted)}


class OrderPurse:
    """What is paid of orders, for the calendar of those whom they are done by."""

    async def marks(
        self, connection: AsyncConnection, site: Site, order_ids: Collection[UUID], locale: str
    ) -> Mapping[UUID, PaidMark]:
        """In one statement."""
        rows = await paid_sums(connection, order_ids)
        return {order_id: _mark(row, site, locale) for order_id, row in rows.items()}

    async def earned(self, connection: AsyncConnection, line_ids: Collection[UUID]) -> Mapping[UUID, Money]:
        """In one statement."""
        wanted = sa.select(line.c.id, line.c.total_amount, line.c.currency).where(line.c.id.in_(list(line_ids)))
        rows = await connection.execute(wanted)
        return {row.id: Money.stored(row.total_amount, row.currency) for row in rows}


def _mark(row: Any, site: Site, locale: str) -> PaidMark:
    state, left = paid_state(row.total_amount, row.paid_amount), row.total_amount - row.paid_amount
    text = site.texts.gettext(locale, PAID_STATES[state].text)
    if state in (PART, TO_RETURN):
        text = f"{text}: {money(Money.stored(row.paid_amount if state == PART else -left, row.total_currency))}"
    return PaidMark(
        text=text,
        settled=left <= 0,
        begun=row.paid_amount > 0,
        pay_path=f"/sell/orders/{row.id}/pay" if left > 0 else "",
    )


class OrderRequests:
    """What became of requests."""

    async def left_to_expire(self, connection: AsyncConnection, since: datetime, most: int) -> list[UUID]:
        """The live shops that let so many expire since, and since an admin last put them back."""
        wanted = (
            sa.select(order.c.shop_id)
            .join_from(event, order, order.c.id == event.c.order_id)
            .join(shop, shop.c.id == order.c.shop_id)
            .where(
                event.c.verb == "expire",
                event.c.before == "requested",
                event.c.at > since,
                shop.c.state == OPEN,
                sa.or_(shop.c.state_since.is_(None), event.c.at > shop.c.state_since),
            )
            .group_by(order.c.shop_id)
            .having(sa.func.count() >= most)
        )
        return list((await connection.execute(wanted)).scalars())


class OrderBooker:
    """Orders that the room of scheduling asks for: appointments that repeat, times that somebody waited for."""

    async def begin(self, uow: UnitOfWork, listing_id: UUID, choice: Mapping[str, Any], *, by: Actor) -> str:
        """A draft that keeps what is wanted; the page on which it is finished. Refuses as :func:`begin` does."""
        return f"/order/draft/{await begin(uow, [Wished(listing_id=listing_id, choice=dict(choice))], by=by)}"

    async def book_like(self, uow: UnitOfWork, line_id: UUID, starts_at: str, *, by: Actor, by_staff: bool) -> UUID:
        """The new line's id. Options, staff and note are as they were; the price is today's. Refuses whatever the kind
        cannot promise, :class:`Missing` and :class:`NotOffered` where the listing is not offered any more.
        """
        wanted = (
            sa.select(order, line).join_from(order, line, line.c.order_id == order.c.id).where(line.c.id == line_id)
        )
        found = (await uow.session.execute(wanted)).mappings().first()
        if found is None:
            raise Missing
        customer = Customer(
            person_id=found[order.c.customer_id],
            name=found[order.c.contact_name],
            phone=found[order.c.contact_phone] or "",
            email=found[order.c.contact_email] or "",
            locale=found[order.c.contact_locale],
        )
        listing = await access_public(uow, found[line.c.listing_id])
        choice = {name: value for name, value in found[line.c.choice].items() if value is not None}
        again = Wished(
            listing_id=listing.id,
            quantity=found[line.c.quantity],
            options=found[line.c.options],
            choice=choice | {"starts_at": starts_at},
        )
        details = StaffDetails(name=customer.name) if by_staff else MemberDetails(consent=True)
        return await _book(uow, listing, again, customer, details, by=by)

    async def book_guest(
        self,
        uow: UnitOfWork,
        listing_id: UUID,
        choice: Mapping[str, Any],
        caller: Caller,
        *,
        by: Actor,
        overbook: str = "",
    ) -> UUID:
        """The new line's id. What the kind does not ask for is left out; a note that it does not ask for is the
        order's. Refuses whatever the kind cannot promise, :class:`NotOffered` where it cannot be ordered at all.
        """
        listing = await uow.session.get(Listing, listing_id)
        if listing is None:
            raise Missing
        asks = line_kind(uow.site, listing).choice.__struct_fields__
        known = {name: value for name, value in {**choice, "note": caller.note}.items() if name in asks}
        customer = Customer(name=caller.name, phone=caller.phone, locale=by.locale)
        details = StaffDetails(name=caller.name, phone=caller.phone, note="" if "note" in asks else caller.note)
        wished = Wished(listing_id=listing.id, choice=known)
        return await _book(uow, listing, wished, customer, details, by=by, overbook=overbook)

    async def act(
        self, uow: UnitOfWork, line_id: UUID, verb: str, asked: Mapping[str, Any], *, by: Actor, side: str
    ) -> None:
        """Refuses as :func:`~marketplace_kit.orders.services.acting.act` does."""
        await act(uow, line_id, verb, asked, by=by, side=side)


async def _book(
    uow: UnitOfWork,
    listing: Listing,
    wished: Wished,
    customer: Customer,
    details: MemberDetails | StaffDetails,
    *,
    by: Actor,
    overbook: str = "",
) -> UUID:
    """Promise and store it in one go, for somebody who sees neither draft nor price first."""
    order_id, by_staff = new_id(), isinstance(details, StaffDetails)
    wishes = [
        attrs.evolve(wish, overbook=overbook)
        for wish in wishes_of(uow.site, listing, wished, order_id, customer, by, by_staff, "json")
    ]
    promises = await line_kind(uow.site, listing).capacity.reserve(uow, wishes)
    by_line = {wish.line_id: promise for wish, promise in zip(wishes, promises, strict=True)}
    await store(
        uow,
        order_id,
        wishes,
        by_line,
        customer=customer,
        details=details,
        by=by,
        by_staff=by_staff,
        shown=None,
    )
    return wishes[0].line_id
