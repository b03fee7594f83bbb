"""A guest who proves their number later finds their orders in their account (scheduling §9)."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.services.recording import touch
from marketplace_kit.orders.tables import order_table as order


async def adopt(uow: UnitOfWork, event: PhoneVerified) -> None:
    """Orders that were made with this number and belong to nobody become this person's. What has an owner stays."""
    await adopt_orders(uow, event.person_id)


async def adopt_orders(uow: UnitOfWork, person_id: UUID) -> int:
    known = await contact_of(await uow.session.connection(), person_id)
    if known is None or not known.active or not known.phone or not known.phone_verified:
        return 0
    theirs = sa.and_(order.c.contact_phone == known.phone, order.c.customer_id.is_(None))
    named = sa.case((order.c.contact_name == "", known.name), else_=order.c.contact_name)
    taken = sa.update(order).where(theirs)
    taken = taken.values(customer_id=person_id, contact_name=named, version=order.c.version + 1)
    rows = (await uow.session.execute(taken.returning(order.c.id, order.c.shop_id))).all()
    for row in rows:
        await touch(uow, row.id, row.shop_id)
    return len(rows)
