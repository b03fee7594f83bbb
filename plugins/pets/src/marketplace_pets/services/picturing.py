"""Photos of pets, and of the pages of their passports."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.web.galleries import Gallery
from marketplace_pets.services.access import access_pet
from marketplace_pets.services.doses import proof_came
from marketplace_pets.tables import dose_table, pet_table, photo_of_dose_table, photo_of_pet_table


async def _pet(uow: UnitOfWork, pet_id: UUID, by: Actor) -> UUID:
    await access_pet(uow, pet_id, by=by)
    return pet_id


async def _dose(uow: UnitOfWork, dose_id: UUID, by: Actor) -> UUID:
    """The photos of all of a pet's doses take one share of the storage."""
    asked = sa.select(dose_table.c.pet_id).where(dose_table.c.id == dose_id)
    pet_id: UUID | None = (await uow.session.execute(asked)).scalar_one_or_none()
    if pet_id is None:
        raise Missing
    await access_pet(uow, pet_id, by=by)
    return pet_id


PET_PHOTOS = Gallery(table=photo_of_pet_table, owner=pet_table, access=_pet)
DOSE_PHOTOS = Gallery(table=photo_of_dose_table, owner=dose_table, access=_dose, changed=proof_came)
