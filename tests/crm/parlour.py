"""A parlour with an owner, a master, and clients who were there. How a line came to its stage is not told here:
only what the orders room keeps of it, and the events that it records.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.queries.cards import Counting
from marketplace_kit.crm.schemas import ClientCard, ClientRow
from marketplace_kit.crm.services.asking import wanted_of
from marketplace_kit.crm.tables import client_order_table, client_table
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import human_code, new_id
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import OrderPlaced
from marketplace_kit.orders.tables import line_table, order_table
from marketplace_kit.shops.tables import member_table
from tests.listings.market import Market

PHONE = "+77012345678"
OTHER = "+77017654321"


@attrs.define(kw_only=True, slots=False)
class Parlour(Market):
    """``dina`` owns the shop, ``sara`` works there with her hands and sees no phones."""

    dina: Actor
    sara: Actor
    shop_id: UUID
    listing_id: UUID

    @classmethod
    async def opened(cls, site: Site, clock: SetClock) -> Self:
        market = Market(site=site, clock=clock)
        dina = await market.person("dina", "vendor")
        shop_id = await market.shop(dina)
        dina = attrs.evolve(dina, shops=frozenset({shop_id}))
        sara = attrs.evolve(await market.person("sara", "operator"), shops=frozenset({shop_id}))
        listing_id = await market.listing(dina, shop_id)
        here = cls(site=site, clock=clock, dina=dina, sara=sara, shop_id=shop_id, listing_id=listing_id)
        works = {"shop_id": shop_id, "person_id": sara.person_id, "role": "operator", "title": "", "public": False}
        await here.sql(sa.insert(member_table).values(**works, since=clock.now()))
        return here

    async def sql(self, statement: Any) -> Any:
        async with self.site.database.writer.begin() as connection:
            return await connection.execute(statement)

    async def had(
        self, phone: str | None = PHONE, *, days_ago: int = 0, name: str = "Айгүл Серікова", tell: bool = True,
        customer: Actor | None = None, timed: bool = True, **line: Any,
    ) -> UUID:  # fmt: skip
        """Somebody ordered, and it took place so many days ago (before today: is ahead). The order's id."""
        order_id = await self.site.do(self._order, phone, days_ago, name, customer, timed, tell, line)
        if tell:
            await run_until_idle(self.site)
        return order_id

    async def _order(
        self, uow: UnitOfWork, phone: str | None, days_ago: int, name: str, customer: Actor | None, timed: bool,
        tell: bool, line: dict[str, Any],
    ) -> UUID:  # fmt: skip
        at = uow.at - timedelta(days=days_ago)
        order, lines = _made(self, phone, at, name, customer, timed, line)
        await uow.session.execute(sa.insert(order_table).values(order))
        await uow.session.execute(sa.insert(line_table).values(lines))
        if tell:
            customer_id = order["customer_id"]
            uow.record(
                OrderPlaced(order_id=order["id"], shop_id=self.shop_id, customer_id=customer_id, number=order["number"])
            )
        return UUID(str(order["id"]))

    async def many(self, number: int) -> None:
        """So many clients with an order each, at once."""
        now, orders, lines, clients, links = self.clock.now(), [], [], [], []
        for n in range(number):
            at = now - timedelta(minutes=n)
            order, line = _made(self, f"+7702{n:07}", at, f"Client {n}", None, True, {})
            client_id = new_id()
            clients.append(
                {
                    "id": client_id, "shop_id": self.shop_id, "name": order["contact_name"],
                    "name_folded": order["contact_name"].lower(), "phone": order["contact_phone"], "locale": "",
                    "channel": "", "source": "order", "first_seen_at": at, "last_seen_at": at, "version": 1,
                }
            )  # fmt: skip
            links.append({"order_id": order["id"], "client_id": client_id, "at": at})
            orders.append(order)
            lines.append(line)
        for table, rows in (
            (order_table, orders), (line_table, lines), (client_table, clients), (client_order_table, links),
        ):  # fmt: skip
            async with self.site.database.writer.begin() as connection:
                await connection.execute(sa.insert(table), rows)

    async def clients(self, *, contacts: bool = True, **asked: Any) -> list[ClientRow]:
        wanted = wanted_of(self.site, self.shop_id, contacts=contacts, **asked)
        return (await self.site.ask(queries.clients_of, wanted)).items

    async def names(self, **asked: Any) -> set[str]:
        return {one.name for one in await self.clients(**asked)}

    async def only(self) -> UUID:
        """The one client that there is."""
        (one,) = await self.clients()
        return one.id

    async def card(self, client_id: UUID) -> ClientCard:
        counting = Counting(now=self.clock.now(), currency="KZT", lost_days=60)
        found = await self.site.ask(queries.card_of, client_id, counting, contacts=True)
        assert found is not None
        return found

    async def do(self, verb: Any, *given: Any, by: Actor | None = None) -> Any:
        return await self.site.do(verb, *given, by=by or self.dina)

    async def card_of_order(self, order_id: UUID, by: Actor | None = None) -> UUID | None:
        return (await services.order_client(self.site, by or self.dina, order_id)).id


def _made(
    here: Parlour, phone: str | None, at: datetime, name: str, customer: Actor | None, timed: bool, more: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    stage = more.pop("stage", Stage.COMPLETED)
    amount = more.pop("amount", 800_000)
    order = {
        "id": new_id(), "number": human_code(), "shop_id": here.shop_id,
        "customer_id": customer.person_id if customer else None, "contact_name": name, "contact_phone": phone,
        "contact_email": None, "contact_locale": "ru", "status": stage, "created_at": min(at, here.clock.now()),
        "total_amount": amount, "total_currency": "KZT", "note": "", "by_staff": True, "version": 1,
    }  # fmt: skip
    line = {
        "id": new_id(), "order_id": order["id"], "position": 1, "kind": "appointment", "tab": "services",
        "process_version": 1, "status": more.pop("status", stage), "stage": stage, "listing_id": here.listing_id,
        "title": "Haircut", "quantity": 1, "unit_amount": amount, "total_amount": amount, "currency": "KZT",
        "parts": [], "facts": {}, "options": {}, "choice": {}, "policy": "", "version": 2,
        "starts_at": at if timed else None, "ends_at": at + timedelta(hours=1) if timed else None,
    }  # fmt: skip
    return order, line
