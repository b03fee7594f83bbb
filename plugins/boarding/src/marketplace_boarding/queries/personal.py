"""What is kept about a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.queries.stays import entries_of, guests_of
from marketplace_boarding.tables import entry_table, stay_table

y, e = stay_table.c, entry_table.c


async def export(connection: AsyncConnection, person_id: UUID) -> list[dict[str, Any]]:
    """The stays that a person booked with guests and sheets, and what they wrote into sheets, as plain values."""
    rows = (await connection.execute(sa.select(stay_table).where(y.person_id == person_id).order_by(y.arrives))).all()
    ids = [row.id for row in rows]
    guests = await guests_of(connection, ids)
    entries = await entries_of(connection, ids)
    wrote = sa.select(e.day, e.kind, e.by_name, e.said).where(e.by_person_id == person_id).order_by(e.at)
    written = [
        {"day": row.day.isoformat(), "kind": row.kind, "name": row.by_name, "note": row.said}
        for row in await connection.execute(wrote)
    ]
    stays = [
        {
            "stay": row.title,
            "arrives": row.arrives.isoformat(),
            "leaves": row.leaves.isoformat(),
            "state": row.state,
            "phone": row.phone,
            "collector": row.collector,
            "belongings": row.belongings,
            "note": row.note,
            "gate_note": row.gate_note,
            "name": row.contact_name,
            "guests": [
                {name: getattr(one, name) for name in ("name", "species", "codes", "food", "medicine", "care")}
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
    return [*stays, *({"wrote": one} for one in written)]
