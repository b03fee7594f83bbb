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
from marketplace_kit.scheduling.services.reminding import remind_now, say_will_come
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


@post(
    "/api/appointments/{appointment_id:uuid}/remind",
    **route(SIGNED_IN, summary="Remind the customer of an appointment at my shop, now"),
    status_code=204,
)
async def remind(site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]) -> None:
    """409 `reminded_already` within an hour, `nobody_to_remind`."""
    await site.do(remind_now, appointment_id, by=actor)


@post("/api/calendar/feeds/{kind:str}", **route(SIGNED_IN, summary="A feed with a new address"), status_code=201)
async def new_feed(site: Given[Site], actor: Given[Actor], kind: Kind) -> FeedView:
    return await site.do(make_feed, kind, by=actor)


@delete("/api/calendar/feeds/{kind:str}", **route(SIGNED_IN, summary="End a feed"))
async def end_feed(site: Given[Site], actor: Given[Actor], kind: Kind) -> None:
    await site.do(revoke_feed, kind, by=actor)


handlers = (
    remind,
    appointments,
    invite,
    will_come,
    feeds,
    new_feed,
    end_feed,
)
