"""Lines: as a reader sees them, and as other rooms ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import step_of
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.schemas import LineView, parts_view
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.shops.tables import shop_table as shop


class LineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A line with what other rooms want to know of its order. ``customer`` is the name given with the order."""

    line_id: UUID
    order_id: UUID
    number: str
    shop_id: UUID
    listing_id: UUID
    customer_id: UUID | None
    customer: str
    phone: str | None
    kind: str
    status: str
    stage: str
    title: str
    titles: dict[str, str]
    quantity: int
    total: Money
    facts: dict[str, Any]
    choice: dict[str, Any]
    starts_at: datetime | None
    ends_at: datetime | None
    placed_at: datetime
    by_staff: bool
    version: int


_FACTS = sa.select(
    line.c.id.label("line_id"),
    line.c.order_id,
    order.c.number,
    order.c.shop_id,
    line.c.listing_id,
    order.c.customer_id,
    order.c.contact_name.label("customer"),
    order.c.contact_phone.label("phone"),
    line.c.kind,
    line.c.status,
    line.c.stage,
    line.c.title,
    line.c.titles,
    line.c.quantity,
    line.c.total_amount,
    line.c.currency,
    line.c.facts,
    line.c.choice,
    line.c.starts_at,
    line.c.ends_at,
    order.c.created_at.label("placed_at"),
    order.c.by_staff,
    line.c.version,
).join_from(line, order)


async def line_of(connection: AsyncConnection, line_id: UUID) -> LineFacts | None:
    """A line and its order, for rooms above; who may see it is theirs to say."""
    return _facts((await connection.execute(_FACTS.where(line.c.id == line_id))).mappings().first())


async def completed_line_for(connection: AsyncConnection, person_id: UUID, line_id: UUID) -> LineFacts | None:
    """The line, if this person ordered it and it was completed."""
    done = _FACTS.where(line.c.id == line_id, order.c.customer_id == person_id, line.c.stage == Stage.COMPLETED)
    return _facts((await connection.execute(done)).mappings().first())


def _facts(row: Any) -> LineFacts | None:
    if row is None:
        return None
    plain = {k: v for k, v in row.items() if k not in {"total_amount", "currency"}}
    return LineFacts(**plain, total=Money.stored(row["total_amount"], row["currency"]))


def line_view(row: Any, words: Words, roles: Iterable[str] = ()) -> LineView:
    """A row of ``order_line``, and the ``shop_zone`` that its times are told in, as somebody in ``roles`` sees it."""
    state = words.state(row.kind, row.process_version, row.status, row.stage)
    moves, not_now = words.moves(row, roles) if roles else ([], [])
    return LineView(
        id=row.id,
        order_id=row.order_id,
        kind=row.kind,
        tab=row.tab,
        position=row.position,
        status=row.status,
        status_text=words.say(state.text),
        tone=state.tone,
        stage=row.stage,
        step=step_of(Stage(row.stage)),
        listing_id=row.listing_id,
        title=words.title(row),
        quantity=row.quantity,
        unit_price=Money.stored(row.unit_amount, row.currency),
        total_price=Money.stored(row.total_amount, row.currency),
        due_now=Money.stored(row.due_now_amount, row.currency) if row.due_now_amount is not None else None,
        parts=parts_view(row.parts),
        facts=row.facts,
        options=row.options,
        choice=words.choice(row, roles),
        starts_at=_told(row.starts_at, row.shop_zone),
        ends_at=_told(row.ends_at, row.shop_zone),
        policy=row.policy,
        due_at=row.due_at,
        version=row.version,
        moves=moves,
        not_now=not_now,
    )


def _told(at: datetime | None, zone: str) -> datetime | None:
    return at and at.astimezone(ZoneInfo(zone))


async def lines_of(
    connection: AsyncConnection, order_ids: Iterable[UUID], words: Words, roles: Iterable[str] = ()
) -> dict[UUID, list[LineView]]:
    """The lines of these orders in one statement."""
    held = frozenset(roles)
    wanted = (
        sa.select(line, shop.c.zone.label("shop_zone"))
        .join_from(line, order)
        .join(shop, shop.c.id == order.c.shop_id)
        .where(line.c.order_id.in_(list(order_ids)))
        .order_by(line.c.order_id, line.c.position)
    )
    found: dict[UUID, list[LineView]] = {}
    for row in await connection.execute(wanted):
        found.setdefault(row.order_id, []).append(line_view(row, words, held))
    return found
