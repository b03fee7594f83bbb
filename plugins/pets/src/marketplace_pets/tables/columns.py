"""Columns that several tables of pets have alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.database import Uuid


def one_of(column: str, values: Iterable[Any]) -> str:
    names = (value if isinstance(value, str) else value[0] for value in values)
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


def pet_column(**more: Any) -> sa.Column[Any]:
    return sa.Column("pet_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="CASCADE"), nullable=False, **more)


def by_column(name: str = "by_person_id") -> sa.Column[Any]:
    return sa.Column(name, Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)


def shop_column(**more: Any) -> sa.Column[Any]:
    # Shops are closed, never deleted: no rule for their going.
    return sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id"), **more)


def unique_where(condition: str) -> dict[str, Any]:
    return {"unique": True, **where(condition)}


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
