"""What grooming costs and how long it takes: by size bands. Weights are whole grams, so that a limit is a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

SERVICE = "grooming.service"
HEAVIEST = 130_000
"""Above it no dog has been weighed by a groomer; it is a slip of the keyboard."""


@attrs.frozen
class Band:
    """A size of pet. ``up_to`` is the greatest weight in grams that still belongs to it."""

    name: str
    up_to: int
    text: str


BANDS = (
    Band("mini", 5_000, N_("Mini, up to 5 kg")),
    Band("small", 10_000, N_("Small, 5 to 10 kg")),
    Band("medium", 25_000, N_("Medium, 10 to 25 kg")),
    Band("large", 45_000, N_("Large, 25 to 45 kg")),
    Band("giant", HEAVIEST, N_("Giant, over 45 kg")),
)
COATS = (
    ("any", N_("Any coat")),
    ("smooth", N_("Smooth")),
    ("double", N_("Double, with undercoat")),
    ("curly", N_("Curly")),
    ("wire", N_("Wire, for stripping")),
    ("long", N_("Long and silky")),
)
SPECIES = (("dog", N_("Dogs")), ("cat", N_("Cats")), ("rabbit", N_("Rabbits")))


class WeightImplausible(DomainError):
    code = "weight_implausible"
    kind = Kind.INVALID
    text = N_("Please enter the pet's weight in kilograms, at most {most}.")


class SizeNotServed(DomainError):
    code = "size_not_served"
    kind = Kind.CONFLICT
    text = N_("This groomer does not take pets of this size.")


class NotAGroomingService(DomainError):
    code = "not_a_grooming_service"
    kind = Kind.INVALID
    text = N_("Only a grooming service can be quoted.")


def band_for(weight_grams: int) -> Band:
    """The size band of a weight: limits belong to the smaller band. Refuses :class:`WeightImplausible`."""
    if 0 < weight_grams <= HEAVIEST:
        return next(band for band in BANDS if weight_grams <= band.up_to)
    raise WeightImplausible(most=HEAVIEST // 1000)


def grams_of(kilograms: str) -> int:
    """A weight as people write it - ``7``, ``7,2``, ``7.25`` - in grams. Refuses :class:`WeightImplausible`."""
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,3}))?", kilograms.strip())
    grams = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else 0
    band_for(grams)
    return grams


@attrs.frozen
class Tariff:
    """Price and minutes of one band. ``minutes`` may be unknown; a band without a price is not served."""

    band: Band
    price: Money
    minutes: int | None


@attrs.frozen
class PriceList:
    """A service's tariffs by the name of the band, in the order of size."""

    tariffs: Mapping[str, Tariff]

    def quote(self, weight_grams: int) -> Tariff:
        """The tariff for a pet of this weight. Refuses :class:`WeightImplausible` and :class:`SizeNotServed`."""
        band = band_for(weight_grams)
        if band.name not in self.tariffs:
            raise SizeNotServed(band=band.name)
        return self.tariffs[band.name]

    @property
    def cheapest(self) -> Money | None:
        """The price that the headline names, after the word “from”."""
        return min((t.price for t in self.tariffs.values()), default=None)


def kilograms(grams: int) -> str:
    """A weight as a groomer reads it: ``7.2``."""
    return f"{grams / 1000:.3f}".rstrip("0").rstrip(".")


class QuoteRequested(Event, frozen=True, kw_only=True):
    """Somebody left a telephone number and waits for a groomer's call."""

    name: ClassVar[str] = "grooming.quote_requested"
    request_id: UUID
    listing_id: UUID
    shop_id: UUID
    title: str
    pet_name: str
