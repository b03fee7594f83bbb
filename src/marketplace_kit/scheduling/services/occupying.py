"""Taking a place for days on end: a kennel by the night, a van or a tool by the day. Stays are no slots: they have no
grid, no hours and no appointment, but they are claims like all else, so the database refuses every overlap.

A place is one lane of a resource of the kind ``lodging``; a stay has one place, in pieces of a day each (a piece may
last two days at most). Which places fit is the plugin's to say, in the order in which it likes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.scheduling.services.claiming import lock_resources, release, release_dead
from marketplace_kit.scheduling.tables import claim_table, resource_table
from marketplace_kit.scheduling.tables.overlap import insert_free

c, r = claim_table.c, resource_table.c


@attrs.frozen(order=True)
class Place:
    """One of the parallel places of a resource."""

    resource_id: int
    lane: int = 0


async def occupy(
    uow: UnitOfWork,
    shop_id: UUID,
    line_id: UUID,
    wanted: Sequence[Place],
    pieces: Sequence[tuple[int, int]],
    *,
    source: str,
    until: datetime | None = None,
    closed: str | None = None,
) -> Place | None:
    """Claim all ``pieces`` (epoch seconds, half-open, in their order) at the first of these places where nothing is in
    the way; ``None`` if there is none, with nothing left behind. With ``until`` it is a hold; with ``closed`` (why, or
    an empty text) it is no stay, but the place is not let. ``source`` is the line's kind.

    What somebody else took since it was looked at is skipped: the constraint decides, not the look before.
    """
    if not wanted or not pieces:
        return None
    await release_dead(uow, shop_id, sorted({one.resource_id for one in wanted}), pieces[0][0], pieces[-1][1])
    for place in wanted:
        rows = [_row(place, piece, line_id, source, until, closed) for piece in pieces]
        got = await insert_free(await uow.connection(), claim_table, rows)
        if len(got) == len(rows):
            uow.touch(f"shop:{shop_id}:calendar")
            return place
        if got:
            await uow.session.execute(sa.delete(claim_table).where(c.id.in_(got)))
    return None


def _row(
    place: Place, piece: tuple[int, int], line_id: UUID, source: str, until: datetime | None, closed: str | None
) -> dict[str, object]:
    kind = "break" if closed is not None else "booking" if until is None else "hold"
    return {
        "id": new_id(),
        "resource_id": place.resource_id,
        "lane": place.lane,
        "kind": kind,
        "from_s": piece[0],
        "to_s": piece[1],
        "hold_until": until,
        "hold_id": line_id,
        "source": source,
        "source_ref": closed,
    }


async def keep(uow: UnitOfWork, line_id: UUID, pieces: Sequence[tuple[int, int]]) -> Place | None:
    """The live hold of a line becomes a booking, if it is of exactly these pieces; ``None`` if there is no such hold
    any more: then it is to be claimed anew.
    """
    live = sa.and_(c.hold_id == line_id, c.kind == "hold", c.released_at.is_(None), c.hold_until > uow.at)
    rows = (await uow.session.execute(sa.select(c.resource_id, c.lane, c.from_s, c.to_s).where(live))).all()
    if sorted((row.from_s, row.to_s) for row in rows) != sorted(pieces):
        return None
    turned = sa.update(claim_table).where(live).values(kind="booking", hold_until=None).returning(c.id)
    if len((await uow.session.execute(turned)).all()) != len(rows):
        return None
    return Place(rows[0].resource_id, rows[0].lane)


async def vacate(uow: UnitOfWork, line_id: UUID, *, from_s: int | None = None) -> int:
    """Let go of a line's pieces, or of those that begin at ``from_s`` or later; how many there were."""
    which = [c.hold_id == line_id]
    if from_s is not None:
        which.append(c.from_s >= from_s)
    whose = sa.select(r.shop_id).join_from(claim_table, resource_table, r.id == c.resource_id)
    live = whose.where(c.released_at.is_(None), *which).limit(1)
    shop_id: UUID | None = (await uow.session.execute(live)).scalar_one_or_none()
    return await release(uow, shop_id, *which) if shop_id is not None else 0


__all__ = ["Place", "keep", "lock_resources", "occupy", "vacate"]
