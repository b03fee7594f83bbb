"""REST: /api/reviews, the reviews of a shop and of a listing, and the queue of those who look after the site."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, QueryParameter

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.reviews import queries, services
from marketplace_kit.reviews.domain import MODERATE
from marketplace_kit.reviews.schemas import (
    NewReport,
    NewReview,
    Opinion,
    OwnReview,
    RemovalReason,
    ReplyChange,
    ReplyText,
    ReviewChange,
    Reviews,
    ReviewSettings,
    ReviewView,
    WaitingReview,
)
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

Stars = Annotated[int | None, QueryParameter(ge=1, le=5, description="Only those with so many stars.")]
QueueState = Literal["held", "reported", "published", "removed"]


@post("/api/reviews", **route(SIGNED_IN, body=NewReview, summary="Rate a completed line of one of my orders"))
async def write(site: Given[Site], actor: Given[Actor], form: Given[NewReview]) -> OwnReview:
    """404 for a line of somebody else, 409 `not_completed`, `already_reviewed` or `review_closed`. A text with a phone
    number or a link is `held` until somebody has looked at it.
    """
    made = await site.do(services.write, UUID(form.line_id), form, by=actor)
    return await _own(site, made.id)


@post("/api/reviews/by/{token:str}", **route(PUBLIC, body=Opinion, summary="Rate as a guest, by the link sent"))
async def write_by_link(site: Given[Site], token: FromPath[str], form: Given[Opinion]) -> OwnReview:
    """404 `manage_link_invalid`; otherwise refused as `POST /api/reviews`."""
    return await _own(site, (await site.do(services.write_by_link, token, form)).id)


@get("/api/reviews", **route(SIGNED_IN, summary="What I wrote, newest first"))
async def mine(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None, limit: Limit = 20
) -> Page[OwnReview]:
    refuse_unknown(request)
    if actor.person_id is None:
        raise Missing
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    return await site.ask(queries.reviews_by, actor.person_id, edit_for, cursor=cursor, limit=limit)


@get("/api/reviews/{review_id:uuid}", **route(PUBLIC, summary="One published review"))
async def one(site: Given[Site], review_id: FromPath[UUID]) -> ReviewView:
    found = await site.ask(queries.public_review, review_id)
    if found is None:
        raise Missing
    return found


@put("/api/reviews/{review_id:uuid}", **route(SIGNED_IN, body=ReviewChange, summary="Change my review"))
async def change(
    site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID], form: Given[ReviewChange]
) -> OwnReview:
    """For 48 hours: then 409 `review_edit_closed`. `version` is the one that was read; 409 `version_conflict`."""
    await site.do(services.change, review_id, form, version=form.version, by=actor)
    return await _own(site, review_id)


@post(
    "/api/reviews/{review_id:uuid}/report",
    **route(SIGNED_IN, body=NewReport, summary="Report a review"),
    status_code=204,
)
async def report(site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID], form: Given[NewReport]) -> None:
    """Once for each person: then 409 `already_reported`."""
    await site.do(services.report, review_id, form, by=actor)


@post("/api/reviews/{review_id:uuid}/reply", **route(SIGNED_IN, body=ReplyText, summary="Answer a review of my shop"))
async def reply(
    site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID], form: Given[ReplyText]
) -> ReviewView:
    """Once for each review: then 409 `already_replied`. 404 to everybody who does not work for the shop."""
    await site.do(services.reply, review_id, form.text, by=actor)
    return await _shown(site, review_id)


@put("/api/reviews/{review_id:uuid}/reply", **route(SIGNED_IN, body=ReplyChange, summary="Change the shop's answer"))
async def change_reply(
    site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID], form: Given[ReplyChange]
) -> ReviewView:
    await site.do(services.change_reply, review_id, form.text, version=form.version, by=actor)
    return await _shown(site, review_id)


@get("/api/shops/{shop_id:uuid}/reviews", **route(PUBLIC, summary="What customers say of a shop, newest first"))
async def of_shop(
    request: WebRequest,
    site: Given[Site],
    shop_id: FromPath[UUID],
    stars: Stars = None,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Reviews:
    """`rating` is of all of them, whatever `stars` leaves."""
    refuse_unknown(request)
    if not await site.ask(queries.is_seen, shop_id=shop_id):
        raise Missing
    return await site.ask(queries.published_reviews, shop_id=shop_id, stars=stars, cursor=cursor, limit=limit)


@get("/api/listings/{listing_id:uuid}/reviews", **route(PUBLIC, summary="What customers say of a listing"))
async def of_listing(
    request: WebRequest,
    site: Given[Site],
    listing_id: FromPath[UUID],
    stars: Stars = None,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Reviews:
    """Newest first; `rating` is of all of them, whatever `stars` leaves."""
    refuse_unknown(request)
    if not await site.ask(queries.is_seen, listing_id=listing_id):
        raise Missing
    return await site.ask(queries.published_reviews, listing_id=listing_id, stars=stars, cursor=cursor, limit=limit)


@get("/api/admin/reviews", **route(MODERATE, summary="Reviews to look at, longest waiting first"))
async def waiting(
    request: WebRequest,
    site: Given[Site],
    of_state: Annotated[QueueState, QueryParameter(name="state", description="In this state.")] = "held",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[WaitingReview]:
    """`held` and `reported` ones wait; those `published` and `removed` come newest first."""
    refuse_unknown(request)
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    return await site.ask(queries.queue, of_state, edit_for, cursor=cursor, limit=limit)


@post(
    "/api/admin/reviews/{review_id:uuid}/publish",
    **route(MODERATE, summary="Show a review that was held or removed"),
    status_code=200,
)
async def publish(site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]) -> OwnReview:
    await site.do(services.publish, review_id, by=actor)
    return await _own(site, review_id)


@post(
    "/api/admin/reviews/{review_id:uuid}/remove",
    **route(MODERATE, body=RemovalReason, summary="Take a review away, with the reason"),
    status_code=200,
)
async def remove(
    site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID], form: Given[RemovalReason]
) -> OwnReview:
    await site.do(services.remove, review_id, form.reason, by=actor)
    return await _own(site, review_id)


@post(
    "/api/admin/reviews/{review_id:uuid}/keep",
    **route(MODERATE, summary="Leave a reported review as it is"),
    status_code=200,
)
async def keep(site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]) -> OwnReview:
    await site.do(services.keep, review_id, by=actor)
    return await _own(site, review_id)


async def _own(site: Site, review_id: UUID) -> OwnReview:
    found = await site.ask(queries.own_review, review_id, site.settings.of(ReviewSettings).terms.edit_for)
    if found is None:
        raise Missing
    return found


async def _shown(site: Site, review_id: UUID) -> ReviewView:
    found = await site.ask(queries.public_review, review_id)
    if found is None:
        raise Missing
    return found


handlers = (
    write,
    write_by_link,
    mine,
    one,
    change,
    report,
    reply,
    change_reply,
    of_shop,
    of_listing,
    waiting,
    publish,
    remove,
    keep,
)
