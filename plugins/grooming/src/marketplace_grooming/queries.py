"""Reads of call-back requests: one statement each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming.schemas import QuoteRequest
from marketplace_grooming.tables import request_table as request

_SHOWN = QuoteRequest.__struct_fields__


async def requests_in(connection: AsyncConnection, shop_ids: Collection[UUID], limit: int = 200) -> list[QuoteRequest]:
    """The call-backs that wait at these shops, longest waiting first; then those made, latest first."""
    if not shop_ids:
        return []
    statement = sa.select(*(request.c[name] for name in _SHOWN)).where(request.c.shop_id.in_(shop_ids))
    waiting = request.c.called_at.is_(None)
    ordered = statement.order_by(
        waiting.desc(), sa.case((waiting, request.c.asked_at)), request.c.called_at.desc(), request.c.id
    )
    return [QuoteRequest(**row._mapping) for row in await connection.execute(ordered.limit(limit))]


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """The call-backs that a person asked for, as plain values."""
    mine = sa.select(request).where(request.c.person_id == person_id).order_by(request.c.asked_at)
    return [
        {
            "pet_name": row.pet_name,
            "weight_grams": row.weight_grams,
            "phone": row.phone,
            "note": row.note,
            "asked_at": row.asked_at.isoformat(),
        }
        for row in await connection.execute(mine)
    ]
