"""Pages of letting others in: shops that may read, the log, people who take part, handing over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import Choice, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import shop_list
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route
from marketplace_pets import queries, services
from marketplace_pets.domain import lists
from marketplace_pets.pages.families import Answer, Id, as_invalid, form_page, locale_of, own_pet, with_choices
from marketplace_pets.schemas import Invitation, NewGrant, NewJoin, NewTransfer
from marketplace_pets.services import showing

_MOST_SHOPS = 200


@get("/pets/{pet_id:uuid}/share", **route(SIGNED_IN), include_in_schema=False)
async def share_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _share_page(request, site, actor, pet_id)


async def _share_page(
    request: WebRequest, site: Site, actor: Actor, pet_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    pet = await own_pet(request, site, actor, pet_id)
    shops = await site.ask(shop_list, limit=_MOST_SHOPS, now=site.clock.now(), locale=locale_of(request))
    choices = tuple(Choice(str(s.id), s.name) for s in sorted(shops.items, key=lambda s: s.name.casefold()))
    values = raw if raw is not None else {"shop_id": "", "scopes": ["vaccinations"], "expires_on": "", "purpose": ""}
    state = with_choices(form_state(request, NewGrant, values, refused), shop_id=choices)
    return await form_page(
        request,
        pet,
        state,
        title=N_("Share with a shop"),
        action=f"/pets/{pet_id}/share",
        submit=N_("Share"),
        refused=refused is not None,
        note=N_(
            "The shop reads only what you tick, only until the day you name. Each reading is listed on the pet's page, "
            "and you can end it at any time, at once."
        ),
    )


@post("/pets/{pet_id:uuid}/share", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def share(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(NewGrant, raw, "form")
        await site.do(
            services.share,
            pet_id,
            shop_id=_shop(form.shop_id),
            scopes=form.scopes,
            expires_on=form.expires_on,
            purpose=form.purpose,
            by=actor,
        )
    except DomainError as refused:
        return await _share_page(request, site, actor, pet_id, raw, as_invalid(refused))
    return see_other(request, f"/pets/{pet_id}#sharing", N_("It is shared."))


def _shop(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid(Problem("shop_id", "not_a_choice", services.NO_SUCH_SHOP)) from wrong


@post("/pets/{pet_id:uuid}/grants/{grant_id:uuid}/revoke", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def revoke(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, grant_id: Id) -> Answer:
    await site.do(services.revoke, pet_id, grant_id, by=actor)
    return see_other(request, f"/pets/{pet_id}#sharing", N_("It is shared no longer."))


@post("/pets/{pet_id:uuid}/mutes/{reason:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def mute(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, reason: FromPath[str]
) -> Answer:
    await site.do(services.mute, pet_id, reason, by=actor)
    return see_other(request, f"/pets/{pet_id}#care", N_("You will not be reminded of this any more."))


@post("/pets/{pet_id:uuid}/mutes/{reason:str}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def unmute(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, reason: FromPath[str]
) -> Answer:
    await site.do(services.unmute, pet_id, reason, by=actor)
    return see_other(request, f"/pets/{pet_id}#care", N_("You will be reminded of this again."))


@get("/pets/{pet_id:uuid}/log", **route(SIGNED_IN), include_in_schema=False)
async def log(
    request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, cursor: CursorText = None
) -> Answer:
    pet = await own_pet(request, site, actor, pet_id)
    return await page(
        request,
        "pets/log.html",
        page_title=N_("Who read what"),
        pet=pet,
        found=await showing.access_log(site, pet_id, by=actor, cursor=cursor),
        grants=await showing.grant_list(site, pet_id, by=actor),
        scopes=dict(lists.SCOPES)
        | {lists.IDENTITY: N_("Who the pet is"), lists.EMERGENCY: N_("Opened in an emergency")},
    )


@get("/pets/{pet_id:uuid}/join", **route(SIGNED_IN), include_in_schema=False)
async def join_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await _join_page(request, site, actor, pet_id)


async def _join_page(
    request: WebRequest, site: Site, actor: Actor, pet_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Answer:
    """Context: pet, form, others (whether there is anything to join), ledger."""
    pet = await own_pet(request, site, actor, pet_id)
    found = await services.may_be_joined(site, pet_id, by=actor)
    choices = tuple(Choice(str(card.pet_id), card.name) for card in found)
    return await page(
        request,
        "pets/join.html",
        status=422 if refused else 200,
        page_title=N_("The same animal twice?"),
        pet=pet,
        form=with_choices(form_state(request, NewJoin, raw, refused), other=choices),
        others=bool(found),
        ledger=await showing.ledger(site, pet_id, by=actor),
    )


@post("/pets/{pet_id:uuid}/join", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def join(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    raw = await posted_raw(request)
    try:
        form = parse(NewJoin, raw, "form")
        await site.do(services.join, pet_id, services.other_pet(form.other), why=form.why, by=actor)
    except DomainError as refused:
        if isinstance(refused, Invalid):
            return await _join_page(request, site, actor, pet_id, raw, refused)
        fields = {"reason_required": "why", "already_joined": "other", "not_the_same_animal": "other"}
        if refused.code not in fields:
            raise
        problem = Problem(fields[refused.code], refused.code, refused.text, refused.facts)
        return await _join_page(request, site, actor, pet_id, raw, Invalid(problem))
    return see_other(request, f"/pets/{pet_id}", N_("Both records are shown as one now. You can separate them again."))


@post("/pets/{pet_id:uuid}/join/{other_id:uuid}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def separate(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, other_id: Id) -> Answer:
    await site.do(services.separate, pet_id, other_id, by=actor)
    return see_other(request, f"/pets/{pet_id}/join", N_("They are two records again."))


@get("/pets/{pet_id:uuid}/hand-over", **route(SIGNED_IN), include_in_schema=False)
async def hand_over_page(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    return await hand_over_answer(request, site, actor, pet_id)


async def hand_over_answer(
    request: WebRequest,
    site: Site,
    actor: Actor,
    pet_id: UUID,
    raw: Any = None,
    refused: Invalid | None = None,
    offered: Any = None,
    invitation: Any = None,
) -> Answer:
    """Context: pet, form, offered (just now, with its code), offers (those that wait), rights; invite (the form that
    sends the code to a telephone) for a pet that the shop wrote down.
    """
    keeper = await site.ask(queries.keeper_of, pet_id)
    written = keeper is not None and keeper.how == lists.WALK_IN
    wrong = refused if invitation is not None else None
    return await page(
        request,
        "pets/hand_over.html",
        status=422 if refused else 200,
        page_title=N_("Give the pet away, or let somebody take part"),
        pet=await own_pet(request, site, actor, pet_id),
        form=form_state(request, NewTransfer, raw, None if wrong else refused),
        invite=form_state(request, Invitation, invitation, wrong) if written else None,
        offered=offered,
        offers=await showing.offers_of(site, pet_id, by=actor),
        rights=dict(lists.RIGHTS) | {lists.KEEPER: N_("Keep the pet from now on, in your place")},
    )


@post("/pets/{pet_id:uuid}/hand-over", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def hand_over(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id) -> Answer:
    """The code is shown on this answer and never again, so there is no redirect."""
    raw = await posted_raw(request)
    try:
        right = parse(NewTransfer, raw, "form").right
        offered = await site.do(services.offer, pet_id, right=right, by=actor)
    except Invalid as refused:
        return await hand_over_answer(request, site, actor, pet_id, raw, refused)
    return await hand_over_answer(request, site, actor, pet_id, offered=offered)


@post(
    "/pets/{pet_id:uuid}/hand-over/{offer_id:uuid}/withdraw",
    **route(SIGNED_IN),
    include_in_schema=False,
    status_code=200,
)
async def withdraw(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, offer_id: Id) -> Answer:
    await site.do(services.withdraw, pet_id, offer_id, by=actor)
    return see_other(request, f"/pets/{pet_id}/hand-over", N_("The code is good no longer."))


@post("/pets/{pet_id:uuid}/people/{person_id:uuid}/end", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def let_go(request: WebRequest, site: Given[Site], actor: Given[Actor], pet_id: Id, person_id: Id) -> Answer:
    await site.do(services.let_go, pet_id, person_id, by=actor)
    return see_other(request, "/pets" if person_id == actor.person_id else f"/pets/{pet_id}", N_("Saved."))


handlers = (
    join_page,
    join,
    separate,
    mute,
    unmute,
    share_page,
    share,
    revoke,
    log,
    hand_over_page,
    hand_over,
    withdraw,
    let_go,
)
