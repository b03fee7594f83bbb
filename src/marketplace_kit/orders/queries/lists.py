"""Lists of orders: newest first, by keyset; whatever their length, the number of statements is the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks.lines import PRODUCTS, SERVICES
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Stage
from marketplace_kit.orders.domain import OPEN_STAGES, STAFF, STAGES
from marketplace_kit.orders.queries.details import SHOP_COLUMNS, agreed_price, shop_of
from marketplace_kit.orders.queries.kinds import Words
from marketplace_kit.orders.queries.lines import lines_of
from marketplace_kit.orders.queries.paying import paid_clause, paid_view
from marketplace_kit.orders.schemas import OrderRow
from marketplace_kit.orders.tables import line_table as line
from marketplace_kit.orders.tables import order_table as order
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

OPEN = "open"
_FEWEST_DIGITS, _AT_HOME = 4, 11
_ROWS = sa.select(order, *SHOP_COLUMNS).join_from(order, shop, shop.c.id == order.c.shop_id)


@attrs.frozen(kw_only=True)
class Wanted:
    """Which orders: of a tab (``products``, ``services``), in a status or ``open``, ``unpaid``, ``paid`` or
    ``to_return``, with a text in number or name, or with four digits and more, however they are typed, in the phone
    number.
    """

    tab: str = ""
    status: str = ""
    text: str = ""
    paid: str = ""

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.status == OPEN:
            found.append(order.c.status.in_([str(s) for s in OPEN_STAGES]))
        elif self.status:
            found.append(order.c.status == self.status)
        if self.paid:
            found.append(paid_clause(self.paid))
        if self.tab:
            found.append(sa.exists().where(line.c.order_id == order.c.id, line.c.tab == self.tab))
        if words := self.text.strip():
            number = words.replace(" ", "").replace("#", "").upper()
            named = sa.func.lower(order.c.contact_name).contains(words.lower(), autoescape=True)
            digits = "".join(c for c in words if c.isdecimal())
            if len(digits) < _FEWEST_DIGITS or any(c.isalpha() for c in words):
                return [*found, sa.or_(order.c.number == number, named)]
            if len(digits) == _AT_HOME and digits[0] == "8":  # as it is dialled in Kazakhstan
                digits = f"7{digits[1:]}"
            found.append(sa.or_(order.c.number == number, named, order.c.contact_phone.contains(digits)))
        return found


async def orders_of(
    connection: AsyncConnection,
    person_id: UUID,
    words: Words,
    wanted: Wanted,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[OrderRow]:
    """A person's own orders. Two statements."""
    return await _page(connection, order.c.customer_id == person_id, words, wanted, ("customer",), cursor, limit)


async def orders_of_shops(
    connection: AsyncConnection,
    shop_ids: Collection[UUID],
    words: Words,
    wanted: Wanted,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[OrderRow]:
    """The orders of these shops, for those who look after them. Two statements."""
    return await _page(connection, order.c.shop_id.in_(list(shop_ids)), words, wanted, (STAFF,), cursor, limit)


async def _page(
    connection: AsyncConnection,
    whose: sa.ColumnElement[bool],
    words: Words,
    wanted: Wanted,
    roles: Iterable[str],
    cursor: str | None,
    limit: int,
) -> Page[OrderRow]:
    statement = _ROWS.where(whose, *wanted.clauses()).order_by(order.c.created_at.desc(), order.c.id.desc())
    if cursor:
        at, last = decode_cursor(cursor, tuple[datetime, UUID])
        earlier = sa.and_(order.c.created_at == at, order.c.id < last)
        statement = statement.where(sa.or_(order.c.created_at < at, earlier))
    rows = (await connection.execute(statement.limit(limit + 1))).all()
    shown = rows[:limit]
    lines = await lines_of(connection, [row.id for row in shown], words, roles) if shown else {}
    more = encode_cursor(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page(items=[_row(row, lines.get(row.id, []), words) for row in shown], next=more)


def _row(row: Any, lines: list[Any], words: Words) -> OrderRow:
    state = STAGES[Stage(row.status)]
    return OrderRow(
        id=row.id,
        number=row.number,
        shop=shop_of(row),
        customer_id=row.customer_id,
        customer=words.customer(row.contact_name, row.customer_id),
        status=row.status,
        status_text=words.say(state.text),
        tone=state.tone,
        created_at=row.created_at,
        total_price=Money.stored(row.total_amount, row.total_currency),
        agreed_price=agreed_price(row, lines),
        paid=paid_view(row, words),
        version=row.version,
        lines=lines,
    )


async def open_by_tab(connection: AsyncConnection, person_id: UUID) -> dict[str, int]:
    """How many orders of each tab are not finished yet."""
    counted = (
        sa.select(line.c.tab, sa.func.count(sa.distinct(line.c.order_id)))
        .join_from(line, order)
        .where(order.c.customer_id == person_id, line.c.stage.in_([str(s) for s in OPEN_STAGES]))
        .group_by(line.c.tab)
    )
    found: dict[str, int] = {r[0]: r[1] for r in await connection.execute(counted)}
    return {tab: found.get(tab, 0) for tab in (PRODUCTS, SERVICES)}


async def shop_statuses(connection: AsyncConnection, shop_ids: Collection[UUID]) -> dict[str, int]:
    """How many orders of these shops are in each status."""
    counted = sa.select(order.c.status, sa.func.count()).where(order.c.shop_id.in_(list(shop_ids)))
    rows = await connection.execute(counted.group_by(order.c.status))
    found: dict[str, int] = {r[0]: r[1] for r in rows}
    return {str(stage): found.get(stage, 0) for stage in STAGES}


async def shop_open_count(connection: AsyncConnection, shop_ids: Collection[UUID]) -> int:
    """How many orders of these shops are still open."""
    open_ones = order.c.status.in_([str(s) for s in OPEN_STAGES])
    counted = sa.select(sa.func.count()).select_from(order).where(order.c.shop_id.in_(list(shop_ids)), open_ones)
    return int((await connection.execute(counted)).scalar_one())
