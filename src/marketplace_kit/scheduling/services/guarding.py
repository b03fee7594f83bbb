"""What becomes free is kept for those who wait for it: by the transaction that frees it, so nobody slips in between.

The guard is a hold of two minutes for nobody in particular. Whoever is first on the list takes it over with an offer
(:mod:`marketplace_kit.scheduling.services.offering`); if nobody fits it is let go, and the time is anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.domain import ClaimReleased
from marketplace_kit.scheduling.domain.slots import merged
from marketplace_kit.scheduling.tables import claim_table, resource_table
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.scheduling.tables.overlap import LONGEST_S, insert_if_free
from marketplace_kit.shops.tables import shop_table as shop

GUARD = "waitlist"
"""The ``source`` of a guard's claims; their ``hold_id`` is the release that they keep."""
KEPT_FOR = timedelta(minutes=2)
c = claim_table.c
FREED = (c.resource_id, c.lane, c.from_s, c.to_s, c.source)
"""What has to be known of a claim that is let go."""
_MOST_WAITS = 500


def freed(uow: UnitOfWork, shop_id: UUID, rows: Sequence[Any], *, asking: bool = True) -> None:
    """Say that this time is free again; with ``asking`` it is kept for those who wait for such a day. What the same
    transaction claims anew is not kept: that is looked at when all else is done.
    """
    if not rows:
        return
    uow.touch(f"shop:{shop_id}:calendar")
    for begins, ends in merged((row.from_s, row.to_s) for row in rows):
        release_id = new_id() if asking else None
        within = [row for row in rows if begins <= row.from_s < ends]
        for row in within:
            uow.record(_said(shop_id, row, release_id))
        if release_id is not None:
            uow.at_the_end(partial(_keep, shop_id=shop_id, release_id=release_id, rows=within))


def _said(shop_id: UUID, row: Any, release_id: UUID | None) -> ClaimReleased:
    return ClaimReleased(
        resource_id=row.resource_id, shop_id=shop_id, from_s=row.from_s, to_s=row.to_s, release_id=release_id
    )


def is_guard(release_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """The claims that keep what one release freed."""
    return (c.hold_id == release_id, c.source == GUARD, c.kind == "hold")


def wanted_on(rows: Sequence[Any], from_s: int, to_s: int) -> list[Any]:
    """Those of ``rows`` (with ``first_day``, ``last_day`` and ``zone``) that want a day of this stretch."""
    found = []
    for row in rows:
        begins, ends = (datetime.fromtimestamp(at, ZoneInfo(row.zone)).date() for at in (from_s, to_s))
        if _meets(row.first_day, row.last_day, begins, ends):
            found.append(row)
    return found


def _meets(first: date, last: date, begins: date, ends: date) -> bool:
    return first <= ends and last >= begins


async def _keep(uow: UnitOfWork, *, shop_id: UUID, release_id: UUID, rows: Sequence[Any]) -> None:
    now = int(uow.at.timestamp())
    coming = [row for row in rows if row.to_s > now]
    if not coming:
        return
    waits = (
        sa.select(wait.c.first_day, wait.c.last_day, shop.c.zone)
        .join_from(wait, shop, shop.c.id == wait.c.shop_id)
        .where(wait.c.shop_id == shop_id, wait.c.state == "waiting")
        .distinct()
        .limit(_MOST_WAITS)
    )
    wanted = (await uow.session.execute(waits)).all()
    coming = [row for row in coming if wanted_on(wanted, row.from_s, row.to_s)]
    if not coming:
        return
    r = resource_table.c
    own = sa.select(r.id).where(r.id.in_({row.resource_id for row in coming}), r.shop_id == shop_id)
    mine = set((await uow.session.execute(own)).scalars())
    for row in sorted(coming, key=lambda one: (one.resource_id, one.lane, one.from_s)):
        if row.resource_id in mine:
            await _guard(uow, release_id, row, max(row.from_s, now))


async def _guard(uow: UnitOfWork, release_id: UUID, row: Any, from_s: int) -> None:
    """All of it, or what the same transaction has left of it."""
    if await _write(uow, release_id, row, from_s, row.to_s):
        return
    taken = (
        sa.select(c.from_s, c.to_s)
        .where(
            c.resource_id == row.resource_id,
            c.lane == row.lane,
            c.released_at.is_(None),
            c.enforced,
            c.from_s < row.to_s,
            c.from_s > from_s - LONGEST_S,
            c.to_s > from_s,
        )
        .order_by(c.from_s)
    )
    for begins, ends in (await uow.session.execute(taken)).all():
        if begins > from_s:
            await _write(uow, release_id, row, from_s, begins)
        from_s = max(from_s, ends)
    if from_s < row.to_s:
        await _write(uow, release_id, row, from_s, row.to_s)


async def _write(uow: UnitOfWork, release_id: UUID, row: Any, from_s: int, to_s: int) -> bool:
    values = {
        "id": new_id(),
        "resource_id": row.resource_id,
        "lane": row.lane,
        "from_s": from_s,
        "to_s": to_s,
        "kind": "hold",
        "hold_until": uow.at + KEPT_FOR,
        "hold_id": release_id,
        "source": GUARD,
    }
    return await insert_if_free(uow.session, claim_table, values) is not None
