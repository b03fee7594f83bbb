"""A pet died: the stays that were booked for it alone do not take place."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_boarding.domain.process import AHEAD
from marketplace_boarding.tables import guest_table, stay_table
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.services import call_off
from marketplace_kit.scheduling.domain.process import Reason
from marketplace_pets.domain import HAS_DIED, PetDied

y, g = stay_table.c, guest_table.c


async def close_stays(uow: UnitOfWork, event: PetDied) -> None:
    """Cancel the stays ahead in which it would have been the only guest, with a human text; the nights are free again.
    A stay with another pet is left to its family. Told again, nothing is left to do.
    """
    others = guest_table.alias("others").c
    ahead = (
        sa.select(y.id, y.person_id)
        .join(guest_table, g.stay_id == y.id)
        .where(
            g.pet_id == event.pet_id,
            y.state.in_(AHEAD),
            ~sa.exists().where(others.stay_id == y.id, others.id != g.id),
        )
        .order_by(y.id)
    )
    for row in (await uow.session.execute(ahead)).all():
        await call_off(uow, row.id, HAS_DIED, Reason, person_id=row.person_id)
