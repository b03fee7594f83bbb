"""Databases for tests: migrated once, then copied for each test - a file on SQLite, a template clone on PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.testing.cleaning import Baseline

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


class Databases(Protocol):
    """Where a test gets its database."""

    def empty(self) -> Any:
        """A database without any table, as a context manager that gives its URL and removes it afterwards."""
        ...

    def migrated(self, registry: Registry) -> Any:
        """The same with every table of the registry, copied from one that was migrated once."""
        ...

    def close(self) -> None: ...


def fingerprint(registry: Registry) -> tuple[str, ...]:
    """What tells two sets of migrations apart."""
    return tuple(sorted(str(p) for s in registry.storage.values() for p in s.migrations.glob("*.py")))


class SqliteDatabases:
    """Files in a folder, in memory where the machine allows: tests wait for no disk."""

    def __init__(self) -> None:
        place = _MEMORY if _MEMORY.is_dir() else None
        self._folder = Path(tempfile.mkdtemp(prefix="marketplace-kit-", dir=place))
        self._templates: dict[tuple[str, ...], Path] = {}

    @contextmanager
    def empty(self) -> Iterator[str]:
        path = self._folder / f"{human_code(12)}.db"
        try:
            yield f"sqlite:///{path}"
        finally:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def migrated(self, registry: Registry) -> Iterator[str]:
        template = self._template(registry)
        with self.empty() as url:
            shutil.copyfile(template, url.removeprefix("sqlite:///"))
            yield url

    def _template(self, registry: Registry) -> Path:
        known = fingerprint(registry)
        if known not in self._templates:
            path = self._folder / f"template-{len(self._templates)}.db"
            Migrations(registry, f"sqlite:///{path}").upgrade()
            engine = sa.create_engine(f"sqlite:///{path}")
            with engine.connect() as connection:  # everything into the one file that is copied
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            self._templates[known] = path
        return self._templates[known]

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class PostgresDatabases:
    """Databases on one server, by names that no other run uses. One that a test left is cleaned for the next."""

    def __init__(self, server: str) -> None:
        url = sa.make_url(server).set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        self._prefix = f"mk_test_{human_code(8).lower()}"
        self._made = 0
        self._templates: dict[tuple[str, ...], Template] = {}
        self._lines: dict[str, sa.Engine] = {}
        """Where databases are cleaned by. A line stays open: on a new one the server learns all tables anew."""

    def _create(self, template: str = "template0") -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # Tests wait for no disk: what is committed outlives every process but not a crash of the machine.
        self._run(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
        return name

    def _drop(self, name: str) -> None:
        if line := self._lines.pop(name, None):
            line.dispose()
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _url(self, name: str) -> str:
        return self._engine.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    @contextmanager
    def _connected(self, name: str) -> Iterator[sa.Connection]:
        if name not in self._lines:
            self._lines[name] = sa.create_engine(
                self._engine.url.set(database=name), isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0
            )
        with self._lines[name].connect() as connection:
            yield connection

    @contextmanager
    def empty(self) -> Iterator[str]:
        name = self._create()
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def migrated(self, registry: Registry) -> Iterator[str]:
        template = self._template(registry)
        name = template.idle.pop() if template.idle else self._create(template.name)
        try:
            yield self._url(name)
        finally:
            if self._as_new(template, name):
                template.idle.append(name)
            else:
                self._drop(name)

    def _as_new(self, template: Template, name: str) -> bool:
        try:
            with self._connected(name) as connection:
                return template.baseline.restore(connection)
        except DBAPIError:
            return False

    def _template(self, registry: Registry) -> Template:
        known = fingerprint(registry)
        if known not in self._templates:
            name = self._create()
            try:
                Migrations(registry, self._url(name)).upgrade()
                with self._connected(name) as connection:
                    self._templates[known] = Template(name, Baseline(connection))
                self._lines.pop(name).dispose()  # a database that somebody is connected to cannot be cloned
            except BaseException:
                self._drop(name)
                raise
        return self._templates[known]

    def close(self) -> None:
        for template in self._templates.values():
            for name in (*template.idle, template.name):
                self._drop(name)
        self._engine.dispose()


@attrs.define
class Template:
    """A migrated database that nobody uses, and those cloned from it that wait for their next test."""

    name: str
    baseline: Baseline
    idle: list[str] = attrs.field(factory=list)
