"""A salon with an owner, a listing, and lines of orders that are over. How a line came to its stage is not told here:
only what the orders room keeps of it, and the event that it records.
"""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import human_code, new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import Line, LineMoved, Order
from marketplace_kit.orders.services.linking import issue_link, plain_link
from marketplace_kit.orders.tables import line_table, order_table
from marketplace_kit.reviews import services
from marketplace_kit.reviews.domain import Review
from marketplace_kit.reviews.queries import own_review, rating_of
from marketplace_kit.reviews.schemas import Opinion, OwnReview, Rating, ReviewSettings
from tests.listings.market import Market


@attrs.define(kw_only=True, slots=False)
class Salon(Market):
    """``aliya`` ordered, ``dina`` owns the shop, ``zhanna`` looks after the site."""

    dina: Actor
    aliya: Actor
    shop_id: UUID
    listing_id: UUID

    @classmethod
    async def opened(cls, site: Site, clock: SetClock) -> Self:
        market = Market(site=site, clock=clock)
        dina = await market.person("dina", "vendor")
        shop_id = await market.shop(dina)
        dina = attrs.evolve(dina, shops=frozenset({shop_id}))
        listing_id = await market.listing(dina, shop_id)
        aliya = attrs.evolve(await market.person("aliya"), name="Aliya Serikova")
        return cls(site=site, clock=clock, dina=dina, aliya=aliya, shop_id=shop_id, listing_id=listing_id)

    async def zhanna(self) -> Actor:
        return await self.person("zhanna", "admin")

    async def line(
        self, customer: Actor | None, *, stage: Stage = Stage.COMPLETED, staff_id: int | None = None, **more: Any
    ) -> UUID:
        """A line of an order of its own, which went into ``stage`` now."""
        return (await self.lines([customer], stage=stage, staff_id=staff_id, **more))[0]

    async def lines(self, customers: list[Actor | None], **more: Any) -> list[UUID]:
        return await self.site.do(self._order, customers, **more)

    async def _order(
        self, uow: UnitOfWork, customers: list[Actor | None], *, stage: Stage = Stage.COMPLETED,
        staff_id: int | None = None, email: str | None = "guest@example.kz", listing_id: UUID | None = None,
    ) -> list[UUID]:  # fmt: skip
        heads, lines = [], []
        for customer in customers:
            order = {
                "id": new_id(), "number": human_code(), "shop_id": self.shop_id,
                "customer_id": customer.person_id if customer else None,
                "contact_name": customer.name if customer else "Marat Kenes",
                "contact_phone": "+77011234567", "contact_email": None if customer else email, "contact_locale": "en",
                "status": stage, "created_at": uow.at, "total_amount": 800000, "total_currency": "KZT", "note": "",
                "by_staff": True, "version": 1,
            }  # fmt: skip
            line = {
                "id": new_id(), "order_id": order["id"], "position": 1, "kind": "appointment", "tab": "services",
                "process_version": 1, "status": stage, "stage": stage, "listing_id": listing_id or self.listing_id,
                "title": "Reading lamp", "quantity": 1, "unit_amount": 800000, "total_amount": 800000,
                "currency": "KZT", "parts": [], "facts": {"staff": staff_id} if staff_id else {},
                "options": {}, "choice": {}, "policy": "", "version": 2,
            }  # fmt: skip
            heads.append(order)
            lines.append(line)
            moved = LineMoved(
                order_id=order["id"], line_id=line["id"], shop_id=self.shop_id, listing_id=line["listing_id"],
                customer_id=order["customer_id"], kind="appointment", verb="complete", before="started",
                after="completed", stage=stage, version=2,
            )  # fmt: skip
            uow.record(moved)
        await uow.session.execute(sa.insert(order_table), heads)
        await uow.session.execute(sa.insert(line_table), lines)
        return [line["id"] for line in lines]

    async def manage_link(self, line_id: UUID) -> str:
        """The token by which a guest looks after the order of a line."""

        async def issue(uow: UnitOfWork) -> UUID:
            line = await uow.session.get(Line, line_id)
            assert line is not None
            order = await uow.session.get(Order, line.order_id)
            assert order is not None
            return await issue_link(uow, order, [line])

        return plain_link(self.site, await self.site.do(issue))

    async def idle(self) -> None:
        await run_until_idle(self.site)

    async def review(self, rating: int = 5, text: str = "Lovely.", *, by: Actor | None = None, **more: Any) -> Review:
        """A completed line, reviewed at once."""
        customer = by or self.aliya
        line_id = await self.line(customer, **more)
        return await self.site.do(services.write, line_id, Opinion(rating=rating, text=text), by=customer)

    async def stored(self, review_id: UUID) -> OwnReview:
        edit_for = self.site.settings.of(ReviewSettings).terms.edit_for
        found = await self.site.ask(own_review, review_id, edit_for)
        assert found is not None
        return found

    async def rating(self) -> Rating:
        """As the reviews say it - which must be what the shop and the listing were told."""
        rating = await self.site.ask(rating_of, shop_id=self.shop_id)
        for table, key in (("shop", self.shop_id), ("listing", self.listing_id)):
            told = await self.site.ask(_told, table, key)
            assert told == (rating.average or (0.0 if table == "listing" else None), rating.count), table
        return rating


async def _told(connection: Any, table: str, key: UUID) -> tuple[float | None, int]:
    from marketplace_kit.kernel.database import metadata

    asked = metadata.tables[table]
    row = (
        await connection.execute(sa.select(asked.c.rating_average, asked.c.rating_count).where(asked.c.id == key))
    ).one()
    return row.rating_average, row.rating_count
