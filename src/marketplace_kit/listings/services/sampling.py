"""A large catalogue for measuring and for trying: as many listings as wanted, written in bundles past the use cases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.fields import Field, fields_of
from marketplace_kit.kernel.hooks import ListingKind
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.domain import PUBLISHED, folded
from marketplace_kit.listings.domain.wording import told_by
from marketplace_kit.listings.queries import active_kinds, words
from marketplace_kit.listings.queries.indexable import index_row
from marketplace_kit.listings.services.reviewing import process_of
from marketplace_kit.listings.tables import listing_table, search_table
from marketplace_kit.places.tables import city_table
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.tables import hours_table, shop_table, span_table

BUNDLE = 1_000
PER_SHOP = 250
_WORDS = (
    "Алабай", "Тазы", "Корги", "Шпиц", "Лабрадор", "Хаски", "Пудель", "Стрижка", "Тримминг", "Маникюр", "Массаж",
    "Ремонт", "Доставка", "Күтім", "Қырқу", "Жуу", "Мысық", "Ит", "Үй", "Балалар", "Кофе", "Чай", "Букет", "Торт",
    "Phone", "Laptop", "Tournament", "Lesson", "Yoga", "Garden",
)  # fmt: skip


async def load_catalogue(site: Site, how_many: int, on_step: Callable[[int], None]) -> int:
    """Published listings of open shops, ``how_many`` in all, a thousand in a unit of work; how many were new. The ids
    follow from the numbers: begun again, it goes on where it was.
    """
    kinds = [k for k in active_kinds(site).values() if any(s.name == PUBLISHED for s in process_of(k).states)]
    if not kinds:
        return 0
    made = 0
    cities = await site.ask(_cities)
    for start in range(0, how_many, BUNDLE):
        numbers = range(start, min(start + BUNDLE, how_many))
        if not await site.ask(_is_there, _id("listing", numbers[-1])):
            made += await site.do(_bundle, numbers, kinds, cities)
        on_step(numbers[-1] + 1)
    return made


def _id(what: str, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"marketplace-kit:catalogue:{what}:{number}")


async def _is_there(connection: AsyncConnection, listing_id: UUID) -> bool:
    wanted = sa.select(search_table.c.listing_id).where(search_table.c.listing_id == listing_id)
    return (await connection.execute(wanted)).first() is not None


async def _cities(connection: AsyncConnection) -> list[Any]:
    return list((await connection.execute(sa.select(city_table).order_by(city_table.c.id))).mappings())


async def _bundle(uow: UnitOfWork, numbers: range, kinds: list[ListingKind], cities: list[Any]) -> int:
    choose = random.Random(numbers[0])  # noqa: S311 - the same catalogue each time, no secret
    at = uow.at.replace(microsecond=0)
    first, last = numbers[0] // PER_SHOP, numbers[-1] // PER_SHOP
    shops = {n: _shop(n, at, cities) for n in range(first, last + 1)}
    await _insert(uow, shop_table, list(shops.values()))
    await _insert(uow, hours_table, [day for n, s in shops.items() for day in _hours(s["id"], n)])
    await _insert(uow, span_table, [span for n, s in shops.items() for span in _spans(s["id"], n, at)])
    rows = [_listing(n, kinds[n % len(kinds)], shops[n // PER_SHOP]["id"], at, choose) for n in numbers]
    there = await _there(uow, [row["id"] for row in rows])
    rows = [row for row in rows if row["id"] not in there]
    if not rows:
        return 0
    await _insert(uow, listing_table, rows)
    by_name = {k.name: k for k in kinds}
    index = []
    for row in rows:
        shop = shops[row["number"] // PER_SHOP]
        of_shop = {name: shop.get(name) for name in ("city_id", "category_id", "lat", "lon")}
        told = {"shop_name": shop["name"], "shop_rating": None, "shop_ratings": 0, "parent": None}
        index.append(index_row(row | of_shop | told, by_name[row["kind"]]))
    fresh = await _insert(uow, search_table, index)
    await words.keep_words(uow.session, uow.site.database.dialect, index)
    return fresh


async def _there(uow: UnitOfWork, ids: list[UUID]) -> set[UUID]:
    """Those of a smaller load set, made before."""
    wanted = sa.select(search_table.c.listing_id).where(search_table.c.listing_id.in_(ids))
    return set((await uow.session.execute(wanted)).scalars())


async def _insert(uow: UnitOfWork, table: sa.Table, rows: list[dict[str, Any]]) -> int:
    known = {c.name for c in table.c}
    values = [{k: v for k, v in row.items() if k in known} for row in rows]
    await uow.session.execute(uow.site.database.insert(table).on_conflict_do_nothing(), values)
    return len(values)


def _shop(number: int, at: datetime, cities: list[Any]) -> dict[str, Any]:
    city = cities[number % len(cities)] if cities else None
    spread = random.Random(number)  # noqa: S311 - likewise
    return {
        "id": _id("shop", number),
        "slug": f"catalogue-{number}",
        "name": f"{_WORDS[number % len(_WORDS)]} {number}",
        "about": "",
        "city": city["names"].get("ru", "") if city else "",
        "city_id": city["id"] if city else None,
        "lat": city["lat"] + spread.uniform(-0.05, 0.05) if city else None,
        "lon": city["lon"] + spread.uniform(-0.05, 0.05) if city else None,
        "state": OPEN,
        "created_at": at,
        "version": 1,
    }


def _hours(shop_id: UUID, number: int) -> list[dict[str, Any]]:
    opens = number % 12 * 60
    return [{"shop_id": shop_id, "weekday": day, "opens": opens, "closes": opens + 12 * 60} for day in range(7)]


def _spans(shop_id: UUID, number: int, at: datetime) -> list[dict[str, Any]]:
    midnight = at.replace(hour=0, minute=0, second=0)
    opens = timedelta(hours=number % 12)
    return [
        {
            "shop_id": shop_id,
            "opens_at": midnight + timedelta(days=day) + opens,
            "closes_at": midnight + timedelta(days=day) + opens + timedelta(hours=12),
        }
        for day in range(14)
    ]


def _listing(number: int, kind: ListingKind, shop_id: UUID, at: datetime, choose: random.Random) -> dict[str, Any]:
    title = f"{choose.choice(_WORDS)} {choose.choice(_WORDS)} {number}"
    rated = choose.random() < 0.5
    price = choose.randrange(500, 900_000) * 100 if choose.random() < 0.95 else None
    published = at - timedelta(minutes=number)
    return {
        "number": number,
        "id": _id("listing", number),
        "shop_id": shop_id,
        "kind": kind.name,
        "title": title,
        "description": "",
        "language": told_by(title),
        "titles": {},
        "descriptions": {},
        "price_amount": price,
        "price_currency": None if price is None else "KZT",
        "attributes": {f.name: _value(f, choose) for f in fields_of(kind.attributes) if not f.private},
        "state": PUBLISHED,
        "search_text": folded(title),
        "created_at": published,
        "published_at": published,
        "version": 1,
        "moderation_note": "",
        "rating_average": round(choose.uniform(1, 5), 1) if rated else 0.0,
        "rating_count": choose.randrange(1, 200) if rated else 0,
    }


def _value(field: Field, choose: random.Random) -> Any:
    low = field.min if isinstance(field.min, int) else 1
    if field.many:
        return [choose.choice(field.choices).value]
    if field.choices:
        return choose.choice(field.choices).value
    if field.type is bool:
        return choose.random() < 0.5
    if field.type is int:
        return choose.randrange(low, (field.max if isinstance(field.max, int) else low + 100) + 1)
    if field.type is Money:
        return {"amount": choose.randrange(100, 10_000) * 100, "currency": field.currency}
    if field.type is date:
        return (date(2026, 1, 1) + timedelta(days=choose.randrange(300))).isoformat()
    return choose.choice(_WORDS)[: field.max_length]
