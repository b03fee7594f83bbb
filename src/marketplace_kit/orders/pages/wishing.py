"""Asking for a change, and answering that: the customer's and the guest's page, the shop's page, who waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import get
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import queries, services
from marketplace_kit.orders.domain import SEE_SHOP
from marketplace_kit.orders.domain.wishes import AnsweredAlready, ChangeAsked, NothingToChange
from marketplace_kit.orders.pages.asking import with_offsets
from marketplace_kit.orders.pages.showing import said
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import ChangeAnswer, ChangeRequest, ChangeWish, OrderView
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

OVER = (Stage.COMPLETED, Stage.CANCELLED)
_ALL_OF_IT = N_("The whole order")
ASKED = N_("The shop has your request and will answer it.")
ANSWERED = N_("The customer hears your answer.")
BACK = N_("Your request is taken back.")


def request_of(order: OrderView, request_id: UUID) -> ChangeRequest:
    """Refuses :class:`Missing` for one of another order."""
    found = next((one for one in order.change_requests if one.id == request_id), None)
    if found is None:
        raise Missing
    return found


async def change_page(
    request: WebRequest,
    order: OrderView,
    form: type[Form],
    *,
    action: str,
    base: str,
    nav_slot: str,
    about: ChangeRequest | None = None,
    raw: Mapping[str, Any] | None = None,
    refused: DomainError | None = None,
) -> Response[str]:
    """Context: order, about (a ChangeRequest that is answered, else none), form, action, base."""
    problem = refused
    if refused is not None and not isinstance(refused, Invalid):
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    state = form_state(request, form, raw, problem if isinstance(problem, Invalid) else None)
    open_lines = [line for line in order.lines if line.stage not in OVER]
    choices = (("", _ALL_OF_IT), *((str(line.id), line.title) for line in open_lines))
    fields = tuple(
        attrs.evolve(field, choices=choices) if field.name == "line_id" else field
        for field in state.fields
        if field.name != "line_id" or len(open_lines) > 1
    )
    return await page(
        request,
        "orders/change.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Answer the customer") if about else N_("Ask for a change"),
        order=order,
        about=about,
        form=attrs.evolve(state, fields=fields),
        action=action,
        base=base,
        nav_slot=nav_slot,
    )


async def do_ask(
    request: WebRequest, site: Site, actor: Actor, order: OrderView, *, base: str, nav_slot: str, token: str = ""
) -> Response[Any]:
    raw = with_offsets(ChangeWish, await posted_raw(request), order.shop.zone)
    try:
        await site.do(services.ask_change, order.id, parse(ChangeWish, raw, "form"), by=actor, token=token)
    except (ChangeAsked, NothingToChange) as refused:
        return see_other(request, base, said(request, refused), tone="warn")
    except DomainError as refused:
        asked: dict[str, Any] = {"action": f"{base}/change", "base": base, "nav_slot": nav_slot}
        return await change_page(request, order, ChangeWish, **asked, raw=raw, refused=refused)
    return see_other(request, base, ASKED)


async def do_withdraw(
    request: WebRequest, site: Site, actor: Actor, order: OrderView, request_id: UUID, *, base: str, token: str = ""
) -> Response[Any]:
    request_of(order, request_id)
    try:
        await site.do(services.withdraw_change, request_id, by=actor, token=token)
    except AnsweredAlready as refused:
        return see_other(request, base, said(request, refused), tone="warn")
    return see_other(request, base, BACK)


async def do_answer(
    request: WebRequest, site: Site, actor: Actor, order: OrderView, request_id: UUID, *, base: str, nav_slot: str
) -> Response[Any]:
    about, raw = request_of(order, request_id), await posted_raw(request)
    try:
        await site.do(services.answer_change, request_id, parse(ChangeAnswer, raw, "form"), by=actor)
    except AnsweredAlready as refused:
        return see_other(request, base, said(request, refused), tone="warn")
    except DomainError as refused:
        asked: dict[str, Any] = {"action": f"{base}/change/{request_id}", "base": base, "nav_slot": nav_slot}
        return await change_page(request, order, ChangeAnswer, **asked, about=about, raw=raw, refused=refused)
    return see_other(request, base, ANSWERED)


@get("/sell/orders/asked", **route(SEE_SHOP), include_in_schema=False)
async def asked_changes(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: Annotated[str, QueryParameter(max_length=36)] = "",
) -> Response[str]:
    """Who waits for an answer to a request, for the vendor's first page. Context: rows."""
    chosen = [one for one in sorted(actor.shops) if shop in ("", str(one))]
    words = Words.of(site, visit_of(request).locale)
    rows = await site.ask(queries.waiting_requests, chosen)
    shown = [(r.number, words.customer(r.contact_name, r.customer_id), r.text, r.asked_at) for r in rows]
    return await page(request, "orders/asked_now.html", rows=shown)


handlers = (asked_changes,)
