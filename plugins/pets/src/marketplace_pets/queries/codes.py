"""What codes of behaviour mean."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.process import Tone
from marketplace_pets.domain.behaviour import SHIPPED_KINDS, BehaviourKind
from marketplace_pets.tables import code_table

c = code_table.c


def _kind(row: Any) -> BehaviourKind:
    names = {"kk": row.kk, "ru": row.ru, "en": row.en}
    return BehaviourKind(code=row.code, tone=Tone(row.tone), names=names, skill=row.skill, shop_id=row.shop_id)


async def kinds_of(connection: AsyncConnection, codes: Collection[str]) -> dict[str, BehaviourKind]:
    """What these codes mean, ended ones too; one statement if a shop's own is among them, else none."""
    found = {code: SHIPPED_KINDS[code] for code in codes if code in SHIPPED_KINDS}
    own = set(codes) - set(found)
    if own:
        rows = await connection.execute(sa.select(code_table).where(c.code.in_(own)))
        found |= {row.code: _kind(row) for row in rows}
    return found


async def codes_of_shops(connection: AsyncConnection, shops: Collection[UUID]) -> list[BehaviourKind]:
    """The own codes of these shops that are in use, in the order in which they were added."""
    if not shops:
        return []
    asked = sa.select(code_table).where(c.shop_id.in_(set(shops)), c.ended_at.is_(None)).order_by(c.at, c.code)
    return [_kind(row) for row in await connection.execute(asked)]
