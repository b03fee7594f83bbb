"""A van of the salon, and places at known ways from its base: a minute for each kilometre."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.hooks.lines import Promise, Wish
from marketplace_kit.places.domain import Point
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.areas import said_point
from marketplace_kit.scheduling.domain.travel import ways_of
from marketplace_kit.scheduling.queries.travelling import vans_of
from marketplace_kit.scheduling.schemas import AppointmentChoice, VanForm, Where
from marketplace_kit.scheduling.tables import claim_table
from tests.scheduling.salons import Salon

A = Point(47.10, 51.90)
c = claim_table.c


def away(north_km: float = 0, east_km: float = 0) -> Point:
    return Point(A.lat + north_km / 111.2, A.lon + east_km / 75.7)


B, C = away(north_km=19.9), away(east_km=14.9)
"""B is 20 minutes from A, C 15, and B 25 from C."""


@attrs.define(kw_only=True)
class Garage:
    """The van and what is booked of it."""

    salon: Salon
    van: int
    listing: UUID

    @classmethod
    async def opened(cls, salon: Salon, **rule: Any) -> Garage:
        """A van based at A, and a service of an hour at home, every five minutes."""
        van = await salon.staff("Van", kind="van", lanes=1)
        form = VanForm(base=said_point(A), radius_km=100, kmh=60, road_percent=100)
        await salon.site.do(services.save_van, salon.shop_id, van, form, by=salon.owner)
        listing = await salon.service("At home", **{"needs": "van", "step": 5} | rule)
        return cls(salon=salon, van=van, listing=listing)

    def wish(self, place: Point, time: str, **more: Any) -> Wish:
        wish = self.salon.wish(more.pop("listing", self.listing), time, **more)
        assert isinstance(wish.choice, AppointmentChoice)
        said = {name: getattr(wish.choice, name) for name in wish.choice.__struct_fields__}
        choice = AppointmentChoice(**said | {"address": "Satpaev 5", "point": said_point(place)})
        return attrs.evolve(wish, choice=choice)

    async def book(self, place: Point, time: str, **more: Any) -> tuple[Wish, Promise]:
        overbook = more.pop("overbook", "")
        wish = self.wish(place, time, **more)
        promises = await self.salon.site.do(self.salon.capacity.reserve, [wish], overbook=overbook)
        return wish, promises[0]

    async def times(self, place: Point, **more: Any) -> list[str]:
        return await self.salon.times(self.listing, where=Where(point=said_point(place)), **more)

    async def blocked(self) -> list[str]:
        """What is claimed of the van, as the wall clock says it."""
        rows = await self.salon.claims(c.resource_id == self.van)
        return [f"{self.clock(row['from_s'])}-{self.clock(row['to_s'])}" for row in rows]

    def clock(self, at: int) -> str:
        minutes = (at + 5 * 3600) // 60 % 1440
        return f"{minutes // 60:02}:{minutes % 60:02}"

    async def ways_fit(self) -> list[str]:
        """Visits whose claim does not begin with the way from what the van did before; none, if all is well."""
        wrong = []
        live = sa.select(claim_table).where(c.released_at.is_(None), c.resource_id == self.van)
        rows = list(await self.salon.sql(live))
        if not rows:
            return []
        low, high = min(r["from_s"] for r in rows) - 86_400, max(r["to_s"] for r in rows) + 86_400
        van = (await self.salon.site.ask(vans_of, [self.van], low, high, now=self.salon.clock.now()))[self.van]
        for day in {trip.day for trip in van.trips}:
            wanted = ways_of(van, day, van.others)
            wrong += [
                f"{self.clock(t.from_s)} is not {self.clock(wanted[t.line])}"
                for t in van.round_of(day)
                if t.from_s != wanted[t.line]
            ]
        return wrong
