"""Records of one animal: reads take those that were joined together with the one that was kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.tables import merge_table, pet_table

merge = merge_table.c
LIVE = merge.undone_at.is_(None)


def whole(column: sa.ColumnElement[Any], pet_ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """Rows of these pets, and of the records that were joined to them."""
    ids = set(pet_ids)
    return sa.or_(column.in_(ids), column.in_(sa.select(merge.gone_id).where(merge.kept_id.in_(ids), LIVE)))


def whose(column: sa.ColumnElement[Any], pet_ids: Collection[UUID]) -> sa.ColumnElement[UUID]:
    """Which of these pets a row that :func:`whole` found belongs to."""
    kept = sa.select(merge.kept_id).where(merge.gone_id == column, LIVE).scalar_subquery()
    return sa.case((column.in_(set(pet_ids)), column), else_=kept)


def gone(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether a record was joined to another."""
    return sa.exists().where(merge.gone_id == column, LIVE)


async def root_of(connection: AsyncConnection, pet_id: UUID) -> UUID:
    """The record that was kept; the pet itself if it was joined to none."""
    asked = sa.select(merge.kept_id).where(merge.gone_id == pet_id, LIVE)
    found: UUID | None = (await connection.execute(asked)).scalar_one_or_none()
    return found or pet_id


async def joined_to(connection: AsyncConnection, pet_id: UUID) -> list[UUID]:
    """The records that are joined to a pet just now."""
    asked = sa.select(merge.gone_id).where(merge.kept_id == pet_id, LIVE)
    return list((await connection.execute(asked)).scalars())


async def ledger_of(connection: AsyncConnection, pet_id: UUID) -> list[Any]:
    """What was joined to a pet, by whom and why, and what was separated again; latest first."""
    asked = (
        sa.select(merge_table, pet_table.c.name)
        .join_from(merge_table, pet_table, pet_table.c.id == merge.gone_id)
        .where(merge.kept_id == pet_id)
    )
    return list((await connection.execute(asked.order_by(merge.at.desc(), merge.id.desc()))).all())
