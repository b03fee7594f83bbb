"""A lodging as it is offered now: its rules, its prices, its rooms, its zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_boarding import queries
from marketplace_boarding.domain import (
    KIND,
    Guest,
    NightPrice,
    NoNightPrice,
    NotLodging,
    PetsNeeded,
    Rates,
    Room,
    Season,
    TooHeavy,
    TooManyPets,
    WeightUnknown,
    keys_in,
    pet_id_in,
    price_of,
)
from marketplace_boarding.schemas import Lodging
from marketplace_kit.kernel.errors import Invalid, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import active_kinds, listing_page
from marketplace_kit.listings.schemas import ListingView, read_attributes
from marketplace_kit.shops.domain.hours import holidays_between
from marketplace_kit.shops.queries import opening_of
from marketplace_pets import services as pets
from marketplace_pets.domain import SpeciesNotServed

ADMIN = Actor(roles=frozenset({"admin"}))


@attrs.frozen(kw_only=True)
class Offered:
    """All that decides whether somebody may stay, and for how much."""

    listing: ListingView
    lodging: Lodging
    rooms: Sequence[Room]
    seasons: Sequence[Season]
    zone: str

    @property
    def rates(self) -> Rates:
        """Refuses :class:`NoNightPrice`."""
        if self.listing.price is None:
            raise NoNightPrice
        return self.lodging.rates(self.listing.price)

    def prices(self, nights: Sequence[date], count: int) -> list[NightPrice]:
        """What each of these nights costs for so many pets now."""
        if not nights:
            return []
        holidays = holidays_between(nights[0], nights[-1]) if self.lodging.holiday_percent else {}
        return [price_of(night, count, self.rates, self.seasons, holidays) for night in nights]

    def total(self, prices: Sequence[NightPrice]) -> Money:
        total = Money.zero(self.rates.base.currency)
        for one in prices:
            total = total + one.total
        return total


async def offered(
    connection: AsyncConnection, site: Site, listing_id: UUID, *, viewer: Actor = ADMIN, locale: str = "en"
) -> Offered:
    """Refuses :class:`Missing` for what the viewer may not see and :class:`NotLodging`."""
    listing = await listing_page(connection, listing_id, active_kinds(site), viewer=viewer, locale=locale)
    if listing is None:
        raise Missing
    if listing.kind != KIND:
        raise NotLodging
    try:
        lodging = read_attributes(Lodging, listing.attributes)
    except Invalid:  # attributes that an older declaration stored
        lodging = Lodging(species=("dog", "cat"))
    opening = await opening_of(connection, listing.shop.id, site.clock.now().date() - timedelta(days=1))
    return Offered(
        listing=listing,
        lodging=lodging,
        rooms=await queries.rooms_for(connection, listing_id),
        seasons=await queries.seasons_of(connection, listing.shop.id),
        zone=opening[0].zone if opening else "UTC",
    )


async def guests_in(connection: AsyncConnection, text: str, *, by: Actor | None) -> list[Guest]:
    """The animals that a choice names. ``by`` is who books for them: their own pets are theirs to name; ``None`` for
    staff. Refuses :class:`PetsNeeded`, :class:`NotAGuest`, and :class:`Missing` for somebody else's pet.
    """
    keys = keys_in(text)
    ids = [pet_id for key in keys if (pet_id := pet_id_in(key)) is not None]
    if by is not None:
        for pet_id in ids:
            if not await pets.may_book(connection, by.person_id, pet_id):
                raise Missing
    known = await known_guests(connection, ids)
    return [known[pet_id] if (pet_id := pet_id_in(key)) is not None else Guest.told(key) for key in keys]


async def known_guests(connection: AsyncConnection, pet_ids: Sequence[UUID]) -> dict[UUID, Guest]:
    """Pets with a record, in three statements. Refuses :class:`Missing` for unknown ones."""
    if not pet_ids:
        return {}
    cards = await pets.cards(connection, pet_ids)
    if len(cards) < len(set(pet_ids)):
        raise Missing
    weights = await pets.latest_weights(connection, pet_ids)
    flags = await pets.behaviours(connection, pet_ids)
    return {
        pet_id: Guest.known(
            card,
            weights[pet_id].grams if pet_id in weights else None,
            frozenset(flag.code for flag in flags.get(pet_id, ())),
        )
        for pet_id, card in cards.items()
    }


def check_guests(at: Offered, guests: Sequence[Guest]) -> None:
    """Whether such rooms take such guests at all. Refuses a species, too many, too heavy ones, and a weight that nobody
    knows where it matters.
    """
    if not guests:
        raise PetsNeeded
    for guest in guests:
        if guest.species not in at.lodging.species:
            raise SpeciesNotServed(species=guest.species)
    most = max([at.lodging.max_pets, 1])
    if len(guests) > most:
        raise TooManyPets(most=most)
    limit = limit_of(at)
    if limit is None:
        return
    for guest in guests:
        if guest.grams is None:
            raise WeightUnknown(pet=guest.name)
        if guest.grams > limit:
            raise TooHeavy(pet=guest.name, kg=limit // 1000)


def limit_of(at: Offered) -> int | None:
    """The heaviest pet in grams that is taken: what the lodging says, else what its roomiest room takes."""
    known = [room.max_grams for room in at.rooms]
    widest = None if not known or None in known else max(grams for grams in known if grams is not None)
    own = at.lodging.max_kg * 1000 if at.lodging.max_kg else None
    limits = [grams for grams in (widest, own) if grams is not None]
    return min(limits) if limits else None
