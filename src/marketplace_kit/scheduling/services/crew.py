"""Those who work for a shop as the calendar knows them: the facility :class:`marketplace_kit.shops.services.Crew`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.services.keeping import changed_hours, coming, told
from marketplace_kit.scheduling.tables import resource_table

r = resource_table.c


class Columns:
    """The columns of the calendar that are somebody's own."""

    async def expected(self, uow: UnitOfWork, shop_id: UUID, person_id: UUID) -> Sequence[dict[str, Any]]:
        """The visits that lie ahead of somebody. Their columns are held until the end of the unit."""
        own = sa.select(r.id).where(r.shop_id == shop_id, r.member_id == person_id).order_by(r.id)
        ids = (await uow.session.execute(own.with_for_update())).scalars().all()
        return told(await coming(uow, ids))

    async def leave(self, uow: UnitOfWork, shop_id: UUID, person_id: UUID) -> None:
        """Put their columns away; nobody's name stands for them any more."""
        away = sa.update(resource_table).where(r.shop_id == shop_id, r.member_id == person_id)
        left = away.values(active=False, member_id=None, version=r.version + 1).returning(r.id)
        if (await uow.session.execute(left)).first() is not None:
            changed_hours(uow, shop_id)
