"""What reminders are sent to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    PetCard,
    lists,
)
from marketplace_pets.queries.joining import gone
from marketplace_pets.queries.profiles import CARDS, card_of, keepership, pet
from marketplace_pets.tables import (
    keepership_table,
    mute_table,
    pet_table,
    reminder_table,
)

_WANTED = (pet.state != lists.DECEASED, pet.reminders, sa.not_(gone(pet.id)))


async def to_remind(connection: AsyncConnection, after: UUID | None, limit: int) -> list[PetCard]:
    """The next living pets whose keepers are people and want reminders, by id."""
    asked = CARDS.where(keepership.person_id.is_not(None), *_WANTED)
    if after is not None:
        asked = asked.where(pet.id > after)
    return [card_of(row) for row in await connection.execute(asked.order_by(pet.id).limit(limit))]


async def keepers_to_remind(connection: AsyncConnection, after: UUID | None, limit: int) -> list[UUID]:
    """The next people who keep a living pet and want reminders of it, by id."""
    asked = (
        sa.select(keepership.person_id)
        .distinct()
        .join_from(keepership_table, pet_table, pet.id == keepership.pet_id)
        .where(keepership.until.is_(None), keepership.person_id.is_not(None), *_WANTED)
    )
    if after is not None:
        asked = asked.where(keepership.person_id > after)
    return list((await connection.execute(asked.order_by(keepership.person_id).limit(limit))).scalars())


async def kept_by(connection: AsyncConnection, people: Collection[UUID]) -> dict[UUID, list[PetCard]]:
    """The living pets of these keepers of which they want reminders, by name."""
    found: dict[UUID, list[PetCard]] = defaultdict(list)
    asked = CARDS.where(keepership.person_id.in_(set(people)), *_WANTED)
    for row in await connection.execute(asked.order_by(pet.name, pet.id)):
        found[row.keeper_id].append(card_of(row))
    return found


async def muted_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """What the families of these pets do not want to hear of."""
    t = mute_table.c
    found: dict[UUID, set[str]] = defaultdict(set)
    if pet_ids:
        for row in await connection.execute(sa.select(t.pet_id, t.reason).where(t.pet_id.in_(set(pet_ids)))):
            found[row.pet_id].add(row.reason)
    return found


async def reminded(connection: AsyncConnection, pet_ids: Collection[UUID]) -> set[tuple[UUID, str, date, int]]:
    """The keys that are there already."""
    t = reminder_table.c
    asked = sa.select(t.pet_id, t.protocol, t.due_on, t.days).where(t.pet_id.in_(set(pet_ids)))
    return {(r.pet_id, r.protocol, r.due_on, r.days) for r in await connection.execute(asked)}
