"""Who hears what of a shop's way: listeners, each in a unit of work of its own."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.domain import PENDING, ShopMoved
from marketplace_kit.shops.queries import admins, owners_of
from marketplace_kit.shops.tables import shop_table as shop

TOLD = {
    "approve": "approved",
    "reject": "rejected",
    "suspend": "suspended",
    "reinstate": "reinstated",
    "hide": "hidden",
}
"""Verbs of which the owner is told, and the notice's name."""


async def tell_owner(uow: UnitOfWork, event: ShopMoved) -> None:
    """An admin (or the system) decided: the owners hear of it, with the reason."""
    if event.verb not in TOLD:
        return
    connection = await uow.session.connection()
    owners = await owners_of(connection, event.shop_id)
    if event.verb == "approve" and event.by in owners:
        return
    found = (await uow.session.execute(sa.select(shop.c.name, shop.c.slug).where(shop.c.id == event.shop_id))).first()
    if found is None:
        return
    name = f"shops.{TOLD[event.verb]}"
    link = f"/shops/{found.slug}" if event.verb in {"approve", "reinstate"} else f"/sell/shop/{event.shop_id}/setup"
    for owner in owners:
        key = f"{name}:{event.shop_id}:{event.version}:{owner}"
        facts = {"shop": found.name, "reason": event.reason}
        await notify(uow, to=owner, notice=name, facts=facts, link=link, key=key)


async def tell_admins(uow: UnitOfWork, event: ShopMoved) -> None:
    """A shop waits for approval: those who may approve hear of it."""
    if event.state != PENDING:
        return
    found = (await uow.session.execute(sa.select(shop.c.name, shop.c.state).where(shop.c.id == event.shop_id))).first()
    if found is None or found.state != PENDING:
        return
    for admin in await admins(await uow.session.connection()):
        key = f"shops.waiting:{event.shop_id}:{event.version}:{admin}"
        link = f"/admin/shops/{event.shop_id}"
        await notify(uow, to=admin, notice="shops.waiting", facts={"shop": found.name}, link=link, key=key)
