"""What one resource does of all that a shop offers; those who work for a shop as resources."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.tables import listing_table
from marketplace_kit.scheduling.domain import HoursChanged
from marketplace_kit.scheduling.schemas import Performer
from marketplace_kit.scheduling.services.keeping import KEEPERS, held_resource
from marketplace_kit.scheduling.services.staffing import ensure_staff_for_members
from marketplace_kit.scheduling.tables import resource_table, service_resource_table
from marketplace_kit.shops.services import access_shop
from marketplace_kit.shops.tables import member_table

NOT_A_MEMBER = N_("This person does not work here.")
TAKEN_MEMBER = N_("This person is in the list already.")


async def set_resource_services(
    uow: UnitOfWork, shop_id: UUID, resource_id: int, services: Mapping[UUID, Performer], *, by: Actor
) -> None:
    """The services that one resource does, by listing, with minutes and price of its own. Refuses :class:`Missing` for
    a listing of another shop.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)
    mine = sa.select(listing_table.c.id).where(listing_table.c.shop_id == shop_id)
    known = set((await uow.session.execute(mine.where(listing_table.c.id.in_(list(services))))).scalars())
    if known != set(services):
        raise Missing
    t = service_resource_table.c
    gone = sa.delete(service_resource_table).where(t.resource_id == resource_id, t.listing_id.in_(mine))
    await uow.session.execute(gone)
    rows = [
        {
            "listing_id": listing_id,
            "resource_id": resource_id,
            "minutes": one.minutes,
            "price_amount": one.price.amount if one.price else None,
        }
        for listing_id, one in services.items()
    ]
    if rows:
        await uow.session.execute(sa.insert(service_resource_table), rows)
    uow.record(HoursChanged(shop_id=shop_id))


async def take_members_on(uow: UnitOfWork, shop_id: UUID, *, by: Actor) -> int:
    """Everybody who works for the shop can be booked; how many are new."""
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    return len(await ensure_staff_for_members(uow, shop_id))


async def link_member(uow: UnitOfWork, shop_id: UUID, resource_id: int, person_id: UUID | None, *, by: Actor) -> None:
    """Say whose column this is; ``None``: nobody's. Refuses :class:`Invalid` for somebody who does not work here or is
    in the list already.
    """
    await access_shop(uow, shop_id, by=by, roles=KEEPERS)
    await held_resource(uow, shop_id, resource_id)
    r, m = resource_table.c, member_table.c
    if person_id is not None:
        works = sa.select(m.person_id).where(m.shop_id == shop_id, m.person_id == person_id)
        if (await uow.session.execute(works)).first() is None:
            raise Invalid(Problem("member", "not_a_member", NOT_A_MEMBER))
        other = sa.select(r.id).where(r.shop_id == shop_id, r.member_id == person_id, r.id != resource_id)
        if (await uow.session.execute(other)).first() is not None:
            raise Invalid(Problem("member", "member_taken", TAKEN_MEMBER))
    changed = sa.update(resource_table).where(r.id == resource_id).values(member_id=person_id)
    await uow.session.execute(changed)
