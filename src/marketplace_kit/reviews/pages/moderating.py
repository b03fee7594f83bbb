"""The admins' queue: what is held or was reported, and what was decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.reviews import queries, services
from marketplace_kit.reviews.domain import HELD, MODERATE, PUBLISHED, REASONS, REMOVED, REVIEW
from marketplace_kit.reviews.queries import REPORTED
from marketplace_kit.reviews.schemas import RemovalReason, ReviewSettings
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

QUEUE = "/admin/reviews"
PAGE_OF = 24
STATES = (REVIEW.state(HELD), State(REPORTED, N_("Reported"), Tone.WARN), *map(REVIEW.state, (PUBLISHED, REMOVED)))


@get(QUEUE, **route(MODERATE), include_in_schema=False)
async def queue_page(request: WebRequest, site: Given[Site], cursor: CursorText = None) -> Response[str]:
    """Context: reviews, state, states ((State, href, chosen)), reasons, next_href, first_href."""
    wanted = request.query_params.get("state", HELD)
    wanted = wanted if wanted in {one.name for one in STATES} else HELD
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    found = await site.ask(queries.queue, wanted, edit_for, cursor=cursor, limit=PAGE_OF)
    here = f"{QUEUE}?state={wanted}"
    return await page(
        request,
        "reviews/moderate.html",
        page_title=N_("Reviews to look at"),
        nav_slot="admin",
        reviews=found.items,
        state=wanted,
        states=[(one, f"{QUEUE}?state={one.name}", one.name == wanted) for one in STATES],
        reasons=dict(REASONS),
        next_href=f"{here}&cursor={found.next}" if found.next else "",
        first_href=here if cursor else "",
    )


@post(QUEUE + "/{review_id:uuid}/publish", **route(MODERATE), include_in_schema=False, status_code=200)
async def publish(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.publish, review_id, by=actor)
    return see_other(request, QUEUE, N_("It is published: everybody can read it now."))


@post(QUEUE + "/{review_id:uuid}/keep", **route(MODERATE), include_in_schema=False, status_code=200)
async def keep(request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]) -> Response[Any]:
    await site.do(services.keep, review_id, by=actor)
    return see_other(request, f"{QUEUE}?state={REPORTED}", N_("It stays as it is."))


@get(QUEUE + "/{review_id:uuid}/remove", **route(MODERATE), include_in_schema=False)
async def remove_page(request: WebRequest, site: Given[Site], review_id: FromPath[UUID]) -> Response[str]:
    return await _remove_page(request, site, review_id)


async def _remove_page(
    request: WebRequest, site: Site, review_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: review, form, action, back."""
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    review = await site.ask(queries.own_review, review_id, edit_for)
    if review is None:
        raise Missing
    return await page(
        request,
        "reviews/remove.html",
        status=422 if refused else 200,
        page_title=N_("Remove a review"),
        nav_slot="admin",
        review=review,
        form=form_state(request, RemovalReason, raw, refused),
        action=f"{QUEUE}/{review_id}/remove",
        back=QUEUE,
    )


@post(QUEUE + "/{review_id:uuid}/remove", **route(MODERATE), include_in_schema=False, status_code=200)
async def remove(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        reason = parse(RemovalReason, raw, "form").reason
    except Invalid as refused:
        return await _remove_page(request, site, review_id, raw, refused)
    await site.do(services.remove, review_id, reason, by=actor)
    return see_other(request, QUEUE, N_("It is removed, and its author knows why."))


handlers = (queue_page, publish, keep, remove_page, remove)
