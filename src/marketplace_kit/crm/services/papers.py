"""Documents on a client's card: kept as private files, read by those who may, each reading written down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.services import note_access
from marketplace_kit.crm.domain import KEEP, LONGEST_TITLE, MOST_DOCUMENTS, SEE, SHAREABLE, Client, DocumentsFull
from marketplace_kit.crm.schemas import NewDocument
from marketplace_kit.crm.services.access import client_for, members_of
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import document_table as document
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import DomainError, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web import media, private_files
from marketplace_kit.web.private_files import Sent, Stored
from marketplace_kit.web.uploads import WebSettings

READ, ADDED, REMOVED = "crm.read_document", "crm.add_document", "crm.remove_document"


async def check_documents(uow: UnitOfWork, client_id: UUID, *, by: Actor) -> None:
    """Refuse before a file is written what would be refused after it. :class:`Missing`, :class:`Forbidden`,
    :class:`DocumentsFull`.
    """
    card = await client_for(uow, client_id, KEEP, by=by)
    there = sa.select(sa.func.count()).where(document.c.client_id.in_(await members_of(uow, card.id)))
    if (await uow.session.execute(there)).scalar_one() >= MOST_DOCUMENTS:
        raise DocumentsFull(most=MOST_DOCUMENTS)


async def add_document(uow: UnitOfWork, client_id: UUID, stored: Stored, form: NewDocument, *, by: Actor) -> UUID:
    """Keep a file that is written already with a client; its share of the shop's space is taken. Logged."""
    await check_documents(uow, client_id, by=by)
    card = await client_for(uow, client_id, KEEP, by=by)
    share = uow.site.settings.of(WebSettings).shop_megabytes * 1024 * 1024
    await media.take_space(uow, card.shop_id, stored.size, share)
    await private_files.keep(uow, stored)
    document_id = new_id()
    values = {
        "id": document_id,
        "client_id": card.id,
        "key": stored.key,
        "title": (form.title.strip() or stored.name)[:LONGEST_TITLE],
        "file_name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
        "visibility": form.visibility,
        "by_id": by.person_id,
        "at": uow.at,
    }
    await uow.session.execute(sa.insert(document).values(values))
    await audit(uow, by=by, act=ADDED, on=f"client:{card.id}", facts={"document": str(document_id)})
    return document_id


async def keep_document(site: Site, client_id: UUID, sent: Sent, form: NewDocument, *, by: Actor) -> UUID:
    """The file first, its row after: a row never points at nothing, and what is refused leaves no file behind."""
    await site.do(check_documents, client_id, by=by)
    stored = await private_files.store(site, sent)
    try:
        return await site.do(add_document, client_id, stored, form, by=by)
    except DomainError:
        await site.files.delete(stored.key)
        raise


async def remove_document(uow: UnitOfWork, client_id: UUID, document_id: UUID, *, by: Actor) -> None:
    """The file goes, too. Refuses :class:`Missing`. Logged."""
    card = await client_for(uow, client_id, KEEP, by=by)
    row = await _of_card(uow, card, document_id)
    await forget_documents(uow, document.c.id == row.id)
    await audit(uow, by=by, act=REMOVED, on=f"client:{card.id}", facts={"document": str(document_id)})


async def read_document(uow: UnitOfWork, client_id: UUID, document_id: UUID, *, by: Actor) -> Any:
    """Its row, for whoever of the shop may see clients: the person reads of it, or the audit trail knows. Refuses
    :class:`Missing`.
    """
    card = await client_for(uow, client_id, SEE, by=by)
    row = await _of_card(uow, card, document_id)
    if card.person_id is not None:
        await note_access(uow, card.person_id, by=by, what=READ)
    await audit(uow, by=by, act=READ, on=f"client:{card.id}", facts={"document": str(document_id)})
    return row


async def own_document(uow: UnitOfWork, document_id: UUID, *, by: Actor) -> Any:
    """Its row, for the person whom it is about, where the shop shares it. Refuses :class:`Missing` to all others."""
    d, c, root = document.c, client.c, client.alias()
    mine = (
        sa.select(document)
        .join_from(document, client, c.id == d.client_id)
        .outerjoin(root, root.c.id == c.merged_into_id)
        .where(
            d.id == document_id,
            d.visibility == SHAREABLE,
            sa.or_(c.person_id == by.person_id, root.c.person_id == by.person_id),
        )
    )
    row = (await uow.session.execute(mine)).first() if by.person_id is not None else None
    if row is None:
        raise Missing
    return row


async def _of_card(uow: UnitOfWork, card: Client, document_id: UUID) -> Any:
    wanted = sa.select(document).where(document.c.id == document_id)
    row = (await uow.session.execute(wanted.where(document.c.client_id.in_(await members_of(uow, card.id))))).first()
    if row is None:
        raise Missing
    return row


async def forget_documents(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> None:
    """Take documents away with their files, and give the shops their space back."""
    of_shop = sa.select(document.c.id, document.c.key, document.c.size, client.c.shop_id)
    rows = (await uow.session.execute(of_shop.join_from(document, client).where(which))).all()
    for row in rows:
        await uow.session.execute(sa.delete(document).where(document.c.id == row.id))
        await media.give_space(uow, row.shop_id, row.size)
        private_files.drop(uow, row.key)
