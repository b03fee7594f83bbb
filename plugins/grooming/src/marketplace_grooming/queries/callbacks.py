"""Reads of call-back requests: one statement each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming.schemas import QuoteRequest
from marketplace_grooming.tables import consent_table, extra_table, visit_table
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
    """The call-backs that a person asked for, their pets' visits and what they agreed to, as plain values."""
    mine = sa.select(request).where(request.c.person_id == person_id).order_by(request.c.asked_at)
    asked = [
        {
            "pet_name": row.pet_name,
            "weight_grams": row.weight_grams,
            "phone": row.phone,
            "note": row.note,
            "asked_at": row.asked_at.isoformat(),
        }
        for row in await connection.execute(mine)
    ]
    v, x, c = visit_table.c, extra_table.c, consent_table.c
    visits = sa.select(visit_table).where(v.person_id == person_id).order_by(v.starts_at)
    came = [
        {
            "visit": row.title,
            "pet_name": row.pet_name,
            "starts_at": row.starts_at.isoformat(),
            "state": row.state,
            "phone": row.phone,
            "collector": row.collector,
            "food": row.food,
            "medicine": row.medicine,
            "belongings": row.belongings,
        }
        for row in await connection.execute(visits)
    ]
    answers = sa.select(x.what, c.agreed, c.amount, x.currency, c.way, c.name, c.at).join_from(
        consent_table, extra_table, x.id == c.extra_id
    )
    said = [
        {**row._mapping, "at": row.at.isoformat()}
        for row in await connection.execute(answers.where(c.by_person_id == person_id).order_by(c.at))
    ]
    return [*asked, *came, *said]
