"""How many listings each facet value would leave, in one statement; and which filter to let go of when nothing fits.

A facet's values are counted as if nothing of that facet were chosen: they say what choosing another one would bring.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

import attrs
import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.site import Site
from marketplace_kit.listings.queries import soonest
from marketplace_kit.listings.queries.filters import OPEN_NOW, SHOWN, Filter, Key, condition, filters_of, given
from marketplace_kit.listings.queries.kinds import Kinds
from marketplace_kit.listings.queries.words import each_token
from marketplace_kit.listings.schemas.facets import NEWEST, Criteria
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.shops.tables import shop_table as shop

log = structlog.get_logger(__name__)
MOST_COUNTED = 200_000
"""Beyond so many the counts say "at least": nobody reads further, and a search must end."""
_TOTAL, _CHEAPEST, _DEAREST, _OPEN = "#total", "#cheapest", "#dearest", "#open"
_COUNTED = ("kind", "category", "city", "rating")
"""The facets, besides attributes, whose values stand in a row's tokens."""


@attrs.frozen
class Counts:
    """``values`` maps facet to value to number. ``exact`` is false beyond :data:`MOST_COUNTED`; ``cheapest`` and
    ``dearest`` are the prices there are in minor units; ``open_now`` is how many shops' doors are open, if asked.
    ``written`` keeps the facets as they are answered, by language; ``shown`` what a page makes of them.
    """

    values: dict[str, dict[str, int]]
    total: int
    exact: bool
    cheapest: int | None = None
    dearest: int | None = None
    open_now: int | None = None
    written: dict[str, msgspec.Raw] = attrs.field(factory=dict, eq=False)
    shown: dict[Any, Any] = attrs.field(factory=dict, eq=False)


async def facet_counts(connection: AsyncConnection, criteria: Criteria, kinds: Kinds) -> Counts:
    """The counts of every facet, in one statement however many facets and values there are."""
    dialect = connection.dialect.name
    filters = filters_of(criteria, dialect)
    shape = tuple((f.facet, f.key) for f in filters)
    values = given(criteria, kinds, filters) | {"most": MOST_COUNTED}
    rows = await prepared.rows(connection, _counting(dialect, shape, criteria.now is not None), values)
    return _read(rows, {f.facet for f in filters})


def _read(rows: Iterable[Any], chosen: set[str]) -> Counts:
    found: dict[str, dict[str, int]] = {}
    whole: dict[str, int | None] = {}
    for part, token, number in rows:
        if not part and token.startswith("#"):
            whole[token] = number
            continue
        facet, _, value = token.partition("=")
        if facet == part or (not part and facet not in chosen):
            found.setdefault(facet, {})[value] = int(number)
    total = int(whole.get(_TOTAL) or 0)
    return Counts(found, total, total < MOST_COUNTED, whole.get(_CHEAPEST), whole.get(_DEAREST), whole.get(_OPEN))


async def counts_by_kind(connection: AsyncConnection, criteria: Criteria, kinds: Kinds) -> dict[str, int]:
    """How many listings of each kind fit everything but the kind; a kind without any is left out."""
    dialect = connection.dialect.name
    filters = [f for f in filters_of(criteria, dialect) if f.facet != "kind"]
    statement = _by_kind(dialect, frozenset(f.key for f in filters))
    rows = await connection.execute(statement, given(criteria, kinds, filters))
    found = {row[0]: int(row[1]) for row in rows}
    return {name: found[name] for name in kinds if name in found}


async def relaxations(connection: AsyncConnection, criteria: Criteria, kinds: Kinds) -> dict[str, int]:
    """For a search that found nothing: what letting go of one filter alone would bring, most first."""
    dialect = connection.dialect.name
    filters = filters_of(criteria, dialect)
    if not filters:
        return {}
    shape = tuple((f.facet, f.key) for f in filters)
    values = given(criteria, kinds, filters) | {"most": MOST_COUNTED}
    rows = await connection.execute(_without_each(dialect, shape), values)
    found = {row[0]: int(row[1]) for row in rows if row[1]}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _matched(dialect: str, keys: Iterable[Key], *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join_from(search, shop, search.c.shop_id == shop.c.id)
        .where(SHOWN, *(condition(dialect, key) for key in sorted(set(keys))))
        .limit(sa.bindparam("most"))
    )


@cache
def _counting(dialect: str, shape: tuple[tuple[str, Key], ...], doors: bool) -> Any:
    keys = [key for _, key in shape]
    columns: list[Any] = [search.c.tokens, search.c.price_amount]
    if doors:
        columns.append(sa.case((OPEN_NOW, 1), else_=0).label("is_open"))
    fit = _matched(dialect, keys, *columns).cte("fit")
    parts = [_tokens(dialect, "", fit), *_wholes(fit, doors)]
    for facet in dict.fromkeys(f for f, _ in shape):
        if facet == "free":
            others = [key for f, key in shape if f != "free"]
            parts += soonest.counted(_matched(dialect, others, soonest.next_s().label("next_s")).cte("at_any_time"))
        if facet not in _COUNTED and not facet.startswith("attributes."):
            continue
        others = [key for f, key in shape if f != facet]
        apart = _matched(dialect, others, search.c.tokens).cte(f"without_{len(parts)}")
        parts.append(_tokens(dialect, facet, apart))
    if any(f == "price" for f, _ in shape):
        others = [key for f, key in shape if f != "price"]
        apart = _matched(dialect, others, search.c.price_amount).cte("any_price")
        parts[2:4] = _prices(apart)
    return sa.union_all(*parts)


def _wholes(fit: Any, doors: bool) -> list[Any]:
    count = sa.select(sa.literal(""), sa.literal(_TOTAL), sa.func.count()).select_from(fit)
    opened = [_whole(_OPEN, sa.func.sum(fit.c.is_open))] if doors else []
    return [count, *_prices(fit), *opened]


def _prices(fit: Any) -> list[Any]:
    return [_whole(_CHEAPEST, sa.func.min(fit.c.price_amount)), _whole(_DEAREST, sa.func.max(fit.c.price_amount))]


def _whole(name: str, value: Any) -> Any:
    return sa.select(sa.literal(""), sa.literal(name), value)


def _tokens(dialect: str, part: str, fit: Any) -> Any:
    each = each_token(dialect, fit.c.tokens)
    counted = sa.select(sa.literal(part).label("part"), each.c.value.label("token"), sa.func.count().label("number"))
    only = each.c.value.startswith(f"{part}=", autoescape=True) if part else sa.true()
    return counted.select_from(fit, each).where(only).group_by(each.c.value)


@cache
def _by_kind(dialect: str, keys: frozenset[Key]) -> sa.Select[Any]:
    return (
        sa.select(search.c.kind, sa.func.count())
        .join_from(search, shop, search.c.shop_id == shop.c.id)
        .where(SHOWN, *(condition(dialect, key) for key in sorted(keys)))
        .group_by(search.c.kind)
    )


@cache
def _without_each(dialect: str, shape: tuple[tuple[str, Key], ...]) -> Any:
    parts = []
    for number, facet in enumerate(dict.fromkeys(f for f, _ in shape)):
        others = [key for f, key in shape if f != facet]
        left = _matched(dialect, others, search.c.listing_id).cte(f"left_{number}")
        parts.append(sa.select(sa.literal(facet), sa.func.count()).select_from(left))
    return sa.union_all(*parts)


class Remembered:
    """Counts of more than anybody reads, kept for half a minute: 100,000 listings are counted once, not for each one
    who asks.

    What is small is counted anew each time and so is always true; the rest, when older than half a minute, is counted
    again behind the back of whoever is answered with the old one, and never older than two minutes.
    """

    MANY, SECONDS, OLDEST, MOST = 50, 30.0, 120.0, 500

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[float, Counts]] = {}
        self._under_way: dict[Any, asyncio.Task[None]] = {}

    def known(self, site: Site, criteria: Criteria, kinds: Kinds) -> Counts | None:
        """What is kept for a question, if it is worth answering with; an old answer is renewed meanwhile."""
        key = self._key(criteria, kinds)
        found = self._kept.get(key)
        if found is None:
            return None
        age = time.monotonic() - found[0]
        if age > self.OLDEST:
            return None
        if age > self.SECONDS and key not in self._under_way:
            task = asyncio.ensure_future(self._renew(site, criteria, kinds, key))
            self._under_way[key] = task
        return found[1]

    async def _renew(self, site: Site, criteria: Criteria, kinds: Kinds, key: Any) -> None:
        try:
            self.keep(criteria, kinds, await site.ask(facet_counts, criteria, kinds))
        except Exception:  # nobody waits for this: whoever asks next counts anew, and is told what is wrong
            log.exception("counts.not_renewed")
            self._kept.pop(key, None)
        finally:
            self._under_way.pop(key, None)

    def keep(self, criteria: Criteria, kinds: Kinds, counts: Counts) -> None:
        key = self._key(criteria, kinds)
        self._kept.pop(key, None)
        if counts.total < self.MANY or criteria.only_favourites:
            return
        while len(self._kept) >= self.MOST:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = (time.monotonic(), counts)

    @staticmethod
    def _key(criteria: Criteria, kinds: Kinds) -> Any:
        """The question without who asks, when, and in which order."""
        person = criteria.person_id if criteria.only_favourites else None
        return attrs.evolve(criteria, person_id=person, sort=NEWEST, now=None), criteria.now is None, tuple(kinds)


def remembered(site: Site) -> Remembered:
    """The site's memory of large counts."""
    found: Remembered = site.facilities.setdefault(Remembered, Remembered())
    return found


__all__ = ["Counts", "Filter", "counts_by_kind", "facet_counts", "relaxations", "remembered"]
