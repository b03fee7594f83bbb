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
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel import dialects

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
"""Every number of rows is a statement of its own, so more than these go the usual way."""


async def insert(connection: AsyncConnection, *news: New) -> None:
    """Insert rows of several tables, in the order given: one statement where the database can, else one each. Fails as
    ``connection.execute`` does.
    """
    asked = [new for new in news if new.rows]
    if any(len(new.rows) > _MOST for new in asked):
        for new in asked:
            into = dialects.insert(connection.dialect.name, new.table)
            into = into.on_conflict_do_nothing(index_elements=list(new.unless)) if new.unless else into
            await connection.execute(into, list(new.rows))
        return
    together = dialects.writes_together(connection.dialect.name)
    for part in [asked] if together and asked else [[one] for one in asked]:
        shape = tuple((one.table, tuple(one.rows[0]), len(one.rows), one.unless) for one in part)
        values = {
            f"{name}_{number}_{at}": value
            for number, one in enumerate(part)
            for at, row in enumerate(one.rows)
            for name, value in row.items()
        }
        await rows(connection, _inserting(connection.dialect.name, shape), values)


_Shape: TypeAlias = tuple[tuple[sa.Table, tuple[str, ...], int, tuple[str, ...]], ...]


@cache
def _inserting(dialect: str, shape: _Shape) -> sa.Insert:
    """One INSERT for all: the others stand before the last as its common table expressions."""
    made = []
    for number, (table, columns, count, unless) in enumerate(shape):
        into = dialects.insert(dialect, table).values(
            [{n: sa.bindparam(f"{n}_{number}_{at}", type_=table.c[n].type) for n in columns} for at in range(count)]
        )
        made.append(into.on_conflict_do_nothing(index_elements=list(unless)) if unless else into)
    last: sa.Insert = made.pop()
    return last.add_cte(*(one.cte(f"new_{number}") for number, one in enumerate(made)))


async def rows(connection: AsyncConnection, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
    """All rows that a statement answers, as named tuples. Fails as ``connection.execute`` does."""
    lists = tuple(sorted((name, len(v)) for name, v in values.items() if isinstance(v, list | tuple)))
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
def _written(statement: Statement, dialect: str, lists: tuple[tuple[str, int], ...]) -> _Written:
    return _Written(statement, dialects.by_position(dialect), dict(lists))
