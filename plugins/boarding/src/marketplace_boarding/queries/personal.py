"""What is kept about a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.queries.stays import entries_of, guests_of
from marketplace_boarding.tables import stay_table

y = stay_table.c


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """The stays that a person booked with guests and sheets, as plain values."""
    rows = (await connection.execute(sa.select(stay_table).where(y.person_id == person_id).order_by(y.arrives))).all()
    ids = [row.id for row in rows]
    guests = await guests_of(connection, ids)
    entries = await entries_of(connection, ids)
    return [
        {
            "stay": row.title,
            "arrives": row.arrives.isoformat(),
            "leaves": row.leaves.isoformat(),
            "state": row.state,
            "phone": row.phone,
            "collector": row.collector,
            "belongings": row.belongings,
            "note": row.note,
            "guests": [
                {name: getattr(one, name) for name in ("name", "species", "food", "medicine", "care")}
                for one in guests.get(row.id, [])
            ],
            "sheet": [
                {"day": one.day.isoformat(), "kind": one.kind, "outcome": one.outcome, "note": one.note}
                for one in entries
                if one.guest_id in {guest.id for guest in guests.get(row.id, [])}
            ],
        }
        for row in rows
    ]
