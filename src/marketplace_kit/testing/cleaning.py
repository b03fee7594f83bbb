"""Making a PostgreSQL database as good as new: quicker than a clone, and sure to notice when it is not.

Tests alter tables on purpose (a control drops the constraint it speaks of). So the schema is compared with what the
template had, and a database that differs in anything is thrown away.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

_SCHEMA = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
  SELECT concat('c', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) AS line
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT concat('t', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat('f', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat('a', attrelid::regclass, attname, atttypid, attnotnull, atthasdef)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
) AS lines
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_NUMBERS = "SELECT quote_ident(sequencename), start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
_VERSIONS = "SELECT string_agg(version_num, ',' ORDER BY version_num) FROM alembic_version"


class Baseline:
    """What a migrated, unused database looks like."""

    def __init__(self, connection: sa.Connection) -> None:
        self.tables = _names(connection)
        self._schema = _one(connection, _SCHEMA)
        self._versions = _one(connection, _VERSIONS)
        self._numbers = _numbers(connection)
        self._given = {table: _content(connection, table) for table in _filled(connection, self.tables)}
        """What the migrations themselves put in: cities, categories. It stays, unless a test changed it."""

    def restore(self, connection: sa.Connection) -> bool:
        """Empty the database; False if that does not make it what it was."""
        try:
            connection.exec_driver_sql("SET lock_timeout = 2000")
            # A trigger that forbids to change the audit trail must not forbid to clean up.
            connection.exec_driver_sql("SET session_replication_role = replica")
            for added in _names(connection) - self.tables:
                connection.exec_driver_sql(f'DROP TABLE "{added}" CASCADE')
            if used := [table for table in _filled(connection, self.tables) if table not in self._given]:
                # For the few rows of a test a third of a second quicker than TRUNCATE, which makes new files for each
                # table and index. No foreign key is asked: all that is left was there before.
                connection.exec_driver_sql("; ".join(f"DELETE FROM {table}" for table in used))  # noqa: S608 - our own tables
            self._restart(connection)
            now = _one(connection, _SCHEMA), _one(connection, _VERSIONS)
            given = {table: _content(connection, table) for table in self._given}
            return (*now, given) == (self._schema, self._versions, self._given)
        except DBAPIError:
            return False

    def _restart(self, connection: sa.Connection) -> None:
        """Numbers are counted from where they were."""
        for sequence, (start, last) in _numbers(connection).items():
            before = self._numbers.get(sequence, (start, None))[1]
            if last != before:
                values = (sequence, start if before is None else before, before is not None)
                connection.exec_driver_sql("SELECT setval(%s::regclass, %s, %s)", values)


def _numbers(connection: sa.Connection) -> dict[str, tuple[int, int | None]]:
    """Of each sequence, where it begins and the last number it gave, if any."""
    return {name: (start, last) for name, start, last in connection.exec_driver_sql(_NUMBERS)}


def _names(connection: sa.Connection) -> set[str]:
    return set(connection.exec_driver_sql(_TABLES).scalars())


def _one(connection: sa.Connection, query: str) -> Any:
    return connection.exec_driver_sql(query).scalar()


def _content(connection: sa.Connection, table: str) -> Any:
    """A quoted table's rows in one figure, whatever their order."""
    return _one(connection, f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {table} AS r")  # noqa: S608 - our own tables


def _filled(connection: sa.Connection, tables: set[str]) -> list[str]:
    """Those of the tables that have rows, quoted."""
    if not tables:
        return []
    asked = [f'SELECT \'"{t}"\' AS t WHERE EXISTS (SELECT FROM "{t}")' for t in sorted(tables)]  # noqa: S608 - ours
    return list(connection.exec_driver_sql(" UNION ALL ".join(asked)).scalars())
