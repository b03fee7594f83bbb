"""What a shop asks a family to come again for: asked on a form, listed, ended by either."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
from litestar import get, post

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import Choice, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import names_of
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_pets import services
from marketplace_pets.pages.families import Answer, Id, as_invalid, with_choices
from marketplace_pets.schemas import NewFollowUpAt, SharedPet
from marketplace_pets.services import showing
from marketplace_pets.services.access import READ

LIST = "/sell/pets/follow-ups"
_END = "follow-ups/{follow_up_id:uuid}/end"


@get(LIST, **route(READ), include_in_schema=False)
async def follow_ups(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    """Context: found (soonest first), shops (names by id), today."""
    return await page(
        request,
        "pets/follow_ups.html",
        page_title=N_("Asked to come again"),
        found=await showing.follow_up_list(site, actor),
        shops=await site.ask(names_of, actor.shops),
        today=services.today(site),
        nav_slot="vendor",
    )


async def _shared(site: Site, actor: Actor, pet_id: UUID) -> list[SharedPet]:
    """The asker's shops with which the pet is shared, each once."""
    found = {p.shop_id: p for p in await showing.shared_pets(site, actor) if p.pet_id == pet_id}
    if not found:
        raise Missing
    return list(found.values())


@get("/sell/pets/{pet_id:uuid}/follow-up", **route(READ), include_in_schema=False)
async def asking(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _asking(request, await _shared(site, actor, pet_id))


async def _asking(
    request: WebRequest, sharing: list[SharedPet], raw: Any = None, refused: Invalid | None = None
) -> Answer:
    pet = sharing[0]
    choices = tuple(Choice(str(p.shop_id), p.shop_name) for p in sharing)
    values = raw if raw is not None else {"shop_id": choices[0].value}
    state = with_choices(form_state(request, NewFollowUpAt, values, refused), shop_id=choices)
    if len(choices) == 1:
        state = attrs.evolve(state, fields=tuple(f for f in state.fields if f.name != "shop_id"))
    return await page(
        request,
        "pets/form.html",
        status=422 if refused else 200,
        page_title=N_("Ask the family to come again"),
        pet=None,
        form=state,
        action=f"/sell/pets/{pet.pet_id}/follow-up",
        submit=N_("Ask the family"),
        back=f"/sell/pets/{pet.pet_id}",
        back_text=pet.name,
        note=N_("It stands in the pet's care plan with a button to book at your shop, until it is booked or done."),
        nav_slot="vendor",
    )


@post("/sell/pets/{pet_id:uuid}/follow-up", **route(READ), include_in_schema=False, status_code=200)
async def ask(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw, sharing = await posted_raw(request), await _shared(site, actor, pet_id)
    try:
        form = parse(NewFollowUpAt, raw, "form")
        only = str(sharing[0].shop_id) if len(sharing) == 1 else ""
        shop_id = services.own_shop(form.shop_id or only, actor)
        await site.do(services.ask_to_come, pet_id, form, by=actor, shop_id=shop_id)
    except DomainError as refused:
        return await _asking(request, sharing, raw, as_invalid(refused))
    return see_other(request, LIST, N_("The family sees it in the pet's care plan."))


@post(f"/sell/pets/{{pet_id:uuid}}/{_END}", **route(READ), include_in_schema=False, status_code=200)
async def take_back(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, follow_up_id: Id
) -> Answer:
    await site.do(services.end_follow_up, pet_id, follow_up_id, by=actor)
    return see_other(request, LIST, N_("It is shown no longer."))


@post(f"/pets/{{pet_id:uuid}}/{_END}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def done(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, follow_up_id: Id) -> Answer:
    await site.do(services.end_follow_up, pet_id, follow_up_id, by=actor)
    return see_other(request, f"/pets/{pet_id}", N_("It is shown no longer."))


handlers = (follow_ups, asking, ask, take_back, done)
