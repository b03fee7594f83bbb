"""What a client likes, and when somebody is to think of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.crm import services
from marketplace_kit.crm.domain import KEEP
from marketplace_kit.crm.pages.cards import CARD, form_page, kept_card
from marketplace_kit.crm.pages.shown import LIST
from marketplace_kit.crm.schemas import ClientCard, FollowUpForm, Preferences
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import see_other
from marketplace_kit.web.routing import route


@get(CARD + "/preferences", **route(KEEP), include_in_schema=False)
async def preferences_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    card = await kept_card(site, actor, client_id)
    return await _preferences(request, card, card.preferences)


async def _preferences(
    request: WebRequest, card: ClientCard, raw: Any, refused: Invalid | None = None
) -> Response[str]:
    return await form_page(
        request,
        card,
        form_state(request, Preferences, raw, refused),
        title=N_("What the client likes"),
        action=f"{LIST}/{card.id}/preferences",
        refused=refused,
    )


@post(CARD + "/preferences", **route(KEEP), include_in_schema=False, status_code=200)
async def preferences(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    raw, card = await posted_raw(request), await kept_card(site, actor, client_id)
    try:
        await site.do(services.set_preferences, client_id, parse(Preferences, raw, "form"), by=actor)
    except Invalid as refused:
        return await _preferences(request, card, raw, refused)
    return see_other(request, f"{LIST}/{card.id}#preferences", N_("Saved."))


@get(CARD + "/follow-up", **route(KEEP), include_in_schema=False)
async def follow_up_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[str]:
    card = await kept_card(site, actor, client_id)
    known = {"day": card.follow_up.day.isoformat(), "what": card.follow_up.what} if card.follow_up else {}
    return await _follow_up(request, card, known)


async def _follow_up(request: WebRequest, card: ClientCard, raw: Any, refused: Invalid | None = None) -> Response[str]:
    return await form_page(
        request,
        card,
        form_state(request, FollowUpForm, raw, refused),
        title=N_("Think of the client"),
        action=f"{LIST}/{card.id}/follow-up",
        refused=refused,
        intro=N_("On that day you are told, and the client stands in the list “To be thought of” until it is done."),
    )


@post(CARD + "/follow-up", **route(KEEP), include_in_schema=False, status_code=200)
async def follow_up(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    raw, card = await posted_raw(request), await kept_card(site, actor, client_id)
    try:
        await site.do(services.follow_up, client_id, parse(FollowUpForm, raw, "form"), by=actor)
    except Invalid as refused:
        return await _follow_up(request, card, raw, refused)
    return see_other(request, f"{LIST}/{card.id}", N_("You will be told on that day."))


@post(CARD + "/follow-up/done", **route(KEEP), include_in_schema=False, status_code=200)
async def follow_up_done(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.follow_up_done, client_id, by=actor)
    return see_other(request, f"{LIST}/{client_id}", N_("Done."))


handlers = (preferences_page, preferences, follow_up_page, follow_up, follow_up_done)
