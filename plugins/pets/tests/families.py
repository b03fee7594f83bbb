"""Olga and her animals; the groomers "Лапки" and "Пушок"; a breeder whose puppy Ақтөс was born on 2026-09-12."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import attrs
import httpx

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_pets import services
from marketplace_pets.schemas import NewDose, NewPet
from marketplace_pets.services.access import CHECK
from tests.plugins.town import Town

BORN = date(2026, 9, 12)
AKTOS = NewPet(name="Ақтөс", species="dog", breed="tazy", born=BORN)
BUDDY = NewPet(name="Buddy", species="dog", breed="poodle-miniature", born=date(2024, 3, 1))


def noon(day: str) -> datetime:
    """Of a day in Atyrau."""
    return datetime.fromisoformat(f"{day}T07:00:00").replace(tzinfo=UTC)


@attrs.frozen
class Family:
    town: Town
    clock: SetClock
    olga: UUID
    breeder: UUID
    groomer: UUID
    kennel: UUID
    lapki: UUID
    pushok: UUID

    @property
    def site(self) -> Site:
        return self.town.site

    @property
    def as_olga(self) -> Actor:
        return Actor(person_id=self.olga, name="Olga")

    @property
    def as_breeder(self) -> Actor:
        return Actor(person_id=self.breeder, shops=frozenset({self.kennel}))

    @property
    def as_groomer(self) -> Actor:
        shops = frozenset({self.lapki})
        return Actor(person_id=self.groomer, shops=shops, permissions=frozenset({CHECK, "pets.read_shared"}))

    def today_is(self, day: str) -> None:
        self.clock.set(noon(day))

    async def pet(self, form: NewPet = BUDDY, by: Actor | None = None, shop: UUID | None = None) -> UUID:
        return await self.site.do(services.register, form, by=by or self.as_olga, shop_id=shop)

    async def dose(
        self, pet: UUID, protocol: str, day: str, *, by: Actor | None = None, shop: UUID | None = None, **more: Any
    ) -> UUID:
        form = NewDose(protocol=protocol, given_on=date.fromisoformat(day), **more)
        return await self.site.do(services.record_dose, pet, form, by=by or self.as_olga, shop_id=shop)

    async def proved(self, pet: UUID, protocol: str, day: str, **more: Any) -> UUID:
        """A dose whose proof the groomer has accepted."""
        await self.share(pet, "vaccinations")
        dose = await self.dose(pet, protocol, day, certificate="KZ-1", **more)
        await self.site.do(services.verify_dose, dose, accepted=True, by=self.as_groomer)
        return dose

    async def share(self, pet: UUID, *scopes: str, until: str = "") -> UUID:
        ends = date.fromisoformat(until) if until else None
        return await self.site.do(
            services.share, pet, shop_id=self.lapki, scopes=scopes, expires_on=ends, by=self.as_olga
        )

    async def program(self, name: str) -> httpx.AsyncClient:
        return await self.town.program(name)


async def moved_in(town: Town, clock: SetClock) -> Family:
    clock.set(noon("2027-01-15"))
    olga, breeder = await town.person("Olga"), await town.person("Bolat", "vendor")
    groomer, other = await town.person("Natalya", "vendor"), await town.person("Timur", "vendor")
    kennel = await town.shop(breeder, "Kennel")
    lapki, pushok = await town.shop(groomer, "Лапки"), await town.shop(other, "Пушок")
    return Family(town, clock, olga, breeder, groomer, kennel, lapki, pushok)
