"""REST: a customer asks for a change of an order, and the shop answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, post
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain import CUSTOMER, WORK
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import ChangeAnswer, ChangeRequest, ChangeWish
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, route

Token = Annotated[str, QueryParameter(max_length=200, description="A guest's manage token.")]


async def _seen(
    request: WebRequest, site: Site, actor: Actor, order_id: UUID, request_id: UUID, side: str, token: str = ""
) -> ChangeRequest:
    """One request of an order, as its customer or its shop sees it. Refuses :class:`Missing`."""
    opened = await site.ask(queries.order_by_link, token, site.clock.now()) if token else None
    words = Words.of(site, visit_of(request).locale)
    order = await site.ask(queries.order_page, words, viewer=actor, order_id=order_id, by_link=opened, side=side)
    found = next((one for one in order.change_requests if one.id == request_id), None) if order else None
    if found is None:
        raise Missing
    return found


@post(
    "/api/orders/{order_id:uuid}/change-requests",
    **route(PUBLIC, body=ChangeWish, summary="Ask the shop to change something of an order"),
)
async def ask(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    order_id: FromPath[UUID],
    form: Given[ChangeWish],
    token: Token = "",
) -> ChangeRequest:
    """By its customer or whoever holds its manage token; nothing changes until the shop agrees. 409
    `change_asked_already`, `nothing_to_change`.
    """
    if not actor.signed_in and not token:
        raise SignInNeeded
    made = await site.do(services.ask_change, order_id, form, by=actor, token=token)
    return await _seen(request, site, actor, order_id, made, CUSTOMER, token)


@delete(
    "/api/orders/{order_id:uuid}/change-requests/{request_id:uuid}",
    **route(PUBLIC, summary="Take back a request to change an order"),
)
async def withdraw(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    order_id: FromPath[UUID],
    request_id: FromPath[UUID],
    token: Token = "",
) -> None:
    """409 `answered_already`."""
    if not actor.signed_in and not token:
        raise SignInNeeded
    await _seen(request, site, actor, order_id, request_id, CUSTOMER, token)
    await site.do(services.withdraw_change, request_id, by=actor, token=token)


@post(
    "/api/orders/{order_id:uuid}/change-requests/{request_id:uuid}/answer",
    **route(WORK, body=ChangeAnswer, summary="Answer a customer who asks for a change"),
    status_code=200,
)
async def answer(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    order_id: FromPath[UUID],
    request_id: FromPath[UUID],
    form: Given[ChangeAnswer],
) -> ChangeRequest:
    """`agreed` to another time moves the visit to it, or is refused as a move is (409 `slot_taken`); then nothing was
    answered. 409 `answered_already`.
    """
    await _seen(request, site, actor, order_id, request_id, "shop")
    await site.do(services.answer_change, request_id, form, by=actor)
    return await _seen(request, site, actor, order_id, request_id, "shop")


handlers = (ask, withdraw, answer)
