"""Looking after all shops: those that wait for an answer come first."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import InvalidTransition
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import ADMIN, SHOP, ReasonRequired
from marketplace_kit.shops.schemas import Reason
from marketplace_kit.shops.services.moving import ADMINS_ONLY, NEEDS_REASON
from marketplace_kit.shops.services.readiness import ADVICE, BLOCKS
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

PAGE_OF = 50
StateName = Annotated[str, QueryParameter(name="state", max_length=20, required=False)]
Text = Annotated[str, QueryParameter(name="q", max_length=200, required=False)]


@get("/admin/shops", **route("shops.approve"), include_in_schema=False)
async def shops_page(
    request: WebRequest, site: Given[Site], in_state: StateName = "", q: Text = "", cursor: CursorText = None
) -> Response[str]:
    """Context: rows ((shop, state) pairs), states, chosen, q, next_href, first_href."""
    locale = visit_of(request).locale
    found = await site.ask(queries.admin_shops, state=in_state, text=q, cursor=cursor, limit=PAGE_OF, locale=locale)
    asked = {name: value for name, value in (("state", in_state), ("q", q)) if value}
    return await page(
        request,
        "shops/admin.html",
        page_title=N_("Shops"),
        rows=[(shop, SHOP.state(shop.state)) for shop in found.items],
        states=SHOP.states,
        chosen=in_state,
        q=q,
        next_href=f"/admin/shops?{urlencode(asked | {'cursor': found.next})}" if found.next else "",
        first_href=f"/admin/shops?{urlencode(asked)}" if cursor else "",
    )


@get("/admin/shops/{shop_id:uuid}", **route("shops.approve"), include_in_schema=False)
async def shop_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _shop_page(request, site, actor, shop_id)


async def _shop_page(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, raw: Any = None, refused: DomainError | None = None
) -> Response[str]:
    """Context: shop, state, setup, members, moves (what an admin may do now), form (the reason)."""
    shop = await services.own_shop(site, actor, shop_id, visit_of(request).locale)
    problem = refused
    if isinstance(refused, ReasonRequired):
        problem = Invalid(Problem("reason", refused.code, refused.text))
    elif refused is not None and not isinstance(refused, Invalid):
        problem = Invalid(Problem("", refused.code, refused.text, refused.facts))
    return await page(
        request,
        "shops/admin_shop.html",
        status=409 if isinstance(refused, InvalidTransition) else 422 if refused else 200,
        page_title=shop.name or shop.slug,
        shop=shop,
        state=SHOP.state(shop.state),
        setup=await site.ask(services.setup_of, shop_id, site, visit_of(request).locale),
        blocks=BLOCKS,
        advice=ADVICE,
        members=await site.ask(queries.members_of, shop_id),
        moves=[move for move in SHOP.moves(shop.state, {ADMIN}) if move.verb in ADMINS_ONLY],
        needs_reason=NEEDS_REASON,
        form=form_state(request, Reason, raw, problem if isinstance(problem, Invalid) else None),
    )


@post("/admin/shops/{shop_id:uuid}", **route("shops.approve"), include_in_schema=False, status_code=200)
async def move(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]) -> Response[Any]:
    raw = await posted_raw(request)
    verb = str(raw.pop("act", ""))
    try:
        reason = parse(Reason, raw, "form").reason
        wanted = verb if verb in ADMINS_ONLY else ""
        await site.do(services.move_shop, shop_id, wanted, by=actor, reason=reason)
    except (Invalid, ReasonRequired, InvalidTransition) as refused:
        return await _shop_page(request, site, actor, shop_id, raw, refused)
    return see_other(request, "/admin/shops", N_("Done. The owner is told."))


handlers = (shops_page, shop_page, move)
