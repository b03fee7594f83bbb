"""The admins' list: what waits to be looked at, and what is published and may have to go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain import LISTING, PENDING_REVIEW, PUBLISHED, TAKEN_DOWN
from marketplace_kit.listings.pages.cards import translator
from marketplace_kit.listings.schemas import Verdict
from marketplace_kit.listings.services.moderating import MODERATE
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

QUEUE = "/admin/listings"
PAGE_OF = 24
STATES = (PENDING_REVIEW, PUBLISHED, TAKEN_DOWN)
_DONE = {
    "reject": N_("It is a draft again, and the vendor knows why."),
    "take_down": N_("It is taken down, and the vendor knows why."),
}
_TITLES = {"reject": N_("Reject a listing"), "take_down": N_("Take down a listing")}


@get(QUEUE, **route(MODERATE), include_in_schema=False)
async def queue_page(request: WebRequest, site: Given[Site], cursor: CursorText = None) -> Response[str]:
    """Context: rows (listing, kind), state, states ((State, href, chosen)), next_href."""
    wanted = request.query_params.get("state", PENDING_REVIEW)
    wanted = wanted if wanted in STATES else PENDING_REVIEW
    found = await site.ask(
        queries.waiting_listings, state=wanted, cursor=cursor, limit=PAGE_OF, locale=visit_of(request).locale
    )
    said, kinds = translator(request), site.registry.listing_kinds
    return await page(
        request,
        "listings/moderate.html",
        page_title=N_("Listings to look at"),
        nav_slot="admin",
        rows=[(row, said(kinds[row.kind].label) if row.kind in kinds else row.kind) for row in found.items],
        state=wanted,
        states=[(LISTING.state(name), f"{QUEUE}?state={name}", name == wanted) for name in STATES],
        next_href=f"{QUEUE}?state={wanted}&cursor={found.next}" if found.next else "",
        first_href=f"{QUEUE}?state={wanted}" if cursor else "",
    )


@post(QUEUE + "/{listing_id:uuid}/approve", **route(MODERATE), include_in_schema=False, status_code=200)
async def approve_listing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.approve, listing_id, by=actor)
    return see_other(request, QUEUE, N_("It is published: everybody can see it now."))


@get(QUEUE + "/{listing_id:uuid}/{verb:str}", **route(MODERATE), include_in_schema=False)
async def verdict_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], verb: FromPath[str]
) -> Response[str]:
    return await _verdict_page(request, site, actor, listing_id, verb)


async def _verdict_page(
    request: WebRequest, site: Site, actor: Actor, listing_id: UUID, verb: str, raw: Any = None, refused: Any = None
) -> Response[str]:
    listing = await site.ask(queries.listing_page, listing_id, queries.active_kinds(site), viewer=actor)
    if listing is None or verb not in _DONE:
        raise Missing
    return await page(
        request,
        "listings/verdict.html",
        status=422 if refused else 200,
        page_title=_TITLES[verb],
        nav_slot="admin",
        listing=listing,
        form=form_state(request, Verdict, raw, refused),
        action=f"{QUEUE}/{listing_id}/{verb}",
        back=QUEUE,
    )


@post(QUEUE + "/{listing_id:uuid}/{verb:str}", **route(MODERATE), include_in_schema=False, status_code=200)
async def give_verdict(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], verb: FromPath[str]
) -> Response[Any]:
    """Reject or take down, with the reason that the vendor reads."""
    if verb not in _DONE:
        raise Missing
    raw = await posted_raw(request)
    try:
        verdict = parse(Verdict, raw, "form")
    except Invalid as refused:
        return await _verdict_page(request, site, actor, listing_id, verb, raw, refused)
    act = services.reject if verb == "reject" else services.take_down
    await site.do(act, listing_id, verdict.reason, by=actor)
    return see_other(request, QUEUE, _DONE[verb])


handlers = (queue_page, approve_listing, verdict_page, give_verdict)
