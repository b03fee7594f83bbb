"""Quotes in the reader's words, with the gate: for programs, for the quote page, for the choice of pets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from marketplace_grooming.domain import Brought, Estimate
from marketplace_grooming.schemas import Quote, QuoteLine
from marketplace_grooming.services.measuring import Offered, estimated, gate_of, gate_view, said
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.site import Site
from marketplace_pets import services as pets


def options_of(at: Offered, chosen: Sequence[UUID]) -> dict[str, tuple[str, ...]]:
    """Chosen options by their group. Refuses :class:`Missing` for one that the service does not have."""
    groups = {option.id: str(group.id) for group in at.listing.options for option in group.options}
    found: dict[str, tuple[str, ...]] = {}
    for option in chosen:
        if option not in groups:
            raise Missing
        found[groups[option]] = (*found.get(groups[option], ()), str(option))
    return found


async def quote_of(
    site: Site,
    at: Offered,
    pet: Brought,
    *,
    staff: int | None = None,
    options: Mapping[str, tuple[str, ...]] | None = None,
    locale: str = "en",
) -> Quote:
    """What a service costs for this pet today, why, and whether the gate is open for it."""
    made = await estimated(site, at, pet, staff=staff, options=options, locale=locale)
    gate = None
    if pet.pet_id is not None:
        found = await site.ask(gate_of, pet.pet_id, at.service, pets.today(site), at.listing.shop.id)
        gate = gate_view(site, locale, found)
    return Quote(
        listing_id=at.listing.id,
        weight_grams=pet.grams,
        band=made.band.name,
        price=made.price,
        minutes=_minutes(at, made),
        lines=[QuoteLine(text=said(site, locale, r), price=r.amount, minutes=r.minutes) for r in made.reasons],
        weigh_at_check_in=made.weigh,
        pet_id=pet.pet_id,
        pet_name=pet.name,
        gate=gate,
    )


def _minutes(at: Offered, made: Estimate) -> int | None:
    """Null where the groomer left the time of this size open: what is kept free then is nobody's promise."""
    tariff = at.service.price_list.tariffs.get(made.band.name)
    own = made.reasons[0].text != made.band.text
    return None if tariff is not None and tariff.minutes is None and not own else made.minutes
