"""Taking away what is over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.services.guarding import FREED, GUARD, freed
from marketplace_kit.scheduling.services.travelling import forget_trips, straighten, tours_with
from marketplace_kit.scheduling.tables import claim_table, resource_table

_BATCH = 500
c = claim_table.c


async def sweep_holds(uow: UnitOfWork) -> int:
    """Holds whose time is over, a batch of them; nothing is free by it that was not free before, but those who wait
    hear of it.
    """
    dead = (
        sa.select(c.id, resource_table.c.shop_id)
        .join_from(claim_table, resource_table, resource_table.c.id == c.resource_id)
        .where(c.kind == "hold", c.released_at.is_(None), c.hold_until <= uow.at)
        .order_by(c.id)
        .limit(_BATCH)
    )
    shop_of = {row.id: row.shop_id for row in (await uow.session.execute(dead)).all()}
    over = (c.id.in_(list(shop_of)), c.kind == "hold", c.hold_until <= uow.at)
    tours = await tours_with(uow, *over) if shop_of else []
    still = sa.update(claim_table).where(c.released_at.is_(None), *over)
    gone = (await uow.session.execute(still.values(released_at=uow.at).returning(c.id, *FREED))).all()
    by_shop: dict[tuple[UUID, bool], list[Any]] = {}
    for row in gone:
        if shop_of[row.id] is not None:
            by_shop.setdefault((shop_of[row.id], row.source != GUARD), []).append(row)
    for (shop_id, asking), rows in by_shop.items():
        freed(uow, shop_id, rows, asking=asking)
    await straighten(uow, tours)
    await forget_trips(uow)
    return len(gone)
