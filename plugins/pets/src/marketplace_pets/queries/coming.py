"""What is booked for pets, and what shops ask their families to come for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import Booked, FollowUp, lists
from marketplace_pets.queries.joining import gone, whole, whose
from marketplace_pets.queries.profiles import Rows, co_keeper, keepership
from marketplace_pets.tables import booked_table, follow_up_table, pet_table

booked, follow_up, pet = booked_table.c, follow_up_table.c, pet_table.c
_OF_FAMILY = sa.or_(
    booked.person_id.is_(None),
    sa.exists().where(
        keepership.pet_id == booked.pet_id, keepership.until.is_(None), keepership.person_id == booked.person_id
    ),
    sa.exists().where(co_keeper.pet_id == booked.pet_id, co_keeper.person_id == booked.person_id),
)
"""What a former keeper booked stays theirs: the new family neither sees it nor counts on it."""


async def booked_for(connection: AsyncConnection, pet_ids: Collection[UUID], day: date) -> dict[UUID, list[Booked]]:
    """What is booked for these pets on ``day`` or later, soonest first."""
    found: dict[UUID, list[Booked]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(booked_table, whose(booked.pet_id, pet_ids).label("whole_id")).where(
            whole(booked.pet_id, pet_ids), booked.on_day >= day, _OF_FAMILY
        )
        for row in await connection.execute(asked.order_by(booked.on_day, booked.booking)):
            found[row.whole_id].append(
                Booked(
                    pet_id=row.whole_id,
                    shop_id=row.shop_id,
                    on=row.on_day,
                    title=row.title,
                    link=row.link,
                    meets=frozenset(row.meets.split()),
                )
            )
    return found


def _follow_up(row: Any, pet_id: UUID) -> FollowUp:
    return FollowUp(
        follow_up_id=row.id,
        pet_id=pet_id,
        shop_id=row.shop_id,
        kind=row.kind,
        what=row.what,
        due_on=row.due_on,
        said_on=row.at.date(),
    )


async def follow_ups_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[FollowUp]]:
    """What shops ask the families of these pets to come for, and have not taken back."""
    found: dict[UUID, list[FollowUp]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(follow_up_table, whose(follow_up.pet_id, pet_ids).label("whole_id")).where(
            whole(follow_up.pet_id, pet_ids), follow_up.ended_at.is_(None)
        )
        for row in await connection.execute(asked.order_by(follow_up.due_on, follow_up.id)):
            found[row.whole_id].append(_follow_up(row, row.whole_id))
    return found


async def follow_ups_at(connection: AsyncConnection, shops: Collection[UUID], day: date, limit: int = 200) -> Rows:
    """Whom these shops asked to come again: ``id, pet_id, name, shop_id, what, due_on, booked_on`` (null while
    nothing is booked there for ``day`` or later); soonest first.
    """
    if not shops:
        return ()
    held = sa.select(sa.func.min(booked.on_day)).where(
        booked.pet_id == follow_up.pet_id, booked.shop_id == follow_up.shop_id, booked.on_day >= day
    )
    asked = (
        sa.select(
            follow_up.id,
            follow_up.pet_id,
            pet.name,
            follow_up.shop_id,
            follow_up.what,
            follow_up.due_on,
            held.correlate(follow_up_table).scalar_subquery().label("booked_on"),
        )
        .join_from(follow_up_table, pet_table, pet.id == follow_up.pet_id)
        .where(
            follow_up.shop_id.in_(set(shops)),
            follow_up.kind == lists.FOLLOW_UP,
            follow_up.ended_at.is_(None),
            pet.state != lists.DECEASED,
            sa.not_(gone(pet.id)),
        )
    )
    return (await connection.execute(asked.order_by(follow_up.due_on, follow_up.id).limit(limit))).all()
