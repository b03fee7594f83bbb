"""Live topics: that something changed with an order, and who may hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders.domain import ADMIN
from marketplace_kit.orders.tables import order_table as order


def order_topic(order_id: UUID) -> str:
    return f"order:{order_id}"


def shop_topic(shop_id: UUID) -> str:
    return f"shop:{shop_id}:orders"


async def may_watch_order(site: Site, actor: Actor, places: Mapping[str, str]) -> bool:
    """Its customer, and whoever works for its shop."""
    if not actor.signed_in:
        return False
    found = await site.ask(_whose, UUID(places["order_id"]))
    if found is None:
        return False
    customer_id, shop_id = found
    return actor.person_id == customer_id or shop_id in actor.shops or ADMIN in actor.roles


async def _whose(connection: AsyncConnection, order_id: UUID) -> tuple[UUID | None, UUID] | None:
    row = (
        await connection.execute(sa.select(order.c.customer_id, order.c.shop_id).where(order.c.id == order_id))
    ).first()
    return (row.customer_id, row.shop_id) if row else None


async def may_watch_shop(_: Site, actor: Actor, places: Mapping[str, str]) -> bool:
    """Whoever works for the shop."""
    return UUID(places["shop_id"]) in actor.shops or ADMIN in actor.roles
