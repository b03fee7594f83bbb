"""Requests to change what was ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.orders.domain.wishes import OPEN, REQUESTS
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas.wishes import ChangeRequest
from marketplace_kit.orders.tables import change_request_table as wish
from marketplace_kit.orders.tables import order_table as order


async def requests_of(connection: AsyncConnection, order_id: UUID, zone: str, words: Words) -> list[ChangeRequest]:
    """Of one order, the newest first; one statement."""
    wanted = sa.select(wish).where(wish.c.order_id == order_id)
    rows = await connection.execute(wanted.order_by(wish.c.asked_at.desc(), wish.c.id.desc()))
    return [_shown(row, zone, words) for row in rows]


def _shown(row: Any, zone: str, words: Words) -> ChangeRequest:
    state = REQUESTS[row.state]
    return ChangeRequest(
        id=row.id,
        order_id=row.order_id,
        line_id=row.line_id,
        asked_at=row.asked_at,
        text=row.text,
        starts_at=row.starts_at and row.starts_at.astimezone(ZoneInfo(zone)),
        state=row.state,
        state_text=words.say(state.text),
        tone=state.tone,
        answer=row.answer,
        answered_at=row.answered_at,
    )


async def waiting_requests(connection: AsyncConnection, shop_ids: Sequence[UUID], most: int = 20) -> Sequence[Any]:
    """What customers of these shops wait to have answered, the longest waiting first; one statement."""
    wanted = (
        sa.select(wish.c.text, wish.c.asked_at, order.c.number, order.c.contact_name, order.c.customer_id)
        .join_from(wish, order, order.c.id == wish.c.order_id)
        .where(order.c.shop_id.in_(list(shop_ids)), wish.c.state == OPEN)
        .order_by(wish.c.asked_at, wish.c.id)
        .limit(most)
    )
    rows: Sequence[Any] = (await connection.execute(wanted)).all()
    return rows
