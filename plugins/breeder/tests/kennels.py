"""Two kennels, and a family that looks for a puppy."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import attrs

from marketplace_breeder.domain import LITTER, PUPPY
from marketplace_breeder.schemas import Litter, Puppy
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from tests.plugins.town import Town


@attrs.frozen
class Kennels:
    """Dana's kennel with a puppy and a litter, Timur's kennel, and Aigerim, who looks for a puppy."""

    town: Town
    dana: UUID
    timur: UUID
    aigerim: UUID
    kennel: UUID
    other_kennel: UUID
    puppy: UUID
    litter: UUID

    @property
    def site(self) -> Site:
        return self.town.site

    @property
    def asking(self) -> Actor:
        """Aigerim, as use cases know her."""
        return Actor(person_id=self.aigerim, name="Aigerim")

    async def another_puppy(self, title: str, **given: Any) -> UUID:
        attributes = puppy(**given)
        return await self.town.listing(self.dana, self.kennel, PUPPY, title, attributes, "350000")


def puppy(**given: Any) -> Puppy:
    return Puppy(**{"breed": "Labrador", "sex": "male", "born": date(2026, 2, 1)} | given)


async def opened(town: Town) -> Kennels:
    dana, timur = await town.person("Dana", "vendor"), await town.person("Timur", "vendor")
    aigerim = await town.person("Aigerim")
    kennel, other = await town.shop(dana, "Kaspiy"), await town.shop(timur, "Ak Tazy")
    red = await town.listing(dana, kennel, PUPPY, "Red collar", puppy(), "350000")
    spring = Litter(breed="Labrador", expected=date(2026, 4, 1))
    litter = await town.listing(dana, kennel, LITTER, "Spring litter", spring)
    await town.work()
    return Kennels(town, dana, timur, aigerim, kennel, other, red, litter)
