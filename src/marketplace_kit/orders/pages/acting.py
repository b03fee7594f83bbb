"""Doing verbs from pages: the same for customers, guests and shops; only who may and where it leads differ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders import services
from marketplace_kit.orders.pages.asking import asks_of, move_of, verb_page, with_offsets
from marketplace_kit.orders.pages.showing import DONE, NOT_NOW, said
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import CancelForm, OrderView
from marketplace_kit.web.bodies import posted, posted_raw
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other

Load = Callable[[], Awaitable[OrderView]]


async def do_verb(
    request: WebRequest,
    site: Site,
    actor: Actor,
    load: Load,
    line_id: UUID,
    verb: str,
    *,
    base: str,
    nav_slot: str,
    side: str,
    token: str = "",
) -> Response[Any]:
    """Act and go back to the order. What was typed wrong or is refused shows the form again, with how it stands now;
    what is not possible any more shows the order.
    """
    order = await load()
    line = move_of(order, line_id, verb)[0]
    raw = dict(await posted_raw(request))
    if any(move.verb == verb for move in line.moves):
        asks = asks_of(Words.of(site, visit_of(request).locale), line, verb)
        raw = with_offsets(asks, raw, order.shop.zone)
    given = raw.pop("version", "")
    version = int(given) if isinstance(given, str) and given.isdigit() and len(given) < 10 else None
    try:
        await site.do(
            services.act, line_id, verb, raw, by=actor, version=version, token=token, side=side, source="form"
        )
    except InvalidTransition:
        return see_other(request, base, NOT_NOW, tone="warn")
    except DomainError as refused:
        return await verb_page(
            request,
            site,
            await load(),
            line_id,
            verb,
            base=base,
            nav_slot=nav_slot,
            raw=raw,
            refused=refused,
        )
    return see_other(request, base, DONE)


async def cancel_page(
    request: WebRequest, order: OrderView, *, base: str, nav_slot: str, raw: Any = None, refused: Any = None
) -> Response[str]:
    """Why the whole order is cancelled."""
    problem = refused
    if refused is not None and not isinstance(refused, Invalid):
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    return await page(
        request,
        "orders/cancel.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Cancel the order"),
        order=order,
        form=form_state(request, CancelForm, raw, problem),
        action=f"{base}/cancel",
        base=base,
        nav_slot=nav_slot,
    )


async def do_cancel(
    request: WebRequest,
    site: Site,
    actor: Actor,
    order: OrderView,
    *,
    base: str,
    nav_slot: str,
    side: str,
    token: str = "",
) -> Response[Any]:
    """Cancel whatever of an order is open: all of it or nothing."""
    raw = await posted_raw(request)
    try:
        given = await posted(request, CancelForm)
        await site.do(services.set_status, order.id, "cancelled", by=actor, reason=given.reason, token=token, side=side)
    except InvalidTransition as refused:
        return see_other(request, base, said(request, refused), tone="warn")
    except DomainError as refused:
        return await cancel_page(request, order, base=base, nav_slot=nav_slot, raw=raw, refused=refused)
    return see_other(request, base, N_("Your order is cancelled") if side == "customer" else DONE)


async def do_again(
    request: WebRequest, site: Site, actor: Actor, order: OrderView, *, base: str, visitor: str
) -> Response[Any]:
    """The same once more. Where that cannot be kept (its time is over, it is sold out), the thing's own page asks for
    the rest.
    """
    listing = order.lines[0].listing_id
    try:
        token = await site.do(services.begin_again, order.id, by=actor, visitor=visitor, back=f"/listings/{listing}")
    except DomainError as refused:
        target = base if refused.code == "not_offered" else f"/listings/{listing}"
        return see_other(request, target, said(request, refused), tone="info")
    return see_other(request, f"/order/draft/{token}")
