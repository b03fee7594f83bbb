"""What a service costs for one pet: size, then coat, then what differs for this breed, this groomer, this pet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from marketplace_grooming.domain.bands import BANDS, COATS, Band, PriceList, SizeNotServed, band_for, grams_of
from marketplace_grooming.domain.refusals import NotAPet, WeightNeeded
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain import BREEDS, SPECIES, PetCard

USUAL_MINUTES = 60
"""What is kept free for a size whose time the groomer left open."""
PET, STAFF, BREED = "pet", "staff", "breed"
_SIZES = {"toy": "mini", "small": "small", "medium": "medium", "large": "large", "giant": "giant"}
_BANDS = {band.name: band for band in BANDS}
_COAT_NAMES = dict(COATS)
_SPECIES = {name for name, _ in SPECIES}


@attrs.frozen(kw_only=True)
class Brought:
    """The animal that somebody wants to bring. ``pet_id`` is empty for one that was only told of. ``grams`` is the last
    known weight and ``fresh`` whether it is to be believed; ``size`` is a band's name by what the breed grows to.
    """

    name: str
    species: str
    pet_id: UUID | None = None
    breed: str = ""
    coat: str = ""
    grams: int | None = None
    fresh: bool = True
    size: str = ""
    codes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What stands for it in a booking."""
        return str(self.pet_id) if self.pet_id else f"{self.species}:{self.grams or ''}:{self.coat}:{self.name}"

    @classmethod
    def told(cls, text: str) -> Brought:
        """One that somebody told of: ``dog:7200:double:Buddy``; without the weight it has no size yet. Refuses
        :class:`NotAPet` and a weight no pet has.
        """
        parts = text.split(":", 3)
        if len(parts) != 4 or parts[0] not in _SPECIES or parts[2] not in {"", *_COAT_NAMES} or not parts[3].strip():
            raise NotAPet
        if parts[1] and not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 8):
            raise NotAPet
        grams = int(parts[1]) if parts[1] else None
        if grams is not None:
            band_for(grams)
        return cls(name=parts[3].strip()[:60], species=parts[0], grams=grams, coat=parts[2])

    @classmethod
    def described(cls, name: str, species: str, kilograms: str, coat: str = "") -> Brought:
        """The same from what a page asks."""
        return cls.told(f"{species}:{grams_of(kilograms) if kilograms else ''}:{coat}:{name}")

    @classmethod
    def known(cls, card: PetCard, grams: int | None, *, fresh: bool, codes: frozenset[str] = frozenset()) -> Brought:
        """One with a record of its own; what it does not say, its breed says."""
        breed = BREEDS.get(card.breed)
        usual = breed is not None and not card.crossbred
        size = card.size_class or (breed.size_class if breed and usual else "")
        return cls(
            name=card.name,
            species=card.species,
            pet_id=card.pet_id,
            breed=card.breed,
            coat=card.coat or (breed.coat if breed and usual else ""),
            grams=grams,
            fresh=fresh,
            size=_SIZES.get(size, ""),
            codes=codes,
        )

    @property
    def band(self) -> Band:
        """Its size: by a fresh weight, else by what such a pet grows to, else by an old weight. Refuses
        :class:`WeightNeeded` when nothing is known.
        """
        if self.grams is not None and (self.fresh or not self.size):
            return band_for(self.grams)
        if not self.size:
            raise WeightNeeded(pet=self.name)
        return _BANDS[self.size]

    @property
    def weigh(self) -> bool:
        """Whether the size is a guess, so that the scales of the salon decide."""
        return self.grams is None or not self.fresh


@attrs.frozen(kw_only=True)
class Surcharge:
    """What a coat adds."""

    price: Money | None = None
    minutes: int = 0


@attrs.frozen(kw_only=True)
class Differs:
    """What differs for one pet, member of staff or breed. What is empty is as usual."""

    whose: str
    price: Money | None = None
    minutes: int | None = None


@attrs.frozen(kw_only=True)
class Reason:
    """One line of an explanation: a message id with its facts, and what it adds."""

    text: str
    amount: Money
    minutes: int
    facts: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Estimate:
    band: Band
    weigh: bool
    reasons: tuple[Reason, ...]

    @property
    def minutes(self) -> int:
        return sum(r.minutes for r in self.reasons)

    @property
    def price(self) -> Money:
        total = self.reasons[0].amount
        for reason in self.reasons[1:]:
            total = total + reason.amount
        return total


_OWN = {
    PET: N_("The price for {pet}"),
    STAFF: N_("The price of this groomer"),
    BREED: N_("The price for this breed"),
}
COAT_ADDS = N_("Coat: {coat}")


def estimate(
    pet: Brought,
    prices: PriceList,
    coats: Mapping[str, Surcharge],
    differing: Sequence[Differs] = (),
    *,
    add_ons: Sequence[Reason] = (),
) -> Estimate:
    """What it costs and how long it takes, with the reasons.

    What differs for the pet goes before the groomer's, the breed's and the table of sizes, for price and minutes each
    on its own. What is named for a pet or a breed has its coat in it; a groomer's price is for the size and the coat
    comes on top. Refuses :class:`WeightNeeded` and :class:`SizeNotServed`.
    """
    band = pet.band
    tariff = prices.tariffs.get(band.name)
    by_whose = {d.whose: d for d in differing}
    ordered = [by_whose[w] for w in (PET, STAFF, BREED) if w in by_whose]
    price = next(((d.price, d.whose) for d in ordered if d.price is not None), None)
    minutes = next(((d.minutes, d.whose) for d in ordered if d.minutes is not None), None)
    if price is not None:
        base = price[0]
    elif tariff is not None:
        base = tariff.price
    else:
        raise SizeNotServed(band=band.name)
    adds = coats.get(pet.coat, Surcharge())
    usual = (tariff.minutes if tariff else None) or USUAL_MINUTES
    text = _OWN[price[1]] if price else band.text
    lasts = minutes[0] if minutes else usual
    reasons = [Reason(text=text, amount=base, minutes=lasts, facts={"pet": pet.name})]
    coat_price = adds.price if price is None or price[1] == STAFF else None
    coat_minutes = adds.minutes if minutes is None or minutes[1] == STAFF else 0
    if coat_price or coat_minutes:
        amount = coat_price or Money(0, base.currency)
        coat = _COAT_NAMES.get(pet.coat, pet.coat)
        reasons.append(Reason(text=COAT_ADDS, amount=amount, minutes=coat_minutes, facts={"coat": coat}))
    return Estimate(band=band, weigh=pet.weigh, reasons=(*reasons, *add_ons))
