"""Sending once more what was given up."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.domain import DeliveryState, NotFailed
from marketplace_kit.notifications.services.delivering import DELIVER, Deliver
from marketplace_kit.notifications.tables import delivery_table as delivery


async def resend(uow: UnitOfWork, delivery_id: UUID, *, by: Actor) -> None:
    """Put a failed delivery on its way again, in one conditional statement: of two at once, one does.

    Refuses :class:`NotFailed` for any other state, :class:`Missing` for one that does not exist.
    """
    failed = sa.and_(delivery.c.id == delivery_id, delivery.c.state == DeliveryState.FAILED)
    again = {"state": DeliveryState.PENDING, "error": None, "resent": delivery.c.resent + 1}
    statement = sa.update(delivery).where(failed).values(again).returning(delivery.c.resent, delivery.c.channel)
    found = (await uow.session.execute(statement)).first()
    if found is None:
        known = await uow.session.execute(sa.select(delivery.c.id).where(delivery.c.id == delivery_id))
        raise Missing if known.first() is None else NotFailed
    payload = Deliver(delivery_id=delivery_id)
    uow.enqueue(DELIVER, payload, key=f"{DELIVER}:{delivery_id}:again:{found.resent}")
    await audit(uow, by=by, act="notifications.resent", on=f"delivery:{delivery_id}", facts={"channel": found.channel})
