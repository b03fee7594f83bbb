"""One's notices, and the bell."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications import queries, services
from marketplace_kit.notifications.pages.paths import CATEGORY_LABELS, LIST, AnyRequest, own
from marketplace_kit.notifications.queries import types_of
from marketplace_kit.web.context import Given
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

Show = Annotated[Literal["all", "unread"], QueryParameter(description="All, or only the unread.")]
Category = Annotated[
    Literal["", "orders", "services", "messages", "system"], QueryParameter(description="Only of this category.")
]
IN_BELL = 10


@get(LIST, **route(SIGNED_IN), include_in_schema=False)
async def notices_page(
    request: AnyRequest,
    site: Given[Site],
    actor: Given[Actor],
    show: Show = "all",
    category: Category = "",
    cursor: CursorText = None,
) -> Response[str]:
    person_id, types = own(actor), types_of(site.registry, category)
    unread_only = show == "unread"
    found = await site.ask(queries.notices_of, person_id, unread_only=unread_only, types=types, cursor=cursor)
    unread = await site.ask(queries.unread_count, person_id)
    here = f"{LIST}?show={show}" + (f"&category={category}" if category else "")
    context: dict[str, Any] = {
        "notices": found.items,
        "unread": unread,
        "show": show,
        "category": category,
        "categories": CATEGORY_LABELS,
        "here": here,
        "next_href": f"{here}&cursor={found.next}" if found.next else "",
    }
    return await page(request, "notifications/list.html", page_title=N_("Notices"), **context)


@get(f"{LIST}/bell", **route(SIGNED_IN), include_in_schema=False)
async def bell(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[str]:
    """The fragment that the bell fetches: the number of unread notices and the newest ones."""
    person_id = own(actor)
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


@post(f"{LIST}/{{notice_id:uuid}}/dismiss", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def dismiss_notice(
    request: AnyRequest, site: Given[Site], actor: Given[Actor], notice_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.dismiss, notice_id, by=actor)
    return see_other(request, LIST, N_("The notice is gone from the list."))


@post(f"{LIST}/read-all", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def read_all(request: AnyRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.mark_all_read, by=actor)
    return see_other(request, LIST, N_("All notices are marked as read."))


handlers = (
    notices_page,
    bell,
    open_notice,
    read_notice,
    dismiss_notice,
    read_all,
)
