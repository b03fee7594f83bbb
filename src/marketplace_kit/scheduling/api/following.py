"""REST: my appointments, their invitations, and private calendar feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.queries.following import Followed, coming_of
from marketplace_kit.scheduling.services.feeding import FeedView, make_feed, my_feeds, revoke_feed
from marketplace_kit.scheduling.services.inviting import FILE, invite_for, visit_for
from marketplace_kit.scheduling.services.reminding import say_will_come
from marketplace_kit.scheduling.services.repeating import RepeatForm, SeriesView, end_series, repeat, series_of
from marketplace_kit.scheduling.services.waiting import (
    WaitForm,
    WaitView,
    join_wait,
    leave_wait,
    take_offer,
    waits_of,
)
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import SIGNED_IN, route

CALENDAR = "text/calendar"
Kind = Annotated[
    Literal["visits", "work"], PathParameter(description="visits: my own appointments; work: those I work at.")
]


class ComingVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One of my appointments. Times carry the place's offset; ``zone`` names it."""

    id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    kind: str
    state: str
    title: str
    shop: str
    staff: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    will_come: bool
    version: int


class Begun(msgspec.Struct, frozen=True):
    """Where an order that was begun is finished."""

    href: str


def _shown(one: Followed) -> ComingVisit:
    return ComingVisit(**{name: getattr(one, name) for name in ComingVisit.__struct_fields__})


def ics_answer(text: str) -> Response[bytes]:
    """A file that calendar programs open."""
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"', "X-Content-Type-Options": "nosniff"}
    return Response(text.encode(), media_type=CALENDAR, headers=headers)


@get("/api/appointments", **route(SIGNED_IN, summary="My coming appointments"))
async def appointments(site: Given[Site], actor: Given[Actor]) -> list[ComingVisit]:
    if actor.person_id is None:
        raise Missing
    return [_shown(one) for one in await site.ask(coming_of, actor.person_id, site.clock.now())]


@get("/api/appointments/{appointment_id:uuid}/invite.ics", **route(SIGNED_IN, summary="Invitation of my appointment"))
async def invite(site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]) -> Response[bytes]:
    one = await visit_for(site, appointment_id, by=actor)
    return ics_answer(await invite_for(site, one))


@post(
    "/api/appointments/{appointment_id:uuid}/will-come",
    **route(SIGNED_IN, summary="Say that I will come"),
    status_code=200,
)
async def will_come(site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]) -> ComingVisit:
    await visit_for(site, appointment_id, by=actor)
    await site.do(say_will_come, appointment_id)
    return _shown(await visit_for(site, appointment_id, by=actor))


@get("/api/calendar/feeds", **route(SIGNED_IN, summary="My private calendar feeds"))
async def feeds(site: Given[Site], actor: Given[Actor]) -> list[FeedView]:
    return await my_feeds(site, by=actor)


@post("/api/calendar/feeds/{kind:str}", **route(SIGNED_IN, summary="A feed with a new address"), status_code=201)
async def new_feed(site: Given[Site], actor: Given[Actor], kind: Kind) -> FeedView:
    return await site.do(make_feed, kind, by=actor)


@delete("/api/calendar/feeds/{kind:str}", **route(SIGNED_IN, summary="End a feed"))
async def end_feed(site: Given[Site], actor: Given[Actor], kind: Kind) -> None:
    await site.do(revoke_feed, kind, by=actor)


@post(
    "/api/appointments/{appointment_id:uuid}/repeat",
    **route(SIGNED_IN, body=RepeatForm, summary="Repeat an appointment by a rule"),
    status_code=201,
)
async def repeat_appointment(
    site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID], form: Given[RepeatForm]
) -> SeriesView:
    return await site.do(repeat, appointment_id, form, by=actor)


@get("/api/appointments/series", **route(SIGNED_IN, summary="My repeated appointments"))
async def my_series(site: Given[Site], actor: Given[Actor]) -> list[SeriesView]:
    if actor.person_id is None:
        raise Missing
    return await site.ask(series_of, actor.person_id)


@delete("/api/appointments/series/{series_id:uuid}", **route(SIGNED_IN, summary="End a series; what is booked stays"))
async def stop_series(site: Given[Site], actor: Given[Actor], series_id: FromPath[UUID]) -> None:
    await site.do(end_series, series_id, by=actor)


@post(
    "/api/scheduling/listings/{listing_id:uuid}/waits",
    **route(SIGNED_IN, body=WaitForm, summary="Wait for a time of full days"),
    status_code=201,
)
async def join_waiting(
    site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[WaitForm]
) -> WaitView:
    made = await site.do(join_wait, listing_id, form, by=actor)
    return await _one_wait(site, actor, made)


@get("/api/scheduling/waits", **route(SIGNED_IN, summary="What I wait for"))
async def my_waits(site: Given[Site], actor: Given[Actor]) -> list[WaitView]:
    if actor.person_id is None:
        raise Missing
    return await site.ask(waits_of, actor.person_id)


@post(
    "/api/scheduling/waits/{wait_id:uuid}/take",
    **route(SIGNED_IN, summary="Take the time that is offered: the page on which it is ordered"),
    status_code=201,
)
async def take_waiting(site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> Begun:
    return Begun(href=await site.do(take_offer, wait_id, by=actor))


@delete("/api/scheduling/waits/{wait_id:uuid}", **route(SIGNED_IN, summary="Wait no longer, or pass what is offered"))
async def stop_waiting(site: Given[Site], actor: Given[Actor], wait_id: FromPath[UUID]) -> None:
    await site.do(leave_wait, wait_id, by=actor)


async def _one_wait(site: Site, actor: Actor, wait_id: UUID) -> WaitView:
    found = await site.ask(waits_of, actor.person_id, wait_id) if actor.person_id else []
    if not found:
        raise Missing
    return found[0]


handlers = (
    join_waiting,
    my_waits,
    take_waiting,
    stop_waiting,
    appointments,
    invite,
    will_come,
    feeds,
    new_feed,
    end_feed,
    repeat_appointment,
    my_series,
    stop_series,
)
