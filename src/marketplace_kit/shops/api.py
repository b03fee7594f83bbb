"""REST: /api/shops."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import ADMIN
from marketplace_kit.shops.schemas import NewShop, ShopCard, ShopChange, ShopView
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route


@get("/api/shops", **route(PUBLIC, summary="Open shops, newest first"))
async def shops(request: WebRequest, site: Given[Site], cursor: CursorText = None, limit: Limit = 20) -> Page[ShopCard]:
    refuse_unknown(request)
    return await site.ask(queries.shop_list, cursor=cursor, limit=limit)


@get("/api/shops/{slug:str}", **route(PUBLIC, summary="One shop"))
async def shop(site: Given[Site], actor: Given[Actor], slug: FromPath[str]) -> ShopView:
    """A shop that is not open is there for its members and admins only."""
    found = await site.ask(queries.shop_page, slug, person_id=actor.person_id, admin=ADMIN in actor.roles)
    if found is None:
        raise Missing
    return found


@post("/api/shops", **route("shops.open", body=NewShop, summary="Open a shop"))
async def open_shop(site: Given[Site], actor: Given[Actor], form: Given[NewShop]) -> ShopView:
    """The asker owns it. Where the site wants approval its state is `pending` until an admin approves it."""
    return await _answer(site, actor, (await site.do(services.open_shop, form, by=actor)).id)


@put("/api/shops/{shop_id:uuid}", **route(SIGNED_IN, body=ShopChange, summary="Change a shop's page"))
async def edit_shop(
    site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], form: Given[ShopChange]
) -> ShopView:
    """`version` is the one that was read; 409 `stale_version` if somebody was faster."""
    await site.do(services.edit_shop, shop_id, form, by=actor)
    return await _answer(site, actor, shop_id)


async def _moved(site: Site, actor: Actor, shop_id: UUID, verb: str) -> ShopView:
    await site.do(services.move_shop, shop_id, verb, by=actor)
    return await _answer(site, actor, shop_id)


@post("/api/shops/{shop_id:uuid}/approve", **route("shops.approve", summary="Approve a shop"), status_code=200)
async def approve_shop(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    return await _moved(site, actor, shop_id, "approve")


@post("/api/shops/{shop_id:uuid}/close", **route(SIGNED_IN, summary="Close a shop"), status_code=200)
async def close_shop(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    """Its listings are no longer shown. Nothing is removed."""
    return await _moved(site, actor, shop_id, "close")


@post("/api/shops/{shop_id:uuid}/reopen", **route(SIGNED_IN, summary="Open a closed shop again"), status_code=200)
async def reopen_shop(site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> ShopView:
    return await _moved(site, actor, shop_id, "reopen")


async def _answer(site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    found = await site.ask(queries.shop_by_id, shop_id, person_id=actor.person_id, admin=ADMIN in actor.roles)
    if found is None:
        raise Missing
    return found


handlers = (shops, shop, open_shop, edit_shop, approve_shop, close_shop, reopen_shop)
