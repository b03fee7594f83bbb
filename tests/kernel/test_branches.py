"""Migrations: one branch per plugin, up and down and up again, and every head has an owner."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from marketplace_kit import assembly
from marketplace_kit.kernel.branches import BrokenReferences, Migrations, OrphanHeads
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Storage, hookimpl
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.testing.databases import Databases


class Shed(Plugin):
    """A plugin with one table, whose migrations a test writes."""

    info = PluginInfo(name="shed", version="1", label="", summary="")

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @hookimpl
    def mk_storage(self) -> Sequence[Storage]:
        return [Storage(migrations=self._folder, prefix="shed_", tables=("shed_tool",))]


FIRST = """
revision, down_revision, branch_labels, depends_on = "shed_0001", None, ("shed",), "kernel_0001"
import sqlalchemy as sa
from alembic import op

def upgrade():
    op.create_table("shed_tool", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
    op.create_table("shed_loan", sa.Column("tool_id", sa.Integer, sa.ForeignKey("shed_tool.id", ondelete="CASCADE")))

def downgrade():
    op.drop_table("shed_loan")
    op.drop_table("shed_tool")
"""
REBUILT = """
revision, down_revision, branch_labels, depends_on = "shed_0002", "shed_0001", None, None
import sqlalchemy as sa
from alembic import op

def upgrade():
    with op.batch_alter_table("shed_tool") as table:
        table.alter_column("name", nullable=False)

def downgrade():
    with op.batch_alter_table("shed_tool") as table:
        table.alter_column("name", nullable=True)
"""


def written(folder: Path, **scripts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, script in scripts.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(script))
    return folder


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.empty() as empty:
        yield empty


def registry_with(*plugins: Plugin) -> Registry:
    return assembly.load_plugins({"MK_PLUGINS": ""}, plugins)[0]


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    found: list[tuple[object, ...]] = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.exec_driver_sql(statement)
            found = [tuple(row) for row in result] if result.returns_rows else []
    return found


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names())


def test_the_migrations_make_what_the_tables_declare(url: str) -> None:
    migrations = Migrations(registry_with(), url)
    assert migrations.pending()
    migrations.upgrade()
    assert (migrations.pending(), migrations.orphans(), migrations.differences()) == ([], [], [])


def test_a_table_that_is_not_as_declared_is_told(url: str) -> None:
    migrations = Migrations(registry_with(), url)
    migrations.upgrade()
    run(url, "DROP INDEX ix_job_ready")
    assert "ix_job_ready" in str(migrations.differences())


def test_upgrading_what_is_up_to_date_changes_nothing(url: str) -> None:
    migrations = Migrations(registry_with(), url)
    migrations.upgrade()
    before = migrations.current()
    migrations.upgrade()
    assert migrations.current() == before


def test_every_branch_goes_up_and_down_and_up_again_with_data(url: str) -> None:
    registry = registry_with()
    migrations = Migrations(registry, url)
    migrations.upgrade()
    run(url, "INSERT INTO plugin_activation (plugin, enabled, changed_at) VALUES ('x', true, '2026-01-01 00:00:00')")
    for storage in reversed([name.split(":")[0] for name in registry.storage]):
        migrations.downgrade(f"{storage}@base")
    assert tables(url) <= {"alembic_version"}
    migrations.upgrade()
    assert migrations.differences() == []


def test_a_plugins_branch_comes_and_goes_alone(url: str, tmp_path: Path) -> None:
    migrations = Migrations(registry_with(Shed(written(tmp_path / "shed", a=FIRST))), url)
    migrations.upgrade()
    assert "shed_tool" in tables(url)
    migrations.downgrade("shed@base")
    assert "shed_tool" not in tables(url)
    assert "job" in tables(url)
    assert migrations.pending() == ["shed_0001"]


def test_heads_of_a_plugin_that_is_gone_are_reported_by_name(url: str, tmp_path: Path) -> None:
    Migrations(registry_with(Shed(written(tmp_path / "shed", a=FIRST))), url).upgrade()
    without = Migrations(registry_with(), url)
    assert (without.orphans(), without.pending()) == (["shed_0001"], [])
    assert without.differences() == []
    with pytest.raises(OrphanHeads, match="shed_0001"):
        without.upgrade()


def test_rebuilding_a_table_leaves_the_rows_that_point_at_it(url: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "shed", a=FIRST)
    Migrations(registry_with(Shed(folder)), url).upgrade()
    run(url, "INSERT INTO shed_tool VALUES (1, 'saw')", "INSERT INTO shed_loan VALUES (1)")
    written(folder, b=REBUILT)
    Migrations(registry_with(Shed(folder)), url).upgrade()
    assert run(url, "SELECT tool_id FROM shed_loan") == [(1,)]
    Migrations(registry_with(Shed(folder)), url).downgrade("shed@shed_0001")
    assert run(url, "SELECT tool_id FROM shed_loan") == [(1,)]


def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone_whole(
    url: str, tmp_path: Path, engine: str
) -> None:
    folder = written(tmp_path / "shed", a=FIRST)
    Migrations(registry_with(Shed(folder)), url).upgrade()
    run(url, "INSERT INTO shed_tool VALUES (1, 'saw')", "INSERT INTO shed_loan VALUES (1)")
    forgetful = REBUILT.replace("    with op", "    op.execute('UPDATE shed_loan SET tool_id = 99')\n    with op", 1)
    written(folder, b=forgetful)
    broken = BrokenReferences if engine == "sqlite" else sa.exc.IntegrityError
    with pytest.raises(broken):
        Migrations(registry_with(Shed(folder)), url).upgrade()
    assert run(url, "SELECT tool_id FROM shed_loan") == [(1,)]
    assert Migrations(registry_with(Shed(folder)), url).pending() == ["shed_0002"]


def test_a_migration_that_fails_half_way_leaves_nothing(url: str, tmp_path: Path) -> None:
    folder = written(
        tmp_path / "shed", a=FIRST.replace("def downgrade", "    raise RuntimeError('half way')\n\ndef downgrade")
    )
    migrations = Migrations(registry_with(Shed(folder)), url)
    with pytest.raises(RuntimeError, match="half way"):
        migrations.upgrade()
    assert "shed_tool" not in tables(url)
