"""How a service is booked: its rule, and who performs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling import queries, services
from marketplace_kit.scheduling.pages.forms import (
    SAVED,
    Raw,
    Refused,
    as_invalid,
    read_performers,
    state_for,
    status_of,
    work_row,
)
from marketplace_kit.scheduling.pages.selling import staffed_shop
from marketplace_kit.scheduling.queries import editing
from marketplace_kit.scheduling.schemas import (
    MissedRule,
    Performer,
    ServiceRule,
)
from marketplace_kit.scheduling.services.policies import missed_rule
from marketplace_kit.scheduling.services.team import time_kinds
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import errors_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

SHOP_RULES = "/sell/shop/{shop_id:uuid}/booking"


@get(SHOP_RULES, **route(SIGNED_IN), include_in_schema=False)
async def shop_rules_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[str]:
    return await _shop_rules_page(request, site, actor, shop_id)


async def _shop_rules_page(
    request: WebRequest, site: Site, actor: Actor, shop_id: UUID, raw: Raw | None = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: shop, form, action, back_href."""
    shop = await staffed_shop(site, actor, shop_id, visit_of(request).locale)
    limit, days = await site.ask(missed_rule, site, shop_id)
    return await page(
        request,
        "scheduling/shop_rules.html",
        status=422 if refused else 200,
        page_title=N_("Rules of booking"),
        shop=shop,
        form=state_for(request, MissedRule, raw if raw is not None else {"limit": limit, "days": days}, refused),
        action=f"/sell/shop/{shop_id}/booking",
        back_href=f"/sell/shop/{shop_id}/staff",
    )


@post(SHOP_RULES, **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_shop_rules(
    request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.set_missed_rule, shop_id, parse(MissedRule, raw, "form"), by=actor)
    except Invalid as refused:
        return await _shop_rules_page(request, site, actor, shop_id, raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/booking", SAVED)


@get("/sell/listings/{listing_id:uuid}/booking", **route(SIGNED_IN), include_in_schema=False)
async def rule_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    return await _rule_page(request, site, actor, listing_id)


async def _rule_page(
    request: WebRequest, site: Site, actor: Actor, listing_id: UUID, refused: Refused | None = None
) -> Response[str]:
    """Context: see the template."""
    service = (await site.ask(queries.services_of, [listing_id])).get(listing_id)
    if service is None or service.kind not in time_kinds(site):
        raise Missing
    shop = await staffed_shop(site, actor, service.shop_id, visit_of(request).locale)
    who = await site.ask(editing.performed, shop.id, [service.kind], listing_id=listing_id)
    work_raw = refused.raw if refused and refused.form == "work" else None
    raw = refused.raw if refused and refused.form == "rule" else await site.ask(editing.typed_rule, listing_id)
    why = refused.why if refused else None
    of_rule = bool(refused and refused.form == "rule")
    return await page(
        request,
        "scheduling/rule.html",
        status=status_of(why),
        page_title=N_("How it is booked"),
        shop=shop,
        service=service,
        here=f"/sell/listings/{listing_id}/booking",
        form=state_for(request, ServiceRule, raw, why if of_rule else None),
        version=service.rule.version,
        work=[work_row(w, str(w.resource_id), w.name, work_raw) for w in who],
        work_errors=[t for ts in errors_of(request, None if of_rule else as_invalid(why)).values() for t in ts],
    )


@post("/sell/listings/{listing_id:uuid}/booking", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_rule(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.save_service_rule, listing_id, parse(ServiceRule, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as why:
        return await _rule_page(request, site, actor, listing_id, Refused(form="rule", raw=raw, why=why))
    return see_other(request, f"/sell/listings/{listing_id}/booking", SAVED)


@post("/sell/listings/{listing_id:uuid}/booking/who", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def set_who(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        chosen: Sequence[Performer] = [
            Performer(resource_id=int(key), minutes=minutes, price=price)
            for key, (minutes, price) in read_performers(raw).items()
        ]
        await site.do(services.set_service_resources, listing_id, chosen, by=actor)
    except ValueError as wrong:
        raise Missing from wrong
    except Invalid as why:
        return await _rule_page(request, site, actor, listing_id, Refused(form="work", raw=raw, why=why))
    return see_other(request, f"/sell/listings/{listing_id}/booking", SAVED)


handlers = (
    shop_rules_page,
    set_shop_rules,
    rule_page,
    set_rule,
    set_who,
)
