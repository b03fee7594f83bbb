"""Prices and times that differ, beside the form of the listing: and what any pet would cost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_grooming import queries, services
from marketplace_grooming.domain import Brought
from marketplace_grooming.schemas import Differing, Quote, ToldPet
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.fields import Choice, Field, fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.queries import resource_list
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route
from marketplace_pets import services as pets
from marketplace_pets.domain import BREEDS

PRICES = "grooming.edit_prices"


@get("/sell/grooming/prices/{listing_id:uuid}", **route(PRICES), include_in_schema=False)
async def differing_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    return await _shown(request, site, actor, listing_id)


async def _shown(
    request: WebRequest, site: Site, actor: Actor, listing_id: UUID, raw: Any = None, refused: Invalid | None = None
) -> Response[str]:
    """Context: listing, rows ((whose, price, minutes, id)), form, try_fields, try_values, quote, quote_refused."""
    locale = visit_of(request).locale
    at = await services.offered(site, listing_id, viewer=actor, locale=locale)
    if not at.listing.may_edit:
        raise Missing
    people = [r for r in await site.ask(resource_list, at.listing.shop.id) if r.kind == "staff"]
    state = form_state(request, Differing, raw, refused)
    breeds = sorted(BREEDS.values(), key=lambda b: (b.species, b.name_in(locale)))
    choices = [Choice(f"staff:{r.id}", r.name) for r in people]
    choices += [Choice(f"breed:{b.id}", b.name_in(locale)) for b in breeds if b.species in at.service.species]
    names = {c.value: c.label for c in choices}
    fields = [_with(f, tuple(choices)) if f.name == "whose" else f for f in state.fields]
    stored = await site.ask(queries.differing_of, listing_id)
    cards = await site.ask(pets.cards, [row.pet_id for row in stored if row.pet_id])
    rows = []
    for row in stored:
        key = f"staff:{row.resource_id}" if row.resource_id else f"breed:{row.breed}"
        whose = cards[row.pet_id].name if row.pet_id in cards else names.get(key, key)
        price = Money.stored(row.price_amount, at.currency) if row.price_amount is not None else None
        rows.append((whose, price, row.minutes, row.id))
    quote, why, tried = await _tried(request, site, at)
    return await page(
        request,
        "grooming/differing.html",
        status=422 if refused else 200,
        page_title=N_("Prices that differ"),
        listing=at.listing,
        rows=rows,
        form=state,
        fields=fields,
        action=f"/sell/grooming/prices/{listing_id}",
        try_fields=fields_of(ToldPet),
        try_values=tried,
        quote=quote,
        quote_refused=why,
        nav_slot="vendor",
    )


def _with(field: Field, choices: tuple[Choice, ...]) -> Field:
    return attrs.evolve(field, choices=choices)


async def _tried(request: WebRequest, site: Site, at: services.Offered) -> tuple[Quote | None, str, dict[str, str]]:
    """What a pet would cost that the groomer thinks of."""
    locale = visit_of(request).locale
    typed = {f.name: request.query_params.get(f.name, str(f.default or "")) for f in fields_of(ToldPet)}
    if not typed.get("weight"):
        return None, "", typed | {"species": at.service.species[0] if at.service.species else "dog"}
    try:
        pet: Brought = parse(ToldPet, {**typed, "pet_name": typed["pet_name"] or "—"}, "form").brought()
        return await services.quote_of(site, at, pet, locale=locale), "", typed
    except Invalid as wrong:
        first = wrong.problems[0]
        return None, site.texts.render(locale, first.text, first.facts), typed
    except DomainError as wrong:
        return None, services.said_refusal(site, locale, wrong), typed


@post("/sell/grooming/prices/{listing_id:uuid}", **route(PRICES), include_in_schema=False, status_code=200)
async def set_differing(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    raw = await posted_raw(request)
    try:
        form = parse(Differing, raw, "form")
        await site.do(services.set_differing, listing_id, form, by=actor)
    except Invalid as refused:
        return await _shown(request, site, actor, listing_id, raw, refused)
    return see_other(request, f"/sell/grooming/prices/{listing_id}", N_("Saved."))


@post(
    "/sell/grooming/prices/{listing_id:uuid}/{override_id:uuid}/forget",
    **route(PRICES),
    include_in_schema=False,
    status_code=200,
)
async def forget_differing(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing_id: FromPath[UUID],
    override_id: FromPath[UUID],
) -> Response[Any]:
    await site.do(services.forget_differing, listing_id, override_id, by=actor)
    return see_other(request, f"/sell/grooming/prices/{listing_id}", N_("The table of sizes counts again."))


handlers = (differing_page, set_differing, forget_differing)
