"""The filters of a search, each under the name of its facet: its condition and what it binds.

What a statement looks like depends on which filters there are, not on their values; so statements are built once for
each such shape and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import attrs
import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid
from marketplace_kit.listings.queries import soonest, words
from marketplace_kit.listings.schemas.facets import Criteria
from marketplace_kit.listings.tables import favourite_table as favourite
from marketplace_kit.listings.tables import search_table as search
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.shops.tables import span_table as span

Key: TypeAlias = tuple[str, ...]
_DEGREE_M = 111_195.0
"""Metres in a degree of latitude, on the sphere that distances are measured on."""

# Whoever closes a shop does not wait for its listings to leave the index: what is closed is closed at once.
SHOWN = sa.and_(shop.c.state == OPEN, search.c.kind.in_(sa.bindparam("kinds", expanding=True)))
"""What everybody may see. ``kinds`` are those of active plugins."""


@attrs.frozen
class Filter:
    """One thing asked for. ``facet`` is what is left out when that facet's own values are counted."""

    facet: str
    key: Key
    given: dict[str, Any]


def hearted(listing_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """That the asker made it a favourite."""
    mine = sa.and_(favourite.c.listing_id == listing_id, favourite.c.person_id == sa.bindparam("person", type_=Uuid))
    return sa.exists().where(mine).correlate_except(favourite)


def opens_at() -> sa.ScalarSelect[Any]:
    """When the shop's doors open next, or opened if they are open; null if nothing is known of its hours."""
    still = sa.and_(span.c.shop_id == search.c.shop_id, span.c.closes_at > sa.bindparam("now", type_=UtcDateTime))
    return sa.select(sa.func.min(span.c.opens_at)).where(still).correlate_except(span).scalar_subquery()


def _open_now() -> sa.ColumnElement[bool]:
    now = sa.bindparam("now", type_=UtcDateTime)
    inside = sa.and_(span.c.shop_id == search.c.shop_id, span.c.opens_at <= now, span.c.closes_at > now)
    return sa.exists().where(inside).correlate_except(span)


OPEN_NOW = _open_now()


def squared_distance() -> sa.ColumnElement[float]:
    """Square metres from the asked place, on a plane that touches the earth there: within a town as good as the sphere,
    and made of nothing but products, which both databases reckon alike.
    """
    north = (search.c.lat - sa.bindparam("lat", type_=sa.Float)) * _DEGREE_M
    east = (search.c.lon - sa.bindparam("lon", type_=sa.Float)) * sa.bindparam("lon_metres", type_=sa.Float)
    return north * north + east * east


def squared_metres(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """The same in Python."""
    north, east = (to_lat - lat) * _DEGREE_M, (to_lon - lon) * lon_metres(lat)
    return north * north + east * east


def lon_metres(lat: float) -> float:
    return _DEGREE_M * math.cos(math.radians(lat))


def _near(_: str) -> sa.ColumnElement[bool]:
    bound = {n: sa.bindparam(n, type_=sa.Float) for n in ("south", "north", "west", "east", "reach")}
    return sa.and_(
        search.c.lat.between(bound["south"], bound["north"]),
        search.c.lon.between(bound["west"], bound["east"]),
        squared_distance() <= bound["reach"],
    )


_CONDITIONS: dict[str, Callable[[str], sa.ColumnElement[bool]]] = {
    "nothing": lambda _: sa.false(),
    "kind": lambda _: search.c.kind == sa.bindparam("kind"),
    "city": lambda _: search.c.city_id == sa.bindparam("city"),
    "shop": lambda _: search.c.shop_id == sa.bindparam("shop_id", type_=Uuid),
    "price_min": lambda _: search.c.price_amount >= sa.bindparam("price_min", type_=sa.BigInteger),
    "price_max": lambda _: search.c.price_amount <= sa.bindparam("price_max", type_=sa.BigInteger),
    "rating": lambda _: search.c.rating_average >= sa.bindparam("rating", type_=sa.Float),
    "open_now": lambda _: OPEN_NOW,
    "free": lambda _: soonest.free_between(),
    "near": _near,
    "favourites": lambda _: hearted(search.c.listing_id),
    "words": words.says,
}


def condition(dialect: str, key: Key) -> sa.ColumnElement[bool]:
    """The condition of a filter's key."""
    what, *rest = key
    if what == "any":
        return words.has_any(dialect, rest[0])
    if what in ("least", "most"):
        number = sa.cast(search.c.numbers[rest[1]].as_string(), sa.BigInteger)
        asked = sa.bindparam(rest[0], type_=sa.BigInteger)
        return number >= asked if what == "least" else number <= asked
    return _CONDITIONS[what](dialect)


def filters_of(criteria: Criteria, dialect: str) -> list[Filter]:
    """What is asked for, in one order for all who ask."""
    found: list[Filter] = [*_text(criteria, dialect)]
    simple: tuple[tuple[str, str, Any, str], ...] = (
        ("kind", "kind", criteria.kind, "kind"),
        ("city", "city", criteria.city, "city"),
        ("shop", "shop", criteria.shop_id, "shop_id"),
        ("price", "price_min", criteria.price_min, "price_min"),
        ("price", "price_max", criteria.price_max, "price_max"),
        ("rating", "rating", criteria.rating, "rating"),
    )
    found += [Filter(facet, (key,), {name: value}) for facet, key, value, name in simple if value is not None]
    if criteria.category is not None:
        found.append(Filter("category", ("any", "category"), {"category": [f"category={criteria.category}"]}))
    if criteria.open_now:
        found.append(Filter("open_now", ("open_now",), {}))
    if criteria.free:
        found.append(Filter("free", ("free",), soonest.bounds(criteria)))
    if criteria.near and criteria.radius is not None:
        found.append(Filter("near", ("near",), _reach(criteria)))
    if criteria.only_favourites:
        found.append(Filter("favourites", ("favourites",), {}))
    for number, (facet, values) in enumerate(criteria.chosen):
        name = f"any_{number}"
        found.append(Filter(facet, ("any", name), {name: [f"{facet}={v}" for v in values]}))
    for number, (facet, low, high) in enumerate(criteria.ranges):
        bounds = (("least", low), ("most", high))
        found += [
            Filter(facet, (what, f"{what}_{number}", facet), {f"{what}_{number}": bound})
            for what, bound in bounds
            if bound is not None
        ]
    return found


def _text(criteria: Criteria, dialect: str) -> Iterable[Filter]:
    asked = words.words_of(criteria.text)
    if asked:
        yield Filter("q", ("words",), words.bound(dialect, asked))
    elif criteria.text.strip():
        yield Filter("q", ("nothing",), {})  # signs alone are no word of anything


def _reach(criteria: Criteria) -> dict[str, Any]:
    lat, lon = float(criteria.lat or 0), float(criteria.lon or 0)
    metres = float(criteria.radius or 0)
    up, across = metres / _DEGREE_M * 1.001, metres / max(lon_metres(lat), 1.0) * 1.001
    return {
        "south": lat - up,
        "north": lat + up,
        "west": lon - across,
        "east": lon + across,
        "reach": metres * metres,
    }


def given(criteria: Criteria, kinds: Iterable[str], filters: Iterable[Filter]) -> dict[str, Any]:
    """Everything that a statement with these filters binds."""
    values: dict[str, Any] = {"kinds": list(kinds), "person": criteria.person_id, "now": criteria.now}
    if criteria.near:
        lat = float(criteria.lat or 0)
        values |= {"lat": lat, "lon": float(criteria.lon or 0), "lon_metres": lon_metres(lat)}
    for one in filters:
        values |= one.given
    return values
