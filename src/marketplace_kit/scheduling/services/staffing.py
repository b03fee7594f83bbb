"""Somebody to do it: a shop that has set up nobody still works."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import HoursChanged
from marketplace_kit.scheduling.tables import resource_table
from marketplace_kit.shops.domain import OWNER, STAFF
from marketplace_kit.shops.tables import member_table, shop_table


async def ensure_resource(uow: UnitOfWork, shop_id: UUID) -> None:
    """A shop without any member of staff gets one of its own name, who works when the shop does; doing it twice changes
    nothing.
    """
    named = sa.select(shop_table.c.name, shop_table.c.slug).where(shop_table.c.id == shop_id)
    shop = (await uow.session.execute(named)).first()
    if shop is None:
        return
    staffed = sa.select(resource_table.c.id).where(
        resource_table.c.shop_id == shop_id, resource_table.c.kind == "staff"
    )
    if (await uow.session.execute(staffed.limit(1))).first() is not None:
        return
    made = uow.site.database.insert(resource_table).values(
        shop_id=shop_id, kind="staff", name=shop.name or shop.slug, skills=[], stands_for=shop_id, public=False
    )
    await uow.session.execute(made.on_conflict_do_nothing(index_elements=["stands_for"]))


async def ensure_staff_for_members(uow: UnitOfWork, shop_id: UUID) -> list[int]:
    """A resource for every owner and member of staff who has none yet; their ids. One that stood for the whole shop is
    put away once there is somebody, unless it is the one that is booked already.
    """
    m, r = member_table.c, resource_table.c
    wanted = (
        sa.select(m.person_id, person.c.name)
        .join_from(member_table, person, person.c.id == m.person_id)
        .where(m.shop_id == shop_id, m.role.in_((OWNER, STAFF)), person.c.deactivated_at.is_(None))
        .order_by(m.since, m.person_id)
    )
    made = []
    for row in (await uow.session.execute(wanted)).all():
        statement = uow.site.database.insert(resource_table).values(
            shop_id=shop_id, kind="staff", name=row.name or "?", skills=[], member_id=row.person_id
        )
        fresh = statement.on_conflict_do_nothing(index_elements=["shop_id", "member_id"]).returning(r.id)
        found: int | None = (await uow.session.execute(fresh)).scalar_one_or_none()
        if found is not None:
            made.append(found)
    if made:
        await uow.session.execute(
            sa.update(resource_table).where(r.stands_for == shop_id).values(active=False, version=r.version + 1)
        )
        uow.record(HoursChanged(shop_id=shop_id))
    return made
