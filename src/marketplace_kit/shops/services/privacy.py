"""Forgetting a person."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops.domain import OWNER, Shop, ShopChanged
from marketplace_kit.shops.tables import member_table as member
from marketplace_kit.shops.tables import shop_table


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Forget where a person works. A shop that nobody owns any more is closed and loses its contacts."""
    mine = sa.select(member.c.shop_id).where(member.c.person_id == person_id)
    shop_ids = list((await uow.session.execute(mine)).scalars())
    await uow.session.execute(sa.delete(member).where(member.c.person_id == person_id))
    owned = sa.select(member.c.shop_id).where(member.c.role == OWNER)
    orphans = sa.select(Shop).where(shop_table.c.id.in_(shop_ids), shop_table.c.id.not_in(owned))
    for shop in (await uow.session.execute(orphans)).scalars():
        shop.forget_contacts()
        uow.record(ShopChanged(shop_id=shop.id))
