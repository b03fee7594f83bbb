"""Times of orders follow when the law of the clock is changed: what is on the wall stays as it was agreed. What the
facility :class:`marketplace_kit.scheduling.services.desk.Timekeeper` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.domain import CLOCK_CHANGED, SYSTEM, Line
from marketplace_kit.orders.services.recording import remind, touch, write_event
from marketplace_kit.orders.tables import draft_line_table as draft
from marketplace_kit.orders.tables import line_table, order_table
from marketplace_kit.scheduling.services.desk import Retimed

_CHUNK = 500
_TIMES = ("starts_at", "ends_at")


class OrderTimekeeper:
    """Keeps what orders say of a time in step with it."""

    async def hold(self, uow: UnitOfWork, order_ids: Sequence[UUID]) -> None:
        for at in range(0, len(order_ids), _CHUNK):
            some = order_table.c.id.in_(order_ids[at : at + _CHUNK])
            await uow.session.execute(
                sa.select(order_table.c.id).where(some).order_by(order_table.c.id).with_for_update()
            )

    async def retimed(self, uow: UnitOfWork, lines: Sequence[Retimed]) -> None:
        """Each with a row of its order's timeline: nobody is told, the wall shows what was agreed."""
        told = {one.line_id: one for one in lines}
        ids = list(told)
        for at in range(0, len(ids), _CHUNK):
            wanted = sa.select(Line).where(line_table.c.id.in_(ids[at : at + _CHUNK])).order_by(line_table.c.id)
            for line in (await uow.session.execute(wanted.execution_options(populate_existing=True))).scalars():
                one = told[line.id]
                line.facts = {**line.facts, **one.facts}
                line.starts_at, line.ends_at = one.starts_at, one.ends_at
                if line.due_at == one.deadline[0]:
                    line.due_at = one.deadline[1]
                    remind(uow, line)
                await _note(uow, line)

    async def retimed_drafts(self, uow: UnitOfWork, zone: str, by: Mapping[UUID, int]) -> None:
        wanted = sa.select(draft.c.id, draft.c.choice, draft.c.promise).where(draft.c.id.in_(list(by)))
        for row in (await uow.session.execute(wanted)).all():
            move = _mover(zone, by[row.id])
            facts = {**row.promise["facts"], **move(row.promise["facts"])}
            promise = {**row.promise, **move(row.promise), "facts": facts}
            mine = sa.update(draft).where(draft.c.id == row.id)
            await uow.session.execute(mine.values(choice={**row.choice, **move(row.choice)}, promise=promise))


async def _note(uow: UnitOfWork, line: Line) -> None:
    await write_event(
        uow,
        line.order_id,
        line.id,
        actor_kind=SYSTEM,
        actor_id=None,
        verb=CLOCK_CHANGED,
        before=line.status,
        after=line.status,
        facts={"starts_at": line.facts.get("starts_at"), "process_version": line.process_version},
    )
    shop_id = (
        await uow.session.execute(sa.select(order_table.c.shop_id).where(order_table.c.id == line.order_id))
    ).scalar_one()
    await touch(uow, line.order_id, shop_id)


def _mover(zone: str, seconds: int) -> Any:
    """Moves the instants among some values, as they are stored."""

    def moved(values: Mapping[str, Any]) -> dict[str, str]:
        found = {}
        for name in _TIMES:
            text = values.get(name)
            if isinstance(text, str) and text:
                at = datetime.fromisoformat(text) + timedelta(seconds=seconds)
                found[name] = at.astimezone(ZoneInfo(zone)).isoformat()
        return found

    return moved
