"""Pages of shops: what families share with them, and the proofs that wait to be checked."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Choice, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import names_of
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import errors_of, form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route
from marketplace_pets import queries, services
from marketplace_pets.domain import EmergencyOff, NotShared, lists
from marketplace_pets.domain.breeds import name_of
from marketplace_pets.pages.families import SPECIES, Answer, Id, as_invalid, locale_of, with_choices
from marketplace_pets.pages.sharing import hand_over_answer
from marketplace_pets.schemas import EmergencyReason, Invitation, Verdict, WalkInPet
from marketplace_pets.services import showing
from marketplace_pets.services.access import CHECK, EMERGENCY, READ

Word = Annotated[str, QueryParameter(max_length=200)]


@get("/sell/pets", **route(READ), include_in_schema=False)
async def shared(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    found = await showing.shared_pets(site, actor)
    locale = locale_of(request)
    return await page(
        request,
        "pets/shared.html",
        page_title=N_("Shared pets"),
        pets=found,
        written=await site.ask(queries.written_down, actor.shops),
        scopes=dict(lists.SCOPES),
        species=SPECIES,
        breed_of=lambda p: name_of(p.breed, locale),
        nav_slot="vendor",
    )


@get("/sell/pets/new", **route(READ), include_in_schema=False)
async def new_page(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    return await _new_page(request, site, actor)


async def _new_page(
    request: WebRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    shops = await site.ask(names_of, actor.shops)
    choices = tuple(Choice(str(shop_id), name) for shop_id, name in sorted(shops.items(), key=lambda s: s[1]))
    values = raw if raw is not None else {"species": "dog", "shop_id": choices[0].value if choices else ""}
    state = with_choices(form_state(request, WalkInPet, values, refused), shop_id=choices)
    if len(choices) == 1:
        state = attrs.evolve(state, fields=tuple(f for f in state.fields if f.name != "shop_id"))
    return await page(
        request,
        "pets/form.html",
        status=422 if refused else 200,
        page_title=N_("Write down a pet"),
        pet=None,
        form=state,
        action="/sell/pets/new",
        submit=N_("Save"),
        back="/sell/pets",
        back_text=N_("Shared pets"),
        note=N_("For somebody who has no account yet. Your shop keeps the record until the family takes it over."),
        nav_slot="vendor",
    )


@post("/sell/pets/new", **route(READ), include_in_schema=False, status_code=200)
async def write_down(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(WalkInPet, raw, "form")
        shop_id = services.own_shop(form.shop_id, actor)
        told = {"name": form.name, "species": form.species, "phone": form.phone}
        pet_id = await site.do(services.write_down, **told, shop_id=shop_id, by=actor)
    except Invalid as refused:
        return await _new_page(request, site, actor, raw, refused)
    return see_other(request, f"/pets/{pet_id}", N_("The pet is written down."))


@post("/pets/{pet_id:uuid}/invite", **route(READ), include_in_schema=False, status_code=200)
async def invite(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    back = f"/pets/{pet_id}/hand-over"
    try:
        form = parse(Invitation, raw, "form")
        await services.invite_again(site, pet_id, phone=form.phone, by=actor)
    except Invalid as refused:
        return await hand_over_answer(request, site, actor, pet_id, invitation=raw, refused=refused)
    return see_other(request, back, N_("The code is on its way to the owner's telephone."))


@get("/sell/pets/{pet_id:uuid}", **route(READ), include_in_schema=False)
async def shared_pet(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, part: Word = "", why: Word = ""
) -> Answer:
    """First a reason is asked for; with it, one scope is read and noted in the family's log."""
    mine = [p for p in await showing.shared_pets(site, actor) if p.pet_id == pet_id]
    if not mine:
        if await showing.is_family(site, pet_id, by=actor):
            return Redirect(f"/pets/{pet_id}")
        raise NotShared(scope=lists.IDENTITY)
    found = None
    if part and why.strip():
        found = await showing.read_for_shop(site, pet_id, part, by=actor, why=why, locale=locale_of(request))
    return await page(
        request,
        "pets/shared_pet.html",
        page_title=mine[0].name,
        pet=mine[0],
        cover=cover_of(mine[0].cover),
        breed=name_of(mine[0].breed, locale_of(request)),
        species=SPECIES,
        names={s: t for s, t in lists.SCOPES if any(s in p.scopes for p in mine)} | {lists.IDENTITY: N_("History")},
        chosen=part,
        why=why,
        lacks_reason=bool(part) and not why.strip(),
        found=found,
        protocol_names=dict(services.PROTOCOL_CHOICES),
        checks=dict(lists.CHECKS),
        severities=dict(lists.SEVERITIES),
        nav_slot="vendor",
    )


@get("/sell/pets/verify", **route(CHECK), include_in_schema=False)
async def pile(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    return await _pile(request, site, actor)


async def _pile(
    request: WebRequest, site: Site, actor: Actor, dose_id: UUID | None = None, refused: Invalid | None = None
) -> Answer:
    """Context: doses, covers, wrong (texts about the one that was just refused), which."""
    found = await showing.waiting_pile(site, actor)
    told: dict[str, Any] = errors_of(request, refused) if refused else {}
    return await page(
        request,
        "pets/verify.html",
        status=422 if refused else 200,
        page_title=N_("Proofs to check"),
        doses=found,
        covers={d.id: cover_of(d.cover) for d in found},
        protocol_names=dict(services.PROTOCOL_CHOICES),
        species=SPECIES,
        which=dose_id,
        wrong=[text for texts in told.values() for text in texts],
        nav_slot="vendor",
    )


@post("/sell/pets/doses/{dose_id:uuid}/verify", **route(CHECK), include_in_schema=False, status_code=200)
async def verify(request: WebRequest, site: Given[Site], actor: Given[Actor], dose_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(Verdict, raw, "form")
        accepted = form.verdict == "verified"
        await site.do(services.verify_dose, dose_id, accepted=accepted, reason=form.reason, by=actor)
    except DomainError as refused:
        if refused.code == "already_checked":
            return see_other(request, "/sell/pets/verify", refused.text, tone="warn")
        return await _pile(request, site, actor, dose_id, as_invalid(refused))
    done = N_("Accepted. The family is told.") if accepted else N_("Not accepted. The family is told why.")
    return see_other(request, "/sell/pets/verify", done)


@get("/sell/pets/chip", **route(services.BY_CHIP), include_in_schema=False)
async def by_chip(request: WebRequest, site: Given[Site], actor: Given[Actor], chip: Word = "") -> Answer:
    """A page with one search box; each finding is in the audit trail."""
    found, missing = None, False
    if chip.strip():
        try:
            pet_id = await services.look_up_chip(site, chip, by=actor)
            found = await showing.finder_view(site, pet_id)
        except DomainError as refused:
            if refused.code != "not_found":
                raise
            missing = True
    return await page(
        request,
        "pets/chip.html",
        page_title=N_("Find a pet by its microchip"),
        chip=chip,
        found=found,
        missing=missing,
        species=SPECIES,
        locale_now=visit_of(request).locale,
        may_open=services.may_open(site, actor),
        nav_slot="vendor",
    )


@post("/sell/pets/{pet_id:uuid}/emergency", **route(EMERGENCY), include_in_schema=False, status_code=200)
async def emergency(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    """What was read is on this answer and nowhere else, so there is no redirect."""
    raw = await posted_raw(request)
    opened, refused = None, None
    try:
        form = parse(EmergencyReason, raw, "form")
        shop_id = services.own_shop(form.shop_id, actor)
        found = await services.break_glass(site, pet_id, shop_id=shop_id, why=form.why, by=actor)
        opened = await showing.shared_view(site, found, locale_of(request))
    except DomainError as wrong:
        refused = wrong if isinstance(wrong, Invalid) else None
        if wrong.code == "reason_required":
            refused = Invalid(Problem("why", wrong.code, wrong.text, wrong.facts))
        if refused is None:
            raise
    return await _emergency(request, site, actor, pet_id, raw, refused, opened)


@get("/sell/pets/{pet_id:uuid}/emergency", **route(EMERGENCY), include_in_schema=False)
async def emergency_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _emergency(request, site, actor, pet_id)


async def _emergency(
    request: WebRequest,
    site: Site,
    actor: Actor,
    pet_id: UUID,
    raw: Any = None,
    refused: Invalid | None = None,
    opened: Any = None,
) -> Answer:
    """Context: form, action, opened (allergies and conditions, or none), severities."""
    if not services.may_open(site, actor):
        raise EmergencyOff
    card = await site.ask(services.card, pet_id)
    if card is None:
        raise Missing
    shops = await site.ask(names_of, actor.shops)
    choices = tuple(Choice(str(shop_id), name) for shop_id, name in sorted(shops.items(), key=lambda s: s[1]))
    values = raw if raw is not None else {"why": "", "shop_id": choices[0].value if choices else ""}
    state = with_choices(form_state(request, EmergencyReason, values, refused), shop_id=choices)
    if len(choices) == 1:
        state = attrs.evolve(state, fields=tuple(f for f in state.fields if f.name != "shop_id"))
    return await page(
        request,
        "pets/emergency.html",
        status=422 if refused else 200,
        page_title=N_("Open the record in an emergency"),
        pet_name=card.name,
        form=state,
        action=f"/sell/pets/{pet_id}/emergency",
        opened=opened,
        severities=dict(lists.SEVERITIES),
        nav_slot="vendor",
    )


handlers = (emergency, emergency_page, shared, new_page, write_down, invite, shared_pet, pile, verify, by_chip)
