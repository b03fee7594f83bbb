"""Pets for programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.gallery_doors import Doors, Subject
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route
from marketplace_pets import queries, services
from marketplace_pets.domain import grams_of
from marketplace_pets.domain.breeds import found as breeds_found
from marketplace_pets.schemas import (
    BreedView,
    Died,
    DosesView,
    DueView,
    EntryView,
    Found,
    GrantView,
    Made,
    NewAllergy,
    NewBehaviour,
    NewCondition,
    NewDoseAt,
    NewGrant,
    NewMark,
    NewPet,
    NewProtocolVersion,
    NewTransfer,
    NewWeightAt,
    Offered,
    PetChange,
    PetRow,
    PetView,
    ReadView,
    Reasoned,
    SharedPet,
    SharedView,
    TransferCode,
    Verdict,
    WaitingDose,
    WeightView,
)
from marketplace_pets.services import showing
from marketplace_pets.services.access import BY_CHIP, CHECK, PROTOCOLS, READ

Id = FromPath[UUID]
Q = Annotated[str, QueryParameter(max_length=60, description="Part of a name, in any language.")]
SpeciesQ = Annotated[str, QueryParameter(max_length=10, description="dog, cat, …; empty: all.")]
Why = Annotated[str, QueryParameter(max_length=200, description="What you read it for; the family sees it.")]
"""Of somebody who is not of the family: read for the shop, and noted in the family's log."""


def _locale(request: WebRequest) -> str:
    return visit_of(request).locale


@get("/api/pets", **route(SIGNED_IN, summary="Your pets, with badges and what is due next"))
async def pets(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> list[PetRow]:
    return await showing.pet_list(site, actor, _locale(request))


@post("/api/pets", **route(SIGNED_IN, body=NewPet, summary="Add a pet; name and species are enough"))
async def add_pet(request: WebRequest, site: Given[Site], actor: Given[Actor], form: Given[NewPet]) -> PetView:
    pet_id = await site.do(services.register, form, by=actor)
    return await showing.pet_view(site, pet_id, by=actor, locale=_locale(request))


@get("/api/pets/breeds", **route(PUBLIC, summary="Breeds by species and part of a name"))
async def breeds(request: WebRequest, species: SpeciesQ = "", q: Q = "") -> list[BreedView]:
    locale = _locale(request)
    return [
        BreedView(id=b.id, species=b.species, name=b.name_in(locale), size_class=b.size_class, coat=b.coat, kg=b.kg)
        for b in breeds_found(species, q, locale)
    ]


@get("/api/pets/by-chip/{chip:str}", **route(BY_CHIP, summary="Whose a chipped animal is, for staff"))
async def by_chip(site: Given[Site], actor: Given[Actor], chip: FromPath[str]) -> Found:
    """Each finding is in the audit trail; at most 60 tries an hour."""
    pet_id = await services.look_up_chip(site, chip, by=actor)
    return await showing.finder_view(site, pet_id)


@get("/api/pets/shared", **route(READ, summary="Pets that are shared with your shops"))
async def shared(site: Given[Site], actor: Given[Actor]) -> list[SharedPet]:
    return await showing.shared_pets(site, actor)


@get("/api/pets/doses/waiting", **route(CHECK, summary="Doses that wait for your shops to check them"))
async def waiting(site: Given[Site], actor: Given[Actor]) -> list[WaitingDose]:
    return await showing.waiting_pile(site, actor)


@post(
    "/api/pets/doses/{dose_id:uuid}/verify",
    **route(CHECK, body=Verdict, summary="Accept the proof of a dose, or not"),
    status_code=204,
)
async def verify(site: Given[Site], actor: Given[Actor], dose_id: Id, form: Given[Verdict]) -> None:
    """Refused as `not_shared`, `already_checked`, `reason_required`."""
    accepted = form.verdict == "verified"
    await site.do(services.verify_dose, dose_id, accepted=accepted, reason=form.reason, by=actor)


@post(
    "/api/pets/protocols/{name:str}",
    **route(PROTOCOLS, body=NewProtocolVersion, summary="Put a new version of a timetable into force"),
)
async def revise(
    site: Given[Site], actor: Given[Actor], name: FromPath[str], form: Given[NewProtocolVersion]
) -> dict[str, int]:
    return {"version": await site.do(services.revise_protocol, name, form, by=actor)}


@post("/api/pets/transfers/accept", **route(SIGNED_IN, body=TransferCode, summary="Take up an offer by its code"))
async def accept(site: Given[Site], actor: Given[Actor], form: Given[TransferCode]) -> Made:
    return Made(id=await services.take_up(site, form.code, by=actor))


@get("/api/pets/{pet_id:uuid}", **route(SIGNED_IN, summary="A pet, for its family"))
async def pet(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> PetView:
    return await showing.pet_view(site, pet_id, by=actor, locale=_locale(request))


@put("/api/pets/{pet_id:uuid}", **route(SIGNED_IN, body=PetChange, summary="Change what is said of a pet"))
async def edit(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[PetChange]
) -> PetView:
    await site.do(services.edit, pet_id, form, by=actor)
    return await showing.pet_view(site, pet_id, by=actor, locale=_locale(request))


@post("/api/pets/{pet_id:uuid}/deceased", **route(SIGNED_IN, body=Died, summary="A pet died"), status_code=204)
async def deceased(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[Died]) -> None:
    await site.do(services.died, pet_id, on=form.on, by=actor)


@get("/api/pets/{pet_id:uuid}/weights", **route(SIGNED_IN, summary="Weighings, oldest first"))
async def weights(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, why: Why = ""
) -> list[WeightView]:
    """For a shop: by a grant for `weight`, noted in the family's log; else 403 `not_shared`."""
    if await showing.is_family(site, pet_id, by=actor):
        return await showing.weight_history(site, pet_id, by=actor)
    found = await showing.read_for_shop(site, pet_id, "weight", by=actor, why=why, locale=_locale(request))
    return found.weights


@post("/api/pets/{pet_id:uuid}/weights", **route(SIGNED_IN, body=NewWeightAt, summary="Add a weighing"))
async def add_weight(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewWeightAt]) -> Made:
    """Refused as `weight_implausible` with the range; staff of a shop confirm it with a reason."""
    return Made(
        id=await site.do(
            services.record_weight,
            pet_id,
            grams=grams_of(form.kg),
            by=actor,
            shop_id=services.shop_of(form.shop_id, actor),
            at=services.weighed_at(site, form.on),
            method=form.method,
            body_condition=form.body_condition,
            reason=form.reason,
        )
    )


@post(
    "/api/pets/{pet_id:uuid}/weights/{weight_id:uuid}/mistake",
    **route(SIGNED_IN, body=Reasoned, summary="Say that a weighing was a mistake"),
    status_code=204,
)
async def mistake(site: Given[Site], actor: Given[Actor], pet_id: Id, weight_id: Id, form: Given[Reasoned]) -> None:
    await site.do(services.mark_mistake, pet_id, weight_id, reason=form.reason, by=actor)


@get("/api/pets/{pet_id:uuid}/doses", **route(SIGNED_IN, summary="Doses, newest first, and standings"))
async def doses(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, why: Why = "") -> DosesView:
    """For a shop: by a grant for `vaccinations`, noted in the family's log; else 403 `not_shared`."""
    locale = _locale(request)
    if await showing.is_family(site, pet_id, by=actor):
        return await showing.dose_history(site, pet_id, by=actor, locale=locale)
    found = await showing.read_for_shop(site, pet_id, "vaccinations", by=actor, why=why, locale=locale)
    return DosesView(doses=found.doses, standings=[], badges=found.badges)


@post("/api/pets/{pet_id:uuid}/doses", **route(SIGNED_IN, body=NewDoseAt, summary="Add a dose"))
async def add_dose(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewDoseAt]) -> Made:
    """Refused as `too_young` or `interval_too_short`, with the earliest day."""
    shop_id = services.shop_of(form.shop_id, actor)
    reason = form.override_reason
    return Made(id=await site.do(services.record_dose, pet_id, form, by=actor, shop_id=shop_id, override_reason=reason))


@get("/api/pets/{pet_id:uuid}/care", **route(SIGNED_IN, summary="What is due, soonest first"))
async def care(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[DueView]:
    return await showing.care_plan(site, pet_id, by=actor, locale=_locale(request))


@get("/api/pets/{pet_id:uuid}/timeline", **route(SIGNED_IN, summary="What happened, latest first"))
async def timeline(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    pet_id: Id,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[EntryView]:
    locale = _locale(request)
    return await showing.history(site, pet_id, by=actor, locale=locale, cursor=cursor, limit=limit)


@get("/api/pets/{pet_id:uuid}/shared/{part:str}", **route(READ, summary="One scope of a pet that is shared with you"))
async def read_scope(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    pet_id: Id,
    part: FromPath[str],
    why: Why = "",
) -> SharedView:
    """`identity`, `vaccinations`, `weight`, `allergies`, `behaviour`, `medication` or `medical`."""
    return await showing.read_for_shop(site, pet_id, part, by=actor, why=why, locale=_locale(request))


@get("/api/pets/{pet_id:uuid}/grants", **route(SIGNED_IN, summary="What is and was shared"))
async def grants(site: Given[Site], actor: Given[Actor], pet_id: Id) -> list[GrantView]:
    return await showing.grant_list(site, pet_id, by=actor)


@post("/api/pets/{pet_id:uuid}/grants", **route(SIGNED_IN, body=NewGrant, summary="Let a shop read"))
async def share(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewGrant]) -> Made:
    return Made(
        id=await site.do(
            services.share,
            pet_id,
            shop_id=_uuid(form.shop_id),
            scopes=form.scopes,
            expires_on=form.expires_on,
            purpose=form.purpose,
            by=actor,
        )
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid(Problem("shop_id", "not_a_choice", services.NO_SUCH_SHOP)) from wrong


@delete("/api/pets/{pet_id:uuid}/grants/{grant_id:uuid}", **route(SIGNED_IN, summary="End a grant at once"))
async def revoke(site: Given[Site], actor: Given[Actor], pet_id: Id, grant_id: Id) -> None:
    await site.do(services.revoke, pet_id, grant_id, by=actor)


@get("/api/pets/{pet_id:uuid}/access-log", **route(SIGNED_IN, summary="Who read what, latest first"))
async def access_log(
    site: Given[Site], actor: Given[Actor], pet_id: Id, cursor: CursorText = None, limit: Limit = 20
) -> Page[ReadView]:
    return await showing.access_log(site, pet_id, by=actor, cursor=cursor, limit=limit)


@post(
    "/api/pets/{pet_id:uuid}/transfers", **route(SIGNED_IN, body=NewTransfer, summary="Offer the pet, or a part in it")
)
async def offer(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewTransfer]) -> Offered:
    """The code is in this answer only. Who has it takes the offer up at `/api/pets/transfers/accept`."""
    return await site.do(services.offer, pet_id, right=form.right, by=actor)


@delete("/api/pets/{pet_id:uuid}/transfers/{offer_id:uuid}", **route(SIGNED_IN, summary="Take an offer back"))
async def withdraw(site: Given[Site], actor: Given[Actor], pet_id: Id, offer_id: Id) -> None:
    await site.do(services.withdraw, pet_id, offer_id, by=actor)


@delete("/api/pets/{pet_id:uuid}/people/{person_id:uuid}", **route(SIGNED_IN, summary="End somebody's part in a pet"))
async def let_go(site: Given[Site], actor: Given[Actor], pet_id: Id, person_id: Id) -> None:
    await site.do(services.let_go, pet_id, person_id, by=actor)


@post("/api/pets/{pet_id:uuid}/marks", **route(SIGNED_IN, body=NewMark, summary="Add a chip, tattoo or number"))
async def add_mark(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewMark]) -> Made:
    """Refused as `chip_invalid` or `chip_taken`."""
    return Made(id=await site.do(services.add_mark, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/marks/{mark_id:uuid}", **route(SIGNED_IN, summary="Take back a number"))
async def remove_mark(site: Given[Site], actor: Given[Actor], pet_id: Id, mark_id: Id) -> None:
    await site.do(services.remove_mark, pet_id, mark_id, by=actor)


@post("/api/pets/{pet_id:uuid}/allergies", **route(SIGNED_IN, body=NewAllergy, summary="Add an allergy"))
async def add_allergy(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewAllergy]) -> Made:
    return Made(id=await site.do(services.add_allergy, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/allergies/{entry_id:uuid}", **route(SIGNED_IN, summary="End an allergy"))
async def end_allergy(site: Given[Site], actor: Given[Actor], pet_id: Id, entry_id: Id) -> None:
    await site.do(services.end_allergy, pet_id, entry_id, by=actor)


@post(
    "/api/pets/{pet_id:uuid}/conditions",
    **route(SIGNED_IN, body=NewCondition, summary="Add a chronic problem or a medicine"),
)
async def add_condition(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewCondition]) -> Made:
    return Made(id=await site.do(services.add_condition, pet_id, form, by=actor))


@delete("/api/pets/{pet_id:uuid}/conditions/{entry_id:uuid}", **route(SIGNED_IN, summary="End a problem or medicine"))
async def end_condition(site: Given[Site], actor: Given[Actor], pet_id: Id, entry_id: Id) -> None:
    await site.do(services.end_condition, pet_id, entry_id, by=actor)


@post(
    "/api/pets/{pet_id:uuid}/behaviours",
    **route(SIGNED_IN, body=NewBehaviour, summary="Set a coded warning"),
    status_code=204,
)
async def flag(site: Given[Site], actor: Given[Actor], pet_id: Id, form: Given[NewBehaviour]) -> None:
    await site.do(services.flag_behaviour, pet_id, form, by=actor)


@delete("/api/pets/{pet_id:uuid}/behaviours/{code:str}", **route(SIGNED_IN, summary="Take a warning away"))
async def unflag(site: Given[Site], actor: Given[Actor], pet_id: Id, code: FromPath[str]) -> None:
    await site.do(services.unflag_behaviour, pet_id, code, by=actor)


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

handlers = (
    pets,
    add_pet,
    breeds,
    by_chip,
    shared,
    waiting,
    verify,
    revise,
    accept,
    pet,
    edit,
    deceased,
    weights,
    add_weight,
    mistake,
    doses,
    add_dose,
    care,
    timeline,
    read_scope,
    grants,
    share,
    revoke,
    access_log,
    offer,
    withdraw,
    let_go,
    add_mark,
    remove_mark,
    add_allergy,
    end_allergy,
    add_condition,
    end_condition,
    flag,
    unflag,
    *PET_DOORS.handlers,
    *DOSE_DOORS.handlers,
)
