"""REST: /api/notifications. A person sees their own notices; anybody else's are not there."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications import queries, schemas, services
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.routing import SIGNED_IN, route

UnreadOnly = Annotated[bool, QueryParameter(description="Only those not read yet.")]


@get("/api/notifications", **route(SIGNED_IN, summary="My notices, newest first"))
async def notices(
    site: Given[Site], actor: Given[Actor], unread: UnreadOnly = False, cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.NoticeView]:
    return await site.ask(queries.notices_of, _own(actor), unread_only=unread, cursor=cursor, limit=limit)


@get("/api/notifications/unread/{user_id:uuid}", **route(SIGNED_IN, summary="My unread notices and their number"))
async def unread_notices(
    site: Given[Site], actor: Given[Actor], user_id: FromPath[UUID], cursor: CursorText = None, limit: Limit = 20
) -> schemas.UnreadNotices:
    if user_id != actor.person_id:
        raise Missing
    return await site.ask(queries.unread_of, user_id, cursor=cursor, limit=limit)


@put("/api/notifications/mark-read/{notice_id:uuid}", **route(SIGNED_IN, summary="Mark one of my notices read"))
async def mark_read(site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]) -> schemas.NoticeView:
    await site.do(services.mark_read, notice_id, by=actor)
    return await site.ask(queries.notice_named, notice_id, _own(actor))


@post("/api/notifications/mark-all-read", **route(SIGNED_IN, summary="Mark all my notices read"), status_code=200)
async def mark_all_read(site: Given[Site], actor: Given[Actor]) -> schemas.Marked:
    return schemas.Marked(marked=await site.do(services.mark_all_read, by=actor))


def _own(actor: Actor) -> Any:
    if actor.person_id is None:
        raise Missing
    return actor.person_id


handlers = (notices, unread_notices, mark_read, mark_all_read)
