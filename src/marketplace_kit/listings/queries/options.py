"""The options of a listing: one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import Uuid
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.domain.options import Option, OptionGroup
from marketplace_kit.listings.queries.titles import TITLE, titles_of
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.listings.tables import option_group_table as group
from marketplace_kit.listings.tables import option_table as option

_COLUMNS = (
    group.c.id.label("group_id"),
    group.c.kind,
    group.c.names.label("group_names"),
    group.c.least,
    group.c.most,
    option.c.id.label("option_id"),
    option.c.names,
    option.c.price_amount.label("option_amount"),
    option.c.price_currency.label("option_currency"),
    option.c.minutes,
    option.c.sku,
    option.c.available,
)
_OFFER = (
    sa.select(*TITLE, listing.c.price_amount, listing.c.price_currency, *_COLUMNS)
    .select_from(
        listing.outerjoin(group, group.c.listing_id == listing.c.id).outerjoin(option, option.c.group_id == group.c.id)
    )
    .where(listing.c.id == sa.bindparam("id", type_=Uuid))
    .order_by(group.c.rank, option.c.rank)
)
_GROUPS = (
    sa.select(*_COLUMNS)
    .select_from(group.outerjoin(option, option.c.group_id == group.c.id))
    .where(group.c.listing_id == sa.bindparam("id", type_=Uuid))
    .order_by(group.c.rank, option.c.rank)
)


@attrs.frozen(kw_only=True)
class Offered:
    """A listing's price with all that can be chosen of it; ``titles`` are by language."""

    title: str
    titles: dict[str, str]
    price: Money | None
    groups: tuple[OptionGroup, ...]


async def offered(connection: AsyncConnection, listing_id: UUID) -> Offered | None:
    """Title, price and options of a listing in whatever state; nothing if there is no such listing."""
    rows = (await connection.execute(_OFFER, {"id": listing_id})).all()
    if not rows:
        return None
    first = rows[0]
    price = None if first.price_amount is None else Money.stored(first.price_amount, first.price_currency)
    return Offered(title=first.title, titles=titles_of(first), price=price, groups=_grouped(rows))


async def option_groups(connection: AsyncConnection, listing_id: UUID) -> tuple[OptionGroup, ...]:
    """The groups of a listing with their options, in order."""
    return _grouped((await connection.execute(_GROUPS, {"id": listing_id})).all())


def _grouped(rows: Iterable[Any]) -> tuple[OptionGroup, ...]:
    groups: dict[UUID, OptionGroup] = {}
    options: dict[UUID, list[Option]] = {}
    for row in rows:
        if row.group_id is None:
            continue
        if row.group_id not in groups:
            groups[row.group_id] = OptionGroup(
                id=row.group_id, kind=row.kind, names=row.group_names, least=row.least, most=row.most
            )
        if row.option_id is not None:
            options.setdefault(row.group_id, []).append(_option(row))
    return tuple(attrs.evolve(one, options=tuple(options.get(one.id, ()))) for one in groups.values())


def _option(row: Any) -> Option:
    price = None if row.option_amount is None else Money.stored(row.option_amount, row.option_currency)
    return Option(
        id=row.option_id,
        names=row.names,
        price=price,
        minutes=row.minutes,
        sku=row.sku,
        available=row.available,
    )
