"""A guest's page of one order, behind the link that was sent. Opening it changes nothing: mail scanners open links."""

from __future__ import annotations

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders import queries
from marketplace_kit.orders.domain import CUSTOMER, ManageLinkInvalid
from marketplace_kit.orders.pages.doors import Door, handlers_of
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import OrderView
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC


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


DOOR = Door(path="/o", see=PUBLIC, work=PUBLIC, side=CUSTOMER, find=_opened, secret=True)
handlers = handlers_of(DOOR)
