"""Claims that have to move although something may be in the way: nothing is lost, and what collides is marked.

A claim that does not fit is kept and not enforced, as one that somebody overbooked on purpose; the owner has it on a
list until either is moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.scheduling.services.notices import SHOP_CLOCK
from marketplace_kit.scheduling.tables import claim_table
from marketplace_kit.scheduling.tables.clocks import clock_collision_table as collision
from marketplace_kit.scheduling.tables.overlap import NAME, insert_free, insert_if_free
from marketplace_kit.shops.queries import owners_of

c = claim_table.c
_AT_ONCE = 200
Claim = Mapping[str, Any]


async def take_up(uow: UnitOfWork, *which: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    """Take live claims out of the way; they are put down again by :func:`put_down` in the same transaction. All that
    move together are taken up first: one is not in the way of the next.
    """
    marked = sa.select(collision.c.claim_id).join_from(collision, claim_table, c.id == collision.c.claim_id)
    again = set((await uow.session.execute(marked.where(*which))).scalars())
    gone = sa.delete(claim_table).where(c.released_at.is_(None), *which).returning(*claim_table.c)
    rows = [dict(row) for row in (await uow.session.execute(gone)).mappings()]
    return [{**row, "enforced": row["enforced"] or row["id"] in again} for row in rows]


async def put_down(uow: UnitOfWork, shop_id: UUID, claims: Sequence[Claim]) -> list[Claim]:
    """Write claims again, as they are now; those listed first come first. Answers those in whose way something is: they
    are not enforced and marked. A hold of that kind is let go: nobody has been promised anything yet.
    """
    colliding: list[Claim] = []
    free = [one for one in claims if one["enforced"]]
    for at in range(0, len(free), _AT_ONCE):
        colliding += await _write(uow, free[at : at + _AT_ONCE])
    kept = [one for one in colliding if one["appointment_id"] is not None or one["kind"] != "hold"]
    rest = [one for one in claims if not one["enforced"]]
    rest += [{**one, "released_at": uow.at} for one in colliding if one not in kept]
    rest += [{**one, "enforced": False} for one in kept]
    if rest:
        await uow.session.execute(sa.insert(claim_table), rest)
    if kept:
        marks = [{"claim_id": one["id"], "shop_id": shop_id, "noted_at": uow.at} for one in kept]
        await uow.session.execute(sa.insert(collision), marks)
    return kept


async def _write(uow: UnitOfWork, claims: Sequence[Claim]) -> list[Claim]:
    """Those that could not be written; PostgreSQL writes what fits, SQLite all or nothing."""
    connection = await uow.session.connection()
    got = set(await insert_free(connection, claim_table, claims))
    left = [one for one in claims if one["id"] not in got]
    if got or len(left) == 1:
        return left
    return [one for one in left if await insert_if_free(uow.session, claim_table, one) is None]


async def settle(uow: UnitOfWork, claim_id: UUID) -> bool:
    """Enforce it again, if what was in the way is gone; whether it was."""
    live = sa.and_(c.id == claim_id, c.released_at.is_(None), ~c.enforced)
    try:
        async with uow.session.begin_nested():
            done = await uow.session.execute(sa.update(claim_table).where(live).values(enforced=True).returning(c.id))
            return done.first() is not None
    except IntegrityError as refused:
        if violated(refused) != NAME:
            raise
        return False


async def forget_settled(uow: UnitOfWork) -> None:
    """Marks of claims that are let go or enforced again say nothing any more."""
    over = sa.select(c.id).where(sa.or_(c.released_at.is_not(None), c.enforced))
    await uow.session.execute(sa.delete(collision).where(collision.c.claim_id.in_(over)))


async def tell_owners(uow: UnitOfWork, shop_id: UUID, count: int) -> None:
    """So many of a shop's claims collide since the clock was changed."""
    for person_id in await owners_of(await uow.session.connection(), shop_id):
        await notify(
            uow,
            to=person_id,
            notice=SHOP_CLOCK,
            facts={"count": str(count)},
            link=f"/sell/today?shop={shop_id}#clock",
            key=f"{SHOP_CLOCK}:{shop_id}:{uow.at.isoformat()}:{person_id}",
        )
