"""What figures are made of: the lines of clients, and the same rules in SQL where a list is filtered by them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.crm.domain import LOST, MISSED, NEW, Figures, Had, figures_of
from marketplace_kit.crm.schemas import FiguresView
from marketplace_kit.crm.tables import client_order_table as link
from marketplace_kit.crm.tables import client_table as client
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import OPEN_STAGES
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order

_DAY = 86_400
member = client.alias("member")
whole = sa.func.coalesce(member.c.merged_into_id, member.c.id)
"""The card that counts: the one that a card was merged into, else itself."""


def _epoch(column: Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.extract("epoch", column), sa.BigInteger)


def had(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Lines of what the cards for which ``where`` holds had. Times are in seconds: ``starts`` is NULL for goods."""
    return (
        sa.select(
            whole.label("client_id"),
            line.c.order_id,
            line.c.status,
            line.c.stage,
            _epoch(order.c.created_at).label("placed"),
            _epoch(line.c.starts_at).label("starts"),
            line.c.total_amount.label("amount"),
            line.c.currency,
        )
        .select_from(
            member.join(link, link.c.client_id == member.c.id)
            .join(line, line.c.order_id == link.c.order_id)
            .join(order, order.c.id == line.c.order_id)
        )
        .where(*where)
    )


def group_of(client_id: Any) -> sa.ColumnElement[bool]:
    """The card and all that were merged into it."""
    return sa.or_(member.c.id == client_id, member.c.merged_into_id == client_id)


async def figures_by_client(
    connection: AsyncConnection, ids: Collection[UUID], now: datetime, currency: str, lost_days: int
) -> dict[UUID, Figures]:
    """One statement. Lines in another currency than the site's count as visits, not as money."""
    mine = list(ids)
    wanted = had(sa.or_(member.c.id.in_(mine), member.c.merged_into_id.in_(mine)))
    lines: dict[UUID, list[Had]] = {one: [] for one in ids}
    for row in await connection.execute(wanted):
        lines[row.client_id].append(
            Had(
                order_id=row.order_id,
                status=row.status,
                stage=row.stage,
                placed_at=datetime.fromtimestamp(row.placed, UTC),
                starts_at=datetime.fromtimestamp(row.starts, UTC) if row.starts is not None else None,
                amount=row.amount if row.currency == currency else 0,
            )
        )
    return {one: figures_of(had, now, lost_days) for one, had in lines.items()}


def figures_view(figures: Figures, currency: str) -> FiguresView:
    return FiguresView(
        visits=figures.visits,
        missed=figures.missed,
        cancelled=figures.cancelled,
        spent=Money.stored(figures.spent, currency),
        spent_year=Money.stored(figures.spent_year, currency),
        average=Money.stored(figures.average, currency),
        first_visit=figures.first_visit,
        last_visit=figures.last_visit,
        next_visit=figures.next_visit,
        gap_days=figures.gap_days,
        next_due=figures.next_due,
        state=figures.state,
    )


def missed_some(shop_id: UUID) -> sa.ColumnElement[bool]:
    """Whether a card's client did not come, once at least."""
    lines = had(member.c.shop_id == shop_id).cte("had_missed")
    return client.c.id.in_(sa.select(lines.c.client_id).where(lines.c.status == MISSED))


def in_state(shop_id: UUID, state: str, now: datetime, lost_days: int) -> sa.ColumnElement[bool]:
    """The rule of :func:`marketplace_kit.crm.domain.figures_of` for all of a shop's cards at once."""
    lines = had(member.c.shop_id == shop_id).cte("had")
    day = lines.c.starts // _DAY
    visits = (
        sa.select(lines.c.client_id, day.label("day"), sa.func.count().label("visits"))
        .where(lines.c.stage == Stage.COMPLETED, lines.c.starts.is_not(None))
        .group_by(lines.c.client_id, day)
        .cte("visit_days")
    )
    gap = visits.c.day - sa.func.lag(visits.c.day).over(partition_by=visits.c.client_id, order_by=visits.c.day)
    gaps = sa.select(visits.c.client_id, gap.label("gap")).cte("visit_gaps")
    ranked = (
        sa.select(
            gaps.c.client_id,
            gaps.c.gap,
            sa.func.row_number().over(partition_by=gaps.c.client_id, order_by=gaps.c.gap).label("place"),
            sa.func.count().over(partition_by=gaps.c.client_id).label("number"),
        )
        .where(gaps.c.gap.is_not(None))
        .cte("ranked_gaps")
    )
    middle = ranked.c.place.in_([(ranked.c.number + 1) // 2, (ranked.c.number + 2) // 2])
    usual = (
        sa.select(ranked.c.client_id, (sa.func.min(ranked.c.gap) + sa.func.max(ranked.c.gap)).label("twice"))
        .where(middle)
        .group_by(ranked.c.client_id)
        .cte("usual_gaps")
    )
    came = (
        sa.select(
            visits.c.client_id,
            sa.func.max(visits.c.day).label("last"),
            sa.func.sum(visits.c.visits).label("visits"),
        )
        .group_by(visits.c.client_id)
        .cte("came")
    )
    today = int(now.timestamp()) // _DAY
    ago = today - came.c.last
    ahead = sa.select(lines.c.client_id).where(
        lines.c.stage.in_([str(s) for s in OPEN_STAGES]), lines.c.starts > int(now.timestamp())
    )
    # The middle gap doubled is the sum of the two in the middle (which are one where their number is odd).
    away = (
        sa.select(came.c.client_id)
        .outerjoin(usual, usual.c.client_id == came.c.client_id)
        .where(ago > lost_days, ago > sa.func.coalesce(usual.c.twice, 0), came.c.client_id.not_in(ahead))
    )
    if state == LOST:
        return client.c.id.in_(away)
    often = sa.select(came.c.client_id).where(came.c.visits > 1)
    kept = client.c.id.not_in(away)
    return sa.and_(kept, client.c.id.not_in(often) if state == NEW else client.c.id.in_(often))
