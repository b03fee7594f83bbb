"""Photos of pets and of their proofs."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.gallery_doors import Doors, Subject
from marketplace_kit.web.routing import SIGNED_IN
from marketplace_pets import queries, services
from marketplace_pets.services import showing


async def _pet_subject(site: Site, actor: Actor, pet_id: UUID) -> Subject:
    tied = await services.seen_pet(site, pet_id, by=actor)
    if not services.may(tied.right, "manage"):
        raise Missing
    return Subject(title=tied.row.name, href=f"/pets/{pet_id}")


async def _pet_seen(site: Site, actor: Actor, pet_id: UUID) -> None:
    await services.seen_pet(site, pet_id, by=actor)


async def _dose_subject(site: Site, actor: Actor, dose_id: UUID) -> Subject:
    dose = await site.ask(queries.dose_by_id, dose_id)
    if dose is None:
        raise Missing
    return await _pet_subject(site, actor, dose.pet_id)


async def _dose_seen(site: Site, actor: Actor, dose_id: UUID) -> None:
    dose = await site.ask(queries.dose_by_id, dose_id)
    if dose is None:
        raise Missing
    if await showing.is_family(site, dose.pet_id, by=actor):
        await services.seen_pet(site, dose.pet_id, by=actor)
    else:
        await site.do(services.read, dose.pet_id, "vaccinations", by=actor, why="photo")


PET_DOORS = Doors(
    gallery=services.PET_PHOTOS,
    page="/pets/{owner_id:uuid}/photos",
    api="/api/pets/{owner_id:uuid}/photos",
    permission=SIGNED_IN,
    subject=_pet_subject,
    check_seen=_pet_seen,
)
DOSE_DOORS = Doors(
    gallery=services.DOSE_PHOTOS,
    page="/pets/doses/{owner_id:uuid}/photos",
    api="/api/pets/doses/{owner_id:uuid}/photos",
    permission=SIGNED_IN,
    subject=_dose_subject,
    check_seen=_dose_seen,
)

handlers = (*PET_DOORS.handlers, *DOSE_DOORS.handlers)
