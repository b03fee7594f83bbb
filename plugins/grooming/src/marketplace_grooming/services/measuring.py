"""Which pet comes, what that costs, and whether it may come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming import queries
from marketplace_grooming.domain import (
    SERVICE,
    Brought,
    Estimate,
    NotAGroomingService,
    PetNeeded,
    Reason,
    WeightNeeded,
    estimate,
)
from marketplace_grooming.domain.pricing import USUAL_MINUTES
from marketplace_grooming.schemas import GateView, GroomingService, GroomingSettings
from marketplace_kit.kernel.errors import DomainError, Invalid, Missing
from marketplace_kit.kernel.hooks import Actor, Part, Wish
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.listings.schemas import ListingView, read_attributes
from marketplace_kit.listings.services import choice_of
from marketplace_kit.scheduling.schemas import Measured
from marketplace_pets import services as pets
from marketplace_pets.domain import (
    CONDITIONAL,
    PASSED,
    PROTOCOL_CHOICES,
    EvaluationRequired,
    Gate,
    Lack,
    SpeciesNotServed,
    VaccinationRequired,
)

_SYSTEM = Actor(roles=frozenset({"admin"}))


@attrs.frozen(kw_only=True)
class Offered:
    """A grooming service as it is offered now."""

    listing: ListingView
    service: GroomingService

    @property
    def title(self) -> str:
        return self.listing.title

    def titles_with(self, pet: str) -> dict[str, str]:
        """The title with the pet's name, by language."""
        return {one: f"{title}: {pet}" if pet else title for one, title in self.listing.titles.texts().items()}

    @property
    def currency(self) -> str:
        return self.listing.price.currency if self.listing.price else "KZT"


async def offered(site: Site, listing_id: UUID, *, viewer: Actor = _SYSTEM, locale: str = "en") -> Offered:
    """Refuses :class:`Missing` for what the viewer may not see and :class:`NotAGroomingService`."""
    listing = await site.ask(listing_page, listing_id, active_kinds(site), viewer=viewer, locale=locale)
    if listing is None:
        raise Missing
    if listing.kind != SERVICE:
        raise NotAGroomingService(kind=listing.kind)
    try:
        service = read_attributes(GroomingService, listing.attributes)
    except Invalid:  # attributes that an older declaration stored: a service without prices
        service = GroomingService(species=("dog",))
    return Offered(listing=listing, service=service)


def pet_id_in(text: str) -> UUID | None:
    """The pet of the record that a choice names; none for one that is told of."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def brought(site: Site, text: str, *, by: Actor | None) -> Brought:
    """The animal that a choice names. ``by`` is who books for it: their own pets are theirs to name; ``None`` for
    staff, who have asked before. Refuses :class:`PetNeeded`, :class:`NotAPet`, and :class:`Missing` for somebody
    else's pet.
    """
    if not text:
        raise PetNeeded
    pet_id = pet_id_in(text)
    if pet_id is None:
        return Brought.told(text)
    if by is not None and not await site.ask(pets.may_book, by.person_id, pet_id):
        raise Missing
    return (await known_pets(site, [pet_id]))[pet_id]


async def known_pets(site: Site, pet_ids: list[UUID]) -> dict[UUID, Brought]:
    """Pets with a record as a price list sees them, in three statements. Refuses :class:`Missing` for unknown ones."""
    cards = await site.ask(pets.cards, pet_ids)
    if len(cards) < len(set(pet_ids)):
        raise Missing
    weights = await site.ask(pets.latest_weights, pet_ids)
    flags = await site.ask(pets.behaviours, pet_ids)
    limit = site.clock.now() - timedelta(days=site.settings.of(GroomingSettings).weight_fresh_days)
    return {
        pet_id: Brought.known(
            card,
            weights[pet_id].grams if pet_id in weights else None,
            fresh=pet_id in weights and weights[pet_id].at >= limit,
            codes=frozenset(f.code for f in flags.get(pet_id, ())),
        )
        for pet_id, card in cards.items()
    }


async def estimated(
    site: Site,
    at: Offered,
    pet: Brought,
    *,
    staff: int | None = None,
    options: Mapping[str, tuple[str, ...]] | None = None,
    locale: str = "en",
) -> Estimate:
    """What this service costs for this pet, and why. Refuses a species or size that is not served, and options that do
    not fit.
    """
    if pet.species not in at.service.species:
        raise SpeciesNotServed(species=pet.species)
    differing = await site.ask(
        queries.differing_for,
        at.listing.id,
        pet_id=pet.pet_id,
        staff=staff,
        breed=pet.breed,
        currency=at.currency,
    )
    add_ons = await _add_ons(site, at, options or {}, locale)
    return estimate(pet, at.service.price_list, at.service.coats, differing, add_ons=add_ons)


async def _add_ons(site: Site, at: Offered, options: Mapping[str, tuple[str, ...]], locale: str) -> list[Reason]:
    """What was chosen beside the service itself: its price and minutes come on top of the size's."""
    if not at.listing.options and not any(options.values()):
        return []
    chosen = await site.ask(choice_of, at.listing.id, options, locale)
    listed = at.listing.price or Money(0, at.currency)
    reasons = [Reason(text=part.text, amount=part.amount, minutes=0) for part in chosen.parts[1:]]
    rest = chosen.unit_price - listed
    for reason in reasons:
        rest = rest - reason.amount
    if rest.amount:  # a variant of the service that costs more
        reasons.insert(0, Reason(text=chosen.parts[0].text, amount=rest, minutes=0))
    if chosen.minutes:
        last = reasons[-1] if reasons else Reason(text=chosen.title, amount=Money(0, at.currency), minutes=0)
        reasons = [*reasons[:-1], attrs.evolve(last, minutes=chosen.minutes)]
    return reasons


def said(site: Site, locale: str, reason: Reason) -> str:
    """A reason in the reader's words."""
    facts = {name: site.texts.gettext(locale, value) if value else value for name, value in reason.facts.items()}
    return site.texts.render(locale, reason.text, facts)


async def measure(site: Site, wish: Wish) -> Measured:
    """What one visit takes (``TimeCapacity``)."""
    locale = wish.customer.locale
    at = await offered(site, wish.listing_id, locale=locale)
    text = str(getattr(wish.choice, "pet", ""))
    if not text and wish.by_staff:
        return _unknown(at)
    whose = Actor(person_id=wish.customer.person_id or wish.by.person_id)
    pet = await brought(site, text, by=None if wish.by_staff else whose)
    staff = getattr(wish.choice, "staff", None)
    skills = await site.ask(pets.skills_for, pet.codes, at.listing.shop.id)
    try:
        made = await estimated(site, at, pet, staff=staff, options=wish.options, locale=locale)
    except WeightNeeded:
        if not wish.by_staff:
            raise
        return _unknown(at, pet, skills)
    private = frozenset(getattr(wish.choice, "private", ()))
    return Measured(
        minutes=made.minutes,
        price=made.price,
        parts=tuple(Part(text=said(site, locale, r), amount=r.amount) for r in made.reasons),
        skills=skills,
        subject=f"pet:{pet.pet_id}" if pet.pet_id else "",
        title=f"{at.title}: {pet.name}",
        titles=at.titles_with(pet.name),
        facts={
            "pet": str(pet.pet_id or ""),
            "pet_name": pet.name,
            "species": pet.species,
            "coat": pet.coat,
            "band": made.band.name,
            "weigh": made.weigh,
            "codes": [] if "behaviour" in private else sorted(pet.codes),
            **({"options": {g: list(ids) for g, ids in wish.options.items()}} if wish.options else {}),
        },
    )


def _unknown(at: Offered, pet: Brought | None = None, skills: frozenset[str] = frozenset()) -> Measured:
    """Staff write somebody down of whose pet nothing is known, or not how heavy it is: it is weighed at check-in."""
    tariffs = list(at.service.price_list.tariffs.values())
    first = tariffs[0] if tariffs else None
    price = first.price if first else at.listing.price or Money(0, at.currency)
    return Measured(
        minutes=(first.minutes if first else None) or USUAL_MINUTES,
        price=price,
        parts=(Part(text=at.title, amount=price),),
        skills=skills,
        subject=f"pet:{pet.pet_id}" if pet and pet.pet_id else "",
        title=f"{at.title}: {pet.name}" if pet else at.title,
        titles=at.titles_with(pet.name if pet else ""),
        facts={
            "pet": str(pet.pet_id or "") if pet else "",
            "pet_name": pet.name if pet else "",
            "species": pet.species if pet else "",
            "coat": pet.coat if pet else "",
            "band": "",
            "weigh": True,
            "codes": sorted(pet.codes) if pet else [],
        },
    )


# --- the gate ------------------------------------------------------------------------------------------------------


async def service_of(connection: AsyncConnection, site: Site, listing_id: UUID) -> GroomingService:
    """What is declared of a service, on any connection. Refuses :class:`Missing`."""
    listing = await listing_page(connection, listing_id, active_kinds(site), viewer=_SYSTEM)
    if listing is None:
        raise Missing
    try:
        return read_attributes(GroomingService, listing.attributes)
    except Invalid:
        return GroomingService(species=("dog",))


async def gate_of(
    connection: AsyncConnection, pet_id: UUID | None, service: GroomingService, day: date, shop_id: UUID
) -> Gate:
    """Whether a pet may come in on a day. One without a record has proved nothing, and nobody has met it."""
    asked = service.requirements
    if pet_id is not None:
        met = await _met(connection, pet_id, service, day, shop_id)
        gate = await pets.gate(connection, pet_id, asked, day, evaluation=met)
        warns = service.evaluation == "warn" and met not in (PASSED, CONDITIONAL)
        return attrs.evolve(gate, warnings=(Lack(refusal=EvaluationRequired()),)) if warns else gate
    lacks: list[DomainError] = []
    if asked.protocols:
        lacks.append(VaccinationRequired(protocols=", ".join(asked.protocols), lacking=list(asked.protocols)))
    unmet = Lack(refusal=EvaluationRequired())
    return Gate(
        missing=(*(Lack(refusal=lack) for lack in lacks), *((unmet,) if asked.evaluation else ())),
        awaiting=asked.protocols,
        warnings=(unmet,) if service.evaluation == "warn" else (),
    )


async def _met(connection: AsyncConnection, pet_id: UUID, service: GroomingService, day: date, shop_id: UUID) -> str:
    """What the salon found when it met the pet; nothing where nobody asks or it has run out."""
    if not service.evaluation:
        return ""
    found = await queries.evaluation_of(connection, shop_id, pet_id, day, service.evaluation_days)
    return found.result if found is not None and found.counts else ""


def check_open(gate: Gate, service: GroomingService, *, on_the_day: bool = False) -> None:
    """Refuses what keeps the pet out. A proof that only waits to be looked at is no hindrance to a booking where the
    salon says so; on the day it is.
    """
    if service.proof_later and not on_the_day and gate.only_waits_for_a_check:
        return
    gate.require()


def day_in(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def gate_view(site: Site, locale: str, gate: Gate) -> GateView:
    """The gate in the reader's words."""
    return GateView(
        met=gate.met,
        missing=[lack.code for lack in gate.missing],
        texts=[said_refusal(site, locale, lack.refusal) for lack in gate.missing],
        awaiting=list(gate.awaiting),
        warnings=[said_refusal(site, locale, lack.refusal) for lack in gate.warnings],
    )


_PROTOCOLS = dict(PROTOCOL_CHOICES)


def said_refusal(site: Site, locale: str, refused: DomainError) -> str:
    """A refusal in the reader's words, proofs by their names."""
    facts = dict(refused.facts)
    if "lacking" in facts:
        named = [site.texts.gettext(locale, _PROTOCOLS.get(name, name)) for name in facts["lacking"]]
        facts["protocols"] = ", ".join(named)
    return site.texts.render(locale, refused.text, facts)
