"""What a plugin leaves in the database: how many rows, which columns speak of people, what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site

_SPEAKS_OF_PEOPLE = re.compile(
    r"(^|_)(person_id|full_name|first_name|last_name|birth\w*|e?mail|phone|address|ip|iin|passport|message|note)$"
)
_TOO_SHORT = 5
"""A shorter text ("dog", "2") may stand anywhere by chance."""
Row = tuple[Any, ...]


def own_tables(registry: Registry, plugin: str) -> list[sa.Table]:
    """The tables that a plugin declared, as far as they are in the metadata."""
    names = [table for storage in registry.storage.of(plugin) for table in storage.tables]
    return [metadata.tables[name] for name in names if name in metadata.tables]


def points_at_a_person(column: sa.Column[Any]) -> bool:
    return any(key.target_fullname.startswith("person.") for key in column.foreign_keys)


def speaks_of_people(column: sa.Column[Any]) -> bool:
    """By its foreign key, or by what columns of that name hold everywhere."""
    return points_at_a_person(column) or bool(_SPEAKS_OF_PEOPLE.search(column.name))


async def row_counts(site: Site, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    async with site.database.reader.connect() as connection:
        counts = {}
        for name in tables:
            counted = sa.select(sa.func.count()).select_from(sa.table(name))
            counts[name] = int((await connection.execute(counted)).scalar_one())
        return counts


async def table_names(site: Site) -> set[str]:
    async with site.database.reader.connect() as connection:
        return set(await connection.run_sync(lambda c: sa.inspect(c).get_table_names()))


async def people_in(site: Site, tables: Iterable[sa.Table]) -> set[UUID]:
    """Everybody these tables point at."""
    found: set[UUID] = set()
    async with site.database.reader.connect() as connection:
        for column in (c for table in tables for c in table.c if points_at_a_person(c)):
            found |= {i for i in (await connection.execute(sa.select(column).distinct())).scalars() if i}
    return found


async def told_about(site: Site, tables: Iterable[sa.Table], columns: Iterable[str], person: UUID) -> dict[Row, Any]:
    """What stands in the declared ``columns`` of the person's rows, by table, primary key and column."""
    wanted = set(columns)
    found: dict[Row, Any] = {}
    async with site.database.reader.connect() as connection:
        for table in tables:
            owners = [c == person for c in table.c if points_at_a_person(c)]
            told = [c for c in table.c if f"{table.name}.{c.name}" in wanted]
            if owners and told:
                keys = list(table.primary_key.columns)
                rows = (await connection.execute(sa.select(*keys, *told).where(sa.or_(*owners)))).all()
                for row in rows:
                    for column, value in zip(told, row[len(keys) :], strict=True):
                        found[(table.name, *row[: len(keys)], column.name)] = value
    return found


async def still_there(site: Site, tables: Iterable[sa.Table], before: dict[Row, Any]) -> dict[Row, Any]:
    """Which of those values can still be read in the same place."""
    left: dict[Row, Any] = {}
    by_name = {table.name: table for table in tables}
    async with site.database.reader.connect() as connection:
        for place, value in before.items():
            table = by_name[place[0]]
            if value is None or (isinstance(value, str) and len(value) < _TOO_SHORT):
                continue
            keys = zip(table.primary_key.columns, place[1:-1], strict=True)
            statement = sa.select(table.c[place[-1]]).where(*(column == key for column, key in keys))
            if (await connection.execute(statement)).scalar() == value:
                left[place] = value
    return left
