"""A new shop, its list of steps, going live."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import services
from marketplace_kit.shops.domain import ADMIN, SHOP, NotReady
from marketplace_kit.shops.pages.keeping.steps import own_shop, status_of
from marketplace_kit.shops.schemas import (
    NewShop,
    ShopView,
)
from marketplace_kit.shops.services.readiness import ADVICE, BLOCKS
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

OWN_VERBS = ("pause", "resume", "close", "reopen")


@get("/sell/shop/new", **route("shops.open"), include_in_schema=False)
async def new_shop_page(request: WebRequest) -> Response[str]:
    return await _new_shop_page(request)


async def _new_shop_page(request: WebRequest, raw: Any = None, refused: Invalid | None = None) -> Response[str]:
    return await page(
        request,
        "shops/new.html",
        status=status_of(refused),
        page_title=N_("Open a shop"),
        form=form_state(request, NewShop, raw, refused),
        action="/sell/shop/new",
    )


@post("/sell/shop/new", **route("shops.open"), include_in_schema=False, status_code=200)
async def start_shop(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        shop = await site.do(services.start_shop, parse(NewShop, raw, "form"), by=actor)
    except Invalid as refused:
        return await _new_shop_page(request, raw, refused)
    return see_other(request, f"/sell/shop/{shop.id}/setup", N_("Your shop is begun. A few steps, and it can open."))


@get("/sell/shop/{shop_id:uuid}/setup", **route(SIGNED_IN), include_in_schema=False)
async def setup_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _setup_page(request, site, await own_shop(request, site, actor, shop_id, owner=False))


async def _setup_page(
    request: WebRequest, site: Site, shop: ShopView, refused: DomainError | None = None
) -> Response[str]:
    """Context: shop, state, setup (steps with what they lack), blocks, advice (texts by key), moves, missing."""
    roles = {shop.my_role} if shop.my_role else {ADMIN}
    own = [move for move in SHOP.moves(shop.state, roles) if move.verb in OWN_VERBS]
    return await page(
        request,
        "shops/setup.html",
        status=status_of(refused),
        page_title=N_("Setting up the shop"),
        shop=shop,
        state=SHOP.state(shop.state),
        setup=await site.ask(services.setup_of, shop.id, site, visit_of(request).locale),
        blocks=BLOCKS,
        advice=ADVICE,
        moves=own,
        may_go_live=any(move.verb == "submit" for move in SHOP.moves(shop.state, roles)),
        missing=refused.facts["missing"] if isinstance(refused, NotReady) else (),
    )


@post("/sell/shop/{shop_id:uuid}/go-live", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def go_live(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    try:
        shop = await site.do(services.go_live, shop_id, by=actor)
    except NotReady as refused:
        return await _setup_page(request, site, await own_shop(request, site, actor, shop_id), refused)
    except InvalidTransition:
        return see_other(request, f"/sell/shop/{shop_id}/setup")
    waiting = N_("We look at your shop and tell you as soon as it is approved.")
    opened = N_("Your shop is open to customers.")
    return see_other(request, f"/sell/shop/{shop_id}/setup", waiting if shop.state == "pending" else opened)


@post("/sell/shop/{shop_id:uuid}/move/{verb:str}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def move(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    try:
        await site.do(services.move_shop, shop_id, verb if verb in OWN_VERBS else "", by=actor)
    except InvalidTransition as refused:
        return see_other(request, f"/sell/shop/{shop_id}/setup", refused.text, tone="warn")
    return see_other(request, f"/sell/shop/{shop_id}/setup", N_("Saved."))


handlers = (
    new_shop_page,
    start_shop,
    setup_page,
    go_live,
    move,
)
