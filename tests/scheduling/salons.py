"""A salon: a shop with hours, services and people who book, by the services of the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.fields import Form, NoFields
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.hooks.lines import Customer, Moved, Moving, Promise, Wish
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.schemas.kinds import SERVICE, Service
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.scheduling import services
from marketplace_kit.scheduling.domain.process import APPOINTMENT
from marketplace_kit.scheduling.schemas import AppointmentChoice, ResourceForm, ServiceRule
from marketplace_kit.scheduling.services import TimeCapacity
from marketplace_kit.scheduling.tables import appointment_table, claim_table
from marketplace_kit.shops.schemas import NewShop, ShopWeek
from marketplace_kit.shops.services import ensure_shop, set_week
from marketplace_kit.shops.tables import shop_table

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "09:00-18:00")
ATYRAU = "Asia/Atyrau"
TUESDAY = date(2026, 3, 3)
"""The day after the tests begin."""


@attrs.define(kw_only=True, slots=False)
class Salon:
    site: Site
    clock: SetClock
    shop_id: UUID
    owner: Actor
    capacity: TimeCapacity = attrs.field(factory=TimeCapacity)
    zone: str = ATYRAU

    @classmethod
    async def opened(cls, site: Site, clock: SetClock, zone: str = ATYRAU) -> Salon:
        email = "owner@example.kz"
        owner = await create_person(site, name="Owner", email=email, password="a-good-long-password", roles=("vendor",))
        shop_id = await ensure_shop(site, NewShop(name="Salon", city="Atyrau"), owner=owner)
        salon = cls(site=site, clock=clock, shop_id=shop_id, owner=Actor(person_id=owner), zone=zone)
        await salon.sql(sa.update(shop_table).values(phone="+77122354040", zone=zone))
        await salon.hours(**WEEK)
        return salon

    async def sql(self, statement: Any) -> Any:
        async with self.site.database.writer.begin() as connection:
            result = await connection.execute(statement)
            return result.mappings().all() if result.returns_rows else None

    async def hours(self, **week: str) -> None:
        version = (await self.sql(sa.select(shop_table.c.version).where(shop_table.c.id == self.shop_id)))[0]
        form = ShopWeek(version=version["version"], holidays_closed=False, **week)
        await self.site.do(set_week, self.shop_id, form, by=self.owner)

    async def service(
        self,
        title: str = "Haircut",
        minutes: int = 60,
        price: str = "5000",
        titles: Translated | None = None,
        **rule: Any,
    ) -> UUID:
        """A published service; ``rule`` is how it is booked. There is no lead time unless it is said."""
        made = await ensure_listing(
            self.site,
            shop_id=self.shop_id,
            kind=SERVICE,
            offer=Offer(title=title, titles=titles, price=Money.of(price, "KZT")),
            attributes=Service(minutes=minutes, place=("shop",)),
            owner=self.owner.person_id or new_id(),
        )
        form = ServiceRule(**{"lead_minutes": 0, "horizon_days": 400, "step": 30} | rule)
        await self.site.do(services.save_service_rule, made, form, by=self.owner)
        return made

    async def staff(self, name: str = "Aigerim", kind: str = "staff", **more: Any) -> int:
        form = ResourceForm(kind=kind, name=name, **more)
        return await self.site.do(services.save_resource, self.shop_id, form, by=self.owner)

    def at(self, time: str, day: date = TUESDAY) -> str:
        """``12:10`` of a day, as it is sent."""
        hour, minute = map(int, time.split(":"))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(self.zone)).isoformat()

    def wish(self, listing_id: UUID, time: str, day: date = TUESDAY, **more: Any) -> Wish:
        choice = {n: more.pop(n) for n in ("staff", "staff_matters", "together", "note") if n in more}
        given = {
            "line_id": new_id(),
            "order_id": new_id(),
            "shop_id": self.shop_id,
            "kind": "appointment",
            "listing_id": listing_id,
            "choice": AppointmentChoice(starts_at=self.at(time, day), **choice),
            "customer": Customer(name="Dana", phone="+77010000001"),
            "by": Actor(),
        }
        return Wish(**given | more)

    async def book(self, listing_id: UUID, time: str, day: date = TUESDAY, **more: Any) -> tuple[Wish, Promise]:
        wish = self.wish(listing_id, time, day, **more)
        promises = await self.site.do(self.capacity.reserve, [wish])
        return wish, promises[0]

    async def times(self, listing_id: UUID, day: date = TUESDAY, **more: Any) -> list[str]:
        view = await services.slots_for(self.site, listing_id, (), day, 1, **more)
        return [slot.time for slot in view.days[0].slots if slot.bookable]

    async def claims(self, *where: Any) -> Sequence[Any]:
        live = sa.select(claim_table).where(claim_table.c.released_at.is_(None), *where)
        return list(await self.sql(live.order_by(claim_table.c.from_s, claim_table.c.resource_id)))

    async def appointment(self, line_id: UUID) -> Any:
        return (await self.sql(sa.select(appointment_table).where(appointment_table.c.id == line_id)))[0]

    async def move(
        self, line_id: UUID, verb: str, asked: Form | None = None, *, role: str = "staff", version: int | None = None
    ) -> Moved:
        """What the order does with a verb: the process first, then the capacity."""
        row = await self.appointment(line_id)
        after = APPOINTMENT.transition(row["state"], verb, {role}).target
        moving = Moving(
            line_id=line_id,
            order_id=row["order_id"],
            shop_id=self.shop_id,
            listing_id=row["listing_id"],
            kind="appointment",
            verb=verb,
            before=row["state"],
            after=after,
            asked=asked or NoFields(),
            facts={},
            customer=Customer(),
            by=self.owner,
            roles=frozenset({role}),
        )
        return await self.site.do(self.capacity.move, moving)
