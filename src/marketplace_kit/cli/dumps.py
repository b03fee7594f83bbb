"""A database as one file, and back: SQLite by its backup API, PostgreSQL by its own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from marketplace_kit.cli.output import Failed
from marketplace_kit.kernel import dialects

_PAGES = 2000
OnPages = Callable[[int, int], None]
"""Called with how many pages are done, of how many."""


def dump(url: sa.URL, into: Path, on_pages: OnPages = lambda done, of: None) -> None:
    """Write the database as it is at one instant; the site may go on meanwhile."""
    if url.get_backend_name() == "sqlite":
        _copy(Path(str(url.database)), into, on_pages)
        return
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={into}")


def load(url: sa.URL, source: Path, on_pages: OnPages = lambda done, of: None) -> None:
    """Put a dump into an empty database, whole or not at all."""
    if url.get_backend_name() == "sqlite":
        _copy(source, Path(str(url.database)), on_pages)
        return
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", url, *words, f"--dbname={url.database}", str(source))


def is_empty(url: sa.URL) -> bool:
    """Whether there is no table yet."""
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return True
    engine = sa.create_engine(dialects.sync_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def _copy(source: Path, target: Path, on_pages: OnPages) -> None:
    if not source.exists():
        raise Failed(f"there is no database at {source}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600, exist_ok=True)
    original, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        original.backup(copy, pages=_PAGES, progress=lambda _, left, total: on_pages(total - left, total))
        if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise Failed(f"the copy of {source} is not sound: {found}")
    finally:
        copy.close()
        original.close()


def _run(program: str, url: sa.URL, *words: str) -> None:
    """One of PostgreSQL's programs. The password goes by the environment: arguments are for everybody to read."""
    found = shutil.which(program)
    if found is None:
        raise Failed(
            f"{program} is not installed: install PostgreSQL's client programs (postgresql-client), "
            "of the server's version or newer"
        )
    named = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    given = {name: str(value) for name, value in named.items() if value is not None}
    given |= {f"PG{k.upper()}": str(v) for k, v in url.query.items() if k in ("sslmode", "sslrootcert")}
    if "host" in url.query:
        given["PGHOST"] = str(url.query["host"])
    environment = os.environ | given | {"PGDATABASE": str(url.database)}
    done = subprocess.run([found, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Failed(f"{program}: {lines[0][:500]}")
