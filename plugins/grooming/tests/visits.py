"""The salon "Лапки" on a working day: Natalya and Dina groom, Olga has a poodle and a husky."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import httpx

from marketplace_grooming.domain import SERVICE
from marketplace_grooming.schemas import GroomingService
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.scheduling.schemas import ResourceForm, ServiceRule
from marketplace_kit.scheduling.services import save_resource, save_service_rule
from marketplace_kit.shops.domain import Shop
from marketplace_kit.shops.schemas import ShopWeek
from marketplace_kit.shops.services import set_week
from marketplace_pets import services as pets
from marketplace_pets.schemas import NewBehaviour, NewDose, NewPet
from tests.plugins.town import Town

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-19:00")
ATYRAU = ZoneInfo("Asia/Atyrau")
DAY = date(2027, 3, 16)
TUESDAY = datetime(2027, 3, 16, 4, 0, tzinfo=UTC)
"""Nine in the morning in Atyrau."""


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


def matrix(**more: Any) -> GroomingService:
    """Bath and cut: up to 10 kg 8 000 in 90 minutes, to 25 kg 12 000 in 120, above 16 000 in 150."""
    known: dict[str, Any] = {
        "species": ("dog",),
        "price_small": tenge(8_000),
        "minutes_small": 90,
        "price_medium": tenge(12_000),
        "minutes_medium": 120,
        "price_large": tenge(16_000),
        "minutes_large": 150,
        "price_double": tenge(2_000),
        "minutes_double": 30,
    }
    return GroomingService(**known | more)


@attrs.define
class Day:
    """A working day of the salon."""

    town: Town
    clock: SetClock
    natalya: UUID
    olga: UUID
    salon: UUID
    bath: UUID
    groomer: int

    @property
    def site(self) -> Site:
        return self.town.site

    @property
    def as_olga(self) -> Actor:
        return Actor(person_id=self.olga, name="Olga")

    @property
    def as_natalya(self) -> Actor:
        return Actor(
            person_id=self.natalya, shops=frozenset({self.salon}), permissions=frozenset({"pets.verify_doses"})
        )

    def at(self, time: str, day: date = DAY) -> str:
        hour, minute = map(int, time.split(":"))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ATYRAU).isoformat()

    def now_is(self, time: str, day: date = DAY) -> None:
        self.clock.set(datetime.fromisoformat(self.at(time, day)).astimezone(UTC))

    async def service(self, title: str = "Bath and cut", **more: Any) -> UUID:
        made = await self.town.listing(self.natalya, self.salon, SERVICE, title, matrix(**more), "8000")
        rule = ServiceRule(lead_minutes=0, horizon_days=400, step=10)
        await self.site.do(save_service_rule, made, rule, by=self.as_natalya)
        return made

    async def works(self, name: str, **more: Any) -> int:
        form = ResourceForm(kind="staff", name=name, **more)
        return await self.site.do(save_resource, self.salon, form, by=self.as_natalya)

    async def hours(self, **week: str) -> None:
        form = ShopWeek(version=await self.version(), holidays_closed=False, **week)
        await self.site.do(set_week, self.salon, form, by=self.as_natalya)

    async def version(self) -> int:
        async def read(uow: UnitOfWork) -> int:
            shop = await uow.session.get(Shop, self.salon)
            assert shop is not None
            return shop.version

        return await self.site.do(read)

    async def pet(self, name: str = "Buddy", grams: int | None = 7_200, **more: Any) -> UUID:
        form = NewPet(name=name, species="dog", **{"breed": "poodle-miniature"} | more)
        pet_id = await self.site.do(pets.register, form, by=self.as_olga)
        if grams:
            await self.site.do(pets.record_weight, pet_id, grams=grams, by=self.as_olga)
        return pet_id

    async def bites(self, pet_id: UUID) -> None:
        await self.site.do(pets.flag_behaviour, pet_id, NewBehaviour(code="BITES"), by=self.as_olga)

    async def rabies(self, pet_id: UUID, given_on: date, *, verified: bool = True) -> UUID:
        """A proof that the family shows the salon, and the salon looks at."""
        form = NewDose(protocol="rabies", given_on=given_on, certificate="KZ-1", historical=True)
        dose = await self.site.do(pets.record_dose, pet_id, form, by=self.as_olga)
        await self.site.do(pets.share, pet_id, shop_id=self.salon, scopes=("vaccinations",), by=self.as_olga)
        if verified:
            await self.site.do(pets.verify_dose, dose, accepted=True, by=self.as_natalya)
        return dose

    async def lines(self, *pets_brought: UUID | str, at: str = "10:00", **more: Any) -> list[dict[str, Any]]:
        choice = {"starts_at": self.at(at), "pet": [str(p) for p in pets_brought], **more}
        return [{"listing_id": str(self.bath), "choice": choice}]

    async def book(self, client: httpx.AsyncClient, *brought: UUID | str, **more: Any) -> httpx.Response:
        body = {"lines": await self.lines(*brought, **more), "consent": True}
        return await client.post("/api/orders/create", json=body)

    async def booked(self, *brought: UUID | str, **more: Any) -> list[dict[str, Any]]:
        """The lines of an order that Olga placed."""
        client = await self.town.program("Olga")
        answer = await self.book(client, *brought, **more)
        assert answer.status_code == 201, answer.text
        found: list[dict[str, Any]] = answer.json()["order"]["lines"]
        return found

    async def bring(self, visit: str, *states: str, **asked: Any) -> httpx.Response:
        """The salon brings a visit through these states."""
        client = await self.town.program("Natalya")
        for state in states:
            body = {"status": state, **(asked if state == states[-1] else {})}
            answer = await client.put(f"/api/grooming/visits/{visit}/status", json=body)
        return answer


async def opened(town: Town, clock: SetClock) -> Day:
    clock.set(TUESDAY)
    natalya, olga = await town.person("Natalya", "vendor"), await town.person("Olga")
    salon = await town.shop(natalya, "Лапки")
    day = Day(town, clock, natalya, olga, salon, salon, 0)
    await day.hours(**WEEK)
    day.bath = await day.service()
    day.groomer = await day.works("Natalya")
    return day
