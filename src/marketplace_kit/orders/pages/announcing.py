"""The desk: a customer is told how their order stands."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import services
from marketplace_kit.orders.domain import WORK
from marketplace_kit.orders.pages.selling import DOOR
from marketplace_kit.orders.schemas import News, OrderView
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

_TELL = DOOR.path + "/{key:str}/tell"


async def _told(request: WebRequest, site: Site, actor: Actor, key: str) -> OrderView:
    order = await DOOR.find(request, site, actor, key)
    if order.customer_id is None:
        raise Missing
    return order


async def _tell_page(
    request: WebRequest, order: OrderView, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: order (an OrderView), form, action, base."""
    base = DOOR.base(order, "")
    return await page(
        request,
        "orders/tell.html",
        status=422 if refused else 200,
        page_title=N_("Tell the customer"),
        order=order,
        form=form_state(request, News, raw, refused),
        action=f"{base}/tell",
        base=base,
    )


@get(_TELL, **route(WORK), include_in_schema=False)
async def tell_page(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
    return await _tell_page(request, await _told(request, site, actor, key))


@post(_TELL, **route(WORK), include_in_schema=False, status_code=200)
async def tell(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
    order = await _told(request, site, actor, key)
    raw = await posted_raw(request)
    try:
        await site.do(services.announce, order.id, parse(News, raw, "form"), by=actor)
    except Invalid as refused:
        return await _tell_page(request, order, raw, refused)
    return see_other(request, DOOR.base(order, key), N_("The customer is told."))


handlers = (tell_page, tell)
