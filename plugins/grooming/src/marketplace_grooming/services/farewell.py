"""A pet died: nothing of what was booked for it takes place."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_grooming.domain.process import AHEAD
from marketplace_grooming.tables import visit_table
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.services import call_off
from marketplace_kit.scheduling.domain.process import Reason
from marketplace_pets.domain import HAS_DIED, PetDied

v = visit_table.c


async def close_visits(uow: UnitOfWork, event: PetDied) -> None:
    """Cancel the visits ahead, with a human text in the language of whoever ordered. Told again, nothing is left."""
    ahead = sa.select(v.id, v.person_id).where(v.pet_id == event.pet_id, v.state.in_(AHEAD)).order_by(v.id)
    for row in (await uow.session.execute(ahead)).all():
        await call_off(uow, row.id, HAS_DIED, Reason, person_id=row.person_id)
