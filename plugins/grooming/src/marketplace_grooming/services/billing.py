"""What a visit costs: what was agreed when it was booked, and every extra that its owner consented to."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_grooming import queries
from marketplace_grooming.tables import visit_table
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import UnitOfWork

v = visit_table.c


async def bill_of(uow: UnitOfWork, visit_id: UUID) -> Money:
    """The total. What nobody consented to is not in it."""
    connection = await uow.session.connection()
    row = (await connection.execute(sa.select(v.price_amount, v.currency).where(v.id == visit_id))).first()
    if row is None:
        raise Missing
    agreed = [one for one in await queries.extras_of(connection, visit_id) if one.state == "agreed"]
    return Money(row.price_amount + sum(one.price.amount for one in agreed), row.currency)


async def more_minutes(uow: UnitOfWork, visit_id: UUID) -> int:
    """How much longer it takes by what was consented to."""
    extras = await queries.extras_of(await uow.session.connection(), visit_id)
    return sum(one.minutes for one in extras if one.state == "agreed")
