"""A shop's own codes of behaviour, and the form on which its staff set a warning."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath

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
from marketplace_kit.web.routing import route
from marketplace_pets import services
from marketplace_pets.domain import BEHAVIOUR_CHOICES
from marketplace_pets.pages.families import Answer, Id, as_invalid, locale_of, with_choices
from marketplace_pets.schemas import NewBehaviourAt, NewCodeAt
from marketplace_pets.services import showing
from marketplace_pets.services.access import CODES, READ

HOME = "/sell/pets/codes"


@get(HOME, **route(CODES), include_in_schema=False)
async def codes(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    return await _codes(request, site, actor)


async def _codes(
    request: WebRequest, site: Site, actor: Actor, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    """Context: codes (rows of the asker's shops), shops (names by id), shipped (label, tone), form, action."""
    shops = await site.ask(names_of, actor.shops)
    choices = tuple(Choice(str(shop_id), name) for shop_id, name in sorted(shops.items(), key=lambda s: s[1]))
    values = raw if raw is not None else {"tone": "warn", "shop_id": choices[0].value if choices else ""}
    state = with_choices(form_state(request, NewCodeAt, values, refused), shop_id=choices)
    if len(choices) == 1:
        state = attrs.evolve(state, fields=tuple(f for f in state.fields if f.name != "shop_id"))
    shipped = await services.said_codes(site, locale_of(request), [code for code, _ in BEHAVIOUR_CHOICES])
    return await page(
        request,
        "pets/codes.html",
        status=422 if refused else 200,
        page_title=N_("Warnings about behaviour"),
        codes=await services.code_list(site, actor),
        shops=shops,
        shipped=list(shipped.values()),
        form=state,
        action=HOME,
        nav_slot="vendor",
    )


@post(HOME, **route(CODES), include_in_schema=False, status_code=200)
async def add(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(NewCodeAt, raw, "form")
        await site.do(services.add_code, form, shop_id=services.own_shop(form.shop_id, actor), by=actor)
    except Invalid as refused:
        return await _codes(request, site, actor, raw, refused)
    return see_other(request, HOME, N_("Your staff can choose it from now on."))


@post(HOME + "/{code:str}/end", **route(CODES), include_in_schema=False, status_code=200)
async def end(request: WebRequest, site: Given[Site], actor: Given[Actor], code: FromPath[str]) -> Answer:
    await site.do(services.end_code, code, by=actor)
    return see_other(request, HOME, N_("Taken from the list. Pets that have it keep it."))


@get("/sell/pets/{pet_id:uuid}/warning", **route(READ), include_in_schema=False)
async def warning_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _warning(request, site, actor, pet_id)


async def _warning(
    request: WebRequest, site: Site, actor: Actor, pet_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    sharing = {p.shop_id: p for p in await showing.shared_pets(site, actor) if p.pet_id == pet_id}
    if not sharing:
        raise Missing
    name, say = next(iter(sharing.values())).name, site.texts.gettext
    locale = locale_of(request)
    own = [c for c in await services.code_list(site, actor) if c.shop_id in sharing]
    offered = [Choice(code, say(locale, label)) for code, label in BEHAVIOUR_CHOICES]
    offered += [Choice(c.code, getattr(c, locale, c.ru)) for c in own]
    shops = tuple(Choice(str(shop_id), p.shop_name) for shop_id, p in sharing.items())
    values = raw if raw is not None else {"shop_id": shops[0].value}
    state = with_choices(form_state(request, NewBehaviourAt, values, refused), code=tuple(offered), shop_id=shops)
    return await page(
        request,
        "pets/form.html",
        status=422 if refused else 200,
        page_title=N_("Add a warning"),
        pet=None,
        form=state,
        action=f"/sell/pets/{pet_id}/warning",
        submit=N_("Save"),
        back=f"/sell/pets/{pet_id}",
        back_text=name,
        note=N_("The family sees it, and every shop to which it shows the pet's behaviour."),
        nav_slot="vendor",
    )


@post("/sell/pets/{pet_id:uuid}/warning", **route(READ), include_in_schema=False, status_code=200)
async def warn(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(NewBehaviourAt, raw, "form")
        shop_id = services.own_shop(form.shop_id, actor)
        await site.do(services.flag_behaviour, pet_id, form, by=actor, shop_id=shop_id)
    except DomainError as refused:
        return await _warning(request, site, actor, pet_id, raw, as_invalid(refused))
    return see_other(request, f"/sell/pets/{pet_id}", N_("Saved."))


handlers = (codes, add, end, warning_page, warn)
