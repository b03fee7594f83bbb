"""The database: one metadata, two engines per site (one that writes, one that reads), types that mean the same on
both systems.

SQLite and PostgreSQL run one suite. What differs between them stands in :mod:`marketplace_kit.kernel.dialects`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import registry as mapper_registry

from marketplace_kit.kernel import dialects

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the core and of all plugins. Constraint names are fixed here, so that both systems report the same
ones.
"""

mapper = mapper_registry(metadata=metadata)
"""Entities are mapped imperatively, once, where their table stands: ``mapper.map_imperatively(Shop, shop_table)``."""

FRESH_SECONDS = 1.0
"""A connection that worked so short a time ago is taken to be alive; if it is not, the unit is tried once more."""

Uuid = sa.Uuid(as_uuid=True)
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives back UTC, sorts the same on both systems."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive datetime is not an instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """The two engines of one site.

    ``writer`` opens transactions (``BEGIN IMMEDIATE`` on SQLite, so that a read-modify-write never loses an update);
    ``reader`` is on autocommit: one statement, one snapshot, no round trip for BEGIN and ROLLBACK.
    """

    def __init__(self, url: str) -> None:
        self.url = dialects.normal_url(url)
        self.dialect = self.url.get_backend_name()
        self.writer: AsyncEngine = dialects.writer(self.url)
        self.reader: AsyncEngine = dialects.reader(self.url)
        self._open: list[AsyncConnection] = []
        self._kept: list[tuple[float, AsyncConnection]] = []
        self._places = asyncio.Semaphore(dialects.READERS[self.dialect])

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the reader. It stays open for the next question: taking one out of the pool and putting it
        back costs more than a small question does. One whose question failed is put back, where it is looked after.
        """
        try:
            async with asyncio.timeout(dialects.POOL_SECONDS if self._places.locked() else None):
                await self._places.acquire()
        except TimeoutError as late:
            raise PoolTimeout("no connection became free in time") from late
        try:
            connection = self._open.pop() if self._open else await self.reader.connect()
            try:
                yield connection
            except BaseException:
                await asyncio.shield(self._put_back(connection))
                raise
            self._open.append(connection)
        finally:
            self._places.release()

    def lend(self) -> AsyncConnection | None:
        """A connection of the writer that ended a transaction a moment ago, if there is one. Taking one out of the pool
        and looking whether it lives is a question of its own; who works already need not ask it.
        """
        if not self._kept or time.monotonic() - self._kept[-1][0] > FRESH_SECONDS:
            return None
        return self._kept.pop()[1]

    async def take_back(self, connection: AsyncConnection, *, well: bool) -> None:
        """Keep a connection of the writer for who comes next, or put it back into the pool, where it is looked after:
        one whose transaction did not end well, one too many, and any on SQLite, where who waits for the one writer
        waits at the pool.
        """
        if well and len(self._kept) < dialects.KEPT_WRITERS[self.dialect]:
            self._kept.append((time.monotonic(), connection))
            return
        if connection.invalidated:  # the others of its age have probably died with it
            await self.put_back_kept()
        await connection.close()

    async def put_back_kept(self, *, older_than: float = 0) -> None:
        """Put kept connections of the writer back into the pool."""
        before = time.monotonic() - older_than
        while self._kept and self._kept[0][0] <= before:
            await self._kept.pop(0)[1].close()

    @property
    def readers_open(self) -> int:
        """Connections of the reader that are open and idle."""
        return len(self._open)

    async def _put_back(self, connection: AsyncConnection) -> None:
        if connection.invalidated:  # the others of its age have probably died with it
            await self._let_go()
        await connection.close()

    async def _let_go(self) -> None:
        while self._open:
            await self._open.pop().close()

    async def dispose(self) -> None:
        """Close every connection; a process with open SQLite connections never ends."""
        await self._let_go()
        await self.put_back_kept()
        await self.writer.dispose()
        await self.reader.dispose()

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that can say ``on_conflict_do_nothing`` and ``on_conflict_do_update`` on this system."""
        return dialects.insert(self.dialect, table)


def is_retryable(error: DBAPIError) -> bool:
    """Whether the same unit of work, built anew, may succeed: serialisation failure, deadlock, lock timeout."""
    return dialects.sqlstate(error) in {"40001", "40P01", "55P03"} or dialects.sqlite_busy(error)


def is_bad_value(error: Exception) -> bool:
    """Whether the database or its driver refused a value as such: out of range, too long, a character it cannot hold
    (SQLSTATE class 22), a lone surrogate, a number beyond 64 bits. Division by zero is a fault of ours, not of a value.
    """
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError) and dialects.sqlstate(error) != "22012"
    return isinstance(error, UnicodeEncodeError | OverflowError)


def violated(error: IntegrityError) -> str:
    """The name of the constraint or unique index that refused, the same on both systems; empty if it has none."""
    return dialects.constraint_name(error, metadata)
