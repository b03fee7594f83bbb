"""Forgetting a person, and what has to be settled before."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Hold
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.tables import (
    appointment_table,
    booking_mark_table,
    claim_table,
    resource_table,
)
from marketplace_kit.scheduling.tables.travel import van_trip_table

OPEN_VISITS = N_("There are {count} appointments ahead. Cancel them or let them take place first.")
a, m = appointment_table.c, booking_mark_table.c


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """What took place stays in the shop's calendar without a name; marks about the person go."""
    # Where somebody lives is no business of a calendar of the past; what a van drove from there is its own claim.
    mine = sa.select(a.id).where(a.person_id == person_id)
    await uow.session.execute(sa.delete(van_trip_table).where(van_trip_table.c.line_id.in_(mine)))
    gone = {"person_id": None, "contact_name": "", "contact_phone": "", "note": "", "subject": ""}
    await uow.session.execute(sa.update(appointment_table).where(a.person_id == person_id).values(**gone))
    await uow.session.execute(sa.delete(booking_mark_table).where(m.person_id == person_id))
    await uow.session.execute(sa.update(booking_mark_table).where(m.by_id == person_id).values(by_id=None))
    held = sa.update(claim_table).where(claim_table.c.held_by == person_id)
    await uow.session.execute(held.values(held_by=None))
    works = sa.update(resource_table).where(resource_table.c.member_id == person_id)
    await uow.session.execute(works.values(member_id=None, name="-", about="", photo=None, active=False))


async def holds(connection: AsyncConnection, person_id: UUID) -> Sequence[Hold]:
    """Open visits stand against erasing somebody."""
    open_ = sa.select(sa.func.count()).where(a.person_id == person_id, a.effect == "keeps")
    count: int = (await connection.execute(open_)).scalar_one()
    return [Hold(code="open_visits", text=OPEN_VISITS, facts={"count": count})] if count else []
