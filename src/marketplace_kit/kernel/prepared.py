"""The hottest statements, past SQLAlchemy's execution: each is written once for each database, and what is asked goes
straight to the driver. The values that come back are the same; what is left out is most of the work around them.

For statements that are built once and kept (module level, or behind ``functools.cache``): each is remembered for ever.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import attrs
import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import UtcDateTime

Statement: TypeAlias = sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update
_Change: TypeAlias = Callable[[Any], Any]


@attrs.frozen
class New:
    """Rows to be inserted, all with the same columns. With ``unless``, a row that there is already for these columns is
    left as it is.
    """

    table: sa.Table
    rows: Sequence[Mapping[str, Any]]
    unless: tuple[str, ...] = ()


_MOST = 8
"""Where a statement has a place for each value, every number of rows is a statement of its own, so more than these go
the usual way.
"""


async def insert(connection: AsyncConnection, *news: New) -> None:
    """Insert rows of several tables, in the order given: one statement where the database can, else one each. Fails as
    ``connection.execute`` does.
    """
    asked = [new for new in news if new.rows]
    dialect = connection.dialect.name
    if asked and dialects.writes_together(dialect):
        await rows(connection, _together(dialect, None, _shape(asked)), _texts(asked))
        return
    for one in asked:
        if len(one.rows) > _MOST:
            await connection.execute(_into(dialect, one.table, one.unless), list(one.rows))
        else:
            await rows(connection, _inserting(dialect, *_shape([one])[0], len(one.rows)), _values(one))


async def change_and_insert(
    connection: AsyncConnection, change: sa.Insert | sa.Update, values: Mapping[str, Any], expected: int, *news: New
) -> list[Any]:
    """A change that answers rows and, if it answers just so many, rows of other tables; if not, none of those. One
    statement where the database can, else the change and then one for each table. Answers the rows of the change.
    """
    asked = [new for new in news if new.rows]
    dialect = connection.dialect.name
    if asked and dialects.writes_together(dialect):
        given = {**values, **_texts(asked), "rows_expected": expected}
        return await rows(connection, _together(dialect, change, _shape(asked)), given)
    found = await rows(connection, change, values)
    if len(found) == expected:
        await insert(connection, *asked)
    return found


_Shape: TypeAlias = tuple[tuple[sa.Table, tuple[str, ...], tuple[str, ...]], ...]


def _shape(news: Sequence[New]) -> _Shape:
    """What a statement depends on: everything but the rows."""
    return tuple((one.table, tuple(one.rows[0]), one.unless) for one in news)


def _into(dialect: str, table: sa.Table, unless: tuple[str, ...]) -> Any:
    into = dialects.insert(dialect, table)
    return into.on_conflict_do_nothing(index_elements=list(unless)) if unless else into


def _values(one: New) -> dict[str, Any]:
    return {f"{name}_{at}": value for at, row in enumerate(one.rows) for name, value in row.items()}


@cache
def _inserting(
    dialect: str, table: sa.Table, columns: tuple[str, ...], unless: tuple[str, ...], count: int
) -> sa.Insert:
    places = [{n: sa.bindparam(f"{n}_{at}", type_=table.c[n].type) for n in columns} for at in range(count)]
    made: sa.Insert = _into(dialect, table, unless).values(places)
    return made


def _texts(news: Sequence[New]) -> dict[str, str]:
    """All rows of a table as one JSON text, that the database takes apart: to hand over a hundred values one by one
    takes longer than to store them, and for any number of rows it is one statement.
    """
    found = {}
    for number, one in enumerate(news):
        for name in _instants(one.table, tuple(one.rows[0])):
            for row in one.rows:
                if (at := row[name]) is not None and at.tzinfo is None:
                    raise TypeError("a naive datetime is not an instant")
        found[f"rows_{number}"] = _encode(one.rows).decode()
    return found


@cache
def _instants(table: sa.Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if isinstance(table.c[name].type, UtcDateTime))


_encode = msgspec.json.Encoder().encode
_TOLD_AS_JSON = (sa.Uuid, UtcDateTime, sa.JSON, sa.String, sa.Integer, sa.Boolean, sa.Float, sa.Date)


@cache
def _together(dialect: str, change: sa.Insert | sa.Update | None, shape: _Shape) -> sa.Select[Any]:
    """The change and what follows from it as common table expressions: each is carried out to its end, asked for or
    not, and those that follow look at how many rows the change has answered.
    """
    changed = None if change is None else change.cte("changed")
    made = []
    for number, (table, columns, unless) in enumerate(shape):
        kinds = [table.c[name].type for name in columns]
        if odd := [str(kind) for kind in kinds if not isinstance(kind, _TOLD_AS_JSON)]:
            raise TypeError(f"{table.name}: {', '.join(odd)} has no form in JSON that the database reads")
        told = dialects.rows_of_json(sa.bindparam(f"rows_{number}", type_=sa.Text()))
        read = told.table_valued(*(sa.column(n, k) for n, k in zip(columns, kinds, strict=True)))
        derived = read.render_derived(name=f"told_{number}", with_types=True)
        chosen = sa.select(*(derived.c[name] for name in columns))
        if changed is not None:
            whole = sa.select(sa.func.count()).select_from(changed).scalar_subquery()
            chosen = chosen.where(whole == sa.bindparam("rows_expected", type_=sa.BigInteger))
        into = _into(dialect, table, unless).from_select(list(columns), chosen)
        made.append(into.cte(f"new_{number}"))
    answer = sa.select(sa.literal(1)).where(sa.false()) if changed is None else sa.select(changed)
    return answer.add_cte(*made)


async def rows(connection: AsyncConnection, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
    """All rows that a statement answers, as named tuples. Fails as ``connection.execute`` does."""
    lists = tuple((name, len(values[name])) for name in _expanded(statement))
    dialect: Any = connection.dialect
    asked = _written(statement, dialect.name, lists)
    given = asked.bound(values)
    within = connection.sync_connection
    if within is None or within.closed or within.invalidated:
        raise RuntimeError("the connection is not open")
    for listener in within.dispatch.before_cursor_execute:  # whoever counts statements counts these too
        listener(within, None, asked.text, given, None, False)
    driver = within.connection
    try:
        found = await dialects.fetch(dialect.name, driver.driver_connection, asked.text, given)
    except dialect.loaded_dbapi.Error as error:
        gone = dialect.is_disconnect(error, driver.dbapi_connection, None)
        if gone:
            await connection.invalidate(error)
        raise DBAPIError.instance(
            asked.text,
            given,
            error,
            dialect.loaded_dbapi.Error,
            connection_invalidated=gone,
            dialect=dialect,
        ) from error
    return asked.read(found)


class _Written:
    """A statement as one database's driver takes it, how values become its parameters, and rows become ours."""

    def __init__(self, statement: Statement, dialect: sa.Dialect, lists: Mapping[str, int]) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        known: dict[str, Any] = compiled.construct_params(_check=False)
        like = {name: [None] * count for name, count in lists.items() if name in known}
        expanded = compiled.construct_expanded_state(known | like, escape_names=False)
        self.text: str = expanded.statement
        of_list = {
            name: (base, at) for base, names in expanded.parameter_expansion.items() for at, name in enumerate(names)
        }
        asked = {bind.key for bind in compiled.bind_names if bind.required}
        self._parameters: list[tuple[str, int | None, Any, _Change | None]] = []
        for name in expanded.positiontup:
            base, at = of_list.get(name, (name, None))
            change = compiled.binds[base].type.dialect_impl(dialect).bind_processor(dialect)
            constant = None if base in asked else expanded.parameters[name]
            if change is not None and base not in asked:
                constant = change(constant)
            self._parameters.append((base if base in asked else "", at, constant, change))
        columns = list(statement.exported_columns)
        changes = [_change(column.type.dialect_impl(dialect), dialect) for column in columns]
        self._changes = [(at, change) for at, change in enumerate(changes) if change is not None]
        self._make = _row([str(column.key) for column in columns])

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters in the order of the text."""
        found = []
        for base, at, constant, change in self._parameters:
            if not base:
                found.append(constant)
                continue
            value = values[base] if at is None else values[base][at]
            found.append(change(value) if change is not None else value)
        return found

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows with each value as its column's type has it."""
        make, changes = self._make, self._changes
        if not changes:
            return [make(row) for row in found]
        read = []
        for one in found:
            row = list(one)
            for at, change in changes:
                row[at] = change(row[at])
            read.append(make(row))
        return read


def _change(kind: Any, dialect: sa.Dialect) -> _Change | None:
    """What makes of a driver's value what the type of its column promises."""
    if isinstance(kind, sa.Numeric | sa.Float):
        if kind.asdecimal:
            raise TypeError("decimals are read the long way: what the driver gives depends on the expression")
        return _number
    change: _Change | None = kind.result_processor(dialect, None)
    return change


def _row(names: list[str]) -> _Change:
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its names are known at run time
    make: _Change = made._make
    return make


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


@cache
def _expanded(statement: Statement) -> tuple[str, ...]:
    """The names of the lists that it takes: for each length of them it is another text."""
    found = sa.sql.visitors.iterate(statement)
    return tuple(sorted({e.key for e in found if isinstance(e, sa.BindParameter) and e.expanding and e.required}))


@cache
def _written(statement: Statement, dialect: str, lists: tuple[tuple[str, int], ...]) -> _Written:
    return _Written(statement, dialects.by_position(dialect), dict(lists))
