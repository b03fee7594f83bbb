"""Where SQLite and PostgreSQL differ. Nothing else in the kit asks which one it talks to, save full-text search."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SYNC_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_BUSY_SECONDS = 10
# A request waits at most this long for a row lock; the caller then answers 503 instead of hanging.
_PG_OPTIONS = "-c lock_timeout=3000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"


def normal_url(url: str) -> sa.URL:
    """The URL with the driver we use, whichever a person wrote."""
    parsed = sa.make_url(url)
    backend = parsed.drivername.split("+")[0]
    if backend not in _DRIVERS:
        raise ValueError(f"{backend} is not supported: use sqlite or postgresql")
    return parsed.set(drivername=_DRIVERS[backend])


def sync_url(url: sa.URL) -> sa.URL:
    """The same database for synchronous work (migrations, backup)."""
    return url.set(drivername=_SYNC_DRIVERS[url.get_backend_name()])


def writer(url: sa.URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        # One writer connection: writers wait in line inside the process instead of failing with "database is locked".
        engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30)
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    return create_async_engine(url, pool_size=10, max_overflow=10, pool_timeout=10, pool_pre_ping=True, connect_args={"options": _PG_OPTIONS})


def reader(url: sa.URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, pool_size=4, max_overflow=0, pool_timeout=30, isolation_level="AUTOCOMMIT")
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine
    return create_async_engine(
        url, pool_size=10, max_overflow=10, pool_timeout=10, pool_pre_ping=True, isolation_level="AUTOCOMMIT", connect_args={"options": _PG_OPTIONS}
    )


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own transaction control leaves SELECT outside the transaction and so loses updates without an error.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={_BUSY_SECONDS * 1000}", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def prepare_sync(engine: sa.Engine) -> sa.Engine:
    """The same care for a synchronous engine; migrations switch foreign keys off themselves where they rebuild a table."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def insert(dialect: str, table: sa.Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def skip_locked(dialect: str, query: sa.Select[Any]) -> sa.Select[Any]:
    """Rows nobody else has locked. SQLite has one writer at a time, so there is nothing to skip."""
    return query.with_for_update(skip_locked=True) if dialect == "postgresql" else query


def sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def sqlite_busy(error: DBAPIError) -> bool:
    return "database is locked" in str(error.orig)


def constraint_name(error: IntegrityError, metadata: sa.MetaData) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    message = str(error.orig)
    if found := re.search(r"(?:CHECK constraint failed: |failed: index ')(\w+)", message):
        return found[1]
    if found := re.search(r"UNIQUE constraint failed: (.+)", message):
        return _unique_over(frozenset(found[1].split(", ")), metadata)
    return ""


def _unique_over(columns: frozenset[str], metadata: sa.MetaData) -> str:
    """SQLite names the columns, not the constraint: find the one that covers just these."""
    for table in metadata.tables.values():
        uniques = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
        for unique in (*uniques, *(i for i in table.indexes if i.unique)):
            if frozenset(f"{table.name}.{c.name}" for c in unique.columns) == columns:
                return str(unique.name or "")
    return ""
