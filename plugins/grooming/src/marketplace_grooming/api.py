"""Quotes and call-backs for programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from marketplace_grooming import queries, services
from marketplace_grooming.domain import band_for
from marketplace_grooming.schemas import Asked, AskForCall, Quote, QuoteRequest
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import PUBLIC, route

ListingId = Annotated[UUID, QueryParameter(description="The grooming service.")]
Grams = Annotated[int, QueryParameter(description="The pet's weight in grams, 1 to 130 000.")]


@get("/api/grooming/quotes", **route(PUBLIC, summary="What a service costs for a pet of this weight"))
async def quote(site: Given[Site], actor: Given[Actor], listing_id: ListingId, weight_grams: Grams) -> Quote:
    """Refused as ``weight_implausible`` or ``size_not_served``."""
    band_for(weight_grams)
    listing = await site.ask(listing_page, listing_id, active_kinds(site), viewer=actor)
    if listing is None:
        raise Missing
    tariff = services.price_list_of(listing.kind, listing.attributes).quote(weight_grams)
    return Quote(
        listing_id=listing_id,
        weight_grams=weight_grams,
        band=tariff.band.name,
        price=tariff.price,
        minutes=tariff.minutes,
    )


@post(
    "/api/grooming/listings/{listing_id:uuid}/call",
    **route(PUBLIC, body=AskForCall, summary="Ask the groomer to ring back"),
)
async def ask_for_call(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], form: Given[AskForCall]
) -> Asked:
    address = request.client.host if request.client else ""
    return Asked(id=await services.ask_for_call(site, listing_id, by=actor, address=address, asked=form))


@get("/api/grooming/quote-requests", **route("grooming.see_requests", summary="Who waits for a call at your shops"))
async def quote_requests(site: Given[Site], actor: Given[Actor]) -> list[QuoteRequest]:
    """Longest waiting first, then those who were called."""
    return await site.ask(queries.requests_in, actor.shops)


@post(
    "/api/grooming/quote-requests/{request_id:uuid}/called",
    **route("grooming.see_requests", summary="Note that you have called"),
    status_code=204,
)
async def called(site: Given[Site], actor: Given[Actor], request_id: FromPath[UUID]) -> None:
    await site.do(services.mark_called, request_id, by=actor)


handlers = (quote, ask_for_call, quote_requests, called)
