"""My orders: the list with its tabs, one order, and what may be done with it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries
from marketplace_kit.orders.domain import CUSTOMER, STAGES, STEPS
from marketplace_kit.orders.pages.doors import Door, handlers_of
from marketplace_kit.orders.pages.showing import shown_row
from marketplace_kit.orders.queries import Wanted
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import OrderView
from marketplace_kit.orders.services import order_topic
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import SIGNED_IN, route

TabText = Annotated[str, QueryParameter(name="tab", max_length=20, required=False)]
StatusText = Annotated[str, QueryParameter(name="status", max_length=20, required=False)]
PAGE_OF = 20
TABS = (("products", N_("Products")), ("services", N_("Services")))
FILTERS = (("", N_("All")), ("open", N_("Open")), *((str(s), state.text) for s, state in STAGES.items()))
_BACK = ("/orders", N_("My orders"))


def address(path: str, **given: str | None) -> str:
    """A list's address with these filters."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}" if query else path


@get("/orders", **route(SIGNED_IN), include_in_schema=False)
async def orders_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    tab: TabText = "",
    status: StatusText = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: tabs ((name, label, href, open, chosen)), filters ((label, href, chosen)), rows (ShownRows), steps,
    topics (by blanks), refresh_href, next_href, first_href. Without a tab it is the one with open orders, services
    first.
    """
    if actor.person_id is None:
        raise SignInNeeded
    open_ones = await site.ask(queries.open_by_tab, actor.person_id)
    names = [name for name, _ in TABS]
    chosen = tab if tab in names else "products" if open_ones["products"] and not open_ones["services"] else "services"
    kept = status if status in (*Stage, "open") else ""
    words = Words.of(site, visit_of(request).locale)
    wanted = Wanted(tab=chosen, status=kept)
    found = await site.ask(queries.orders_of, actor.person_id, words, wanted, cursor=cursor, limit=PAGE_OF)
    return await page(
        request,
        "orders/mine.html",
        page_title=N_("My orders"),
        tabs=[(n, label, address("/orders", tab=n, status=kept), open_ones[n], n == chosen) for n, label in TABS],
        filters=[(text, address("/orders", tab=chosen, status=n), n == kept) for n, text in FILTERS],
        rows=[shown_row(words, row, "/orders", CUSTOMER) for row in found.items],
        steps=[STAGES[step] for step in STEPS],
        topics=" ".join(order_topic(row.id) for row in found.items),
        refresh_href=address("/orders", tab=chosen, status=kept, cursor=cursor),
        next_href=address("/orders", tab=chosen, status=kept, cursor=found.next) if found.next else "",
        first_href=address("/orders", tab=chosen, status=kept) if cursor else "",
        filtered=bool(kept),
        clear_href=address("/orders", tab=chosen),
    )


async def _mine(request: WebRequest, site: Site, actor: Actor, number: str) -> OrderView:
    words = Words.of(site, visit_of(request).locale)
    found = await site.ask(queries.order_page, words, viewer=actor, number=number, side=CUSTOMER)
    if found is None:
        raise Missing
    return found


DOOR = Door(path="/orders", see=SIGNED_IN, work=SIGNED_IN, side=CUSTOMER, find=_mine, nav_slot="account", back=_BACK)
handlers = (orders_page, *handlers_of(DOOR))
