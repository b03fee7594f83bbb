"""A salon, a groomer who travels, and Aigerim with her poodle."""

from __future__ import annotations

from uuid import UUID

import attrs

from marketplace_grooming.domain import SERVICE
from marketplace_grooming.schemas import AskForCall, GroomingService
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from tests.plugins.town import Town


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


FULL = GroomingService(
    species=("dog",),
    price_mini=tenge(7_000),
    price_small=tenge(8_000),
    minutes_small=90,
    price_medium=tenge(12_000),
    minutes_medium=120,
)
AT_HOME = GroomingService(species=("dog", "cat"), home_visit=True, price_small=tenge(7_500), minutes_small=100)
BUDDY = AskForCall(pet_name="Buddy", weight_grams=7_200, phone="+77051112233", note="Tangles behind the ears")


@attrs.frozen
class Salons:
    """Natalya's salon, Timur who travels, and Aigerim, who has a poodle."""

    town: Town
    natalya: UUID
    timur: UUID
    aigerim: UUID
    salon: UUID
    full: UUID
    at_home: UUID

    @property
    def site(self) -> Site:
        return self.town.site

    @property
    def asking(self) -> Actor:
        return Actor(person_id=self.aigerim, name="Aigerim")


async def opened(town: Town) -> Salons:
    natalya, timur = await town.person("Natalya", "vendor"), await town.person("Timur", "vendor")
    aigerim = await town.person("Aigerim")
    salon, van = await town.shop(natalya, "Riverside"), await town.shop(timur, "Van")
    full = await town.listing(natalya, salon, SERVICE, "Full grooming", FULL)
    at_home = await town.listing(timur, van, SERVICE, "At your home", AT_HOME, "9000")
    await town.work()
    return Salons(town, natalya, timur, aigerim, salon, full, at_home)
