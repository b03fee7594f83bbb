"""Who may do what with a shop's clients: those who work there, each as far as their role in this shop goes."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.services.identification import permissions_of
from marketplace_kit.crm.domain import SEE_CONTACTS, Client
from marketplace_kit.crm.tables import client_table
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.domain import SITE_ROLE
from marketplace_kit.shops.services import roles_in


def holds(site: Site, roles: Iterable[str], permission: str) -> bool:
    """Whether somebody with these roles in a shop holds a permission there. What they are in another shop is nothing
    to this one.
    """
    held = frozenset(SITE_ROLE.get(role, role) for role in roles)
    return permission in permissions_of(site, held)


def sees_contacts(site: Site, roles: Iterable[str]) -> bool:
    return holds(site, roles, SEE_CONTACTS)


async def check_shop(uow: UnitOfWork, shop_id: UUID, permission: str, *, by: Actor) -> frozenset[str]:
    """The asker's roles in the shop. Refuses :class:`Missing` to a stranger, :class:`Forbidden` without the
    permission.
    """
    roles = await roles_in(uow, shop_id, by=by)
    if not roles:
        raise Missing
    if not holds(uow.site, roles, permission):
        raise Forbidden
    return roles


async def client_for(uow: UnitOfWork, client_id: UUID, permission: str, *, by: Actor) -> Client:
    """The card, for a change by somebody of its shop; of a merged one the card that it went into. Nobody else changes
    it until the unit commits.
    """
    found = await _locked(uow, client_id)
    if found is not None and found.merged_into_id is not None:
        found = await _locked(uow, found.merged_into_id)
    if found is None or found.deleted_at is not None:
        raise Missing
    await check_shop(uow, found.shop_id, permission, by=by)
    return found


async def _locked(uow: UnitOfWork, client_id: UUID) -> Client | None:
    return await uow.session.get(Client, client_id, with_for_update=True, populate_existing=True)


async def members_of(uow: UnitOfWork, client_id: UUID) -> list[UUID]:
    """The card's id and those of all that were merged into it."""
    c = client_table.c
    wanted = sa.select(c.id).where(sa.or_(c.id == client_id, c.merged_into_id == client_id))
    return list((await uow.session.execute(wanted)).scalars())
