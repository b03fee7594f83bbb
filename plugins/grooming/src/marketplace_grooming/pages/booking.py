"""Which pets come: ticked among one's own, or told of. The slot page then offers starts for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_grooming import services
from marketplace_grooming.domain import Brought
from marketplace_grooming.schemas import Quote, ToldPet
from marketplace_grooming.schemas.visits import MAY_BE_PRIVATE
from marketplace_kit.kernel.errors import DomainError, Invalid, Problem
from marketplace_kit.kernel.fields import fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.queries import shop_by_id
from marketplace_kit.web import htmx
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, route
from marketplace_pets import services as pets

MOST = 10
PET, PRIVATE = "choice.pet", "choice.private"
CARRIED = ("choice.", "options.", "month", "day", "view")
Id = FromPath[UUID]


@attrs.frozen(kw_only=True)
class Offer:
    """One pet as the choice shows it: what it costs, or why it cannot come."""

    key: str
    name: str
    chosen: bool
    quote: Quote | None = None
    refused: str = ""


def _many(raw: Any, name: str) -> list[str]:
    value = raw.get(name, "")
    return [v for v in ([value] if isinstance(value, str) else value) if v]


def _carried(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = [(k, v[:1000]) for k, v in pairs if k.startswith(CARRIED) and len(k) < 80 and v]
    return [(k, v) for k, v in kept if k not in (PET, PRIVATE, "choice.starts_at")][:40]


def _href(listing_id: UUID, pairs: list[tuple[str, str]]) -> str:
    return f"/book/{listing_id}?{urlencode(pairs)}" if pairs else f"/book/{listing_id}"


async def _offers(
    request: WebRequest, site: Site, actor: Actor, at: services.Offered, chosen: list[str]
) -> list[Offer]:
    """One's own pets, and those told of so far."""
    locale = visit_of(request).locale
    own = await site.ask(pets.my_pets, actor.person_id) if actor.person_id else []
    known = await services.known_pets(site, [card.pet_id for card in own[:MOST]])
    told: list[Brought] = []
    for key in chosen:
        if services.pet_id_in(key) is None:
            try:
                told.append(Brought.told(key))
            except DomainError:
                continue
    offers = []
    for pet in [*known.values(), *told]:
        try:
            quote = await services.quote_of(site, at, pet, locale=locale)
            refused = ""
        except DomainError as why:
            quote, refused = None, services.said_refusal(site, locale, why)
        offers.append(Offer(key=pet.key, name=pet.name, chosen=pet.key in chosen, quote=quote, refused=refused))
    return offers


@get("/grooming/book/{listing_id:uuid}/pets", **route(PUBLIC), include_in_schema=False)
async def pets_page(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id) -> Response[str]:
    """A piece of the slot page for htmx, else a page of its own."""
    pairs = list(request.query_params.multi_items())
    chosen = [v for k, v in pairs if k == PET][:MOST]
    private = [v for k, v in pairs if k == PRIVATE]
    return await _shown(request, site, actor, listing_id, _carried(pairs), chosen, private)


async def _shown(
    request: WebRequest,
    site: Site,
    actor: Actor,
    listing_id: UUID,
    hidden: list[tuple[str, str]],
    chosen: list[str],
    private: list[str],
    raw: Any = None,
    refused: Invalid | None = None,
) -> Response[str]:
    """Context: operator, listing, offers, form (of a pet that is told of), hidden, private (choices), chosen_private,
    action.
    """
    at = await services.offered(site, listing_id, viewer=actor, locale=visit_of(request).locale)
    offers = await _offers(request, site, actor, at, chosen)
    shop = await site.ask(shop_by_id, at.listing.shop.id, locale=visit_of(request).locale)
    context: dict[str, Any] = {
        "operator": services.operator_text(shop) if shop else "",
        "listing": at.listing,
        "offers": offers,
        "hidden": hidden,
        "form": form_state(request, ToldPet, raw, refused),
        "private": MAY_BE_PRIVATE,
        "chosen_private": private,
        "action": f"/grooming/book/{listing_id}/pets",
        "signed_in": actor.signed_in,
        "open": not offers or refused is not None,
    }
    if htmx.is_partial(request):
        return await page(request, "grooming/pets_form.html", status=422 if refused else 200, **context)
    title = N_("Which pets come?")
    return await page(request, "grooming/pets_page.html", status=422 if refused else 200, page_title=title, **context)


@post("/grooming/book/{listing_id:uuid}/pets", **route(PUBLIC), include_in_schema=False, status_code=200)
async def choose_pets(request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: Id) -> Response[Any]:
    """On to the times for these pets; a pet that is told of joins those chosen before."""
    raw = await posted_raw(request)
    hidden = _carried([(k, v) for k, values in raw.items() for v in _many(raw, k) if values])
    chosen, private = _many(raw, "pet")[:MOST], _many(raw, "private")
    named = {f.name for f in fields_of(ToldPet)}
    typed = {k: v for k, v in raw.items() if k in named}
    try:
        if str(typed.get("pet_name", "")).strip() or str(typed.get("weight", "")).strip():
            chosen.append(_told(typed).key)
        if not chosen:
            raise Invalid(Problem("pet_name", "pet_needed", N_("Choose which pet comes.")))
    except Invalid as refused:
        return await _shown(request, site, actor, listing_id, hidden, chosen, private, typed, refused)
    pairs = [*hidden, *((PET, key) for key in dict.fromkeys(chosen)), *((PRIVATE, scope) for scope in private)]
    return see_other(request, _href(listing_id, pairs))


def _told(typed: Any) -> Brought:
    try:
        return parse(ToldPet, typed, "form").brought()
    except Invalid:
        raise
    except DomainError as refused:
        field = "weight" if refused.code == "weight_implausible" else "pet_name"
        raise Invalid(Problem(field, refused.code, refused.text, refused.facts)) from refused


handlers = (pets_page, choose_pets)
