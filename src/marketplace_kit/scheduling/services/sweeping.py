"""Taking away what is over."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import ClaimReleased
from marketplace_kit.scheduling.tables import claim_table, resource_table

_BATCH = 500
c = claim_table.c


async def sweep_holds(uow: UnitOfWork) -> int:
    """Holds whose time is over, a batch of them; nothing is free by it that was not free before."""
    dead = (
        sa.select(c.id, c.resource_id, c.from_s, c.to_s, resource_table.c.shop_id)
        .join_from(claim_table, resource_table, resource_table.c.id == c.resource_id)
        .where(c.kind == "hold", c.released_at.is_(None), c.hold_until <= uow.at)
        .order_by(c.id)
        .limit(_BATCH)
    )
    rows = (await uow.session.execute(dead)).all()
    still = sa.update(claim_table).where(
        c.id.in_([row.id for row in rows]), c.released_at.is_(None), c.kind == "hold", c.hold_until <= uow.at
    )
    gone = set((await uow.session.execute(still.values(released_at=uow.at).returning(c.id))).scalars())
    for row in rows:
        if row.id in gone and row.shop_id is not None:
            uow.record(
                ClaimReleased(resource_id=row.resource_id, shop_id=row.shop_id, from_s=row.from_s, to_s=row.to_s)
            )
    return len(gone)
