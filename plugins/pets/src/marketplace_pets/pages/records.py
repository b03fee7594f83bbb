"""Pages that add to a pet's record: weights, doses, marks, health, behaviour; and its whole history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import Choice, Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.domain import grams_of, lists
from marketplace_pets.domain.protocols import PROTOCOL_CHOICES, SHIPPED
from marketplace_pets.pages.families import Answer, Id, as_invalid, form_page, locale_of, own_pet, with_choices
from marketplace_pets.schemas import NewAllergy, NewBehaviour, NewCondition, NewDose, NewMark, NewWeight, Reasoned
from marketplace_pets.services import showing


async def _weigh(uow: UnitOfWork, pet_id: UUID, form: NewWeight, *, by: Actor) -> None:
    await services.record_weight(
        uow,
        pet_id,
        grams=grams_of(form.kg),
        by=by,
        at=services.weighed_at(uow.site, form.on),
        method=form.method,
        body_condition=form.body_condition,
    )


@attrs.frozen(kw_only=True)
class Adding:
    """One kind of entry: its form, its words, and what is done with it."""

    form: type[Form]
    title: str
    done: str
    act: Callable[..., Awaitable[Any]]
    note: str = ""


ADDING: dict[str, Adding] = {
    "weight": Adding(form=NewWeight, title=N_("Add a weight"), done=N_("The weight is added."), act=_weigh),
    "dose": Adding(
        form=NewDose,
        title=N_("Add a vaccination or deworming"),
        done=N_("It is added. With a photo of the passport, shops can check it."),
        act=services.record_dose,
        note=N_("After saving you can add a photo of the page in the passport."),
    ),
    "mark": Adding(
        form=NewMark, title=N_("Add a chip or number"), done=N_("The number is added."), act=services.add_mark
    ),
    "allergy": Adding(form=NewAllergy, title=N_("Add an allergy"), done=N_("Saved."), act=services.add_allergy),
    "condition": Adding(
        form=NewCondition, title=N_("Add an illness or medicine"), done=N_("Saved."), act=services.add_condition
    ),
    "behaviour": Adding(form=NewBehaviour, title=N_("Add a warning"), done=N_("Saved."), act=services.flag_behaviour),
}


def _adding(what: str) -> Adding:
    if what not in ADDING:
        raise Missing
    return ADDING[what]


@get("/pets/{pet_id:uuid}/add/{what:str}", **route(SIGNED_IN), include_in_schema=False)
async def add_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, what: FromPath[str]
) -> Answer:
    return await _add_page(request, site, actor, pet_id, what)


async def _add_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    pet_id: UUID,
    what: str,
    raw: Any = None,
    refused: Invalid | None = None,
) -> Answer:
    adding = _adding(what)
    pet = await own_pet(request, site, actor, pet_id)
    fitting = {p.name for p in SHIPPED if pet.species in p.species}
    protocols = tuple(Choice(name, label) for name, label in PROTOCOL_CHOICES if name in fitting)
    state = with_choices(form_state(request, adding.form, raw, refused), protocol=protocols)
    return await form_page(
        request,
        pet,
        state,
        title=adding.title,
        action=f"/pets/{pet_id}/add/{what}",
        submit=N_("Save"),
        refused=refused is not None,
        note=adding.note,
    )


@post("/pets/{pet_id:uuid}/add/{what:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def add(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, what: FromPath[str]) -> Answer:
    adding, raw = _adding(what), await posted_raw(request)
    try:
        made = await site.do(adding.act, pet_id, parse(adding.form, raw, "form"), by=actor)
    except DomainError as refused:
        return await _add_page(request, site, actor, pet_id, what, raw, as_invalid(refused))
    if what == "dose":
        return see_other(request, f"/pets/doses/{made}/photos", adding.done)
    return see_other(request, f"/pets/{pet_id}", adding.done)


ENDING: dict[str, Callable[..., Awaitable[None]]] = {
    "allergy": services.end_allergy,
    "condition": services.end_condition,
    "mark": services.remove_mark,
}


@post(
    "/pets/{pet_id:uuid}/end/{what:str}/{entry_id:uuid}", **route(SIGNED_IN), include_in_schema=False, status_code=200
)
async def end(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, what: FromPath[str], entry_id: Id
) -> Answer:
    if what not in ENDING:
        raise Missing
    await site.do(ENDING[what], pet_id, entry_id, by=actor)
    return see_other(request, f"/pets/{pet_id}", N_("It is shown no longer."))


@post("/pets/{pet_id:uuid}/behaviours/{code:str}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def unflag(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, code: FromPath[str]
) -> Answer:
    await site.do(services.unflag_behaviour, pet_id, code, by=actor)
    return see_other(request, f"/pets/{pet_id}", N_("It is shown no longer."))


@get("/pets/{pet_id:uuid}/weights", **route(SIGNED_IN), include_in_schema=False)
async def weights(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    pet = await own_pet(request, site, actor, pet_id)
    found = await showing.weight_history(site, pet_id, by=actor)
    return await page(
        request,
        "pets/weights.html",
        page_title=N_("Weights"),
        pet=pet,
        weights=found[::-1],
        methods=dict(lists.METHODS),
        may_change=services.may(pet.right, "manage"),
    )


@get("/pets/{pet_id:uuid}/weights/{weight_id:uuid}/mistake", **route(SIGNED_IN), include_in_schema=False)
async def mistake_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, weight_id: Id
) -> Answer:
    return await _mistake_page(request, site, actor, pet_id, weight_id)


async def _mistake_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    pet_id: UUID,
    weight_id: UUID,
    raw: Any = None,
    refused: Invalid | None = None,
) -> Answer:
    return await form_page(
        request,
        await own_pet(request, site, actor, pet_id),
        form_state(request, Reasoned, raw, refused),
        title=N_("This weight was a mistake"),
        action=f"/pets/{pet_id}/weights/{weight_id}/mistake",
        submit=N_("Mark as a mistake"),
        refused=refused is not None,
        note=N_("It stays in the history, struck through."),
    )


@post(
    "/pets/{pet_id:uuid}/weights/{weight_id:uuid}/mistake", **route(SIGNED_IN), include_in_schema=False, status_code=200
)
async def mistake(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, weight_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(Reasoned, raw, "form")
        await site.do(services.mark_mistake, pet_id, weight_id, reason=form.reason, by=actor)
    except DomainError as refused:
        return await _mistake_page(request, site, actor, pet_id, weight_id, raw, as_invalid(refused))
    return see_other(request, f"/pets/{pet_id}/weights", N_("Saved."))


@get("/pets/{pet_id:uuid}/timeline", **route(SIGNED_IN), include_in_schema=False)
async def timeline(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, cursor: CursorText = None
) -> Answer:
    pet = await own_pet(request, site, actor, pet_id)
    found = await showing.history(site, pet_id, by=actor, locale=locale_of(request), cursor=cursor)
    return await page(request, "pets/timeline.html", page_title=N_("History"), pet=pet, found=found)


handlers = (add_page, add, end, unflag, weights, mistake_page, mistake, timeline)
