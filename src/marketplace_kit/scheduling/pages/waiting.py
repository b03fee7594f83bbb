"""Waiting for a time: pages of the list and of what is offered, for people with an account and for guests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Field, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain import CannotWait, OutOfZone
from marketplace_kit.scheduling.pages.asked import CHOICE
from marketplace_kit.scheduling.pages.following import MINE, secret
from marketplace_kit.scheduling.pages.home import NOT_SERVED, home_fields
from marketplace_kit.scheduling.pages.wording import said_day
from marketplace_kit.scheduling.schemas import SlotsView
from marketplace_kit.scheduling.services.looking import slots_for
from marketplace_kit.scheduling.services.travelling import WHERE
from marketplace_kit.scheduling.services.waiting import (
    GuestWait,
    OfferExpired,
    WaitForm,
    join_wait,
    leave_wait,
    one_wait,
    slow_down,
    take_offer,
    wait_path,
    wait_token,
)
from marketplace_kit.shops.domain import ConsentRequired
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.shops.services import consent_words, with_consent
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

Day = Annotated[str, QueryParameter(max_length=10, description="The full day that was looked at.")]
WAIT, HELD_WAIT = "/waits/{wait_id:uuid}", "/waits/{wait_id:uuid}/{token:str}"
JOINED = N_("You are on the list. As soon as a time becomes free we tell you.")


@get("/book/{listing_id:uuid}/wait", **route(PUBLIC), include_in_schema=False)
async def wait_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], day: Day = ""
) -> Response[Any]:
    """``choice.address`` and the like are what was said of the place before."""
    given = {"first_day": day, "last_day": day, "part": "any"} if day else None
    said = {name: request.query_params.get(CHOICE + name, "")[:200] for name in WHERE} if given else {}
    return await _wait_page(request, site, actor, listing_id, given and given | said)


async def _wait_page(
    request: WebRequest, site: Site, actor: Actor, listing_id: UUID, raw: Any = None, refused: DomainError | None = None
) -> Response[Any]:
    """Context: title, form, action, back_href, sign_in_href (of a guest who may have an account)."""
    locale = visit_of(request).locale
    view = await slots_for(site, listing_id, (), None, 1, locale=locale)
    if not view.waitlist:
        return see_other(request, f"/book/{listing_id}", CannotWait.text, tone="bad")
    shop = await site.ask(shop_by_id, view.shop_id, locale=locale)
    if shop is None:
        raise Missing
    problem = Invalid(Problem("consent", refused.code, refused.text)) if isinstance(refused, ConsentRequired) else None
    state = form_state(request, form_for(actor), raw, refused if isinstance(refused, Invalid) else problem)
    fields = tuple(_fields(with_consent(state.fields, consent_words(site, locale, shop)), view))
    return await page(
        request,
        "scheduling/wait.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Wait for a time"),
        title=view.title,
        form=attrs.evolve(state, fields=fields),
        action=f"/book/{listing_id}/wait",
        back_href=f"/book/{listing_id}",
    )


def _fields(declared: Sequence[Field], view: SlotsView) -> Iterator[Field]:
    """As far as there is something to choose; where somebody shall come is asked for a visit at home."""
    for field in declared:
        if field.name == "staff":
            if len(view.staff) > 1:
                anybody = ("", N_("Anybody"))
                yield attrs.evolve(field, choices=(anybody, *((str(one.id), one.name) for one in view.staff)))
        elif field.name not in WHERE:
            yield field
        elif view.home_visit:
            yield from home_fields((field,), view)


def form_for(actor: Actor) -> type[WaitForm]:
    """Who has no account says how they are reached."""
    return WaitForm if actor.signed_in else GuestWait


@post("/book/{listing_id:uuid}/wait", **route(PUBLIC), include_in_schema=False, status_code=200)
async def join_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(form_for(actor), raw, "form")
        await slow_down(site, actor, request.client.host if request.client else "")
        made = await site.do(join_wait, listing_id, form, by=actor)
    except CannotWait:
        return see_other(request, f"/book/{listing_id}", CannotWait.text, tone="bad")
    except OutOfZone:
        at = "point" if raw.get("point") else "district"
        refused = Invalid(Problem(at, OutOfZone.code, NOT_SERVED))
        return await _wait_page(request, site, actor, listing_id, raw, refused)
    except (Invalid, ConsentRequired) as refused:
        return await _wait_page(request, site, actor, listing_id, raw, refused)
    return see_other(request, MINE if actor.signed_in else wait_path(made, wait_token(site, made)), JOINED)


@get(WAIT, **route(SIGNED_IN), include_in_schema=False)
async def offer_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]
) -> Response[str]:
    return await _offer_page(request, site, actor, wait_id, "")


@get(HELD_WAIT, **route(PUBLIC), include_in_schema=False)
async def held_offer_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> Response[str]:
    """By the link of a message. Looking changes nothing."""
    return secret(await _offer_page(request, site, actor, wait_id, token))


async def _offer_page(request: WebRequest, site: Site, actor: Actor, wait_id: UUID, token: str) -> Response[str]:
    """Context: wait (a WaitView), here (its address), by_link, when, until (texts; empty where nothing is offered)."""
    locale, now = visit_of(request).locale, site.clock.now()
    one = await one_wait(site, wait_id, by=actor, token=token, locale=locale)
    at, until = one.offer_starts_at, one.offer_until
    live = at is not None and until is not None and until > now
    return await page(
        request,
        "scheduling/offer.html",
        page_title=N_("A time is free") if live else N_("Waiting for a time"),
        wait=one,
        here=wait_path(wait_id, token),
        by_link=bool(token),
        when=f"{said_day(at.date(), locale, today=now.date())}, {at:%H:%M}" if live and at else "",
        until=f"{until.astimezone(ZoneInfo(one.zone)):%H:%M}" if live and until else "",
    )


@post(f"{WAIT}/take", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def take(request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> Response[Any]:
    return await _take(request, site, actor, wait_id, "")


@post(f"{HELD_WAIT}/take", **route(PUBLIC), include_in_schema=False, status_code=200)
async def held_take(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> Response[Any]:
    return await _take(request, site, actor, wait_id, token)


async def _take(request: WebRequest, site: Site, actor: Actor, wait_id: UUID, token: str) -> Response[Any]:
    try:
        return see_other(request, await site.do(take_offer, wait_id, by=actor, token=token))
    except OfferExpired:
        return see_other(request, wait_path(wait_id, token), OfferExpired.text, tone="bad")


@post(f"{WAIT}/leave", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def leave(request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> Response[Any]:
    await site.do(leave_wait, wait_id, by=actor)
    return see_other(request, MINE, LEFT)


@post(f"{HELD_WAIT}/leave", **route(PUBLIC), include_in_schema=False, status_code=200)
async def held_leave(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> Response[Any]:
    await site.do(leave_wait, wait_id, by=actor, token=token)
    return see_other(request, wait_path(wait_id, token), LEFT)


LEFT = N_("You are not on this list any more.")
handlers = (wait_page, join_page, offer_page, held_offer_page, take, held_take, leave, held_leave)
