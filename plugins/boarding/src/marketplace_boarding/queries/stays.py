"""Stays with their guests, and what stands in their sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding.domain import IN_HOUSE, LIVE, clock
from marketplace_boarding.schemas import EntryView, GuestView, ReportView, Stay
from marketplace_boarding.tables import entry_table, guest_table, night_table, report_table, room_table, stay_table

y, g, e, n, t, r = stay_table.c, guest_table.c, entry_table.c, night_table.c, report_table.c, room_table.c
_STAYS = sa.select(stay_table, r.name.label("room_name"), r.places).outerjoin_from(
    stay_table, room_table, r.resource_id == y.resource_id
)


async def stay_of(connection: AsyncConnection, stay_id: UUID) -> Stay | None:
    """One stay with its guests; two statements."""
    found = await _stays(connection, _STAYS.where(y.id == stay_id))
    return found[0] if found else None


async def stays_between(connection: AsyncConnection, shop_id: UUID, first: date, last: date) -> list[Stay]:
    """The live stays of a shop that touch these days - the day of leaving too - or are still in the house."""
    touching = sa.and_(y.arrives <= last, y.leaves >= first)
    live = sa.and_(y.shop_id == shop_id, y.state.in_(LIVE), sa.or_(touching, y.state.in_(IN_HOUSE)))
    return await _stays(connection, _STAYS.where(live).order_by(y.arrives, y.id))


async def in_house(connection: AsyncConnection) -> list[Stay]:
    """Every stay whose guests are in some house now."""
    return await _stays(connection, _STAYS.where(y.state.in_(IN_HOUSE)).order_by(y.id))


async def arriving_on(connection: AsyncConnection, first: date, last: date) -> list[Stay]:
    """The stays that are booked to begin on these days, anywhere."""
    due = sa.and_(y.state == "expected", y.arrives.between(first, last))
    return await _stays(connection, _STAYS.where(due).order_by(y.id))


async def _stays(connection: AsyncConnection, wanted: sa.Select[Any]) -> list[Stay]:
    rows = (await connection.execute(wanted)).mappings().all()
    guests = await guests_of(connection, [row["id"] for row in rows])
    names = [one for one in Stay.__struct_fields__ if one not in ("room", "guests")]
    return [
        Stay(**{one: row[one] for one in names}, room=_label(row), guests=guests.get(row["id"], [])) for row in rows
    ]


def _label(row: Any) -> str:
    if not row["room_name"]:
        return ""
    return str(row["room_name"]) if row["places"] == 1 else f"{row['room_name']} {row['lane'] + 1}"


async def guests_of(connection: AsyncConnection, stay_ids: Sequence[UUID]) -> dict[UUID, list[GuestView]]:
    """The guests of these stays, in one statement."""
    if not stay_ids:
        return {}
    names = GuestView.__struct_fields__
    found: dict[UUID, list[GuestView]] = {}
    wanted = sa.select(*(guest_table.c[one] for one in names)).where(g.stay_id.in_(stay_ids))
    for row in (await connection.execute(wanted.order_by(g.stay_id, g.position))).mappings():
        found.setdefault(row["stay_id"], []).append(GuestView(**row))
    return found


async def night_amounts(connection: AsyncConnection, stay_id: UUID) -> dict[date, int]:
    """What each night of a stay was agreed at, in minor units."""
    rows = await connection.execute(sa.select(n.night, n.amount).where(n.stay_id == stay_id).order_by(n.night))
    return {row.night: row.amount for row in rows}


async def entries_of(connection: AsyncConnection, stay_ids: Sequence[UUID], day: date | None = None) -> list[EntryView]:
    """What stands in the sheets of these stays, of one day or of all, in its order."""
    wanted = sa.select(entry_table, g.name.label("guest")).join_from(entry_table, guest_table, g.id == e.guest_id)
    wanted = wanted.where(e.stay_id.in_(stay_ids))
    if day is not None:
        wanted = wanted.where(e.day == day)
    rows = (await connection.execute(wanted.order_by(e.day, e.at, e.id))).all() if stay_ids else []
    return [
        EntryView(
            id=row.id,
            guest_id=row.guest_id,
            guest=row.guest,
            day=row.day,
            kind=row.kind,
            time=clock(row.minute) if row.minute is not None else "",
            outcome=row.outcome,
            note=row.said,
            at=row.at,
            by=row.by_name,
        )
        for row in rows
    ]


async def report_days(connection: AsyncConnection, stay_id: UUID) -> list[ReportView]:
    """The cards that the family was sent, the newest first."""
    rows = await connection.execute(sa.select(report_table).where(t.stay_id == stay_id).order_by(t.day.desc()))
    return [ReportView(day=row.day, text=row.text, told_at=row.told_at) for row in rows]
