"""What is kept about a person who orders, and what stands against forgetting them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Hold
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import OPEN_STAGES
from marketplace_kit.orders.tables import change_request_table as wish
from marketplace_kit.orders.tables import draft_table as draft
from marketplace_kit.orders.tables import event_table as event
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order

OPEN_ORDERS = "open_orders"
_OPEN_TEXT = N_("You have open orders: {numbers}. Wait until they are done, or cancel them.")


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """A person's orders with their lines and all that happened, and what they did to orders as staff."""
    mine = order.c.customer_id == person_id
    heads = (await connection.execute(sa.select(order).where(mine).order_by(order.c.created_at, order.c.id))).mappings()
    orders = {row["id"]: _plain(row) | {"lines": [], "timeline": [], "wishes": []} for row in heads}
    lines = sa.select(line).where(line.c.order_id.in_(list(orders))).order_by(line.c.order_id, line.c.position)
    for row in (await connection.execute(lines)).mappings():
        orders[row["order_id"]]["lines"].append(_plain(row))
    happened = sa.select(event).where(event.c.order_id.in_(list(orders))).order_by(event.c.at, event.c.id)
    for row in (await connection.execute(happened)).mappings():
        own = row["actor_id"] == person_id or row["actor_kind"] in ("customer", "guest")
        orders[row["order_id"]]["timeline"].append(_plain(row) | ({} if own else {"actor_id": None}))
    wishes = sa.select(wish).where(wish.c.order_id.in_(list(orders))).order_by(wish.c.asked_at, wish.c.id)
    for row in (await connection.execute(wishes)).mappings():
        orders[row["order_id"]]["wishes"].append(_plain(row) | {"answered_by": None})
    done = sa.select(event.c.order_id, event.c.at, event.c.verb).where(event.c.actor_id == person_id)
    worked = [_plain(row) for row in (await connection.execute(done.order_by(event.c.at))).mappings()]
    kept = sa.select(draft.c.shop_id, draft.c.created_at, draft.c.until).where(draft.c.person_id == person_id)
    drafts = [_plain(row) for row in (await connection.execute(kept)).mappings()]
    return {"orders": list(orders.values()), "done": worked, "drafts": drafts}


def _plain(row: Any) -> dict[str, Any]:
    simple = (str, int, float, bool, dict, list, type(None))
    return {name: value if isinstance(value, simple) else str(value) for name, value in row.items()}


async def holds(connection: AsyncConnection, person_id: UUID) -> list[Hold]:
    """Open orders have to be finished or cancelled first."""
    open_ones = order.c.status.in_([str(s) for s in OPEN_STAGES])
    wanted = sa.select(order.c.number).where(order.c.customer_id == person_id, open_ones).order_by(order.c.created_at)
    numbers = list((await connection.execute(wanted)).scalars())
    return [Hold(code=OPEN_ORDERS, text=_OPEN_TEXT, facts={"numbers": ", ".join(numbers)})] if numbers else []
