"""Pets themselves: who they are, their numbers."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.params import FromPath

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.api.asking import Id, Q, SpeciesQ, locale_of
from marketplace_pets.domain.breeds import found as breeds_found
from marketplace_pets.schemas import (
    BreedView,
    Died,
    Found,
    JoinedView,
    Made,
    NewJoin,
    NewMark,
    NewPet,
    PetChange,
    PetRow,
    PetView,
)
from marketplace_pets.services import showing
from marketplace_pets.services.access import BY_CHIP


@get("/api/pets", **route(SIGNED_IN, summary="Your pets, with badges and what is due next"))
async def pets(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> list[PetRow]:
    return await showing.pet_list(site, actor, locale_of(request))


@post("/api/pets", **route(SIGNED_IN, body=NewPet, summary="Add a pet; name and species are enough"))
async def add_pet(request: WebRequest, site: Given[Site], actor: Given[Actor], form: Given[NewPet]) -> PetView:
    pet_id = await site.do(services.register, form, by=actor)
    return await showing.pet_view(site, pet_id, by=actor, locale=locale_of(request))


@get("/api/pets/breeds", **route(PUBLIC, summary="Breeds by species and part of a name"))
async def breeds(request: WebRequest, species: SpeciesQ = "", q: Q = "") -> list[BreedView]:
    locale = locale_of(request)
    return [
        BreedView(id=b.id, species=b.species, name=b.name_in(locale), size_class=b.size_class, coat=b.coat, kg=b.kg)
        for b in breeds_found(species, q, locale)
    ]


@get("/api/pets/by-chip/{chip:str}", **route(BY_CHIP, summary="Whose a chipped animal is, for staff"))
async def by_chip(site: Given[Site], actor: Given[Actor], chip: FromPath[str]) -> Found:
    """Each finding is in the audit trail; at most 60 tries an hour."""
    pet_id = await services.look_up_chip(site, chip, by=actor)
    return await showing.finder_view(site, pet_id)


@get("/api/pets/{pet_id:uuid}", **route(SIGNED_IN, summary="A pet, for its family"))
async def pet(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> PetView:
    return await showing.pet_view(site, pet_id, by=actor, locale=locale_of(request))


@put("/api/pets/{pet_id:uuid}", **route(SIGNED_IN, body=PetChange, summary="Change what is said of a pet"))
async def edit(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[PetChange]
) -> PetView:
    await site.do(services.edit, pet_id, form, by=actor)
    return await showing.pet_view(site, pet_id, by=actor, locale=locale_of(request))


@post("/api/pets/{pet_id:uuid}/deceased", **route(SIGNED_IN, body=Died, summary="A pet died"), status_code=204)
async def deceased(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[Died]) -> None:
    await site.do(services.died, pet_id, on=form.on, by=actor)


@post("/api/pets/{pet_id:uuid}/marks", **route(SIGNED_IN, body=NewMark, summary="Add a chip, tattoo or number"))
async def add_mark(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewMark]) -> Made:
    """Refused as `chip_invalid` or `chip_taken`."""
    return Made(id=await site.do(services.add_mark, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/marks/{mark_id:uuid}", **route(SIGNED_IN, summary="Take back a number"))
async def remove_mark(site: Given[Site], actor: Given[Actor], pet_id: Id, mark_id: Id) -> None:
    await site.do(services.remove_mark, pet_id, mark_id, by=actor)


@get("/api/pets/{pet_id:uuid}/joined", **route(SIGNED_IN, summary="Records that were joined to this one"))
async def joined(site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[JoinedView]:
    return await showing.ledger(site, pet_id, by=actor)


@post("/api/pets/{pet_id:uuid}/joined", **route(SIGNED_IN, body=NewJoin, summary="Join another record of the animal"))
async def join(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewJoin]) -> Made:
    """For who keeps both. Refused as `not_the_same_animal`, `already_joined`, `reason_required`."""
    return Made(id=await site.do(services.join, pet_id, services.other_pet(form.other), why=form.why, by=actor))


@delete("/api/pets/{pet_id:uuid}/joined/{other_id:uuid}", **route(SIGNED_IN, summary="They are two after all"))
async def separate(site: Given[Site], actor: Given[Actor], pet_id: Id, other_id: Id) -> None:
    await site.do(services.separate, pet_id, other_id, by=actor)


handlers = (
    joined,
    join,
    separate,
    pets,
    add_pet,
    breeds,
    by_chip,
    pet,
    edit,
    deceased,
    add_mark,
    remove_mark,
)
