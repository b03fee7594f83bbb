"""Links by which a guest looks after one order: 256 bits, only a digest stored, good for thirty days after its end.

As with other links, the token is derived from its row's id with the site's secret: a later message can carry the same
link, and no row, job or notice ever holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.orders.domain import LINK_LASTS, Line, Order
from marketplace_kit.orders.tables import link_table as link
from marketplace_kit.orders.tables import order_table
from marketplace_kit.shops.services import roles_in
from marketplace_kit.web.identity import sign


def plain_link(site: Site, link_id: UUID) -> str:
    """The token itself, for the message that is about to leave. Never store it."""
    return sign(site, "orders.manage_link", str(link_id))


def expiry(lines: Iterable[Line], now: datetime) -> datetime:
    """Thirty days after the last line's end, or after now where nothing lies ahead."""
    ends = [line.ends_at or line.starts_at for line in lines]
    return max([now, *(at for at in ends if at is not None)]) + LINK_LASTS


async def issue_link(uow: UnitOfWork, order: Order, lines: Iterable[Line]) -> UUID:
    link_id = new_id()
    values = {
        "id": link_id,
        "digest": digest(plain_link(uow.site, link_id)),
        "order_id": order.id,
        "created_at": uow.at,
        "expires_at": expiry(lines, uow.at),
    }
    await uow.session.execute(sa.insert(link).values(values))
    return link_id


async def extend_links(uow: UnitOfWork, order: Order, lines: Iterable[Line]) -> None:
    """An order that was moved to a later day takes its links along."""
    until = expiry(lines, uow.at)
    alive = sa.and_(link.c.order_id == order.id, link.c.revoked_at.is_(None), link.c.expires_at < until)
    await uow.session.execute(sa.update(link).where(alive, link.c.expires_at > uow.at).values(expires_at=until))


async def revoke_links(uow: UnitOfWork, order_id: UUID, *, by: Actor) -> None:
    """The shop ends an order's links (sent to a wrong number). Refuses :class:`Missing` to strangers."""
    shop_id = (
        await uow.session.execute(sa.select(order_table.c.shop_id).where(order_table.c.id == order_id))
    ).scalar_one_or_none()
    if shop_id is None or not await roles_in(uow, shop_id, by=by):
        raise Missing
    alive = sa.and_(link.c.order_id == order_id, link.c.revoked_at.is_(None))
    await uow.session.execute(sa.update(link).where(alive).values(revoked_at=uow.at))
    await audit(uow, by=by, act="orders.revoke_links", on=f"order:{order_id}")


async def link_of(connection: AsyncConnection, order_id: UUID, now: datetime) -> UUID | None:
    """The newest link of an order that is still good."""
    alive = sa.and_(link.c.order_id == order_id, link.c.revoked_at.is_(None), link.c.expires_at > now)
    newest = sa.select(link.c.id).where(alive).order_by(link.c.created_at.desc(), link.c.id.desc()).limit(1)
    found: UUID | None = (await connection.execute(newest)).scalar_one_or_none()
    return found


async def opens(uow: UnitOfWork, token: str, order_id: UUID) -> bool:
    """Whether a guest's token opens this order at this moment."""
    wanted = sa.select(link.c.id).where(
        link.c.digest == digest(token),
        link.c.order_id == order_id,
        link.c.revoked_at.is_(None),
        link.c.expires_at > uow.at,
    )
    return (await uow.session.execute(wanted)).first() is not None
