"""On the shop's page of an order: its client in a few words, and saying whose it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.crm import services
from marketplace_kit.crm.domain import KEEP, SEE
from marketplace_kit.crm.pages.shown import LIST, MARKS
from marketplace_kit.crm.schemas import OfOrder, WhoseForm
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route


@get(LIST + "/of-order/{order_id:uuid}", **route(SEE), include_in_schema=False)
async def of_order(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID]
) -> Response[str]:
    """A piece of a page. Context: one (an OfOrder), mark, href (the card), whose_href."""
    found = await services.order_client(site, actor, order_id)
    return await page(
        request,
        "crm/of_order.html",
        one=found,
        mark=MARKS.get(found.mark) if found.mark != "allow" else None,
        href=f"{LIST}/{found.id}" if found.id else "",
        whose_href=f"{LIST}/whose/{order_id}",
    )


@get(LIST + "/whose/{order_id:uuid}", **route(KEEP), include_in_schema=False)
async def whose_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID]
) -> Response[Any]:
    """Without a script the panel's link comes here: an order with a client leads to the card."""
    found = await services.order_client(site, actor, order_id)
    if found.id is not None and request.query_params.get("change") != "1":
        return see_other(request, f"{LIST}/{found.id}")
    return await _whose_page(request, found)


async def _whose_page(
    request: WebRequest, found: OfOrder, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    return await page(
        request,
        "crm/form.html",
        status=422 if refused else 200,
        page_title=N_("Whose order was it?"),
        nav_slot="vendor",
        form=form_state(request, WhoseForm, raw or {"name": found.name}, refused),
        action=f"{LIST}/whose/{found.order_id}",
        submit=N_("Save"),
        back=f"/sell/orders/{found.order_id}",
        intro=N_("Of this one order only. A phone that is known finds the client; a new one makes an entry."),
        about="",
        hidden={},
        exists="",
    )


@post(LIST + "/whose/{order_id:uuid}", **route(KEEP), include_in_schema=False, status_code=200)
async def whose(request: WebRequest, site: Given[Site], actor: Given[Actor], order_id: FromPath[UUID]) -> Response[Any]:
    raw = await posted_raw(request)
    found = await services.order_client(site, actor, order_id)
    try:
        client_id = await site.do(services.set_client, order_id, parse(WhoseForm, raw, "form"), by=actor)
    except Invalid as refused:
        return await _whose_page(request, found, raw, refused)
    return see_other(request, f"{LIST}/{client_id}", N_("The order belongs to this client now."))


handlers = (of_order, whose_page, whose)
