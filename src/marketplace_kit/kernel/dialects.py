"""Where SQLite and PostgreSQL differ. Nothing else in the kit asks which one it talks to, save full-text search."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SYNC_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_BUSY_SECONDS = 5
POOL_SECONDS = 10
READERS = {"sqlite": 4, "postgresql": 16}
"""How many questions are asked at once; the pools hold a few connections more."""
KEPT_WRITERS = {"sqlite": 0, "postgresql": 16}
"""How many connections that just wrote are kept for the next unit."""
# A request waits at most this long for a row lock; the caller then answers 503 instead of hanging. Compiling a plan to
# machine code takes longer than all but the largest of our statements (counting 100,000 listings: 1 s of 2.5).
_PG_OPTIONS = (
    "-c lock_timeout=3000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC "
    "-c jit=off"
)
_PG_READ_ONLY = " -c default_transaction_read_only=on"


def normal_url(url: str) -> sa.URL:
    """The URL with the driver we use, whichever a person wrote."""
    parsed = sa.make_url(url)
    backend = parsed.drivername.split("+")[0]
    if backend not in _DRIVERS:
        raise ValueError(f"{backend} is not supported: use sqlite or postgresql")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("a database in memory is another one for each connection: name a file")
    return parsed.set(drivername=_DRIVERS[backend])


def sync_url(url: sa.URL) -> sa.URL:
    """The same database for synchronous work (migrations, backup)."""
    return url.set(drivername=_SYNC_DRIVERS[url.get_backend_name()])


def writer(url: sa.URL) -> AsyncEngine:
    """The engine for units of work."""
    if url.get_backend_name() == "sqlite":
        # One writer connection: writers wait in line inside the process instead of failing with "database is locked".
        engine = create_async_engine(
            url, pool_size=1, max_overflow=0, pool_timeout=POOL_SECONDS, connect_args={"factory": _Tidy}
        )
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    return _postgres(url, _PG_OPTIONS)


def reader(url: sa.URL) -> AsyncEngine:
    """The engine for reads: on autocommit, and unable to write, so that no write slips past the unit of work."""
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, pool_size=READERS["sqlite"], max_overflow=2, pool_timeout=POOL_SECONDS, isolation_level="AUTOCOMMIT"
        )
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "connect", _forbid_writes)
        return engine
    # No ping before each read: a read on a dead connection is simply asked again (Site.ask).
    return _postgres(
        url,
        _PG_OPTIONS + _PG_READ_ONLY,
        pool_pre_ping=False,
        isolation_level="AUTOCOMMIT",
        json_deserializer=msgspec.json.decode,
    )


def by_position(dialect: str) -> sa.Dialect:
    """What writes statements for the driver itself, their parameters known by position."""
    if dialect == "postgresql":
        return postgresql.psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return sqlite.aiosqlite.dialect(paramstyle="qmark")


async def fetch(dialect: str, connection: Any, text: str, given: list[Any]) -> Any:
    """All rows that a statement answers, by the driver's own connection."""
    if dialect == "postgresql":
        from psycopg import AsyncRawCursor

        # Prepared at once, not after some executions as the driver would: whoever asks this way keeps its statements,
        # and on a connection that a rush opened each would be read and planned anew until the rush is over.
        async with AsyncRawCursor(connection) as cursor:
            await cursor.execute(text, given, prepare=True)
            # What ``cursor.description`` would tell as well, after it described every column.
            found = cursor.pgresult
            return await cursor.fetchall() if found is not None and found.nfields else ()
    return await connection.execute_fetchall(text, given)


def writes_together(dialect: str) -> bool:
    """Whether one statement can insert into several tables."""
    return dialect == "postgresql"


def rows_of_json(text: sa.ColumnElement[Any]) -> Any:
    """The rows of a JSON list of objects, where :func:`writes_together`; the columns are to be said."""
    return sa.func.json_to_recordset(sa.cast(text, postgresql.JSON))


class listed(sa.sql.functions.GenericFunction[Any]):  # noqa: N801 - read as a function of SQL
    """A JSON list of these values."""

    type = sa.Text()
    inherit_cache = True


class gathered(sa.sql.functions.GenericFunction[Any]):  # noqa: N801 - read as a function of SQL
    """The text of a JSON list of what all rows have here: ``[]`` for no row."""

    type = sa.Text()
    inherit_cache = True


class strung(sa.sql.functions.GenericFunction[Any]):  # noqa: N801 - read as a function of SQL
    """The text of one JSON list with these numbers of every row, one row's after the other's: many rows cost little."""

    type = sa.Text()
    inherit_cache = True


@compiles(strung, "postgresql")
def _strung(element: Any, compiler: Any, **kw: Any) -> str:
    return f"'[' || coalesce(string_agg(concat_ws(',', {compiler.process(element.clauses, **kw)}), ','), '') || ']'"


@compiles(strung, "sqlite")
def _strung_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    row = " || ',' || ".join(compiler.process(one, **kw) for one in element.clauses)
    return f"'[' || coalesce(group_concat({row}, ','), '') || ']'"


class among(sa.sql.functions.GenericFunction[Any]):  # noqa: N801 - read as a function of SQL
    """Whether a column has one of the values of a small query, which is asked first, whatever the planner thinks."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(among, "postgresql")
def _among(element: Any, compiler: Any, **kw: Any) -> str:
    column, query = element.clauses
    return f"{compiler.process(column, **kw)} = ANY (ARRAY{compiler.process(query, **kw)})"


@compiles(among, "sqlite")
def _among_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column, query = element.clauses
    return f"{compiler.process(column, **kw)} IN {compiler.process(query, **kw)}"


@compiles(listed, "postgresql")
def _listed(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(listed, "sqlite")
def _listed_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    # JSON is kept as text there, and would become a string within the list.
    told = (
        f"json({compiler.process(one, **kw)})" if isinstance(one.type, sa.JSON) else compiler.process(one, **kw)
        for one in element.clauses
    )
    return f"json_array({', '.join(told)})"


@compiles(gathered, "postgresql")
def _gathered(element: Any, compiler: Any, **kw: Any) -> str:
    return f"coalesce(json_agg({compiler.process(element.clauses, **kw)}), '[]')::text"


@compiles(gathered, "sqlite")
def _gathered_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


def _postgres(url: sa.URL, options: str, **given: Any) -> AsyncEngine:
    arguments = {"options": options, "connect_timeout": 5}
    # As many stay open as one rush needs: to open one takes as long as several bookings.
    pool = {"pool_size": 16, "max_overflow": 4, "pool_timeout": POOL_SECONDS, "pool_pre_ping": True}
    return create_async_engine(url, connect_args=arguments, **(pool | given))


class _Tidy(sqlite3.Connection):
    """Ends its transaction before it closes. SQLite keeps a closed connection, and with it the write lock, for as long
    as anything still refers to one of its cursors - the traceback of a cancelled task, for one.
    """

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own transaction control leaves SELECT outside the transaction and so loses updates without an error.
    connection.isolation_level = None
    busy = f"busy_timeout={_BUSY_SECONDS * 1000}"  # first: switching to WAL may itself have to wait
    _pragmas(connection, busy, "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY")


def _forbid_writes(connection: Any, _: Any) -> None:
    _pragmas(connection, "query_only=ON")


def _forget_foreign_keys(connection: Any, _: Any) -> None:
    _pragmas(connection, "foreign_keys=OFF")


def _pragmas(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrator(url: sa.URL) -> sa.Engine:
    """A synchronous engine for migrations.

    On SQLite foreign keys are off: a table that is rebuilt is dropped on the way, and would take its children along.
    They cannot be switched inside a transaction; :func:`broken_references` looks at the end whether all still hold.
    """
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "connect", _forget_foreign_keys)
        sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def alone(connection: sa.Connection) -> None:
    """Until the transaction ends, nobody else migrates this database. SQLite's ``BEGIN IMMEDIATE`` has said so
    already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('marketplace_kit.migrations'))"))


def in_line(dialect: str, name: str) -> sa.Executable | None:
    """A statement that waits until nobody else stands at this place, and keeps it until the transaction ends; ``None``
    where there is one writer at a time anyway.
    """
    if dialect != "postgresql":
        return None
    return sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"marketplace_kit.{name}")))


def append_only(dialect: str, table: str) -> tuple[list[str], list[str]]:
    """What makes a table refuse UPDATE and DELETE by whoever, and what undoes that. The refusal is called
    ``<table>_append_only`` on both systems.
    """
    name = f"{table}_append_only"
    if dialect == "postgresql":
        raising = f"BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{name}'; END"
        make = [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {raising} $$",
            f'CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" EXECUTE FUNCTION {name}()',
        ]
        return make, [f'DROP TRIGGER {name} ON "{table}"', f"DROP FUNCTION {name}()"]
    acts = ("update", "delete")
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    make = [f'CREATE TRIGGER {name}_{act} BEFORE {act.upper()} ON "{table}" {refuse}' for act in acts]
    return make, [f"DROP TRIGGER {name}_{act}" for act in acts]


def broken_references(connection: sa.Connection) -> list[str]:
    """Tables with rows that point at nothing; always none on PostgreSQL, which never stops looking."""
    if connection.dialect.name != "sqlite":
        return []
    return sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})


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
    return message if re.fullmatch(r"\w+", message) else ""  # a trigger that raises its own name


def _unique_over(columns: frozenset[str], metadata: sa.MetaData) -> str:
    """SQLite names the columns, not the constraint: find the one that covers just these."""
    for table in metadata.tables.values():
        uniques = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
        for unique in (*uniques, *(i for i in table.indexes if i.unique)):
            if frozenset(f"{table.name}.{c.name}" for c in unique.columns) == columns:
                return str(unique.name or "")
    return ""
