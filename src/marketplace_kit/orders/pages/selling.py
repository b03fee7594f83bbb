"""The shop's inbox of orders, one order, and the work on it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries
from marketplace_kit.orders.domain import SEE_SHOP, STAFF, STAGES, STEPS, WORK
from marketplace_kit.orders.domain.paid import FILTERS, PAID, TO_RETURN, UNPAID
from marketplace_kit.orders.pages.doors import Door, handlers_of
from marketplace_kit.orders.pages.mine import StatusText, TabText, address
from marketplace_kit.orders.pages.showing import shown_row
from marketplace_kit.orders.queries import Wanted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import OrderView
from marketplace_kit.orders.services import shop_topic
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.live import MOST_TOPICS
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import route

ShopText = Annotated[str, QueryParameter(name="shop", max_length=60, required=False)]
SearchText = Annotated[str, QueryParameter(name="q", max_length=100, required=False)]
PaidText = Annotated[str, QueryParameter(name="paid", max_length=20, required=False)]
MONEY = (("", N_("Paid or not")), (UNPAID, N_("Not paid")), (PAID, N_("Paid")), (TO_RETURN, N_("To be given back")))
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
    paid: PaidText = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: shops ((OwnShop, href, chosen)), filters ((label, href, count, chosen)), money ((label, href,
    chosen)), rows (ShownRows), steps, topics (by blanks), refresh_href, search, next_href, first_href.
    """
    if actor.person_id is None:
        raise SignInNeeded
    locale = visit_of(request).locale
    mine = await site.ask(own_shops, actor.person_id, locale=locale)
    chosen = [one.id for one in mine if str(one.id) == shop] or [one.id for one in mine]
    kept = status if status in (*Stage, "open") else ""
    words = Words.of(site, locale)
    counts = await site.ask(queries.shop_statuses, chosen)
    paid = paid if paid in FILTERS else ""
    wanted = Wanted(tab=tab if tab in ("products", "services") else "", status=kept, text=q, paid=paid)
    found = await site.ask(queries.orders_of_shops, chosen, words, wanted, cursor=cursor, limit=PAGE_OF)
    here = {"tab": wanted.tab, "shop": shop, "q": q, "paid": paid}

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
        topics=" ".join(shop_topic(shop_id) for shop_id in chosen[:MOST_TOPICS]),
        refresh_href=address("/sell/orders", status=kept or "all", cursor=cursor, **here),
        money=[
            (text, address("/sell/orders", **here | {"status": kept or "all", "paid": name}), name == paid)
            for name, text in MONEY
        ],
        search=q,
        next_href=address("/sell/orders", status=kept or "all", cursor=found.next, **here) if found.next else "",
        first_href=href(kept) if cursor else "",
        filtered=bool(q) or bool(paid) or kept not in ("", "open"),
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


DOOR = Door(path="/sell/orders", see=SEE_SHOP, work=WORK, side=SHOP, find=_ours, nav_slot="vendor", back=_BACK)
handlers = (shop_orders_page, open_orders, *handlers_of(DOOR))
