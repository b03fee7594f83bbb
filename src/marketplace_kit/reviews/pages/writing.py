"""Rating what was done: for members by the line of their order, for guests by the link they were sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import ManageLinkInvalid
from marketplace_kit.orders.queries import order_by_link
from marketplace_kit.reviews import queries, services
from marketplace_kit.reviews.domain import (
    HELD,
    REMOVED,
    REVIEW,
    AlreadyReviewed,
    EditClosed,
    NotCompleted,
    OwnShop,
    ReviewClosed,
    ReviewRemoved,
)
from marketplace_kit.reviews.pages.reading import as_problem
from marketplace_kit.reviews.schemas import Opinion, OwnReview, Rated, ReviewChange, ReviewSettings
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

MINE = "/account/reviews"
PAGE_OF = 20
_THANKS = N_("Thank you! Your review can be read by everybody now.")
_HELD = N_("Thank you! Your review is shown as soon as somebody has looked at it.")
_CHANGED = N_("Your review is changed.")
_REFUSED = (NotCompleted, AlreadyReviewed, ReviewClosed, OwnShop)


@get("/reviews/new/{line_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def new_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], line_id: FromPath[UUID]
) -> Response[Any]:
    """What was rated already is shown, to be changed while there is time."""
    found = await services.to_rate(site, by=actor, line_id=line_id)
    if found.review_id is not None:
        return see_other(request, f"/reviews/{found.review_id}/edit")
    return await _form_page(request, site, found, f"/reviews/new/{line_id}", f"/orders/{found.order_number}")


@post("/reviews/new/{line_id:uuid}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def write(request: WebRequest, site: Given[Site], actor: Given[Actor], line_id: FromPath[UUID]) -> Response[Any]:
    raw = await posted_raw(request)
    found = await services.to_rate(site, by=actor, line_id=line_id)
    action, back = f"/reviews/new/{line_id}", f"/orders/{found.order_number}"
    try:
        made = await site.do(services.write, line_id, parse(Opinion, raw, "form"), by=actor)
    except Invalid as refused:
        return await _form_page(request, site, found, action, back, raw, refused)
    except _REFUSED as refused:
        return await _form_page(request, site, found, action, back, raw, as_problem(refused), status=409)
    return see_other(request, MINE, _HELD if made.state == HELD else _THANKS)


async def _form_page(
    request: WebRequest,
    site: Site,
    found: Rated,
    action: str,
    back: str,
    raw: Any = None,
    refused: Invalid | None = None,
    *,
    status: int = 422,
) -> Response[str]:
    """Context: rated (what it is about), open (whether it can be rated by now), form, action, back, closes_at."""
    over = found.closes_at is not None and site.clock.now() > found.closes_at
    return await page(
        request,
        "reviews/write.html",
        status=status if refused else 200,
        page_title=N_("How was it?"),
        rated=found,
        is_open=found.stage == Stage.COMPLETED and not over,
        is_over=over,
        form=form_state(request, Opinion, raw, refused),
        action=action,
        back=back,
        version=None,
        until=found.closes_at,
    )


def _unlisted(response: Response[Any]) -> Response[Any]:
    """A page behind a secret address: no search engine keeps it, no other site learns where somebody came from."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@get("/reviews/by/{token:str}", **route(PUBLIC), include_in_schema=False)
async def guest_page(request: WebRequest, site: Given[Site], token: FromPath[str]) -> Response[Any]:
    """Opening the link changes nothing. What was rated already is shown."""
    found = await services.to_rate_by_link(site, token)
    if found.review_id is not None:
        review = await _review(site, found.review_id)
        return _unlisted(await _edit_page(request, site, review, f"/reviews/by/{token}", f"/shops/{found.shop_slug}"))
    return _unlisted(await _form_page(request, site, found, f"/reviews/by/{token}", f"/shops/{found.shop_slug}"))


@get("/reviews/from/o/{token:str}/{line_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def from_order(
    request: WebRequest, site: Given[Site], token: FromPath[str], line_id: FromPath[UUID]
) -> Response[Any]:
    """Whoever holds the link of an order may rate its lines. Refuses :class:`ManageLinkInvalid`."""
    order_id, found = (
        await site.ask(order_by_link, token, site.clock.now()),
        await site.ask(queries.rated, line_id=line_id),
    )
    if found is None or order_id is None or found.order_id != order_id:
        raise ManageLinkInvalid
    return see_other(request, f"/reviews/by/{services.link_token(site, line_id)}")


@post("/reviews/by/{token:str}", **route(PUBLIC), include_in_schema=False, status_code=200)
async def write_by_link(request: WebRequest, site: Given[Site], token: FromPath[str]) -> Response[Any]:
    """Rate, or with the ``version`` that was read, change it."""
    raw = await posted_raw(request)
    found = await services.to_rate_by_link(site, token)
    action, back = f"/reviews/by/{token}", f"/shops/{found.shop_slug}"
    if found.review_id is not None and "version" in raw:
        review = await _review(site, found.review_id)
        try:
            form = parse(ReviewChange, raw, "form")
            await site.do(services.change_by_link, token, form, version=form.version)
        except Invalid as refused:
            return await _edit_page(request, site, review, action, back, raw, refused)
        except (EditClosed, ReviewRemoved, StaleVersion) as refused:
            return await _edit_page(request, site, review, action, back, raw, as_problem(refused), status=409)
        return see_other(request, action, _CHANGED)
    try:
        made = await site.do(services.write_by_link, token, parse(Opinion, raw, "form"))
    except Invalid as refused:
        return await _form_page(request, site, found, action, back, raw, refused)
    except _REFUSED as refused:
        return await _form_page(request, site, found, action, back, raw, as_problem(refused), status=409)
    return see_other(request, action, _HELD if made.state == HELD else _THANKS)


async def _review(site: Site, review_id: UUID, customer_id: UUID | None = None) -> OwnReview:
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    review = await site.ask(queries.own_review, review_id, edit_for, customer_id=customer_id)
    if review is None:
        raise Missing
    return review


@get("/reviews/{review_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False)
async def edit_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[str]:
    review = await _review(site, review_id, actor.person_id)
    return await _edit_page(request, site, review, f"/reviews/{review_id}/edit", MINE)


@post("/reviews/{review_id:uuid}/edit", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def change(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    review = await _review(site, review_id, actor.person_id)
    action = f"/reviews/{review_id}/edit"
    try:
        form = parse(ReviewChange, raw, "form")
        await site.do(services.change, review_id, form, version=form.version, by=actor)
    except Invalid as refused:
        return await _edit_page(request, site, review, action, MINE, raw, refused)
    except (EditClosed, ReviewRemoved, StaleVersion) as refused:
        return await _edit_page(request, site, review, action, MINE, raw, as_problem(refused), status=409)
    return see_other(request, MINE, _CHANGED)


async def _edit_page(
    request: WebRequest,
    site: Site,
    review: OwnReview,
    action: str,
    back: str,
    raw: Any = None,
    refused: Invalid | None = None,
    *,
    status: int = 422,
) -> Response[str]:
    """Context: review, state, editable, form, action, back, version."""
    values = raw if raw is not None else Opinion(rating=review.rating, text=review.text)
    return await page(
        request,
        "reviews/edit.html",
        status=status if refused else 200,
        page_title=N_("Your review"),
        review=review,
        state=REVIEW.state(review.state),
        editable=review.state != REMOVED and site.clock.now() <= review.editable_until,
        form=form_state(request, Opinion, values, refused),
        action=action,
        back=back,
        version=(raw or {}).get("version", review.version),
    )


@get(MINE, **route(SIGNED_IN), include_in_schema=False)
async def mine_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None
) -> Response[str]:
    """Context: rows ((review, state, editable)), next_href, first_href."""
    if actor.person_id is None:
        raise Missing
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    found = await site.ask(queries.reviews_by, actor.person_id, edit_for, cursor=cursor, limit=PAGE_OF)
    now = site.clock.now()
    return await page(
        request,
        "reviews/mine.html",
        page_title=N_("My reviews"),
        nav_slot="account",
        rows=[(r, REVIEW.state(r.state), r.state != REMOVED and now <= r.editable_until) for r in found.items],
        next_href=f"{MINE}?cursor={found.next}" if found.next else "",
        first_href=MINE if cursor else "",
    )


handlers = (new_page, write, guest_page, from_order, write_by_link, edit_page, change, mine_page)
