"""Bodies and health: weights, doses, allergies, problems, behaviour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    Allergy,
    BehaviourFlag,
    Condition,
    DoseGiven,
    Protocols,
    WeightSeen,
)
from marketplace_pets.domain.protocols import SHIPPED, revised
from marketplace_pets.queries.joining import whole, whose
from marketplace_pets.tables import (
    allergy_table,
    behaviour_table,
    condition_table,
    dose_table,
    protocol_table,
    weight_table,
)

weight, dose = weight_table.c, dose_table.c


async def weights_of(connection: AsyncConnection, pet_id: UUID) -> list[WeightSeen]:
    """Every weighing, oldest first."""
    asked = (
        sa.select(weight_table)
        .where(whole(weight.pet_id, (pet_id,)))
        .order_by(weight.at, weight.recorded_at, weight.id)
    )
    return [_weight(row) for row in await connection.execute(asked)]


async def latest_weights(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, WeightSeen]:
    """The last weighing of each pet that is no mistake."""
    if not pet_ids:
        return {}
    place = sa.func.row_number().over(
        partition_by=whose(weight.pet_id, pet_ids),
        order_by=(weight.at.desc(), weight.recorded_at.desc(), weight.id.desc()),
    )
    ranked = (
        sa.select(weight_table, whose(weight.pet_id, pet_ids).label("whole_id"), place.label("place"))
        .where(whole(weight.pet_id, pet_ids), weight.mistake_at.is_(None))
        .subquery()
    )
    rows = await connection.execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row.whole_id: _weight(row) for row in rows}


def _weight(row: Any) -> WeightSeen:
    return WeightSeen(
        weight_id=row.id,
        grams=row.grams,
        at=row.at,
        source=row.source,
        method=row.method,
        shop_id=row.shop_id,
        by_person_id=row.by_person_id,
        body_condition=row.body_condition,
        mistaken=row.mistake_at is not None,
        mistake_reason=row.mistake_reason,
    )


_DOSE = tuple(a.name for a in attrs.fields(DoseGiven) if a.name != "dose_id")


def _dose(row: Any) -> DoseGiven:
    return DoseGiven(dose_id=row.id, **{name: getattr(row, name) for name in _DOSE})


async def doses_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[DoseGiven]]:
    """The doses of these pets, oldest first."""
    found: dict[UUID, list[DoseGiven]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(dose_table, whose(dose.pet_id, pet_ids).label("whole_id")).where(whole(dose.pet_id, pet_ids))
        for row in await connection.execute(asked.order_by(dose.given_on, dose.id)):
            found[row.whole_id].append(_dose(row))
    return found


async def dose_by_id(connection: AsyncConnection, dose_id: UUID) -> DoseGiven | None:
    row = (await connection.execute(sa.select(dose_table).where(dose.id == dose_id))).first()
    return _dose(row) if row else None


async def protocols(connection: AsyncConnection) -> Protocols:
    """The shipped timetables and the versions that a vet of this site wrote."""
    shipped = {p.name: p for p in SHIPPED}
    rows = await connection.execute(sa.select(protocol_table).order_by(protocol_table.c.name, protocol_table.c.version))
    later = [revised(shipped[r.name], r.version, r.rules, r.source, r.dated) for r in rows.all() if r.name in shipped]
    return Protocols((*SHIPPED, *later))


async def allergies_of(connection: AsyncConnection, pet_id: UUID) -> list[Allergy]:
    t = allergy_table.c
    asked = sa.select(allergy_table).where(whole(t.pet_id, (pet_id,)), t.ended_at.is_(None)).order_by(t.at, t.id)
    return [
        Allergy(allergy_id=r.id, substance=r.substance, severity=r.severity, reaction=r.reaction, is_class=r.is_class)
        for r in await connection.execute(asked)
    ]


async def conditions_of(connection: AsyncConnection, pet_id: UUID) -> list[Condition]:
    t = condition_table.c
    asked = sa.select(condition_table).where(whole(t.pet_id, (pet_id,)), t.ended_at.is_(None)).order_by(t.at, t.id)
    return [
        Condition(
            condition_id=r.id, kind=r.kind, what=r.what, details=r.details, since=r.since, runs_out_on=r.runs_out_on
        )
        for r in await connection.execute(asked)
    ]


async def behaviours_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[BehaviourFlag]]:
    found: dict[UUID, list[BehaviourFlag]] = defaultdict(list)
    t = behaviour_table.c
    if pet_ids:
        of = whose(t.pet_id, pet_ids).label("whole_id")
        asked = sa.select(of, t.code, t.comment).where(whole(t.pet_id, pet_ids), t.ended_at.is_(None))
        for row in await connection.execute(asked.order_by(t.code, t.at)):
            if all(one.code != row.code for one in found[row.whole_id]):
                found[row.whole_id].append(BehaviourFlag(code=row.code, comment=row.comment))
    return found
