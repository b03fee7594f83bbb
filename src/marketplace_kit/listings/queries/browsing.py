"""Browsing: published listings of open shops, by keyset. One statement for a page, whatever is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from math import sqrt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.util import ClauseAdapter

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import UtcDateTime, Uuid
from marketplace_kit.kernel.money import LARGEST, Money
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.listings.domain import PUBLISHED
from marketplace_kit.listings.queries import soonest
from marketplace_kit.listings.queries.filters import (
    SHOWN,
    Key,
    condition,
    filters_of,
    given,
    hearted,
    opens_at,
    squared_distance,
)
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.titles import TITLE, titled
from marketplace_kit.listings.schemas import ListingCard, ShopOfListing, public_names
from marketplace_kit.listings.schemas.facets import BEST, CHEAPEST, DEAREST, NEAREST, NEWEST, SOONEST, Criteria
from marketplace_kit.listings.tables import listing_table as listing
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.web.paging import BadCursor, Page, decode_cursor, encode_cursor

# Written out, not bound: the plan of a prepared statement must see that the partial indexes fit.
_SHOWN: sa.ColumnElement[str] = sa.literal_column(f"'{PUBLISHED}'")
PUBLIC = sa.and_(
    listing.c.state == _SHOWN, shop.c.state == OPEN, listing.c.kind.in_(sa.bindparam("kinds", expanding=True))
)
"""What everybody may see, told from the truth and not from the index. ``kinds`` are those of active plugins."""

IS_FAVOURITE = hearted(listing.c.id)
CARD = (
    listing.c.id,
    listing.c.kind,
    *TITLE,
    listing.c.price_amount,
    listing.c.price_currency,
    listing.c.lowest_amount,
    listing.c.lowest_currency,
    listing.c.price_varies,
    listing.c.attributes,
    listing.c.published_at,
    listing.c.rating_average,
    listing.c.rating_count,
    listing.c.cover,
    shop.c.id.label("shop_id"),
    shop.c.slug.label("shop_slug"),
    shop.c.name.label("shop_name"),
    shop.c.city.label("shop_city"),
    shop.c.zone.label("shop_zone"),
)


@attrs.frozen
class _Order:
    """How a list is sorted: the columns, ``up`` if the smallest comes first, their types in a cursor."""

    columns: tuple[Callable[[], sa.ColumnElement[Any]], ...]
    types: tuple[type, ...]
    up: bool = False


def _time(name: str) -> sa.ColumnElement[Any]:
    table = soonest.times()
    return sa.null() if table is None else table.c[name]


def _id() -> sa.ColumnElement[Any]:
    return search.c.listing_id


_ORDERS: dict[str, _Order] = {
    NEWEST: _Order((lambda: search.c.published_at, _id), (datetime, UUID)),
    CHEAPEST: _Order((lambda: search.c.price_order, _id), (int, UUID), up=True),
    DEAREST: _Order((lambda: sa.func.coalesce(search.c.price_amount, -1), _id), (int, UUID)),
    BEST: _Order(
        (lambda: search.c.rating_average, lambda: search.c.rating_count, _id),
        (float, int, UUID),
    ),
    SOONEST: _Order((lambda: _time("next_s"), lambda: _time("listing_id")), (int, UUID), up=True),
    NEAREST: _Order((lambda: sa.func.coalesce(squared_distance(), _FAR), _id), (float, UUID), up=True),
}
_FAR = 1e18
WINDOW = 2_000
"""Where many fit, the page is looked for among so many that stand first: work that does not grow with the catalogue."""
_INDEXED = {NEWEST, CHEAPEST, BEST}
"""The orders that an index gives without sorting."""
_BOUND: dict[type, Any] = {datetime: UtcDateTime, UUID: Uuid, int: sa.BigInteger, float: sa.Float}


async def browse(
    connection: AsyncConnection,
    criteria: Criteria,
    kinds: Kinds,
    *,
    cursor: str | None = None,
    limit: int = 20,
    many: bool = False,
    locale: str = "",
) -> Page[ListingCard]:
    """Listings that fit, in the order asked for, titles in the reader's language. Refuses :class:`BadCursor`, also one
    of another order. ``many``: it is known that many fit, so the first of them are likely among the first of all.
    """
    dialect, sort = connection.dialect.name, order_of(criteria)
    filters = filters_of(criteria, dialect)
    values = given(criteria, kinds, filters) | {"limit": limit + 1}
    if sort == SOONEST:
        values |= soonest.bounds(criteria)
    if cursor:
        values |= _after(sort, cursor)
    shape = _Shape(
        dialect=dialect,
        keys=frozenset(f.key for f in filters),
        sort=sort,
        later=bool(cursor),
        hearts=criteria.person_id is not None,
        doors=criteria.now is not None,
        near=criteria.near,
    )
    rows: list[Any] = []
    if many and filters and sort in _INDEXED:
        rows = await prepared.rows(connection, _page(attrs.evolve(shape, window=True)), values | {"window": WINDOW})
    if len(rows) <= limit:
        rows = await prepared.rows(connection, _page(shape), values)
    public = {name: public_names(kind.attributes) for name, kind in kinds.items()}
    items = [_card(row, public[row.kind], criteria.now, locale) for row in rows[:limit]]
    return Page(items=items, next=_cursor(sort, rows[limit - 1]) if len(rows) > limit else None)


def order_of(criteria: Criteria) -> str:
    """The order that can be had: nothing is nearest to nowhere, nor soonest where nobody gives times."""
    missing = (NEAREST if not criteria.near else "", SOONEST if soonest.times() is None else "")
    return NEWEST if criteria.sort in missing else criteria.sort


@attrs.frozen(kw_only=True)
class _Shape:
    """What the statement of a page depends on; everything else is bound."""

    dialect: str
    keys: frozenset[Key]
    sort: str
    later: bool
    hearts: bool
    doors: bool
    near: bool
    window: bool = False


@cache
def _page(shape: _Shape) -> sa.Select[Any]:
    order = _ORDERS[shape.sort]
    columns = [make() for make in order.columns]
    ordered = [c.asc() if order.up else c.desc() for c in columns]
    more: list[sa.ColumnElement[Any]] = [c.label(f"key_{n}") for n, c in enumerate(columns)]
    next_times = soonest.times()
    more.append((sa.null() if next_times is None else next_times.c.next_s).label("next_s"))
    more.append((hearted(search.c.listing_id) if shape.hearts else sa.false()).label("is_favourite"))
    more.append((opens_at() if shape.doors else sa.null()).label("opens_at"))
    more.append((squared_distance() if shape.near else sa.null()).label("distance"))
    # First which ones, then what they are: a thousand that fit are sorted without fetching their texts.
    found = _fitting(shape, order, columns, ordered).subquery("found")
    cards = (
        sa.select(*CARD, *more)
        .join_from(found, search, search.c.listing_id == found.c.listing_id)
        .join(listing, listing.c.id == found.c.listing_id)
        .join(shop, shop.c.id == search.c.shop_id)
    )
    if next_times is not None:
        cards = cards.outerjoin(next_times, next_times.c.listing_id == found.c.listing_id)
    return cards.order_by(*ordered)


def _fitting(
    shape: _Shape, order: _Order, columns: Sequence[sa.ColumnElement[Any]], ordered: Sequence[sa.ColumnElement[Any]]
) -> sa.Select[Any]:
    """The ids of a page, in order. The later pages begin where the one before ended."""
    wanted = [SHOWN, *(condition(shape.dialect, key) for key in sorted(shape.keys))]
    later: list[sa.ColumnElement[bool]] = []
    if shape.later:
        keyset = sa.tuple_(*columns)
        bound = sa.tuple_(*(sa.bindparam(f"after_{n}", type_=_BOUND[t]) for n, t in enumerate(order.types)))
        later = [keyset > bound if order.up else keyset < bound]
    rows: sa.FromClause = search
    said: Callable[[Any], Any] = _as_it_stands
    if shape.window:
        of_kind = [condition(shape.dialect, key) for key in shape.keys if key == ("kind",)]
        first = (
            sa.select(search)
            .where(*of_kind, *later)
            .order_by(*ordered)
            .limit(sa.bindparam("window"))
            .subquery("window")
        )
        rows, said, later = first, ClauseAdapter(first).traverse, []
    fit = sa.select(rows.c.listing_id).join_from(rows, shop, rows.c.shop_id == shop.c.id)
    next_times = soonest.times()
    if (
        shape.sort == SOONEST and next_times is not None
    ):  # what has no time is not among them: the index gives the order
        fit = fit.join(next_times, next_times.c.listing_id == search.c.listing_id).where(soonest.still_to_come())
    return fit.where(*map(said, wanted), *later).order_by(*map(said, ordered)).limit(sa.bindparam("limit"))


def _as_it_stands(clause: Any) -> Any:
    return clause


def _cursor(sort: str, row: Any) -> str:
    return encode_cursor(sort, *(getattr(row, f"key_{n}") for n in range(len(_ORDERS[sort].types))))


def _after(sort: str, cursor: str) -> dict[str, Any]:
    of, *values = decode_cursor(cursor, _typed(sort))
    if of != sort:
        raise BadCursor
    return {f"after_{n}": _instant(v) if isinstance(v, datetime) else v for n, v in enumerate(values)}


@cache
def _typed(sort: str) -> Any:
    kinds: Any = (str, *_ORDERS[sort].types)
    return tuple[kinds]


def card_of(row: Any, kinds: Kinds, *, now: datetime | None = None, locale: str = "") -> ListingCard:
    """A row of :data:`CARD` and ``is_favourite`` as it is answered; ``opens_at`` and ``distance`` if they were asked
    for.
    """
    return _card(row, public_names(kinds[row.kind].attributes), now, locale)


def _card(row: Any, public: frozenset[str], now: datetime | None, locale: str) -> ListingCard:
    title, language = titled(row, locale)
    opens = getattr(row, "opens_at", None)
    opens = opens.replace(tzinfo=UTC) if opens is not None and opens.tzinfo is None else opens
    squared = getattr(row, "distance", None)
    next_s = getattr(row, "next_s", None)
    if next_s is not None and now is not None and next_s < now.timestamp():
        next_s = None
    return ListingCard(
        id=row.id,
        kind=row.kind,
        title=title,
        language=language,
        price=shown_price_of(row),
        price_varies=row.price_varies,
        attributes={name: value for name, value in row.attributes.items() if name in public and value is not None},
        shop=shop_of(row),
        published_at=row.published_at,
        is_favourite=bool(row.is_favourite),
        rating_average=row.rating_average if row.rating_count else None,
        rating_count=row.rating_count,
        distance_m=None if squared is None else round(sqrt(squared)),
        is_open=None if opens is None or now is None else opens <= now,
        opens_at=opens if opens is not None and now is not None and opens > now else None,
        photo=cover_of(row.cover),
        next_free=None if next_s is None else datetime.fromtimestamp(next_s, ZoneInfo(row.shop_zone)),
    )


def price_of(row: Any) -> Money | None:
    return None if row.price_amount is None else Money.stored(row.price_amount, row.price_currency)


def shown_price_of(row: Any) -> Money | None:
    """The lowest price at which it can be had."""
    return price_of(row) if row.lowest_amount is None else Money.stored(row.lowest_amount, row.lowest_currency)


def shop_of(row: Any) -> ShopOfListing:
    return ShopOfListing(id=row.shop_id, slug=row.shop_slug, name=row.shop_name, city=row.shop_city)


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    at, last = decode_cursor(cursor, tuple[datetime, UUID])
    return _instant(at), last


def _instant(at: datetime) -> datetime:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as wrong:
        raise BadCursor from wrong


NO_PRICE = LARGEST
"""Where a listing without a price stands among prices: behind all of them."""
