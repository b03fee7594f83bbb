"""REST: waiting for a time of full days, by people with an account and by guests."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.services.waiting import (
    GuestWait,
    WaitForm,
    WaitView,
    join_wait,
    leave_wait,
    one_wait,
    slow_down,
    take_offer,
    wait_path,
    wait_token,
    waits_of,
)
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

OF_LISTING = "/api/scheduling/listings/{listing_id:uuid}/waits"
ONE, HELD = "/api/scheduling/waits/{wait_id:uuid}", "/api/scheduling/waits/{wait_id:uuid}/{token:str}"


class Begun(msgspec.Struct, frozen=True):
    """Where an order that was begun is finished."""

    href: str


class GuestPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's place on a list. Whoever has the ``token`` looks after it; ``href`` is its page."""

    wait: WaitView
    token: str
    href: str


@post(OF_LISTING, **route(SIGNED_IN, body=WaitForm, summary="Wait for a time of full days"), status_code=201)
async def join_waiting(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[WaitForm]
) -> WaitView:
    made = await site.do(join_wait, listing_id, form, by=actor)
    return await one_wait(site, made, by=actor, locale=visit_of(request).locale)


@post(f"{OF_LISTING}/guest", **route(PUBLIC, body=GuestWait, summary="The same without an account"), status_code=201)
async def join_as_guest(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[GuestWait]
) -> GuestPlace:
    """Name, phone and consent are needed. The token comes by SMS too."""
    nobody = Actor(locale=actor.locale)
    await slow_down(site, nobody, request.client.host if request.client else "")
    made = await site.do(join_wait, listing_id, form, by=nobody)
    token = wait_token(site, made)
    found = await one_wait(site, made, by=nobody, token=token, locale=actor.locale)
    return GuestPlace(wait=found, token=token, href=wait_path(made, token))


@get("/api/scheduling/waits", **route(SIGNED_IN, summary="What I wait for"))
async def my_waits(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> list[WaitView]:
    if actor.person_id is None:
        raise Missing
    return await site.ask(waits_of, actor.person_id, visit_of(request).locale)


@get(HELD, **route(PUBLIC, summary="A guest's place on a list"))
async def held_waiting(
    request: WebRequest, site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> WaitView:
    return await one_wait(site, wait_id, by=actor, token=token, locale=visit_of(request).locale)


@post(
    f"{ONE}/take",
    **route(SIGNED_IN, summary="Take the time that is offered: the page on which it is ordered"),
    status_code=201,
)
async def take_waiting(site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> Begun:
    return Begun(href=await site.do(take_offer, wait_id, by=actor))


@post(f"{HELD}/take", **route(PUBLIC, summary="The same for a guest"), status_code=201)
async def held_take_waiting(
    site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> Begun:
    return Begun(href=await site.do(take_offer, wait_id, by=actor, token=token))


@delete(ONE, **route(SIGNED_IN, summary="Wait no longer, or pass what is offered"))
async def stop_waiting(site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> None:
    await site.do(leave_wait, wait_id, by=actor)


@delete(HELD, **route(PUBLIC, summary="The same for a guest"))
async def held_stop_waiting(
    site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID], token: FromPath[str]
) -> None:
    await site.do(leave_wait, wait_id, by=actor, token=token)


handlers = (
    join_waiting,
    join_as_guest,
    my_waits,
    held_waiting,
    take_waiting,
    held_take_waiting,
    stop_waiting,
    held_stop_waiting,
)
