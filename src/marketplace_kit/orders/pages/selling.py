"""The shop's inbox of orders, one order, and the work on it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries
from marketplace_kit.orders.domain import SEE_SHOP, STAFF, STAGES, STEPS, WORK
from marketplace_kit.orders.pages.acting import cancel_page, do_cancel, do_verb
from marketplace_kit.orders.pages.asking import verb_page
from marketplace_kit.orders.pages.mine import StatusText, TabText, address
from marketplace_kit.orders.pages.showing import order_page, shown_row
from marketplace_kit.orders.queries import Wanted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import OrderView
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import route

ShopText = Annotated[str, QueryParameter(name="shop", max_length=60, required=False)]
SearchText = Annotated[str, QueryParameter(name="q", max_length=100, required=False)]
PAGE_OF = 20
_UUID_LENGTH = 36
SHOP = "shop"
_BACK = ("/sell/orders", N_("Orders"))


@get("/sell/orders", **route(SEE_SHOP), include_in_schema=False)
async def shop_orders_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    status: StatusText = "open",
    tab: TabText = "",
    shop: ShopText = "",
    q: SearchText = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: shops ((OwnShop, href, chosen)), filters ((label, href, count, chosen)), rows (ShownRows), steps,
    topics, search, next_href, first_href.
    """
    if actor.person_id is None:
        raise SignInNeeded
    locale = visit_of(request).locale
    mine = await site.ask(own_shops, actor.person_id, locale=locale)
    chosen = [one.id for one in mine if str(one.id) == shop] or [one.id for one in mine]
    kept = status if status in (*Stage, "open") else ""
    words = Words.of(site, locale)
    counts = await site.ask(queries.shop_statuses, chosen)
    wanted = Wanted(tab=tab if tab in ("products", "services") else "", status=kept, text=q)
    found = await site.ask(queries.orders_of_shops, chosen, words, wanted, cursor=cursor, limit=PAGE_OF)
    here = {"tab": wanted.tab, "shop": shop, "q": q}

    def href(name: str) -> str:
        return address("/sell/orders", status=name or "all", **here)

    filters = [
        (N_("Open"), href("open"), sum(counts[s] for s in ("pending", "accepted", "in_progress")), kept == "open"),
        *((state.text, href(str(s)), counts[str(s)], kept == s) for s, state in STAGES.items()),
        (N_("All"), href(""), sum(counts.values()), not kept),
    ]
    return await page(
        request,
        "orders/inbox.html",
        page_title=N_("Orders"),
        shops=[(one, address("/sell/orders", shop=str(one.id)), str(one.id) == shop) for one in mine],
        filters=filters,
        rows=[shown_row(words, row, "/sell/orders", STAFF) for row in found.items],
        steps=[STAGES[step] for step in STEPS],
        topics=[f"shop:{shop_id}:orders" for shop_id in chosen[:1]],
        search=q,
        next_href=address("/sell/orders", status=kept or "all", cursor=found.next, **here) if found.next else "",
        first_href=href(kept) if cursor else "",
        filtered=bool(q) or kept not in ("", "open"),
    )


@get("/sell/orders/open", **route(SEE_SHOP), include_in_schema=False)
async def open_orders(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """How many orders wait, for the vendor's page. Context: count."""
    count = await site.ask(queries.shop_open_count, sorted(actor.shops))
    return await page(request, "orders/open_now.html", count=count)


async def _ours(request: WebRequest, site: Site, actor: Actor, number: str) -> OrderView:
    """The shop's order by its number, or by its id: rooms below know no numbers (a calendar's appointment)."""
    words, by_id = Words.of(site, visit_of(request).locale), None
    if len(number) == _UUID_LENGTH:
        with suppress(ValueError):
            by_id = UUID(number)
    if by_id is not None:
        found = await site.ask(queries.order_page, words, viewer=actor, order_id=by_id, side=SHOP)
    else:
        found = await site.ask(queries.order_page, words, viewer=actor, number=number, side=SHOP)
    if found is None:
        raise Missing
    return found


@get("/sell/orders/{number:str}", **route(SEE_SHOP), include_in_schema=False)
async def shop_order_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], number: FromPath[str]
) -> Response[str]:
    order = await _ours(request, site, actor, number)
    return await order_page(request, site, order, base=f"/sell/orders/{order.number}", nav_slot="vendor", back=_BACK)


@get("/sell/orders/{number:str}/lines/{line_id:uuid}/{verb:str}", **route(WORK), include_in_schema=False)
async def shop_verb_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    number: FromPath[str],
    line_id: FromPath[UUID],
    verb: FromPath[str],
) -> Response[Any]:
    order = await _ours(request, site, actor, number)
    base = f"/sell/orders/{order.number}"
    return await verb_page(request, site, order, line_id, verb, base=base, nav_slot="vendor")


@post(
    "/sell/orders/{number:str}/lines/{line_id:uuid}/{verb:str}",
    **route(WORK),
    include_in_schema=False,
    status_code=200,
)
async def shop_verb(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    number: FromPath[str],
    line_id: FromPath[UUID],
    verb: FromPath[str],
) -> Response[Any]:
    return await do_verb(
        request,
        site,
        actor,
        lambda: _ours(request, site, actor, number),
        line_id,
        verb,
        base=f"/sell/orders/{number}",
        nav_slot="vendor",
        side=SHOP,
    )


@get("/sell/orders/{number:str}/cancel", **route(WORK), include_in_schema=False)
async def shop_cancel_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], number: FromPath[str]
) -> Response[str]:
    order = await _ours(request, site, actor, number)
    return await cancel_page(request, order, base=f"/sell/orders/{order.number}", nav_slot="vendor")


@post("/sell/orders/{number:str}/cancel", **route(WORK), include_in_schema=False, status_code=200)
async def shop_cancel(
    request: WebRequest, site: Given[Site], actor: Given[Actor], number: FromPath[str]
) -> Response[Any]:
    return await do_cancel(
        request,
        site,
        actor,
        lambda: _ours(request, site, actor, number),
        base=f"/sell/orders/{number}",
        nav_slot="vendor",
        side=SHOP,
    )


handlers = (
    shop_orders_page,
    open_orders,
    shop_order_page,
    shop_verb_page,
    shop_verb,
    shop_cancel_page,
    shop_cancel,
)
