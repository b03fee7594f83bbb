"""Prices by size, and call-backs, for people."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_grooming import queries, services
from marketplace_grooming.domain import SERVICE, SizeNotServed, Tariff, WeightImplausible, grams_of, kilograms
from marketplace_grooming.schemas import AskForCall, AskForCallOnPage, AskPrice, Compare, GroomingSettings
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import Criteria, active_kinds, browse, listing_page
from marketplace_kit.listings.schemas import ListingCard, ListingView
from marketplace_kit.web import htmx
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.limits import TooMany
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route

MOST = 200
Typed = Annotated[str, QueryParameter(max_length=40)]
Id = FromPath[UUID]
Answer = Response[Any]


def _grams(asked: AskPrice) -> int:
    """The weight of a form in grams; one that no pet has is a problem of the form."""
    try:
        return grams_of(asked.weight)
    except WeightImplausible as refused:
        raise Invalid(_problem(refused)) from refused


def _problem(refused: DomainError, field: str = "weight") -> Problem:
    return Problem(field, refused.code, refused.text, refused.facts)


async def _service(site: Site, actor: Actor, listing_id: UUID) -> ListingView:
    listing = await site.ask(listing_page, listing_id, active_kinds(site), viewer=actor)
    if listing is None or listing.kind != SERVICE:
        raise Missing
    return listing


@get("/grooming/listings/{listing_id:uuid}/quote", **route(PUBLIC), include_in_schema=False)
async def quote(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id, weight: Typed = ""
) -> Answer:
    """What the service costs for one pet: a piece of the listing's page for htmx, else a page of its own."""
    listing = await _service(site, actor, listing_id)
    visit = visit_of(request)
    tariff: Tariff | None = None
    invalid: Invalid | None = None
    refused = ""
    try:
        asked = parse(AskPrice, {"weight": weight}, "form") if weight else None
        tariff = services.price_list_of(listing.kind, listing.attributes).quote(_grams(asked)) if asked else None
    except Invalid as wrong:
        invalid = wrong
        first = wrong.problems[0]
        refused = site.texts.render(visit.locale, first.text, first.facts)
    except SizeNotServed as larger:
        refused = site.texts.render(visit.locale, larger.text, larger.facts)
    shown: dict[str, Any] = {"tariff": tariff, "refused": refused}
    if htmx.is_partial(request):
        return await page(request, "grooming/quote_result.html", **shown)
    state = form_state(request, AskPrice, {"weight": weight}, invalid)
    title = N_("What it costs for your pet")
    return await page(request, "grooming/quote.html", page_title=title, listing=listing, form=state, **shown)


@get("/grooming/prices", **route(PUBLIC), include_in_schema=False)
async def compare(request: WebRequest, site: Given[Site], weight: Typed = "", species: Typed = "dog") -> Answer:
    """Every groomer's price for a pet of this weight and species, cheapest first."""
    offers: list[tuple[ListingCard, Tariff]] = []
    invalid: Invalid | None = None
    grams = 0
    try:
        grams = _grams(parse(Compare, {"weight": weight, "species": species}, "form")) if weight else 0
    except Invalid as wrong:
        invalid = wrong
    if grams:
        found = await site.ask(browse, Criteria(kind=SERVICE), active_kinds(site), limit=MOST)
        fitting = (card for card in found.items if species in card.attributes.get("species", ()))
        offers = [(card, tariff) for card in fitting if (tariff := _tariff(card, grams)) is not None]
        offers.sort(key=lambda offer: offer[1].price)
    state = form_state(request, Compare, {"weight": weight, "species": species}, invalid)
    title = N_("Groomers: what it costs by size")
    return await page(
        request,
        "grooming/compare.html",
        status=422 if invalid else 200,
        page_title=title,
        form=state,
        offers=offers,
        weight=grams,
    )


def _tariff(card: ListingCard, grams: int) -> Tariff | None:
    try:
        return services.price_list_of(card.kind, card.attributes).quote(grams)
    except SizeNotServed:
        return None


@get("/grooming/listings/{listing_id:uuid}/call", **route(PUBLIC), include_in_schema=False)
async def call(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id) -> Answer:
    return await _call_page(request, site, await _service(site, actor, listing_id))


@post("/grooming/listings/{listing_id:uuid}/call", **route(PUBLIC), include_in_schema=False, status_code=200)
async def ask_for_call(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id) -> Answer:
    listing = await _service(site, actor, listing_id)
    raw = await posted_raw(request)
    try:
        typed = parse(AskForCallOnPage, raw, "form")
        asked = AskForCall(pet_name=typed.pet_name, weight_grams=_grams(typed), phone=typed.phone, note=typed.note)
        address = request.client.host if request.client else ""
        await services.ask_for_call(site, listing_id, by=actor, address=address, asked=asked)
    except Invalid as refused:
        return await _call_page(request, site, listing, raw, refused)
    except TooMany as refused:
        return await _call_page(request, site, listing, raw, Invalid(_problem(refused, "")), status=429)
    return see_other(request, f"/listings/{listing_id}", N_("The groomer has your number and will call."))


async def _call_page(
    request: WebRequest,
    site: Site,
    listing: ListingView,
    given: Any = None,
    refused: Invalid | None = None,
    status: int = 422,
) -> Answer:
    return await page(
        request,
        "grooming/call.html",
        status=status if refused else 200,
        page_title=N_("Ask the groomer to call"),
        listing=listing,
        form=form_state(request, AskForCallOnPage, given, refused),
        days=site.settings.of(GroomingSettings).requests_kept_days,
    )


@get(services.REQUESTS, **route("grooming.see_requests"), include_in_schema=False)
async def requests(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Answer:
    found = await site.ask(queries.requests_in, actor.shops)
    title = N_("Call-backs")
    return await page(
        request, "grooming/requests.html", page_title=title, requests=found, kilograms=kilograms, nav_slot="vendor"
    )


@post(
    "/grooming/requests/{request_id:uuid}/called",
    **route("grooming.see_requests"),
    include_in_schema=False,
    status_code=200,
)
async def called(request: WebRequest, site: Given[Site], actor: Given[Actor], request_id: FromPath[UUID]) -> Answer:
    await site.do(services.mark_called, request_id, by=actor)
    return see_other(request, services.REQUESTS, N_("Noted."))


@post(
    "/grooming/listings/{listing_id:uuid}/headline",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def headline(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id) -> Answer:
    """The vendor makes the headline that of the cheapest size again, after the prices have changed."""
    await site.do(services.name_cheapest, listing_id, by=actor)
    return see_other(request, f"/listings/{listing_id}", N_("The headline names the cheapest size now."))


handlers = (quote, compare, call, ask_for_call, requests, called, headline)
