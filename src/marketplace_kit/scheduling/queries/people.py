"""What is kept about a person's appointments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.scheduling.tables import appointment_table, booking_mark_table, resource_table
from marketplace_kit.scheduling.tables.travel import van_trip_table

a, m, r = appointment_table.c, booking_mark_table.c, resource_table.c


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """Appointments, and where a person can be booked themselves. Marks are the shop's own notes on how it is booked:
    that they exist is told, and how, not by whom.
    """
    visits = (
        sa.select(
            listing.c.title,
            a.state,
            a.local_date,
            a.local_time,
            a.zone,
            a.minutes,
            a.contact_name,
            a.contact_phone,
            a.note,
            a.subject,
            van_trip_table.c.address,
            van_trip_table.c.entrance,
            van_trip_table.c.lat,
            van_trip_table.c.lon,
        )
        .select_from(
            appointment_table.join(listing, listing.c.id == a.listing_id).outerjoin(
                van_trip_table, van_trip_table.c.line_id == a.id
            )
        )
        .where(a.person_id == person_id)
        .order_by(a.starts_s)
    )
    marks = sa.select(m.mode, m.at).where(m.person_id == person_id).order_by(m.at)
    mine = sa.select(r.name, r.about).where(r.member_id == person_id).order_by(r.id)
    return {
        "appointments": [
            {
                **{k: v for k, v in row.items() if k not in ("local_date", "local_time")},
                "date": row["local_date"].isoformat(),
                "time": f"{row['local_time'] // 60:02}:{row['local_time'] % 60:02}",
            }
            for row in (await connection.execute(visits)).mappings()
        ],
        "marks": [{"mode": row.mode, "at": row.at.isoformat()} for row in await connection.execute(marks)],
        "bookable_as": [{"name": row.name, "about": row.about} for row in await connection.execute(mine)],
    }
