"""Reads of places: one statement each. Names are in the language that is asked for, else in the nearest."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.translated import named
from marketplace_kit.places.domain import Point, cell_of
from marketplace_kit.places.schemas import CategoryView, CityView, CountryView
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.places.tables import city_category_table as offered
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.places.tables import country_table as country
from marketplace_kit.places.tables import way_table as way

_COUNTRIES = sa.select(country).where(country.c.enabled).order_by(country.c.id)
_CITY = sa.select(city).where(city.c.id == sa.bindparam("id"))
_CITIES = sa.select(city)
_CATEGORIES = sa.select(category, sa.true().label("enabled")).order_by(category.c.rank, category.c.id)
_OFFERED = (
    sa.select(category, sa.func.coalesce(offered.c.enabled, sa.true()).label("enabled"))
    .select_from(
        category.outerjoin(
            offered, sa.and_(offered.c.category == category.c.id, offered.c.city == sa.bindparam("city"))
        )
    )
    .order_by(category.c.rank, category.c.id)
)


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е").strip()


def _city(row: Any, locale: str) -> CityView:
    return CityView(name=named(row["names"], locale), **{k: row[k] for k in CityView.__struct_fields__ if k != "name"})


def _category(row: Any, locale: str) -> CategoryView:
    known = {k: row[k] for k in CategoryView.__struct_fields__ if k not in {"name", "enabled"}}
    return CategoryView(name=named(row["names"], locale), enabled=bool(row["enabled"]), **known)


async def countries(connection: AsyncConnection, *, locale: str = "en") -> list[CountryView]:
    """The countries that the site serves."""
    rows = (await connection.execute(_COUNTRIES)).mappings()
    return [
        CountryView(id=r["id"], name=named(r["names"], locale), names=r["names"], currency=r["currency"]) for r in rows
    ]


async def cities(
    connection: AsyncConnection, *, locale: str = "en", text: str = "", country_id: str = "", served: bool | None = None
) -> list[CityView]:
    """Cities by name, those that are served first. ``text`` is looked for in the names of every language."""
    rows = (await connection.execute(_CITIES)).mappings()
    wanted = _folded(text)
    found = [
        _city(row, locale)
        for row in rows
        if (not country_id or row["country"] == country_id)
        and (served is None or row["enabled"] == served)
        and (not wanted or any(wanted in _folded(name) for name in (row["id"], *row["names"].values())))
    ]
    return sorted(found, key=lambda c: (not c.enabled, _folded(c.name), c.id))


async def city_by_id(connection: AsyncConnection, city_id: str, *, locale: str = "en") -> CityView | None:
    row = (await connection.execute(_CITY, {"id": city_id})).mappings().first()
    return _city(row, locale) if row else None


async def city_called(connection: AsyncConnection, name: str) -> str | None:
    """The id of the city that is called so, in any language or in addresses."""
    wanted = _folded(name)
    if not wanted:
        return None
    rows = (await connection.execute(_CITIES)).mappings()
    return next((r["id"] for r in rows if wanted in {_folded(n) for n in (r["id"], *r["names"].values())}), None)


async def city_named(connection: AsyncConnection, name: str, *, locale: str = "en") -> CityView | None:
    """The city that is called so, in any language or in addresses; one that is served before one that is not."""
    wanted = _folded(name)
    names = (await connection.execute(_CITIES)).mappings()
    called = [_city(r, locale) for r in names if wanted in {_folded(n) for n in (r["id"], *r["names"].values())}]
    return min(called, key=lambda c: not c.enabled, default=None) if wanted else None


async def categories(
    connection: AsyncConnection, *, locale: str = "en", city_id: str = "", everything: bool = False
) -> list[CategoryView]:
    """All categories in their order; with ``city_id`` those offered there (``everything`` also the others). One whose
    parent is not offered is not offered either.
    """
    statement, given = (_OFFERED, {"city": city_id}) if city_id else (_CATEGORIES, {})
    found = [_category(row, locale) for row in (await connection.execute(statement, given)).mappings()]
    if everything:
        return found
    on = {one.id for one in found if one.enabled}
    return [one for one in found if one.id in on and (one.parent is None or one.parent in on)]


async def category_by_id(connection: AsyncConnection, category_id: str, *, locale: str = "en") -> CategoryView | None:
    rows = await connection.execute(_CATEGORIES.where(category.c.id == category_id))
    row = rows.mappings().first()
    return _category(row, locale) if row else None


async def known_ways(connection: AsyncConnection, points: Collection[Point]) -> dict[tuple[str, str], int]:
    """The minutes of those ways between these points that were measured, by the cells of both ends. One statement."""
    cells = sorted({cell_of(point) for point in points})
    rows = await connection.execute(sa.select(way).where(way.c.origin.in_(cells), way.c.target.in_(cells)))
    return {(row.origin, row.target): row.minutes for row in rows}
