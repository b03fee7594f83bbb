"""Migrations: one Alembic branch per plugin, upgraded together; heads of plugins that are gone are reported by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.registry import Registry

_HERE = Path(__file__).parent / "alembic"


def configured(registry: Registry) -> Config:
    """Alembic's configuration for the branches of these plugins."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(s.migrations) for s in registry.storage.values()))
    return config


@attrs.frozen
class History:
    """The newest revision of each branch, and what every revision implies, as known to this version of the code."""

    heads: frozenset[str]
    implied: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, registry: Registry) -> History:
        scripts = ScriptDirectory.from_config(configured(registry))
        known = [r.revision for r in scripts.walk_revisions()]
        implied = {
            r: frozenset(a.revision for a in scripts.iterate_revisions(r, "base", implicit_base=True)) for r in known
        }
        return cls(frozenset(scripts.get_heads()), implied)

    def missing(self, applied: Iterable[str]) -> frozenset[str]:
        """Heads that a database with these revisions has not reached. One that is ahead of us lacks nothing."""
        applied = frozenset(applied)
        if applied - self.implied.keys():
            return frozenset()
        return self.heads.difference(*(self.implied[revision] for revision in applied))


class OrphanHeads(Exception):
    """The database holds revisions of plugins that are not installed. Names them, instead of "Can't locate
    revision".
    """


class BrokenReferences(Exception):
    """A migration would leave rows that point at nothing. It was rolled back whole."""


class Migrations:
    """The branches of all registered plugins, against one database."""

    def __init__(self, registry: Registry, url: str) -> None:
        self._registry = registry
        self._engine = dialects.migrator(dialects.normal_url(url))
        self.config = configured(registry)

    def scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self.config)

    def upgrade(self, target: str = "heads") -> None:
        """Bring every branch to its head. Refuses :class:`OrphanHeads`."""
        self._refuse_orphans()
        self._run(lambda: command.upgrade(self.config, target))

    def downgrade(self, target: str) -> None:
        """``<plugin>@base`` takes one plugin's tables away."""
        self._run(lambda: command.downgrade(self.config, target))

    def current(self) -> set[str]:
        """The revisions that the database says it has."""
        with self._engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads())

    def pending(self) -> list[str]:
        """Heads that the database has not reached; empty means up to date."""
        scripts, applied = self.scripts(), set()
        for head in self.current() - set(self.orphans()):
            applied |= {r.revision for r in scripts.iterate_revisions(head, "base", implicit_base=True)}
        return sorted(set(scripts.get_heads()) - applied)

    def orphans(self) -> list[str]:
        """Revisions in the database that no installed plugin knows."""
        known = {r.revision for r in self.scripts().walk_revisions()}
        return sorted(self.current() - known)

    def differences(self) -> list[Any]:
        """What the declared tables and the migrated database disagree on; empty when the migrations tell the truth."""
        declared = {name for storage in self._registry.storage.values() for name in storage.tables}

        def ours(item: Any, name: str | None, kind: str, *_: Any) -> bool:
            # Not our business: what nobody declares (Alembic's own, a search index's shadows), and what a plugin that
            # is not taking part left behind in the database or, being imported, in the metadata.
            table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
            return table in declared

        with self._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
            return list(compare_metadata(context, metadata))

    def revise(self, branch: str, message: str, *, first: bool, depends_on: str | None = None) -> None:
        """Write a new revision of one plugin from the difference between its tables and the database (for
        developers).
        """
        storage = self._registry.storage[f"{branch}:0"]

        def only_own(item: Any, name: str | None, kind: str, *_: Any) -> bool:
            table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
            return table in storage.tables

        self.config.attributes["include_object"] = only_own
        number = len(list(storage.migrations.glob("*.py"))) + 1
        self._run(
            lambda: command.revision(
                self.config,
                message,
                autogenerate=True,
                head="base" if first else f"{branch}@head",
                splice=False,
                branch_label=branch if first else None,
                version_path=str(storage.migrations),
                rev_id=f"{branch}_{number:04d}",
                depends_on=depends_on,
            )
        )

    def _refuse_orphans(self) -> None:
        if orphans := self.orphans():
            names = ", ".join(orphans)
            raise OrphanHeads(
                f"the database holds {names}, of plugins that are not installed: install or purge them first"
            )

    def _run(self, act: Callable[[], Any]) -> None:
        with self._connection() as connection:
            dialects.alone(connection)
            self.config.attributes["connection"] = connection
            act()
            if broken := dialects.broken_references(connection):
                raise BrokenReferences(f"rows of {', '.join(broken)} would point at nothing: nothing was changed")

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            yield connection
