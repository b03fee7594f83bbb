"""Live topics: that something changed with an order, and who may hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders.domain import ADMIN
from marketplace_kit.orders.tables import link_table as link
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.web.identity import is_signed, sign

_HEARS = "orders.hears_of"


def order_topic(order_id: UUID) -> str:
    return f"order:{order_id}"


def shop_topic(shop_id: UUID) -> str:
    return f"shop:{shop_id}:orders"


def _of_link(site: Site, order_id: UUID, link_id: UUID) -> str:
    """The topic of one guest's link. Its seal comes from the link as the token does, and neither leads to the other:
    what a broker is told opens no order.
    """
    return f"order:{order_id}:link:{sign(site, _HEARS, str(link_id))}"


async def link_topic(connection: AsyncConnection, site: Site, token: str, order_id: UUID) -> str:
    """What whoever holds a guest's link listens to; nothing once the link opens the order no more."""
    wanted = sa.select(link.c.id).where(link.c.digest == digest(token), *_alive(order_id, site.clock.now()))
    found = (await connection.execute(wanted)).scalar_one_or_none()
    return _of_link(site, order_id, found) if found is not None else ""


async def link_topics(connection: AsyncConnection, site: Site, order_id: UUID, now: datetime) -> list[str]:
    """The topics of all links that open an order at this moment."""
    return [_of_link(site, order_id, link_id) for link_id in await _links(connection, order_id, now)]


def _alive(order_id: UUID, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return link.c.order_id == order_id, link.c.revoked_at.is_(None), link.c.expires_at > now


async def may_watch_link(site: Site, _: Actor, places: Mapping[str, str]) -> bool:
    """Whoever holds the link, signed in or not, for as long as it opens the order."""
    found = await site.ask(_links, UUID(places["order_id"]), site.clock.now())
    return any(is_signed(site, _HEARS, str(link_id), places["seal"]) for link_id in found)


async def _links(connection: AsyncConnection, order_id: UUID, now: datetime) -> list[UUID]:
    return list((await connection.execute(sa.select(link.c.id).where(*_alive(order_id, now)))).scalars())


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
