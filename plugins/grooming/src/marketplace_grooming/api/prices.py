"""Quotes and call-backs for programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from marketplace_grooming import queries, services
from marketplace_grooming.domain import Brought, band_for
from marketplace_grooming.schemas import Asked, AskForCall, Quote, QuoteRequest
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import PUBLIC, route

ListingId = Annotated[UUID, QueryParameter(description="The grooming service.")]
Grams = Annotated[int | None, QueryParameter(required=False, description="The pet's weight in grams, 1 to 130 000.")]
PetId = Annotated[UUID | None, QueryParameter(required=False, description="One of your pets, instead of a weight.")]
Coat = Annotated[str, QueryParameter(max_length=20, required=False, description="Its coat, for a weight.")]
Staff = Annotated[int | None, QueryParameter(ge=1, required=False, description="By whom: a resource's id.")]
OptionIds = Annotated[list[UUID] | None, QueryParameter(name="option", required=False, description="Add-ons, by id.")]


@get("/api/grooming/quotes", **route(PUBLIC, summary="What a service costs for a pet, and why"))
async def quote(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing_id: ListingId,
    weight_grams: Grams = None,
    pet_id: PetId = None,
    coat: Coat = "",
    staff: Staff = None,
    option: OptionIds = None,
) -> Quote:
    """For a weight, or for one of your pets. Refused as ``weight_implausible``, ``size_not_served``, ``weight_needed``,
    ``species_not_served``; 404 for a pet that is not yours. A pet's answer has the gate too.
    """
    if pet_id is None:
        band_for(weight_grams or 0)
    locale = visit_of(request).locale
    at = await services.offered(site, listing_id, viewer=actor, locale=locale)
    if pet_id is not None:
        pet = await services.brought(site, str(pet_id), by=actor)
    else:
        species = at.service.species[0] if at.service.species else "dog"
        pet = Brought(name="", species=species, grams=weight_grams, coat=coat)
    options = services.options_of(at, option or ())
    return await services.quote_of(site, at, pet, staff=staff, options=options, locale=locale)


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
