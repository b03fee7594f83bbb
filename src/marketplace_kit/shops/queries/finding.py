"""Finding shops: one statement for a page, whatever is asked for.

Distances are counted on the plane that touches the earth at the point asked from: products only, the same on both
databases, and within a hundred kilometres right to half a per cent. What is shown is the true distance.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import folded
from marketplace_kit.kernel.pictures import cover_of
from marketplace_kit.kernel.translated import named, spoken
from marketplace_kit.places.domain import EARTH_RADIUS_M, Point, box_around, distance_m
from marketplace_kit.places.tables import category_table as category
from marketplace_kit.places.tables import city_table as city
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.domain.hours import within_sight
from marketplace_kit.shops.queries.views import place_name
from marketplace_kit.shops.schemas import ShopCard, ShopFilter
from marketplace_kit.shops.tables import shop_table as shop
from marketplace_kit.shops.tables import span_table as span
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor

_TEASER = 160
MOST_WORDS = 6
_EVERYTHING = ShopFilter()


def is_open(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a shop is open at a moment, as one look into an index."""
    inside = (span.c.shop_id == shop.c.id, span.c.opens_at <= now, span.c.closes_at > now)
    return sa.exists(sa.select(span.c.shop_id).where(*inside).correlate(shop))


def _planar(origin: Point) -> sa.ColumnElement[float]:
    """The square of the distance in degrees of latitude."""
    apart = sa.func.abs(shop.c.lon - origin.lon)
    sideways = sa.case((apart > 180.0, 360.0 - apart), else_=apart) * math.cos(math.radians(origin.lat))
    upwards = shop.c.lat - origin.lat
    return upwards * upwards + sideways * sideways


def _conditions(wanted: ShopFilter, origin: Point | None, now: datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [shop.c.state == OPEN]
    if wanted.city:
        found.append(shop.c.city_id == wanted.city)
    if wanted.category:
        below = sa.select(category.c.id).where(category.c.parent == wanted.category)
        found.append(sa.or_(shop.c.category_id == wanted.category, shop.c.category_id.in_(below)))
    for word in folded(wanted.q).split()[:MOST_WORDS]:
        literal = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
        found.append(shop.c.search_text.like(f"%{literal}%", escape="/"))
    if wanted.open_now:
        found.append(is_open(now))
    if origin is not None and wanted.radius_m is not None:
        box = box_around(origin, wanted.radius_m)
        found.append(shop.c.lat.between(box.south, box.north))
        found.append(_planar(origin) <= math.degrees(wanted.radius_m / EARTH_RADIUS_M) ** 2)
    return found


def _order(wanted: ShopFilter, origin: Point | None) -> tuple[list[sa.ColumnElement[Any]], type[Any], bool]:
    """What the list is sorted by, how a cursor holds it, and whether the largest comes first."""
    if wanted.sort == "distance" and origin is not None:
        return [_planar(origin)], tuple[Literal["distance"], float, UUID], False
    if wanted.sort == "name":
        return [shop.c.name], tuple[Literal["name"], str, UUID], False
    if wanted.sort == "rating":
        average = sa.func.coalesce(shop.c.rating_average, 0.0)
        return [average, shop.c.rating_count], tuple[Literal["rating"], float, int, UUID], True
    return [], tuple[Literal["newest"], UUID], True


async def shop_list(
    connection: AsyncConnection,
    wanted: ShopFilter = _EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 20,
    now: datetime | None = None,
    locale: str = "",
) -> Page[ShopCard]:
    """Open shops that fit, by keyset. Sorted by distance only those have a place that say where they are."""
    now = now or datetime.now(UTC)
    origin = Point(wanted.lat, wanted.lon) if wanted.lat is not None and wanted.lon is not None else None
    keys, kind, downwards = _order(wanted, origin)
    sort = wanted.sort if keys else "newest"
    this = (span.c.shop_id == shop.c.id, span.c.opens_at <= now, span.c.closes_at > now)
    later = (span.c.shop_id == shop.c.id, span.c.opens_at > now)
    columns = [shop.c[name] for name in _COLUMNS if name in shop.c]
    statement = (
        sa.select(
            *columns,
            shop.c.abouts,
            city.c.names.label("city_names"),
            category.c.names.label("category_names"),
            sa.select(sa.func.max(span.c.closes_at)).where(*this).correlate(shop).scalar_subquery().label("closes_at"),
            sa.select(sa.func.min(span.c.opens_at)).where(*later).correlate(shop).scalar_subquery().label("opens_at"),
            *(key.label(f"key_{n}") for n, key in enumerate(keys)),
        )
        .select_from(
            shop.outerjoin(city, city.c.id == shop.c.city_id).outerjoin(category, category.c.id == shop.c.category_id)
        )
        .where(*_conditions(wanted, origin, now))
        .limit(limit + 1)
    )
    if sort == "distance":
        statement = statement.where(shop.c.lat.is_not(None))
    ordered = [*keys, shop.c.id]
    statement = statement.order_by(*(key.desc() if downwards else key.asc() for key in ordered))
    if cursor:
        _, *after = decode_cursor(cursor, kind)
        place = sa.tuple_(*ordered)
        bound = sa.tuple_(*(sa.literal(v, key.type) for v, key in zip(after, ordered, strict=True)))
        statement = statement.where(place < bound if downwards else place > bound)
    rows = (await connection.execute(statement)).mappings().all()
    items = [_card(row, origin, locale, now) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items=items)
    last = rows[limit - 1]
    return Page(items=items, next=encode_cursor(sort, *(last[f"key_{n}"] for n in range(len(keys))), last["id"]))


_COLUMNS = (
    "id", "slug", "name", "city", "category_id", "address", "phone", "lat", "lon", "zone", "rating_average",
    "rating_count", "about", "cover",
)  # fmt: skip


def _card(row: Any, origin: Point | None, locale: str, now: datetime) -> ShopCard:
    about, about_lang = spoken(row["abouts"], locale) if locale else ("", "")
    plain = {name: row[name] for name in _COLUMNS if name in row and name not in {"city", "about", "cover"}}
    placed = origin is not None and row["lat"] is not None
    return ShopCard(
        **plain,
        city=place_name(row["city"], row["city_names"], locale),
        category=named(row["category_names"], locale or "en") if row["category_names"] else "",
        about=_teaser(about or row["about"]),
        about_lang=about_lang,
        open_now=row["closes_at"] is not None,
        closes_at=row["closes_at"] if row["closes_at"] and within_sight(row["closes_at"], now) else None,
        opens_at=row["opens_at"],
        photo=cover_of(row["cover"]),
        distance_km=round(distance_m(origin, Point(row["lat"], row["lon"])) / 1000, 2) if origin and placed else None,
    )


def _teaser(about: str) -> str:
    line = " ".join(about.split())
    return line if len(line) <= _TEASER else line[:_TEASER].rsplit(" ", 1)[0] + "…"
