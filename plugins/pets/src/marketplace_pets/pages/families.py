"""Pages of those who keep pets: the list, a pet, what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect, Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Choice, Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_kit.web.uploads import ACCEPTED, FIELD, LARGEST_UPLOAD, take_photos
from marketplace_pets import queries, services
from marketplace_pets.domain import lists
from marketplace_pets.domain.breeds import found as breeds_found
from marketplace_pets.domain.breeds import name_of
from marketplace_pets.schemas import Died, NewPet, PetChange, PetView, QuickPet, TransferCode
from marketplace_pets.services import showing

Id = FromPath[UUID]
Answer = Response[Any]
TONES = {"good": "check-circle", "warn": "exclamation-triangle", "bad": "x-circle"}
SPECIES, SEXES, SIZES, COATS = dict(lists.SPECIES), dict(lists.SEXES), dict(lists.SIZES), dict(lists.COATS)
_AT_FIELD = {
    "chip_invalid": "value",
    "chip_taken": "value",
    "weight_implausible": "kg",
    "too_young": "given_on",
    "interval_too_short": "given_on",
    "in_the_future": "",
    "transfer_code_invalid": "code",
    "reason_required": "reason",
}
WRONG = tuple(_AT_FIELD)


def as_invalid(refused: DomainError) -> Invalid:
    """A refusal as a problem of the form; one that is none of the form's own is raised again."""
    if isinstance(refused, Invalid):
        return refused
    if refused.code not in _AT_FIELD:
        raise refused
    return Invalid(Problem(_AT_FIELD[refused.code], refused.code, refused.text, refused.facts))


def locale_of(request: WebRequest) -> str:
    return visit_of(request).locale


def with_choices(state: FormState, **choices: Any) -> FormState:
    """The form with choices that are not declared, and without its version (which stands beside it)."""
    fields = tuple(
        attrs.evolve(f, choices=choices[f.name]) if f.name in choices else f
        for f in state.fields
        if f.name != "version"
    )
    return attrs.evolve(state, fields=fields)


async def form_page(
    request: WebRequest,
    pet: PetView | None,
    form: FormState,
    *,
    title: str,
    action: str,
    submit: str,
    refused: bool,
    **more: Any,
) -> Answer:
    """A page of one form about a pet. ``title`` and ``submit`` are message ids."""
    return await page(
        request,
        "pets/form.html",
        status=422 if refused else 200,
        page_title=title,
        pet=pet,
        form=form,
        action=action,
        submit=submit,
        back=f"/pets/{pet.id}" if pet else "/pets",
        **more,
    )


@get("/pets", **route(SIGNED_IN), include_in_schema=False)
async def pets(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    found = await showing.pet_list(site, actor, locale_of(request))
    return await page(
        request,
        "pets/list.html",
        page_title=N_("My pets"),
        pets=found,
        covers={p.id: cover_of(p.cover) for p in found},
        breed_of=lambda p: name_of(p.breed, locale_of(request)),
        species=SPECIES,
    )


@get("/pets/new", **route(SIGNED_IN), include_in_schema=False)
async def new_pet(request: WebRequest) -> Answer:
    return await _new_pet(request)


async def _new_pet(request: WebRequest, raw: Any = None, refused: Invalid | None = None) -> Answer:
    return await page(
        request,
        "pets/new.html",
        status=422 if refused else 200,
        page_title=N_("Add a pet"),
        form=form_state(request, QuickPet, raw, refused),
        accepted=ACCEPTED,
        field=FIELD,
    )


@post(
    "/pets/new",
    **route(SIGNED_IN),
    include_in_schema=False,
    status_code=200,
    request_max_body_size=LARGEST_UPLOAD,
)
async def add_pet(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    """The pet is there even if its photo cannot be read: that is said on the page of photos."""
    raw = await posted_raw(request)
    told = {name: value for name, value in raw.items() if name in QuickPet.__struct_fields__}
    try:
        pet_id = await site.do(services.register, parse(QuickPet, told, "form"), by=actor)
    except Invalid as refused:
        return await _new_pet(request, told, refused)
    message = N_("Your pet is added. Tell more whenever you like.")
    if not await _has_photo(request):
        return see_other(request, f"/pets/{pet_id}", message)
    try:
        _, wrong = await take_photos(request, site, services.PET_PHOTOS, pet_id, actor)
    except DomainError as refused:
        return see_other(request, f"/pets/{pet_id}/photos", refused.text, tone="warn")
    if wrong:
        return see_other(request, f"/pets/{pet_id}/photos", wrong[0].why.text, tone="warn")
    return see_other(request, f"/pets/{pet_id}", message)


async def _has_photo(request: WebRequest) -> bool:
    """A browser sends an empty file where none was chosen."""
    sent = (await request.form()).getall(FIELD, [])
    return any(isinstance(file, UploadFile) and file.filename for file in sent)


@get("/pets/{pet_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def pet(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    """Context: pet, cover, weights, doses, care, entries, grants, reads, people, offers; slot ``pets.profile``."""
    locale = locale_of(request)
    kept = await site.ask(queries.root_of, pet_id)
    if kept != pet_id:
        return Redirect(f"/pets/{kept}")
    shown = await showing.pet_view(site, pet_id, by=actor, locale=locale)
    weights = await showing.weight_history(site, pet_id, by=actor)
    return await page(
        request,
        "pets/pet.html",
        page_title=shown.name,
        pet=shown,
        cover=cover_of(shown.cover),
        breed=name_of(shown.breed, locale),
        breed_other=name_of(shown.breed_other, locale),
        labels={"species": SPECIES, "sex": SEXES, "size": SIZES, "coat": COATS},
        weights=weights[::-1][:6],
        doses=await showing.dose_history(site, pet_id, by=actor, locale=locale),
        protocol_names=dict(services.PROTOCOL_CHOICES),
        checks=dict(lists.CHECKS),
        care=await showing.care_plan(site, pet_id, by=actor, locale=locale),
        booked=await showing.booked_list(site, pet_id, by=actor),
        muted=await showing.muted_list(site, pet_id, by=actor, locale=locale),
        entries=(await showing.history(site, pet_id, by=actor, locale=locale, limit=8)).items,
        grants=[g for g in await showing.grant_list(site, pet_id, by=actor) if g.live],
        reads=(await showing.access_log(site, pet_id, by=actor, limit=5)).items,
        people=await showing.people_with(site, pet_id, by=actor),
        scopes=dict(lists.SCOPES)
        | {lists.IDENTITY: N_("Who the pet is"), lists.EMERGENCY: N_("Opened in an emergency")},
        marks=dict(lists.MARKS),
        rights=dict(lists.RIGHTS),
        severities=dict(lists.SEVERITIES),
        may_change=services.may(shown.right, "manage"),
        is_keeper=shown.right == lists.KEEPER,
    )


async def own_pet(request: WebRequest, site: Site, actor: Actor, pet_id: UUID) -> PetView:
    return await showing.pet_view(site, pet_id, by=actor, locale=locale_of(request))


@get("/pets/{pet_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False)
async def edit_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _edit_page(request, await own_pet(request, site, actor, pet_id))


async def _edit_page(
    request: WebRequest, pet: PetView, raw: Mapping[str, Any] | None = None, refused: Invalid | None = None
) -> Answer:
    known = NewPet(**{name: getattr(pet, name) for name in NewPet.__struct_fields__})
    locale = locale_of(request)
    breeds = (
        Choice("", N_("Not said")),
        *(Choice(b.id, b.name_in(locale)) for b in breeds_found(pet.species, "", locale)),
    )
    state = with_choices(form_state(request, NewPet, raw or known, refused), breed=breeds, breed_other=breeds)
    return await form_page(
        request,
        pet,
        state,
        title=N_("Change what is said of the pet"),
        action=f"/pets/{pet.id}/edit",
        submit=N_("Save"),
        refused=refused is not None,
        version=pet.version,
    )


@post("/pets/{pet_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def edit(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        await site.do(services.edit, pet_id, parse(PetChange, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        shown = await own_pet(request, site, actor, pet_id)
        problem = Problem("", refused.code, refused.text, refused.facts)
        wrong = refused if isinstance(refused, Invalid) else Invalid(problem)
        return await _edit_page(request, shown, raw, wrong)
    return see_other(request, f"/pets/{pet_id}", N_("Saved."))


async def simple_form(
    request: WebRequest,
    site: Site,
    actor: Actor,
    pet_id: UUID,
    form: type[Form],
    raw: Any,
    refused: Invalid | None,
    *,
    title: str,
    path: str,
    submit: str,
    note: str = "",
) -> Answer:
    """A declared form about a pet, at ``/pets/<id>/<path>``."""
    shown = await own_pet(request, site, actor, pet_id)
    return await form_page(
        request,
        shown,
        form_state(request, form, raw, refused),
        title=title,
        action=f"/pets/{pet_id}/{path}",
        submit=submit,
        refused=refused is not None,
        note=note,
    )


@get("/pets/{pet_id:uuid}/deceased", **route(SIGNED_IN), include_in_schema=False)
async def deceased_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _deceased_page(request, site, actor, pet_id)


async def _deceased_page(
    request: WebRequest, site: Site, actor: Actor, pet_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    return await simple_form(
        request,
        site,
        actor,
        pet_id,
        Died,
        raw,
        refused,
        title=N_("The pet has died"),
        path="deceased",
        submit=N_("Save"),
        note=N_("We are sorry. No reminder will be sent any more, and nothing is shared any more. The record stays."),
    )


@post("/pets/{pet_id:uuid}/deceased", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def deceased(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        await site.do(services.died, pet_id, on=parse(Died, raw, "form").on, by=actor)
    except DomainError as refused:
        return await _deceased_page(request, site, actor, pet_id, raw, as_invalid(refused))
    return see_other(request, f"/pets/{pet_id}", N_("Saved."))


@get("/pets/take-over", **route(SIGNED_IN), include_in_schema=False)
async def take_over_page(request: WebRequest) -> Answer:
    return await _take_over_page(request)


async def _take_over_page(request: WebRequest, raw: Any = None, refused: Invalid | None = None) -> Answer:
    return await form_page(
        request,
        None,
        form_state(request, TransferCode, raw, refused),
        title=N_("Take over a pet"),
        action="/pets/take-over",
        submit=N_("Take over"),
        refused=refused is not None,
        note=N_("Whoever keeps the pet now can give you a code."),
    )


@post("/pets/take-over", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def take_over(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    raw = await posted_raw(request)
    try:
        pet_id = await services.take_up(site, parse(TransferCode, raw, "form").code, by=actor)
    except DomainError as refused:
        return await _take_over_page(request, raw, as_invalid(refused))
    return see_other(request, f"/pets/{pet_id}", N_("The pet is among yours now."))


handlers = (
    pets,
    new_pet,
    add_pet,
    pet,
    edit_page,
    edit,
    deceased_page,
    deceased,
    take_over_page,
    take_over,
)
