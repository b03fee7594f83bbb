"""Who may act for a shop at this moment."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.shops.domain import ADMIN, OWNER, Shop
from marketplace_kit.shops.tables import member_table as member


async def access_shop(uow: UnitOfWork, shop_id: UUID, *, by: Actor, roles: Collection[str] = (OWNER, ADMIN)) -> Shop:
    """The shop, for somebody who has one of ``roles`` there. Refuses :class:`Missing` to a stranger as for a shop
    that is
    not there, and :class:`Forbidden` to somebody who works there in another role.
    """
    shop = await uow.session.get(Shop, shop_id, with_for_update=True)
    held = await roles_in(uow, shop_id, by=by)
    if shop is None or not held:
        raise Missing
    if held.isdisjoint(roles):
        raise Forbidden
    return shop


async def shop_of(uow: UnitOfWork, shop_id: UUID) -> Shop:
    """The shop as this unit knows it; no statement where it was read already. Refuses :class:`Missing`."""
    shop = await uow.session.get(Shop, shop_id)
    if shop is None:
        raise Missing
    return shop


async def roles_in(uow: UnitOfWork, shop_id: UUID, *, by: Actor) -> frozenset[str]:
    """What a person is in a shop at this moment: nothing, one of the members' roles, ``admin``, or both."""
    held = {ADMIN} & by.roles
    if by.person_id is not None:
        statement = sa.select(member.c.role).where(member.c.shop_id == shop_id, member.c.person_id == by.person_id)
        held |= set((await uow.session.execute(statement)).scalars())
    return frozenset(held)
