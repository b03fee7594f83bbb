"""Forgetting a client: the orders keep that somebody had them; name, phone, notes and tags go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.services import note_access
from marketplace_kit.crm.domain import EXPORT, SEE, Client
from marketplace_kit.crm.services.access import client_for
from marketplace_kit.crm.services.papers import forget_documents
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import document_table as document
from marketplace_kit.crm.tables import merge_table as merge
from marketplace_kit.crm.tables import note_table as note
from marketplace_kit.crm.tables import tag_table as tag
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.scheduling.tables import booking_mark_table as mark

READ = "crm.read_card"
c = client.c


async def note_read(uow: UnitOfWork, client_id: UUID, *, by: Actor) -> None:
    """Somebody of the shop looks at a card: the person sees that among their data; who has no account can ask, and the
    audit trail knows.
    """
    card = await client_for(uow, client_id, SEE, by=by)
    if card.person_id is not None:
        await note_access(uow, card.person_id, by=by, what=READ)
    else:
        await audit(uow, by=by, act=READ, on=f"client:{card.id}")


async def forget_client(uow: UnitOfWork, client_id: UUID, *, by: Actor) -> None:
    """What the shop wrote down of a client goes, because they ask for it or are not needed any more. Logged."""
    card = await client_for(uow, client_id, EXPORT, by=by)
    shop_id = card.shop_id
    await _forget(uow, c.id == card.id)
    await audit(uow, by=by, act="crm.forget", on=f"client:{client_id}", facts={"shop_id": str(shop_id)})


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """In every shop: the person's card, whatever was merged with it, a card by the number that is theirs, and one by a
    number that only they ordered with. What they wrote about others as staff stays, without who wrote it.
    """
    person = await contact_of(await uow.session.connection(), person_id)
    mine: sa.ColumnElement[bool] = c.person_id == person_id
    if person is not None and person.phone and person.phone_verified:
        mine = sa.or_(mine, c.phone == person.phone)
    await _forget(uow, sa.or_(mine, _made_for(person_id)))
    traces: Sequence[Any] = (note.c.by_id, document.c.by_id, link.c.set_by, merge.c.by_id, c.follow_up_by)
    for column in traces:
        said = sa.update(column.table).where(column == person_id).values({column.name: None})
        await uow.session.execute(said.execution_options(synchronize_session=False))


def _made_for(person_id: UUID) -> sa.ColumnElement[bool]:
    """A card under a number that the person gave and never proved: nobody else has ordered with it."""
    orders = sa.select(link.c.client_id).join(order, order.c.id == link.c.order_id)
    theirs = orders.where(order.c.customer_id == person_id)
    others = orders.where(order.c.customer_id.is_distinct_from(person_id))
    return sa.and_(c.person_id.is_(None), c.id.in_(theirs), c.id.not_in(others))


async def _forget(uow: UnitOfWork, mine: sa.ColumnElement[bool]) -> None:
    await uow.session.flush()
    roots = sa.select(sa.func.coalesce(c.merged_into_id, c.id)).where(mine)
    group = sa.select(c.id).where(sa.or_(mine, c.id.in_(roots), c.merged_into_id.in_(roots)))
    ids = list((await uow.session.execute(group)).scalars())
    if not ids:
        return
    known = sa.select(c.shop_id, c.phone).where(c.id.in_(ids), c.phone.is_not(None))
    for row in (await uow.session.execute(known)).all():
        await uow.session.execute(sa.delete(mark).where(mark.c.shop_id == row.shop_id, mark.c.phone == row.phone))
    await uow.session.execute(sa.delete(note).where(note.c.client_id.in_(ids)))
    await forget_documents(uow, document.c.client_id.in_(ids))
    await uow.session.execute(sa.delete(tag).where(tag.c.client_id.in_(ids)))
    cards = (await uow.session.execute(sa.select(Client).where(c.id.in_(ids)))).scalars()
    for card in cards:
        card.forget(uow.at)
    await uow.session.flush()
