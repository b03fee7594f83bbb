"""What shops keep about a person, for the person: what they shared, and what the shop agreed to share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.crm.domain import SHAREABLE
from marketplace_kit.crm.queries.figures import member, whole
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.crm.tables import document_table as document
from marketplace_kit.crm.tables import note_table as note
from marketplace_kit.crm.tables import tag_table as tag
from marketplace_kit.shops.tables import shop_table as shop


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """The person's cards with what is shareable on them; notes that the person wrote as staff of a shop."""
    c = client.c
    mine = sa.select(sa.func.coalesce(c.merged_into_id, c.id)).where(c.person_id == person_id)
    group = sa.or_(member.c.id.in_(mine), member.c.merged_into_id.in_(mine))
    cards = (
        sa.select(member, shop.c.name.label("shop_name"), whole.label("whole"))
        .join(shop, shop.c.id == member.c.shop_id)
        .where(group)
        .order_by(member.c.first_seen_at, member.c.id)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for row in await connection.execute(cards):
        found[row.id] = {
            "shop": row.shop_name,
            "name": row.name,
            "phone": row.phone,
            "email": row.email,
            "language": row.locale,
            "channel": row.channel,
            "birthday": row.birthday.isoformat() if row.birthday else None,
            "source": row.source,
            "preferences": row.preferences,
            "follow_up": row.follow_up_what,
            "first_seen_at": row.first_seen_at.isoformat(),
            "last_seen_at": row.last_seen_at.isoformat(),
            "notes": [],
            "documents": [],
            "tags": [],
        }
    ids = list(found)
    later = note.alias()
    shared = sa.select(note.c.client_id, note.c.text, note.c.at).where(
        note.c.client_id.in_(ids),
        note.c.visibility == SHAREABLE,
        ~sa.exists().where(later.c.corrects_id == note.c.id),
    )
    for row in await connection.execute(shared.order_by(note.c.at, note.c.id)):
        found[row.client_id]["notes"].append({"text": row.text, "at": row.at.isoformat()})
    papers = sa.select(document).where(document.c.client_id.in_(ids), document.c.visibility == SHAREABLE)
    for row in await connection.execute(papers.order_by(document.c.at, document.c.id)):
        told = {"title": row.title, "file": row.file_name, "size": row.size, "at": row.at.isoformat()}
        found[row.client_id]["documents"].append(told | {"address": f"/account/documents/{row.id}"})
    tagged = sa.select(tag.c.client_id, tag.c.tag).where(tag.c.client_id.in_(ids)).order_by(tag.c.key)
    for row in await connection.execute(tagged):
        found[row.client_id]["tags"].append(row.tag)
    wrote = sa.select(note.c.text, note.c.at).where(note.c.by_id == person_id).order_by(note.c.at, note.c.id)
    return {
        "known_to": list(found.values()),
        "wrote": [{"text": row.text, "at": row.at.isoformat()} for row in await connection.execute(wrote)],
    }
