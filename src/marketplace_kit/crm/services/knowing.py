"""How a card comes to be: by the phone, or the account, with which somebody ordered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified, folded
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.schemas import Contact
from marketplace_kit.crm.domain import FROM_ORDER
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import LineMoved, OrderPlaced
from marketplace_kit.orders.tables import order_table as order

BATCH = 200
c = client.c


async def know(uow: UnitOfWork, event: OrderPlaced) -> None:
    """Whoever placed an order is a client of the shop from now on, or was one already."""
    await know_order(uow, event.order_id)


async def know_moved(uow: UnitOfWork, event: LineMoved) -> None:
    """A completed line is a day on which the client was there. Orders that were stored without a word get their card
    here.
    """
    client_id = await know_order(uow, event.order_id)
    if client_id is not None and event.stage == Stage.COMPLETED:
        await _seen(uow, client_id, uow.at)


async def know_order(uow: UnitOfWork, order_id: UUID) -> UUID | None:
    """The card of an order's customer, made if there is none. Done again it changes nothing; an order whose client was
    set by the staff keeps that one. Without phone and account it is a guest: they have no card.
    """
    known = await uow.session.execute(sa.select(link.c.client_id).where(link.c.order_id == order_id))
    before: UUID | None = known.scalar_one_or_none()
    if before is not None:
        return before
    found = (await uow.session.execute(sa.select(order).where(order.c.id == order_id))).first()
    if found is None:
        return None
    person = None
    if found.customer_id is not None:
        person = await contact_of(await uow.session.connection(), found.customer_id)
        if person is None or not (person.email or person.phone):  # somebody who was forgotten stays so
            return None
    client_id = await find_or_make(
        uow,
        shop_id=found.shop_id,
        phone=found.contact_phone,
        person=person,
        name=found.contact_name,
        email=found.contact_email,
        locale=found.contact_locale,
        at=found.created_at,
    )
    if client_id is not None:
        values = {"order_id": order_id, "client_id": client_id, "at": uow.at}
        await uow.session.execute(uow.site.database.insert(link).values(values).on_conflict_do_nothing())
        await _seen(uow, client_id, found.created_at)
    return client_id


async def find_or_make(
    uow: UnitOfWork,
    *,
    shop_id: UUID,
    phone: str | None,
    name: str,
    at: datetime,
    person: Contact | None = None,
    email: str | None = None,
    locale: str = "",
    source: str = FROM_ORDER,
) -> UUID | None:
    """The card that the phone finds, else that of the account, else a new one.

    An account is put on a card only where the phone is proved to be theirs: whoever types a stranger's number into an
    order must not come to what the shop wrote about the stranger.
    """
    person_id = person.person_id if person else None
    proved = person is not None and person.phone_verified and person.phone == phone
    own = person_id if proved or not phone else None
    found = await _lookup(uow, shop_id, phone, own)
    if found is None and (phone or own):
        values: dict[str, Any] = {
            "id": new_id(),
            "shop_id": shop_id,
            "person_id": own,
            "name": name,
            "name_folded": folded(name)[:200],
            "phone": phone,
            "email": email,
            "locale": locale,
            "channel": "",
            "source": source,
            "first_seen_at": at,
            "last_seen_at": at,
            "version": 1,
        }
        await uow.session.execute(uow.site.database.insert(client).values(values).on_conflict_do_nothing())
        found = await _lookup(uow, shop_id, phone, own)
    if found is not None and own is not None:
        await _join(uow, shop_id, found, own, phone)
    return found


async def _lookup(uow: UnitOfWork, shop_id: UUID, phone: str | None, person_id: UUID | None) -> UUID | None:
    ways = []
    if phone:
        ways.append(c.phone == phone)
    if person_id is not None:
        ways.append(c.person_id == person_id)
    if not ways:
        return None
    by_phone = sa.case((c.phone == phone, 0), else_=1) if phone else sa.literal(0)
    wanted = sa.select(c.id).where(c.shop_id == shop_id, sa.or_(*ways)).order_by(by_phone).limit(1)
    found: UUID | None = (await uow.session.execute(wanted)).scalar_one_or_none()
    return found


async def _join(uow: UnitOfWork, shop_id: UUID, client_id: UUID, person_id: UUID, phone: str | None) -> None:
    """The card and the account that it turned out to be of: what either knows and the other does not."""
    other = client.alias()
    taken = sa.exists().where(other.c.shop_id == shop_id, other.c.person_id == person_id)
    stranger = sa.and_(c.id == client_id, c.person_id.is_(None), ~taken)
    await uow.session.execute(sa.update(client).where(stranger).values(person_id=person_id, version=c.version + 1))
    if phone:
        # A proved number that no card has yet: they have changed theirs.
        other_phone = sa.and_(c.id == client_id, c.person_id == person_id, c.phone.is_distinct_from(phone))
        await uow.session.execute(sa.update(client).where(other_phone).values(phone=phone, version=c.version + 1))


async def _seen(uow: UnitOfWork, client_id: UUID, at: datetime) -> None:
    """On the card, and on the one that it was merged into: lists are sorted by it."""
    whole = sa.select(sa.func.coalesce(c.merged_into_id, c.id)).where(c.id == client_id).scalar_subquery()
    both = sa.or_(c.id == client_id, c.id == whole)
    await uow.session.execute(sa.update(client).where(both, c.last_seen_at < at).values(last_seen_at=at))
    await uow.session.execute(sa.update(client).where(both, c.first_seen_at > at).values(first_seen_at=at))


async def adopt(uow: UnitOfWork, event: PhoneVerified) -> None:
    """Somebody proved a number: the cards that shops have for it are theirs, where no other card is."""
    person = await contact_of(await uow.session.connection(), event.person_id)
    if person is None or not person.phone or not person.phone_verified:
        return
    other = client.alias()
    taken = sa.exists().where(other.c.shop_id == c.shop_id, other.c.person_id == event.person_id)
    theirs = sa.and_(c.phone == person.phone, c.person_id.is_(None), ~taken)
    await uow.session.execute(sa.update(client).where(theirs).values(person_id=event.person_id, version=c.version + 1))


async def catch_up(site: Site) -> int:
    """Cards for orders that are older than this room, or were stored without a word; how many orders were looked at.
    A batch is a unit of its own: begun again, it finds what is left.
    """
    done, after = 0, None
    while True:
        looked, after = await site.do(_batch, after)
        done += looked
        if looked < BATCH:
            return done


async def _batch(uow: UnitOfWork, after: UUID | None) -> tuple[int, UUID | None]:
    wanted = sa.select(order.c.id).where(
        sa.or_(order.c.contact_phone.is_not(None), order.c.customer_id.is_not(None)),
        ~sa.exists().where(link.c.order_id == order.c.id),
    )
    if after is not None:
        wanted = wanted.where(order.c.id > after)
    ids = list((await uow.session.execute(wanted.order_by(order.c.id).limit(BATCH))).scalars())
    for order_id in ids:
        await know_order(uow, order_id)
    return len(ids), ids[-1] if ids else after
