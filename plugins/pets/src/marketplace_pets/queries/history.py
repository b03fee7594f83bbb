"""What happened to a pet, and what runs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    TimelineEntry,
)
from marketplace_pets.queries.joining import whole, whose
from marketplace_pets.tables import (
    condition_table,
    timeline_table,
)


def _entry(row: Any) -> TimelineEntry:
    return TimelineEntry(
        entry_id=row.id,
        pet_id=row.pet_id,
        at=row.at,
        kind=row.kind,
        title=row.title,
        facts=row.facts,
        scope=row.scope,
        link=row.link,
        shop_id=row.shop_id,
    )


async def timeline_of(
    connection: AsyncConnection,
    pet_id: UUID,
    *,
    scopes: Collection[str] | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[TimelineEntry]:
    """What happened, latest first; ``scopes`` limits it to what a reader may see."""
    t = timeline_table.c
    asked = sa.select(timeline_table).where(whole(t.pet_id, (pet_id,)))
    if scopes is not None:
        asked = asked.where(t.scope.in_(set(scopes)))
    if before is not None:
        asked = asked.where(
            sa.tuple_(t.at, t.id) < sa.tuple_(sa.literal(before[0], t.at.type), sa.literal(before[1], t.id.type))
        )
    rows = await connection.execute(asked.order_by(t.at.desc(), t.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


async def groomed_on(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[date]]:
    """The days of visits to groomers, for the rhythm."""
    t = timeline_table.c
    found: dict[UUID, list[date]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(whose(t.pet_id, pet_ids).label("whole_id"), t.at).where(
            whole(t.pet_id, pet_ids), t.kind == "grooming"
        )
        for row in await connection.execute(asked.order_by(t.at)):
            found[row.whole_id].append(row.at.date())
    return found


async def running_out(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, date]]]:
    t = condition_table.c
    found: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(whose(t.pet_id, pet_ids).label("whole_id"), t.what, t.runs_out_on).where(
            whole(t.pet_id, pet_ids), t.runs_out_on.is_not(None), t.ended_at.is_(None)
        )
        for row in await connection.execute(asked.order_by(t.runs_out_on)):
            found[row.whole_id].append((row.what, row.runs_out_on))
    return found
