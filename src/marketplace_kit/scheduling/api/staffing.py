"""REST: what the pages of a shop's staff and calendar do, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling import queries, services
from marketplace_kit.scheduling.queries.clocks import collisions_of
from marketplace_kit.scheduling.queries.plans import today_in
from marketplace_kit.scheduling.schemas import (
    Break,
    Calendar,
    MissedRule,
    NewWalkIn,
    ResourceDay,
    ResourceForm,
    ResourceView,
    ResourceWeek,
    ServiceRule,
)
from marketplace_kit.scheduling.schemas.clocks import ClockCollision
from marketplace_kit.scheduling.services.policies import missed_rule
from marketplace_kit.scheduling.services.working import staffed_shop
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import SIGNED_IN, route

ALL = "/api/shops/{shop_id:uuid}/resources"
ONE = ALL + "/{resource_id:int}"
First = Annotated[date | None, QueryParameter(name="day", required=False, description="Today's if left out.")]
Days = Annotated[int, QueryParameter(name="days", ge=1, le=31, required=False)]
Shop = FromPath[UUID]
Id = FromPath[int]


async def _resource(site: Site, shop_id: UUID, resource_id: int) -> ResourceView:
    found = await site.ask(queries.resource_by_id, shop_id, resource_id)
    if found is None:
        raise Missing
    return found


@get(ALL, **route(SIGNED_IN, summary="Who and what can be booked at my shop"))
async def list_resources(site: Given[Site], actor: Given[Actor], shop_id: Shop) -> list[ResourceView]:
    await staffed_shop(site, actor, shop_id, actor.locale)
    return await site.ask(queries.resource_list, shop_id)


@post(ALL, **route(SIGNED_IN, body=ResourceForm, summary="Add a member of staff, a room, a van, a device"))
async def add_resource(
    site: Given[Site], actor: Given[Actor], form: Given[ResourceForm], shop_id: Shop
) -> ResourceView:
    made = await site.do(services.save_resource, shop_id, form, by=actor)
    return await _resource(site, shop_id, made)


@put(ONE, **route(SIGNED_IN, body=ResourceForm, summary="Change one of them"))
async def change_resource(
    site: Given[Site], actor: Given[Actor], form: Given[ResourceForm], shop_id: Shop, resource_id: Id
) -> ResourceView:
    """409 `in_use` with the `appointments` that lie ahead of who or what shall not be booked any more."""
    await site.do(services.save_resource, shop_id, form, by=actor, resource_id=resource_id)
    return await _resource(site, shop_id, resource_id)


@put(f"{ONE}/hours", **route(SIGNED_IN, body=ResourceWeek, summary="Its hours of the week"))
async def set_hours(
    site: Given[Site], actor: Given[Actor], form: Given[ResourceWeek], shop_id: Shop, resource_id: Id
) -> ResourceView:
    await site.do(services.set_resource_week, shop_id, resource_id, form, by=actor)
    return await _resource(site, shop_id, resource_id)


@put(ONE + "/days/{day:date}", **route(SIGNED_IN, body=ResourceDay, summary="What is different on one date"))
async def set_day(
    site: Given[Site],
    actor: Given[Actor],
    form: Given[ResourceDay],
    shop_id: Shop,
    resource_id: Id,
    day: FromPath[date],
) -> ResourceView:
    await site.do(services.set_resource_day, shop_id, resource_id, day, form, by=actor)
    return await _resource(site, shop_id, resource_id)


@delete(ONE + "/days/{day:date}", **route(SIGNED_IN, summary="The date is like every other again"))
async def clear_day(
    site: Given[Site], actor: Given[Actor], shop_id: Shop, resource_id: Id, day: FromPath[date]
) -> None:
    await site.do(services.clear_resource_day, shop_id, resource_id, day, by=actor)


@post(f"{ONE}/breaks", **route(SIGNED_IN, body=Break, summary="Block time"))
async def take_break(
    site: Given[Site], actor: Given[Actor], form: Given[Break], shop_id: Shop, resource_id: Id
) -> dict[str, Any]:
    return {"ids": await site.do(services.take_break, shop_id, resource_id, form, by=actor)}


@delete("/api/shops/{shop_id:uuid}/breaks/{claim_id:uuid}", **route(SIGNED_IN, summary="Free blocked time again"))
async def release_break(site: Given[Site], actor: Given[Actor], shop_id: Shop, claim_id: FromPath[UUID]) -> None:
    await site.do(services.release_break, shop_id, claim_id, by=actor)


@post("/api/shops/{shop_id:uuid}/walk-ins", **route(SIGNED_IN, body=NewWalkIn, summary="Write down who came in"))
async def walk_in(request: WebRequest, site: Given[Site], actor: Given[Actor], shop_id: Shop) -> dict[str, Any]:
    """Somebody who came in or called, by the shop's staff; answers the line's id. A grooming service asks for ``pet``
    (one that the shop knows) or ``pet_name``, ``species``, ``weight``, ``coat`` and whether to ``keep_record``.
    """
    raw = await sent_raw(request)
    names = NewWalkIn.__struct_fields__
    form = parse(NewWalkIn, {k: v for k, v in raw.items() if k in names})
    try:
        listing_id = UUID(form.listing_id)
    except ValueError as wrong:
        raise Missing from wrong
    asked = {k: v for k, v in raw.items() if k not in names}
    return {"id": await site.do(services.walk_in, shop_id, listing_id, form, by=actor, asked=asked)}


@get("/api/shops/{shop_id:uuid}/calendar", **route(SIGNED_IN, summary="My shop's calendar"))
async def calendar(
    site: Given[Site], actor: Given[Actor], shop_id: Shop, day: First = None, days: Days = 7
) -> Calendar:
    """Who works when, and what is in the way."""
    shop = await staffed_shop(site, actor, shop_id, actor.locale)
    now = site.clock.now()
    first = day or today_in(shop.zone, now)
    found = await site.ask(queries.calendar_of, shop_id, first, days, now=now)
    if found is None:
        raise Missing
    return found


@get(
    "/api/shops/{shop_id:uuid}/clock-collisions",
    **route(SIGNED_IN, summary="What overlaps since the law of the clock was changed"),
)
async def clock_collisions(site: Given[Site], actor: Given[Actor], shop_id: Shop) -> list[ClockCollision]:
    """Each keeps its time on the wall and lies on something else; it leaves the list when either is moved."""
    await staffed_shop(site, actor, shop_id, actor.locale)
    return await site.ask(collisions_of, shop_id)


@put("/api/listings/{listing_id:uuid}/booking", **route(SIGNED_IN, body=ServiceRule, summary="How it is booked"))
async def set_rule(
    site: Given[Site], actor: Given[Actor], form: Given[ServiceRule], listing_id: FromPath[UUID]
) -> ServiceRule:
    await site.do(services.save_service_rule, listing_id, form, by=actor)
    return form


@get("/api/shops/{shop_id:uuid}/booking", **route(SIGNED_IN, summary="My shop's rule of missed visits"))
async def shop_rule(site: Given[Site], actor: Given[Actor], shop_id: Shop) -> MissedRule:
    await staffed_shop(site, actor, shop_id, actor.locale)
    limit, days = await site.ask(missed_rule, site, shop_id)
    return MissedRule(limit=limit, days=days)


@put(
    "/api/shops/{shop_id:uuid}/booking",
    **route(SIGNED_IN, body=MissedRule, summary="After how many missed visits a prepayment is asked for"),
)
async def set_shop_rule(site: Given[Site], actor: Given[Actor], form: Given[MissedRule], shop_id: Shop) -> MissedRule:
    await site.do(services.set_missed_rule, shop_id, form, by=actor)
    return form


handlers = (
    shop_rule,
    set_shop_rule,
    list_resources,
    add_resource,
    change_resource,
    set_hours,
    set_day,
    clear_day,
    take_break,
    release_break,
    walk_in,
    calendar,
    clock_collisions,
    set_rule,
)
