"""Who works for a shop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import queries, services
from marketplace_kit.shops.domain import InUse, LastOwner
from marketplace_kit.shops.schemas import MemberChange, NewMember
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.errors import STATUS
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route


@get("/sell/shop/{shop_id:uuid}/members", **route(SIGNED_IN), include_in_schema=False)
async def members_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _members_page(request, site, actor, shop_id)


async def _members_page(
    request: WebRequest,
    site: Site,
    actor: Actor,
    shop_id: UUID,
    raw: Any = None,
    refused: DomainError | None = None,
    of: UUID | None = None,
) -> Response[str]:
    """What was ``refused`` stands in the form of the member ``of``, or of somebody new. Context: shop, rows ((member,
    form) pairs), form (somebody new).
    """
    shop = await services.own_shop(site, actor, shop_id, visit_of(request).locale, owner=True)
    problem = _problem(refused)
    rows = []
    for m in await site.ask(queries.members_of, shop_id):
        known = {"role": m.role, "title": m.title, "public": m.public}
        its = (raw or known, problem) if m.person_id == of else (known, None)
        rows.append((m, form_state(request, MemberChange, *its)))
    return await page(
        request,
        "shops/members.html",
        status=STATUS[refused.kind] if refused else 200,
        page_title=N_("Who works here"),
        shop=shop,
        rows=rows,
        form=form_state(request, NewMember) if of else form_state(request, NewMember, raw, problem),
        action=f"/sell/shop/{shop_id}/members",
    )


def _problem(refused: DomainError | None) -> Invalid | None:
    if isinstance(refused, Invalid | None):
        return refused
    return refused.as_invalid() if isinstance(refused, InUse) else Invalid(Problem("", refused.code, refused.text))


@post("/sell/shop/{shop_id:uuid}/members", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def invite_member(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.invite_member, shop_id, parse(NewMember, raw, "form"), by=actor)
    except (Invalid, LastOwner) as refused:
        return await _members_page(request, site, actor, shop_id, raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/members", N_("Added, and told so."))


@post(
    "/sell/shop/{shop_id:uuid}/members/{person_id:uuid}", **route(SIGNED_IN), include_in_schema=False, status_code=200
)
async def change_member(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID], person_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    leaves = raw.pop("act", "") == "remove"
    try:
        if leaves:
            await site.do(services.remove_member, shop_id, person_id, by=actor)
        else:
            await site.do(services.change_member, shop_id, person_id, parse(MemberChange, raw, "form"), by=actor)
    except (Invalid, LastOwner, InUse) as refused:
        return await _members_page(request, site, actor, shop_id, None if leaves else raw, refused, person_id)
    gone = leaves and person_id == actor.person_id
    return see_other(request, "/sell" if gone else f"/sell/shop/{shop_id}/members", N_("Saved."))


handlers = (members_page, invite_member, change_member)
