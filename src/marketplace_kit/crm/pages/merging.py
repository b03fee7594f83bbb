"""Two entries of one client: finding the other, seeing both, joining them, and parting them again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import KEEP, MergeMovedOn, SameClient
from marketplace_kit.crm.pages.lists import SearchText
from marketplace_kit.crm.pages.shown import LIST, STATES, shown_row
from marketplace_kit.crm.queries.lists import readable
from marketplace_kit.crm.services.asking import reader_for, wanted_of
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

OtherText = Annotated[str, QueryParameter(name="with", max_length=60, required=False)]
CARD = LIST + "/{client_id:uuid}"
_MOST = 10


@get(CARD + "/merge", **route(KEEP), include_in_schema=False)
async def merge_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    client_id: FromPath[UUID],
    q: SearchText = "",
    other: OtherText = "",
) -> Response[str]:
    """Context: card, other (the second ClientCard, once chosen), sides ((ClientCard, phone, state)), found
    (ShownClients to choose from), search.
    """
    reader, whole = await reader_for(site, actor, client_id)
    if not reader.contacts:
        raise Forbidden
    card = await services.card_for(site, actor, whole)
    second = await services.card_for(site, actor, _id(other)) if other else None
    if second is not None and (second.shop_id != card.shop_id or second.id == card.id):
        raise Missing
    found = []
    if second is None:
        wanted = attrs.evolve(wanted_of(site, card.shop_id, contacts=True, q=q or card.name), without=card.id)
        found = [shown_row(row) for row in (await site.ask(queries.clients_of, wanted, limit=_MOST)).items]
    sides = [(one, readable(one.phone), STATES[one.figures.state]) for one in (card, second) if one is not None]
    return await page(
        request,
        "crm/merge.html",
        page_title=N_("Join two entries"),
        nav_slot="vendor",
        card=card,
        other=second,
        sides=sides,
        found=found,
        search=q,
        path=f"{LIST}/{card.id}",
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Missing from None


@post(CARD + "/merge", **route(KEEP), include_in_schema=False, status_code=200)
async def merge(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.merge_clients, client_id, _id(str(raw.get("with", ""))), by=actor)
    except SameClient:
        return see_other(request, f"{LIST}/{client_id}", N_("These are two entries of one client already."))
    return see_other(request, f"{LIST}/{client_id}", N_("The two entries are one client now. It can be undone below."))


@post(CARD + "/merges/{merge_id:uuid}/undo", **route(KEEP), include_in_schema=False, status_code=200)
async def undo(
    request: WebRequest, site: Given[Site], actor: Given[Actor], client_id: FromPath[UUID], merge_id: FromPath[UUID]
) -> Response[Any]:
    try:
        await site.do(services.undo_merge, merge_id, by=actor)
    except MergeMovedOn as refused:
        return see_other(request, f"{LIST}/{client_id}", refused.text)
    return see_other(request, f"{LIST}/{client_id}", N_("These are two clients again."))


handlers = (merge_page, merge, undo)
