"""Listings that wait to be looked at."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.api.keeping import view_of
from marketplace_kit.listings.schemas import (
    ListingView,
    Verdict,
    WaitingListing,
)
from marketplace_kit.listings.services.moderating import MODERATE
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import route


@get("/api/admin/listings", **route(MODERATE, summary="Listings that wait to be looked at, longest waiting first"))
async def waiting(
    request: WebRequest,
    site: Given[Site],
    of_state: Annotated[
        Literal["pending_review", "published", "taken_down"], QueryParameter(name="state", description="In this state.")
    ] = "pending_review",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[WaitingListing]:
    """With `state` those that are published or were taken down, newest first."""
    refuse_unknown(request)
    locale = visit_of(request).locale
    return await site.ask(queries.waiting_listings, state=of_state, cursor=cursor, limit=limit, locale=locale)


@post(
    "/api/admin/listings/{listing_id:uuid}/approve",
    **route(MODERATE, summary="Publish a listing that waited"),
    status_code=200,
)
async def approve(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> ListingView:
    await site.do(services.approve, listing_id, by=actor)
    return await view_of(request, listing_id)


@post(
    "/api/admin/listings/{listing_id:uuid}/reject",
    **route(MODERATE, body=Verdict, summary="Send a listing that waited back, with the reason"),
    status_code=200,
)
async def reject(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[Verdict]
) -> ListingView:
    await site.do(services.reject, listing_id, form.reason, by=actor)
    return await view_of(request, listing_id)


@post(
    "/api/admin/listings/{listing_id:uuid}/take-down",
    **route(MODERATE, body=Verdict, summary="Take a published listing off the site, with the reason"),
    status_code=200,
)
async def take_down(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[Verdict]
) -> ListingView:
    await site.do(services.take_down, listing_id, form.reason, by=actor)
    return await view_of(request, listing_id)


handlers = (
    waiting,
    approve,
    reject,
    take_down,
)
