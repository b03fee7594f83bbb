"""Who a pet is, and who is tied to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    Birth,
    PetCard,
    lists,
)
from marketplace_pets.queries.joining import gone, whole
from marketplace_pets.schemas import MarkView
from marketplace_pets.tables import (
    co_keeper_table,
    keepership_table,
    mark_table,
    pet_table,
    transfer_table,
)

pet, keepership, co_keeper = pet_table.c, keepership_table.c, co_keeper_table.c
Rows = Sequence[Any]
_OPEN = sa.and_(keepership.pet_id == pet.id, keepership.until.is_(None))
_CARD = (
    pet.id,
    pet.name,
    pet.species,
    pet.breed,
    pet.crossbred,
    pet.breed_other,
    pet.sex,
    pet.born,
    pet.born_precision,
    pet.colour,
    pet.coat,
    pet.size_class,
    pet.state,
    pet.deceased_on,
    pet.cover,
    pet.version,
    keepership.person_id.label("keeper_id"),
    keepership.shop_id.label("keeper_shop_id"),
)
CARDS = sa.select(*_CARD).select_from(pet_table.outerjoin(keepership_table, _OPEN))


def card_of(row: Any) -> PetCard:
    return PetCard(
        pet_id=row.id,
        name=row.name,
        species=row.species,
        breed=row.breed,
        crossbred=row.crossbred,
        breed_other=row.breed_other,
        sex=row.sex,
        birth=Birth(on=row.born, precision=row.born_precision),
        colour=row.colour,
        coat=row.coat,
        size_class=row.size_class,
        state=row.state,
        deceased_on=row.deceased_on,
        cover=row.cover,
        keeper_id=row.keeper_id,
        keeper_shop_id=row.keeper_shop_id,
        version=row.version,
    )


async def cards(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, PetCard]:
    """Who these pets are."""
    if not pet_ids:
        return {}
    found = await connection.execute(CARDS.where(pet.id.in_(set(pet_ids))))
    return {row.id: card_of(row) for row in found}


def _mine(person_id: UUID, shops: Collection[UUID]) -> sa.ColumnElement[bool]:
    own = keepership.person_id == person_id
    of_shops = sa.and_(keepership.shop_id.in_(set(shops)), keepership.how != lists.WALK_IN)
    return sa.or_(own, of_shops) if shops else own


async def written_down(connection: AsyncConnection, shops: Collection[UUID], limit: int = 200) -> list[PetCard]:
    """The living pets that these shops wrote down and nobody has taken over yet, by name."""
    if not shops:
        return []
    asked = CARDS.where(
        keepership.shop_id.in_(set(shops)),
        keepership.how == lists.WALK_IN,
        pet.state != lists.DECEASED,
        sa.not_(gone(pet.id)),
    )
    return [card_of(row) for row in await connection.execute(asked.order_by(pet.name, pet.id).limit(limit))]


async def pets_of(
    connection: AsyncConnection, person_id: UUID, shops: Collection[UUID] = ()
) -> list[tuple[PetCard, str]]:
    """The pets that a person (or a shop it works for) keeps or may see, with the right; the living first, by name. Pets
    that a shop wrote down for somebody who came in are not its own: :func:`written_down`.
    """
    shared = sa.and_(co_keeper.pet_id == pet.id, co_keeper.person_id == person_id)
    statement = (
        sa.select(*_CARD, co_keeper.right)
        .select_from(pet_table.outerjoin(keepership_table, _OPEN).outerjoin(co_keeper_table, shared))
        .where(sa.or_(_mine(person_id, shops), co_keeper.person_id.is_not(None)), sa.not_(gone(pet.id)))
        .order_by(pet.state == lists.DECEASED, pet.name, pet.id)
    )
    rows = (await connection.execute(statement)).all()
    return [(card_of(r), lists.KEEPER if _keeps(r, person_id, shops) else r.right or "") for r in rows]


def _keeps(row: Any, person_id: UUID | None, shops: Collection[UUID]) -> bool:
    return (row.keeper_id is not None and row.keeper_id == person_id) or (
        row.keeper_shop_id is not None and row.keeper_shop_id in shops
    )


@attrs.frozen(kw_only=True)
class Tie:
    """What binds somebody to a pet. ``right`` is empty for a stranger; ``former``: kept it once."""

    row: sa.Row[Any]
    right: str
    former: bool
    since: datetime


async def tie(
    connection: AsyncConnection, pet_id: UUID, person_id: UUID | None, shops: Collection[UUID], *, lock: bool = False
) -> Tie | None:
    """A pet's row and what ties the asker to it; none for an unknown pet. ``lock`` holds the row until the end."""
    wanted = sa.select(pet_table).where(pet.id == pet_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).first()
    if row is None:
        return None
    mine: list[sa.ColumnElement[bool]] = [keepership.shop_id.in_(set(shops))] if shops else []
    if person_id is not None:
        mine.append(keepership.person_id == person_id)
    kept: Rows = ()
    if mine:
        asked = sa.select(keepership.since, keepership.until).where(keepership.pet_id == pet_id, sa.or_(*mine))
        kept = (await connection.execute(asked)).all()
    now = next((k for k in kept if k.until is None), None)
    if now is not None:
        return Tie(row=row, right=lists.KEEPER, former=False, since=now.since)
    if person_id is not None:
        asked = sa.select(co_keeper.right, co_keeper.since).where(
            co_keeper.pet_id == pet_id, co_keeper.person_id == person_id
        )
        with_others = (await connection.execute(asked)).first()
        if with_others is not None:
            return Tie(row=row, right=with_others.right, former=False, since=with_others.since)
    return Tie(row=row, right="", former=bool(kept), since=row.created_at)


async def keeper_of(connection: AsyncConnection, pet_id: UUID) -> sa.Row[Any] | None:
    """The open keepership: ``id``, ``person_id``, ``shop_id``, ``since``."""
    asked = sa.select(keepership_table).where(keepership.pet_id == pet_id, keepership.until.is_(None))
    return (await connection.execute(asked)).first()


async def people_with(connection: AsyncConnection, pet_id: UUID) -> Rows:
    """The co-keepers: ``person_id``, ``right``, ``since``."""
    asked = sa.select(co_keeper_table).where(co_keeper.pet_id == pet_id).order_by(co_keeper.since)
    return (await connection.execute(asked)).all()


async def open_offers(connection: AsyncConnection, pet_id: UUID, now: datetime) -> Rows:
    t = transfer_table.c
    asked = sa.select(t.id, t.right, t.ends_at).where(
        t.pet_id == pet_id, t.accepted_at.is_(None), t.withdrawn_at.is_(None), t.ends_at > now
    )
    return (await connection.execute(asked.order_by(t.offered_at))).all()


async def marks_of(connection: AsyncConnection, pet_id: UUID) -> list[MarkView]:
    t = mark_table.c
    asked = (
        sa.select(t.id, t.kind, t.value, t.on_day, t.site, t.live)
        .where(whole(t.pet_id, (pet_id,)))
        .order_by(t.at, t.id)
    )
    return [MarkView(**row._mapping) for row in await connection.execute(asked)]


async def pet_with_chip(connection: AsyncConnection, chip: str) -> UUID | None:
    t = mark_table.c
    asked = sa.select(t.pet_id).where(t.kind == lists.CHIP, t.value == chip, t.live)
    return (await connection.execute(asked)).scalar_one_or_none()
