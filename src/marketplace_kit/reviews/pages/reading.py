"""What everybody reads: all reviews of a shop or of a listing, and the first few inside their pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.reviews import queries, services
from marketplace_kit.reviews.domain import AlreadyReported, OwnReview
from marketplace_kit.reviews.schemas import NewReport
from marketplace_kit.scheduling.queries import resource_by_id
from marketplace_kit.shops.queries import slug_now
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

PAGE_OF = 20
FIRST = 3
"""So many stand on the page of the shop or listing itself."""


def stars_asked(request: WebRequest) -> int | None:
    """The filter of the address; what is no number of stars filters nothing."""
    asked = request.query_params.get("stars", "")
    return int(asked) if asked in {"1", "2", "3", "4", "5"} else None


async def _all(
    request: WebRequest, site: Site, path: str, title: str, about: str, cursor: str | None, **subject: Any
) -> Response[str]:
    """Context: rating, reviews, stars (the filter), path, about, back, next_href, first_href."""
    stars = stars_asked(request)
    found = await site.ask(queries.published_reviews, stars=stars, cursor=cursor, limit=PAGE_OF, **subject)
    here = f"{path}/reviews?stars={stars}" if stars else f"{path}/reviews"
    joint = "&" if stars else "?"
    return await page(
        request,
        "reviews/all.html",
        page_title=title,
        about=about,
        back=path,
        path=f"{path}/reviews",
        rating=found.rating,
        reviews=found.items,
        stars=stars,
        with_listing="listing_id" not in subject,
        next_href=f"{here}{joint}cursor={found.next}" if found.next else "",
        first_href=here if cursor else "",
    )


@get("/shops/{slug:str}/reviews", **route(PUBLIC), include_in_schema=False)
async def shop_reviews_page(
    request: WebRequest, site: Given[Site], slug: FromPath[str], cursor: CursorText = None
) -> Response[Any]:
    shop = await site.ask(queries.shop_seen, slug)
    if shop is None:
        if now := await site.ask(slug_now, slug):
            return Response("", status_code=301, headers={"Location": f"/shops/{now}/reviews"})
        raise Missing
    shop_id, name = shop
    return await _all(request, site, f"/shops/{slug}", N_("Reviews"), name or slug, cursor, shop_id=shop_id)


@get("/listings/{listing_id:uuid}/reviews", **route(PUBLIC), include_in_schema=False)
async def listing_reviews_page(
    request: WebRequest, site: Given[Site], listing_id: FromPath[UUID], cursor: CursorText = None
) -> Response[str]:
    title = await site.ask(queries.title_of, listing_id)
    if title is None:
        raise Missing
    return await _all(request, site, f"/listings/{listing_id}", N_("Reviews"), title, cursor, listing_id=listing_id)


@get("/reviews/first/shop/{slug:str}", **route(PUBLIC), include_in_schema=False)
async def first_of_shop(request: WebRequest, site: Given[Site], slug: FromPath[str]) -> Response[str]:
    """A piece of the shop's page, fetched by it."""
    shop = await site.ask(queries.shop_seen, slug)
    if shop is None:
        raise Missing
    found = await site.ask(queries.published_reviews, shop_id=shop[0], limit=FIRST)
    return await _first(request, found, f"/shops/{slug}/reviews", with_listing=True)


@get("/reviews/first/listing/{listing_id:uuid}", **route(PUBLIC), include_in_schema=False)
async def first_of_listing(request: WebRequest, site: Given[Site], listing_id: FromPath[UUID]) -> Response[str]:
    """A piece of the listing's page, fetched by it."""
    if not await site.ask(queries.is_seen, listing_id=listing_id):
        raise Missing
    found = await site.ask(queries.published_reviews, listing_id=listing_id, limit=FIRST)
    return await _first(request, found, f"/listings/{listing_id}/reviews", with_listing=False)


async def _person(site: Site, slug: str, staff_id: int) -> str:
    """The name of somebody whom customers may choose at a shop. Refuses :class:`Missing`."""
    shop = await site.ask(queries.shop_seen, slug)
    found = await site.ask(resource_by_id, shop[0], staff_id) if shop else None
    if found is None or found.kind != "staff" or not (found.active and found.public):
        raise Missing
    return found.name


@get("/shops/{slug:str}/staff/{staff_id:int}/reviews", **route(PUBLIC), include_in_schema=False)
async def staff_reviews_page(
    request: WebRequest, site: Given[Site], slug: FromPath[str], staff_id: FromPath[int], cursor: CursorText = None
) -> Response[str]:
    name, path = await _person(site, slug, staff_id), f"/shops/{slug}/staff/{staff_id}"
    return await _all(request, site, path, N_("Reviews"), name, cursor, staff_id=staff_id)


@get("/reviews/first/staff/{slug:str}/{staff_id:int}", **route(PUBLIC), include_in_schema=False)
async def first_of_staff(
    request: WebRequest, site: Given[Site], slug: FromPath[str], staff_id: FromPath[int]
) -> Response[str]:
    """A piece of the page of somebody who works for a shop, fetched by it."""
    await _person(site, slug, staff_id)
    found = await site.ask(queries.published_reviews, staff_id=staff_id, limit=FIRST)
    return await _first(request, found, f"/shops/{slug}/staff/{staff_id}/reviews", with_listing=True)


async def _first(request: WebRequest, found: Any, path: str, *, with_listing: bool) -> Response[str]:
    return await page(
        request, "reviews/first.html", rating=found.rating, reviews=found.items, path=path, with_listing=with_listing
    )


@get("/reviews/{review_id:uuid}/report", **route(SIGNED_IN), include_in_schema=False)
async def report_page(request: WebRequest, site: Given[Site], review_id: FromPath[UUID]) -> Response[str]:
    return await _report_page(request, site, review_id)


async def _report_page(
    request: WebRequest, site: Site, review_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: review, form, action, back."""
    review = await site.ask(queries.public_review, review_id)
    if review is None:
        raise Missing
    return await page(
        request,
        "reviews/report.html",
        status=422 if refused else 200,
        page_title=N_("Report a review"),
        review=review,
        form=form_state(request, NewReport, raw, refused),
        action=f"/reviews/{review_id}/report",
        back=f"/listings/{review.listing_id}/reviews",
    )


@post("/reviews/{review_id:uuid}/report", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def report(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        await site.do(services.report, review_id, parse(NewReport, raw, "form"), by=actor)
    except Invalid as refused:
        return await _report_page(request, site, review_id, raw, refused)
    except (AlreadyReported, OwnReview) as refused:
        return await _report_page(request, site, review_id, raw, as_problem(refused))
    review = await site.ask(queries.public_review, review_id)
    back = f"/listings/{review.listing_id}/reviews" if review else "/"
    return see_other(request, back, N_("Thank you. Somebody will look at it."))


def as_problem(refused: DomainError) -> Invalid:
    """A refusal as a form shows it: above its fields."""
    return Invalid(Problem("", refused.code, refused.text, refused.facts))


handlers = (
    shop_reviews_page,
    listing_reviews_page,
    staff_reviews_page,
    first_of_shop,
    first_of_listing,
    first_of_staff,
    report_page,
    report,
)
