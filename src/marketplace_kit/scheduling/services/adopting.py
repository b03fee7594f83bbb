"""A guest who proves their number later finds their appointments in their account (scheduling §9), and what repeats."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.accounts.domain import PhoneVerified
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables.following import series_table as series


async def adopt_visits(uow: UnitOfWork, event: PhoneVerified) -> None:
    """Appointments that were made with this number and belong to nobody become this person's; doing it twice changes
    nothing. What has an owner stays.
    """
    known = await contact_of(await uow.session.connection(), event.person_id)
    if known is None or not known.active or not known.phone or not known.phone_verified:
        return
    a = appointment.c
    theirs = sa.and_(a.contact_phone == known.phone, a.person_id.is_(None))
    await uow.session.execute(sa.update(appointment).where(theirs).values(person_id=event.person_id))
    mine = sa.select(a.id).where(a.person_id == event.person_id)
    repeated = sa.and_(series.c.like_id.in_(mine), series.c.person_id.is_(None))
    await uow.session.execute(sa.update(series).where(repeated).values(person_id=event.person_id))
