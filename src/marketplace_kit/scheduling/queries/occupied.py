"""What is taken for days on end: for plugins that let out rooms, vans or tools by the day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.scheduling.tables import claim_table
from marketplace_kit.scheduling.tables.overlap import LONGEST_S

c = claim_table.c


class Occupied(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch (epoch seconds, half-open) in which one place of a resource is taken. ``line_id`` is the order's line
    that it is taken for; empty for a break, whose ``reason`` is told.
    """

    claim_id: UUID
    resource_id: int
    lane: int
    from_s: int
    to_s: int
    kind: str
    line_id: UUID | None
    reason: str


async def occupied_between(
    connection: AsyncConnection, resource_ids: Collection[int], from_s: int, to_s: int, *, now: datetime
) -> list[Occupied]:
    """Every live claim of these resources that touches a stretch of time, in its order; holds that are over are left
    out. One statement.
    """
    if not resource_ids:
        return []
    wanted = (
        sa.select(
            c.id.label("claim_id"),
            c.resource_id,
            c.lane,
            c.from_s,
            c.to_s,
            c.kind,
            c.hold_id.label("line_id"),
            sa.case((c.kind == "break", sa.func.coalesce(c.source_ref, "")), else_="").label("reason"),
        )
        .where(
            c.resource_id.in_(resource_ids),
            c.released_at.is_(None),
            sa.or_(c.hold_until.is_(None), c.hold_until > now),
            c.from_s < to_s,
            c.from_s > from_s - LONGEST_S,
            c.to_s > from_s,
        )
        .order_by(c.resource_id, c.lane, c.from_s)
    )
    return [Occupied(**row) for row in (await connection.execute(wanted)).mappings()]
