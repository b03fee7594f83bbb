"""Forgetting a person."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_boarding.tables import entry_table, guest_table, report_table, stay_photo_table, stay_table
from marketplace_kit.kernel.site import UnitOfWork

_TRACES = ((entry_table, "by_person_id"), (report_table, "by_person_id"), (stay_photo_table, "by_id"))


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Their stays remain, of pets without a name; what they wrote as staff stays without theirs."""
    y, g = stay_table.c, guest_table.c
    mine = sa.select(y.id).where(y.person_id == person_id)
    unnamed = {"pet_id": None, "name": "—", "food": "", "medicine": "", "care": "", "codes": "", "grams": None}
    await uow.session.execute(sa.update(guest_table).where(g.stay_id.in_(mine)).values(unnamed))
    noted = sa.update(entry_table).where(entry_table.c.stay_id.in_(mine))
    await uow.session.execute(noted.values(said=""))
    told = sa.update(report_table).where(report_table.c.stay_id.in_(mine))
    await uow.session.execute(told.values(text=""))
    gone = {
        "person_id": None,
        "contact_name": "",
        "phone": "",
        "collector": "",
        "belongings": "",
        "note": "",
        "gate_note": "",
    }
    theirs = sa.update(stay_table).where(y.person_id == person_id)
    await uow.session.execute(theirs.values(title="—", **gone))
    for table, column in _TRACES:
        values = {column: None} | ({"by_name": ""} if "by_name" in table.c else {})
        await uow.session.execute(sa.update(table).where(table.c[column] == person_id).values(values))
