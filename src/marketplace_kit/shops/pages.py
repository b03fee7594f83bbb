"""Pages: all shops, and opening and changing one. A shop's own page shows its listings, so the listings room serves
it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Forbidden, Invalid, Missing, Problem, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import ADMIN, OWNER, PENDING
from marketplace_kit.shops.schemas import NewShop, ShopChange, ShopView
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

PAGE_OF = 24


@get("/shops", **route(PUBLIC), include_in_schema=False)
async def shops_page(request: WebRequest, site: Given[Site], cursor: CursorText = None) -> Response[str]:
    """Context: shops (a page of cards), cursor."""
    shops = await site.ask(queries.shop_list, cursor=cursor, limit=PAGE_OF)
    return await page(request, "shops/shops.html", page_title=N_("Shops"), shops=shops, cursor=cursor)


@get("/sell/shop/new", **route("shops.open"), include_in_schema=False)
async def new_shop_page(request: WebRequest) -> Response[str]:
    return await _new_shop_page(request)


async def _new_shop_page(request: WebRequest, raw: Any = None, refused: Invalid | None = None) -> Response[str]:
    return await page(
        request,
        "shops/new.html",
        status=422 if refused else 200,
        page_title=N_("Open a shop"),
        form=form_state(request, NewShop, raw, refused),
        action="/sell/shop/new",
    )


@post("/sell/shop/new", **route("shops.open"), include_in_schema=False, status_code=200)
async def open_shop(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        shop = await site.do(services.open_shop, parse(NewShop, raw, "form"), by=actor)
    except Invalid as refused:
        return await _new_shop_page(request, raw, refused)
    waiting = N_("Your shop is made. It is shown as soon as it is approved.")
    return see_other(
        request,
        "/sell",
        waiting if shop.state == PENDING else N_("Your shop is open. Now put something in its window."),
    )


@get("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False)
async def edit_shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _edit_shop_page(request, await _editable(site, actor, shop_id))


async def _edit_shop_page(
    request: WebRequest, shop: ShopView, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """After a conflict the form keeps what was typed and carries the newest version: saving again is then meant."""
    known = {"name": shop.name, "about": shop.about, "city": shop.city, "phone": shop.phone or ""}
    problem = refused if isinstance(refused, Invalid | None) else Invalid(Problem("", refused.code, refused.text))
    status = 409 if isinstance(refused, StaleVersion) else 422 if refused else 200
    return await page(
        request,
        "shops/edit.html",
        status=status,
        page_title=N_("Change the shop's page"),
        form=form_state(request, NewShop, raw or known, problem),
        shop=shop,
        action=f"/sell/shop/{shop.id}/edit",
    )


@post("/sell/shop/{shop_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def edit_shop(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.edit_shop, shop_id, parse(ShopChange, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await _edit_shop_page(request, await _editable(site, actor, shop_id), raw, refused)
    return see_other(request, "/sell", N_("Saved."))


async def _editable(site: Site, actor: Actor, shop_id: UUID) -> ShopView:
    found = await site.ask(queries.shop_by_id, shop_id, person_id=actor.person_id, admin=ADMIN in actor.roles)
    if found is None or (found.my_role is None and ADMIN not in actor.roles):
        raise Missing
    if found.my_role != OWNER and ADMIN not in actor.roles:
        raise Forbidden
    return found


handlers = (shops_page, new_shop_page, open_shop, edit_shop_page, edit_shop)
