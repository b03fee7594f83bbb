"""Forgetting a person."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import queries
from marketplace_pets.services import sharing
from marketplace_pets.services.picturing import DOSE_PHOTOS, PET_PHOTOS
from marketplace_pets.tables import (
    allergy_table,
    behaviour_table,
    booked_table,
    co_keeper_table,
    code_table,
    condition_table,
    dose_table,
    follow_up_table,
    grant_table,
    keepership_table,
    mark_table,
    merge_table,
    mute_table,
    pet_table,
    protocol_table,
    read_table,
    timeline_table,
    transfer_table,
    weight_table,
)

_WRITTEN_BY = (
    mark_table,
    weight_table,
    allergy_table,
    condition_table,
    behaviour_table,
    code_table,
    protocol_table,
    dose_table,
    grant_table,
    read_table,
    timeline_table,
    follow_up_table,
    mute_table,
    merge_table,
)


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """A person's pets go to whoever manages them with the person, else they are forgotten with their whole record.
    What the person wrote into records of others stays, without the name.
    """
    k, c, p = keepership_table.c, co_keeper_table.c, pet_table.c
    asked = sa.select(k.pet_id).where(k.person_id == person_id, k.until.is_(None))
    for pet_id in (await uow.session.execute(asked)).scalars().all():
        connection = await uow.session.connection()
        heirs = await queries.people_with(connection, await queries.root_of(connection, pet_id))
        heir = next((h.person_id for h in heirs if h.right == "manage" and h.person_id != person_id), None)
        if heir is None:
            await uow.session.execute(sa.delete(pet_table).where(p.id == pet_id))
        else:
            await _inherit(uow, pet_id, heir)
    await uow.session.execute(sa.delete(keepership_table).where(k.person_id == person_id))
    await uow.session.execute(sa.delete(co_keeper_table).where(c.person_id == person_id))
    t = transfer_table.c
    await uow.session.execute(sa.delete(transfer_table).where(t.offered_by_id == person_id))
    taken = sa.update(transfer_table).where(t.accepted_by_id == person_id).values(accepted_by_id=None)
    await uow.session.execute(taken)
    for table in _WRITTEN_BY:
        unnamed = sa.update(table).where(table.c.by_person_id == person_id).values(by_person_id=None)
        await uow.session.execute(unnamed)
    undone = sa.update(merge_table).where(merge_table.c.undone_by_id == person_id).values(undone_by_id=None)
    await uow.session.execute(undone)
    b, d = booked_table.c, dose_table.c
    await uow.session.execute(sa.update(booked_table).where(b.person_id == person_id).values(person_id=None))
    await uow.session.execute(sa.update(dose_table).where(d.checked_by_id == person_id).values(checked_by_id=None))
    await PET_PHOTOS.forget_person(uow, person_id)
    await DOSE_PHOTOS.forget_person(uow, person_id)


async def _inherit(uow: UnitOfWork, pet_id: UUID, heir: UUID) -> None:
    k, c, p = keepership_table.c, co_keeper_table.c, pet_table.c
    await uow.session.execute(sa.delete(keepership_table).where(k.pet_id == pet_id, k.until.is_(None)))
    kept = {"id": new_id(), "pet_id": pet_id, "person_id": heir, "since": uow.at, "how": "transfer"}
    await uow.session.execute(sa.insert(keepership_table).values(kept))
    await uow.session.execute(sa.delete(co_keeper_table).where(c.pet_id == pet_id, c.person_id == heir))
    private = dict.fromkeys(("emergency_name", "emergency_phone", "may_collect"), "")
    await uow.session.execute(sa.update(pet_table).where(p.id == pet_id).values(**private))
    await sharing.end_all(uow, pet_id, "keeper_changed")
