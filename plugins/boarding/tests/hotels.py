"""The pet hotel "Хвост на подушке" in March: Natalya keeps it, Olga has a poodle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import httpx
import sqlalchemy as sa

from marketplace_boarding import services
from marketplace_boarding.domain import KIND, LINE
from marketplace_boarding.schemas import Lodging, RoomForm, SeasonForm, StayChoice
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.hooks import Actor, Customer, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.scheduling.tables import claim_table
from marketplace_pets import services as pets
from marketplace_pets.schemas import NewDose, NewPet
from tests.plugins.town import Town

ATYRAU = ZoneInfo("Asia/Atyrau")
TODAY = date(2027, 3, 16)
TUESDAY = datetime(2027, 3, 16, 4, 0, tzinfo=UTC)
"""Nine in the morning in Atyrau."""


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


def march(day: int) -> date:
    return date(2027, 3, day)


async def outcome(doing: Any) -> str:
    try:
        await doing
    except DomainError as refused:
        return refused.code
    return "done"


@attrs.define
class Hotel:
    """A pet hotel with one kind of rooms; nights of 8 000."""

    town: Town
    clock: SetClock
    natalya: UUID
    olga: UUID
    shop: UUID
    runs: UUID

    @property
    def site(self) -> Site:
        return self.town.site

    @property
    def as_olga(self) -> Actor:
        return Actor(person_id=self.olga, name="Olga")

    @property
    def as_natalya(self) -> Actor:
        may = frozenset({"pets.verify_doses"})
        return Actor(person_id=self.natalya, name="Natalya", shops=frozenset({self.shop}), permissions=may)

    @property
    def capacity(self) -> services.StayCapacity:
        found = self.site.registry.line_kinds[LINE].capacity
        assert isinstance(found, services.StayCapacity)
        return found

    def now_is(self, time: str, day: date = TODAY) -> None:
        hour, minute = map(int, time.split(":"))
        self.clock.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ATYRAU).astimezone(UTC))

    async def lodging(self, title: str = "Run with a yard", price: str = "8000", **rules: Any) -> UUID:
        known: dict[str, Any] = {"species": ("dog", "cat"), "max_pets": 2}
        return await self.town.listing(self.natalya, self.shop, KIND, title, Lodging(**known | rules), price)

    async def room(self, name: str = "Run 1", listing: UUID | None = None, **more: Any) -> int:
        form = RoomForm(name=name, listing=str(listing or self.runs), **{"max_pets": 2} | more)
        return await self.site.do(services.save_room, self.shop, form, by=self.as_natalya)

    async def season(self, name: str, first: date, last: date, percent: int) -> UUID:
        form = SeasonForm(name=name, first=first, last=last, percent=percent)
        return await self.site.do(services.save_season, self.shop, form, by=self.as_natalya)

    async def pet(self, name: str = "Buddy", grams: int | None = 7_200, **more: Any) -> UUID:
        form = NewPet(name=name, species="dog", **{"breed": "poodle-miniature"} | more)
        pet_id = await self.site.do(pets.register, form, by=self.as_olga)
        if grams:
            await self.site.do(pets.record_weight, pet_id, grams=grams, by=self.as_olga)
        return pet_id

    async def rabies(self, pet_id: UUID, given_on: date, *, until: date | None = None, verified: bool = True) -> UUID:
        """A proof that the family shows the house, and the house looks at."""
        form = NewDose(protocol="rabies", given_on=given_on, certificate="KZ-1", historical=True, valid_until=until)
        dose = await self.site.do(pets.record_dose, pet_id, form, by=self.as_olga)
        await self.site.do(pets.share, pet_id, shop_id=self.shop, scopes=("vaccinations",), by=self.as_olga)
        if verified:
            await self.site.do(pets.verify_dose, dose, accepted=True, by=self.as_natalya)
        return dose

    def wish(self, arrives: date, leaves: date, pets_: str = "dog:7200:Buddy", **more: Any) -> Wish:
        given: dict[str, Any] = {
            "line_id": new_id(),
            "order_id": new_id(),
            "shop_id": self.shop,
            "kind": LINE,
            "listing_id": self.runs,
            "choice": StayChoice(arrives=arrives, leaves=leaves, pets=pets_),
            "customer": Customer(name="Dana", phone="+77010000001"),
            "by": Actor(),
        }
        return Wish(**given | more)

    async def reserve(self, arrives: date, leaves: date, pets_: str = "dog:7200:Buddy", **more: Any) -> Wish:
        wish = self.wish(arrives, leaves, pets_, **more)
        await self.site.do(self.capacity.reserve, [wish])
        return wish

    def lines(self, *brought: UUID | str, arrives: date, leaves: date, **more: Any) -> list[dict[str, Any]]:
        days = {"arrives": arrives.isoformat(), "leaves": leaves.isoformat()}
        choice = {**days, "pets": ";".join(map(str, brought)), **more}
        return [{"listing_id": str(self.runs), "choice": choice}]

    async def book(self, client: httpx.AsyncClient, *brought: UUID | str, **more: Any) -> httpx.Response:
        body = {"lines": self.lines(*brought, **more), "consent": True}
        return await client.post("/api/orders/create", json=body)

    async def booked(self, *brought: UUID | str, **more: Any) -> dict[str, Any]:
        """The line of an order that Olga placed."""
        answer = await self.book(await self.town.program("Olga"), *brought, **more)
        assert answer.status_code == 201, answer.text
        (line,) = answer.json()["order"]["lines"]
        return dict(line)

    async def bring(self, stay: str, *states: str, **asked: Any) -> httpx.Response:
        """The house brings a stay through these states."""
        client = await self.town.program("Natalya")
        for state in states:
            body = {"status": state, **(asked if state == states[-1] else {})}
            answer = await client.put(f"/api/boarding/stays/{stay}/status", json=body)
        return answer

    async def act(self, who: str, line: dict[str, Any], verb: str, **asked: Any) -> httpx.Response:
        client = await self.town.program(who)
        return await client.post(f"/api/orders/{line['order_id']}/lines/{line['id']}/{verb}", json=asked)

    async def claims(self) -> Sequence[Any]:
        """Every live night: (resource, lane, date)."""
        c = claim_table.c
        wanted = sa.select(c.resource_id, c.lane, c.from_s, c.kind).where(c.released_at.is_(None))
        async with self.site.database.reader.connect() as connection:
            rows = (await connection.execute(wanted.order_by(c.resource_id, c.lane, c.from_s))).all()
        return [(row.resource_id, row.lane, datetime.fromtimestamp(row.from_s, ATYRAU).date()) for row in rows]

    async def sql(self, statement: Any) -> None:
        async with self.site.database.writer.begin() as connection:
            await connection.execute(statement)

    def nights(self, first: int, count: int) -> list[date]:
        return [march(first) + timedelta(days=n) for n in range(count)]


async def opened(town: Town, clock: SetClock) -> Hotel:
    clock.set(TUESDAY)
    natalya, olga = await town.person("Natalya", "vendor"), await town.person("Olga")
    shop = await town.shop(natalya, "Хвост на подушке")
    hotel = Hotel(town, clock, natalya, olga, shop, shop)
    hotel.runs = await hotel.lodging()
    return hotel
