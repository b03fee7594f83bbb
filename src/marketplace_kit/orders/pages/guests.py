"""A guest's page of one order, behind the link that was sent. Opening it changes nothing: mail scanners open links."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders import queries
from marketplace_kit.orders.domain import CUSTOMER, ManageLinkInvalid
from marketplace_kit.orders.pages.acting import cancel_page, do_again, do_cancel, do_verb
from marketplace_kit.orders.pages.asking import verb_page
from marketplace_kit.orders.pages.showing import order_page, unlisted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import OrderView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, route


async def _opened(request: WebRequest, site: Site, actor: Actor, token: str) -> OrderView:
    """Refuses :class:`ManageLinkInvalid` for whatever reason."""
    order_id = await site.ask(queries.order_by_link, token, site.clock.now())
    if order_id is None:
        raise ManageLinkInvalid
    words = Words.of(site, visit_of(request).locale)
    found = await site.ask(queries.order_page, words, viewer=actor, order_id=order_id, side=CUSTOMER, by_link=order_id)
    if found is None:
        raise ManageLinkInvalid
    return found


@get("/o/{token:str}", **route(PUBLIC), include_in_schema=False)
async def guest_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]
) -> Response[str]:
    order = await _opened(request, site, actor, token)
    base = f"/o/{token}"
    shown = await order_page(request, site, order, base=base, again=f"{base}/again", nav_slot="", live=False)
    return unlisted(shown)


@get("/o/{token:str}/lines/{line_id:uuid}/{verb:str}", **route(PUBLIC), include_in_schema=False)
async def guest_verb_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    token: FromPath[str],
    line_id: FromPath[UUID],
    verb: FromPath[str],
) -> Response[Any]:
    order = await _opened(request, site, actor, token)
    return unlisted(await verb_page(request, site, order, line_id, verb, base=f"/o/{token}", nav_slot=""))


@post("/o/{token:str}/lines/{line_id:uuid}/{verb:str}", **route(PUBLIC), include_in_schema=False, status_code=200)
async def guest_verb(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    token: FromPath[str],
    line_id: FromPath[UUID],
    verb: FromPath[str],
) -> Response[Any]:
    return await do_verb(
        request,
        site,
        actor,
        lambda: _opened(request, site, actor, token),
        line_id,
        verb,
        base=f"/o/{token}",
        nav_slot="",
        side=CUSTOMER,
        token=token,
    )


@get("/o/{token:str}/cancel", **route(PUBLIC), include_in_schema=False)
async def guest_cancel_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]
) -> Response[str]:
    order = await _opened(request, site, actor, token)
    return unlisted(await cancel_page(request, order, base=f"/o/{token}", nav_slot=""))


@post("/o/{token:str}/cancel", **route(PUBLIC), include_in_schema=False, status_code=200)
async def guest_cancel(
    request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]
) -> Response[Any]:
    return await do_cancel(
        request,
        site,
        actor,
        lambda: _opened(request, site, actor, token),
        base=f"/o/{token}",
        nav_slot="",
        side=CUSTOMER,
        token=token,
    )


@post("/o/{token:str}/again", **route(PUBLIC), include_in_schema=False, status_code=200)
async def guest_again(
    request: WebRequest, site: Given[Site], actor: Given[Actor], token: FromPath[str]
) -> Response[Any]:
    order = await _opened(request, site, actor, token)
    return await do_again(request, site, actor, order, base=f"/o/{token}", visitor=visit_of(request).visitor)


handlers = (guest_page, guest_verb_page, guest_verb, guest_cancel_page, guest_cancel, guest_again)
