"""A shop's own reviews: reading and answering them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing, StaleVersion
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.reviews import queries, services
from marketplace_kit.reviews.domain import PUBLISHED, AlreadyReplied
from marketplace_kit.reviews.pages.reading import as_problem, stars_asked
from marketplace_kit.reviews.schemas import OwnReview, ReplyChange, ReplyText, ReviewSettings
from marketplace_kit.shops.queries import own_shops
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

LIST = "/sell/reviews"
PAGE_OF = 20


async def _speaks_for(site: Site, actor: Actor) -> list[UUID]:
    """The shops for which somebody may answer; nobody else gets to see the list."""
    if actor.person_id is None:
        raise Missing
    own = [one.id for one in await site.ask(own_shops, actor.person_id) if one.role in services.SPEAK]
    if not own:
        raise Missing
    return own


@get(LIST, **route(SIGNED_IN), include_in_schema=False)
async def list_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], cursor: CursorText = None
) -> Response[str]:
    """Context: rating (of all one's shops), reviews, unanswered, stars, several (shops), next_href, first_href."""
    own = await _speaks_for(site, actor)
    unanswered, stars = request.query_params.get("unanswered") == "1", stars_asked(request)
    edit_for = site.settings.of(ReviewSettings).terms.edit_for
    found = await site.ask(
        queries.reviews_for, own, edit_for, unanswered=unanswered, stars=stars, cursor=cursor, limit=PAGE_OF
    )
    asked = [*(["unanswered=1"] if unanswered else []), *([f"stars={stars}"] if stars else [])]
    here = f"{LIST}?{'&'.join(asked)}" if asked else LIST
    return await page(
        request,
        "reviews/sell.html",
        page_title=N_("Reviews"),
        nav_slot="vendor",
        rating=await site.ask(queries.ratings_of_shops, own),
        reviews=found.items,
        unanswered=unanswered,
        stars=stars,
        several=len(own) > 1,
        path=LIST,
        next_href=f"{here}{'&' if asked else '?'}cursor={found.next}" if found.next else "",
        first_href=here if cursor else "",
    )


@get(LIST + "/{review_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def review_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[str]:
    return await _review_page(request, site, await _own(site, actor, review_id))


async def _own(site: Site, actor: Actor, review_id: UUID) -> OwnReview:
    own = await _speaks_for(site, actor)
    review = await site.ask(queries.own_review, review_id, site.settings.of(ReviewSettings).terms.edit_for)
    if review is None or review.shop_id not in own or review.state != PUBLISHED:
        raise Missing
    return review


async def _review_page(
    request: WebRequest,
    site: Site,
    review: OwnReview,
    raw: Any = None,
    refused: Invalid | None = None,
    *,
    status: int = 422,
) -> Response[str]:
    """Context: review, form (the answer), action, back, hidden (the version of an answer to be changed)."""
    stored = ReplyText(text=review.reply.text) if review.reply else None
    version = (raw or {}).get("version") or (review.reply.version if review.reply else "")
    return await page(
        request,
        "reviews/reply.html",
        status=status if refused else 200,
        page_title=N_("Review"),
        nav_slot="vendor",
        review=review,
        form=form_state(request, ReplyText, raw if raw is not None else stored, refused),
        version=version,
        action=f"{LIST}/{review.id}",
        back=LIST,
    )


@post(LIST + "/{review_id:uuid}", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def answer(
    request: WebRequest, site: Given[Site], actor: Given[Actor], review_id: FromPath[UUID]
) -> Response[Any]:
    """Answer, or with the ``version`` that was read, word the answer anew."""
    review = await _own(site, actor, review_id)
    raw = await posted_raw(request)
    try:
        if raw.get("version"):
            form = parse(ReplyChange, raw, "form")
            await site.do(services.change_reply, review_id, form.text, version=form.version, by=actor)
        else:
            raw.pop("version", None)
            await site.do(services.reply, review_id, parse(ReplyText, raw, "form").text, by=actor)
    except Invalid as refused:
        return await _review_page(request, site, review, raw, refused)
    except (AlreadyReplied, StaleVersion) as refused:
        return await _review_page(request, site, review, raw, as_problem(refused), status=409)
    return see_other(request, f"{LIST}/{review_id}", N_("Your answer can be read by everybody now."))


handlers = (list_page, review_page, answer)
