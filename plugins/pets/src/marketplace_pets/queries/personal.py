"""What is told to a person of their own data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.queries.health import dose
from marketplace_pets.queries.profiles import keepership, pet
from marketplace_pets.tables import (
    allergy_table,
    behaviour_table,
    booked_table,
    co_keeper_table,
    condition_table,
    dose_table,
    follow_up_table,
    grant_table,
    keepership_table,
    mark_table,
    merge_table,
    pet_table,
    read_table,
    timeline_table,
    weight_table,
)

_PER_PET = (mark_table, weight_table, allergy_table, condition_table, behaviour_table, dose_table, grant_table)
_RECORD = (*_PER_PET, read_table, timeline_table, follow_up_table)


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """The file of each pet that a person keeps, and what the person wrote into those of others, as plain values."""
    kept = sa.select(keepership.pet_id).where(keepership.person_id == person_id, keepership.until.is_(None))
    pets = (await connection.execute(sa.select(pet_table).where(pet.id.in_(kept)).order_by(pet.id))).mappings()
    told: dict[str, Any] = {"pets": [_plain(row) for row in pets]}
    for table in _RECORD:
        mine = sa.or_(table.c.pet_id.in_(kept), table.c.by_person_id == person_id)
        rows = (await connection.execute(sa.select(table).where(mine).order_by(table.c.id))).mappings()
        told[table.name.removeprefix("pets_")] = [_plain(row) for row in rows]
    asked = sa.select(merge_table).where(
        sa.or_(merge_table.c.kept_id.in_(kept), merge_table.c.by_person_id == person_id)
    )
    told["merge"] = [_plain(row) for row in (await connection.execute(asked)).mappings()]
    for table in (keepership_table, co_keeper_table, booked_table):
        rows = (await connection.execute(sa.select(table).where(table.c.person_id == person_id))).mappings()
        told[table.name.removeprefix("pets_")] = [_plain(row) for row in rows]
    checked = sa.select(dose.id, dose.checked_at, dose.check_reason).where(dose.checked_by_id == person_id)
    told["checked"] = [_plain(row) for row in (await connection.execute(checked)).mappings()]
    return told


_HIDDEN = {"digest", "by_person_id", "checked_by_id", "undone_by_id"}


def _plain(row: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name not in _HIDDEN and value not in (None, "")}


def _value(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | dict) else str(value)
