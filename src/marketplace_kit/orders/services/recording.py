"""Writing the timeline, and telling whoever watches: in the transaction of the change, one row for each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.domain import Line
from marketplace_kit.orders.services.jobnames import DUE_ONE, DueOne
from marketplace_kit.orders.services.watching import link_topics, order_topic, shop_topic
from marketplace_kit.orders.tables import event_table as event

LONGEST_NOTE = 1000


async def write_event(
    uow: UnitOfWork,
    order_id: UUID,
    line_id: UUID | None,
    *,
    actor_kind: str,
    actor_id: UUID | None,
    verb: str,
    before: str,
    after: str,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """One row of the timeline."""
    values = {
        "id": new_id(),
        "order_id": order_id,
        "line_id": line_id,
        "at": uow.at,
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "verb": verb,
        "before": before,
        "after": after,
        "note": note[:LONGEST_NOTE],
        "facts": dict(facts or {}),
    }
    await uow.session.execute(sa.insert(event).values(values))


async def touch(uow: UnitOfWork, order_id: UUID, shop_id: UUID) -> None:
    """Tell its customer, its shop and whoever holds a link to it that an order changed."""
    links = await link_topics(await uow.session.connection(), uow.site, order_id, uow.at)
    for topic in (order_topic(order_id), shop_topic(shop_id), *links):
        uow.touch(topic)


def remind(uow: UnitOfWork, line: Line) -> None:
    """Have what is due done on time; the sweep of every minute finds it in any case."""
    if line.due_at is not None and line.due_verb is not None:
        key = f"{DUE_ONE}:{line.id}:{line.due_verb}:{line.due_at.isoformat()}"
        uow.enqueue(DUE_ONE, DueOne(line_id=line.id), key=key, run_at=max(line.due_at, uow.at))
