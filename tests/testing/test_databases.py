"""A database that a test leaves is as good as new for the next one, or is thrown away."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace_kit import assembly
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.testing.databases import Databases


@pytest.fixture
def registry() -> Registry:
    return assembly.load_plugins({"MK_PLUGINS": ""})[0]


@pytest.fixture(params=[
    "INSERT INTO plugin_activation (plugin, enabled, changed_at) VALUES ('x', true, CURRENT_TIMESTAMP)",
    "CREATE TABLE scratch (n INTEGER)",
    "DROP INDEX ix_job_ready",
    "ALTER TABLE plugin_activation ADD COLUMN scratch INTEGER",
    "CREATE UNIQUE INDEX scratch ON plugin_activation (enabled)",
    "DROP TABLE worker_heartbeat",
    "DELETE FROM alembic_version",
])  # fmt: skip
def mischief(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(url: str, statement: str) -> None:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def looks(url: str) -> object:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        seen = sa.inspect(connection)
        names = set(seen.get_table_names())
        watched = names & {"job", "plugin_activation"}
        tables = {
            t: ({c["name"] for c in seen.get_columns(t)}, {i["name"] for i in seen.get_indexes(t)}) for t in watched
        }
        rows = ("SELECT plugin FROM plugin_activation", "SELECT version_num FROM alembic_version ORDER BY 1")
        return names, tables, [[tuple(row) for row in connection.exec_driver_sql(query)] for query in rows]


def test_whatever_a_test_does_the_next_one_finds_the_database_as_migrated(
    databases: Databases, registry: Registry, mischief: str
) -> None:
    with databases.migrated(registry) as url:
        before = looks(url)
        run(url, mischief)
        assert looks(url) != before
    with databases.migrated(registry) as url:
        assert looks(url) == before


def test_two_at_a_time_are_two_databases(databases: Databases, registry: Registry) -> None:
    with databases.migrated(registry) as one, databases.migrated(registry) as other, databases.empty() as empty:
        assert len({one, other, empty}) == 3
        assert (
            sa.inspect(sa.create_engine(empty.replace("postgresql://", "postgresql+psycopg://"))).get_table_names()
            == []
        )
