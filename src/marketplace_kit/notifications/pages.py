"""Pages: the list of notices, the bell, and stopping a kind of mail."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, services
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

AnyRequest = Request[Any, Any, Any]
Show = Annotated[Literal["all", "unread"], QueryParameter(description="All, or only the unread.")]
LIST = "/account/notices"
IN_BELL = 5


@get(LIST, **route(SIGNED_IN), include_in_schema=False)
async def notices_page(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], show: Show = "all", cursor: CursorText = None
) -> Response[str]:
    person_id = _own(actor)
    found = await site.ask(queries.notices_of, person_id, unread_only=show == "unread", cursor=cursor)
    unread = await site.ask(queries.unread_count, person_id)
    next_href = f"{LIST}?show={show}&cursor={found.next}" if found.next else ""
    context: dict[str, Any] = {"notices": found.items, "unread": unread, "show": show, "next_href": next_href}
    return await page(request, "notifications/list.html", page_title=N_("Notices"), **context)


@get(f"{LIST}/bell", **route(SIGNED_IN), include_in_schema=False)
async def bell(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """The fragment that the bell fetches: the number of unread notices and the newest ones."""
    person_id = _own(actor)
    latest = await site.ask(queries.notices_of, person_id, limit=IN_BELL)
    unread = await site.ask(queries.unread_count, person_id)
    return await page(request, "notifications/bell_open.html", notices=latest.items, unread=unread)


@post(f"{LIST}/{{notice_id:uuid}}/open", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def open_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    """Read it and go where it points."""
    return see_other(request, await site.do(services.mark_read, notice_id, by=actor))


@post(f"{LIST}/{{notice_id:uuid}}/read", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def read_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.mark_read, notice_id, by=actor)
    return see_other(request, LIST)


@post(f"{LIST}/read-all", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def read_all(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.mark_all_read, by=actor)
    return see_other(request, LIST, N_("All notices are marked as read."))


STOP = "/notices/stop/{person_id:uuid}/{type_name:str}/{channel:str}/{signature:str}"


@get(STOP, **route(PUBLIC), include_in_schema=False)
async def stop_page(
    request: AnyRequest,
    site: Given[Site],
    person_id: FromPath[UUID],
    type_name: FromPath[str],
    channel: FromPath[str],
    signature: FromPath[str],
) -> Response[str]:
    """A button, and no act on GET: scanners of mail open every link."""
    services.check_stop_link(site, person_id, type_name, channel, signature)
    label = site.registry.notices[type_name].label
    return await page(
        request, "notifications/stop.html", page_title=N_("Stop messages of this kind"), label=label, done=False
    )


# The signature in the address is the proof; mail programs post without any page of ours (RFC 8058).
@post(STOP, **route(PUBLIC, csrf=False), include_in_schema=False, status_code=200)
async def stop(
    request: AnyRequest,
    site: Given[Site],
    person_id: FromPath[UUID],
    type_name: FromPath[str],
    channel: FromPath[str],
    signature: FromPath[str],
) -> Response[str]:
    await site.do(services.stop, person_id, type_name, channel, signature)
    label = site.registry.notices[type_name].label
    return await page(request, "notifications/stop.html", page_title=N_("Messages stopped"), label=label, done=True)


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing
    return actor.person_id


handlers = (notices_page, bell, open_notice, read_notice, read_all, stop_page, stop)
