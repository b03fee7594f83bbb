"""Documents on a client's card."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.crm.schemas import ClientDocument
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import document_table as document


async def documents_of(connection: AsyncConnection, client_id: UUID) -> list[ClientDocument]:
    """Of a client and of all that was joined with them, the newest first; one statement."""
    d, c = document.c, client.c
    wanted = (
        sa.select(document, sa.func.coalesce(person.c.name, "").label("by_name"))
        .join_from(document, client, c.id == d.client_id)
        .outerjoin(person, person.c.id == d.by_id)
        .where(sa.or_(c.id == client_id, c.merged_into_id == client_id))
        .order_by(d.at.desc(), d.id.desc())
    )
    return [
        ClientDocument(
            id=row.id,
            title=row.title,
            file_name=row.file_name,
            media_type=row.media_type,
            size=row.size,
            visibility=row.visibility,
            created_at=row.at,
            by=row.by_name,
        )
        for row in await connection.execute(wanted)
    ]
