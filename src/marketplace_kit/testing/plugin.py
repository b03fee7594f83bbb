"""The pytest plugin: ``pytest_plugins = ["marketplace_kit.testing.plugin"]`` in the root ``conftest.py``.

``--engine sqlite|postgres`` chooses the database. A PostgreSQL server is found once, before the workers of a parallel
run start, so that all of them share it. Fixtures: ``site``, ``clock``, ``kit_app``, ``client``, ``sites``,
``build``, ``as_role``, ``fake_mail``, ``engine``, ``databases``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from marketplace_kit.testing import servers

if TYPE_CHECKING:  # a test run that needs no site does not import one
    import httpx

    from marketplace_kit.kernel.clock import SetClock
    from marketplace_kit.kernel.site import Site
    from marketplace_kit.testing.builders import Builders
    from marketplace_kit.testing.databases import Databases
    from marketplace_kit.testing.mail import FakeMail
    from marketplace_kit.testing.sites import Sites

# Its assertions speak as an author's own do.
pytest.register_assert_rewrite("marketplace_kit.testing.contract", "marketplace_kit.testing.queries")

ONE_ENGINE = "has nothing to do with the database; leave it out of a second run with -m 'not one_engine'"
_stop = pytest.StashKey[Callable[[], object]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("marketplace-kit")
    group.addoption("--engine", choices=("sqlite", "postgres"), default="sqlite", help="the database the suite runs on")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"one_engine: {ONE_ENGINE}")
    is_worker = hasattr(config, "workerinput")
    if config.getoption("engine") == "postgres" and not is_worker:
        os.environ[servers.POSTGRES], config.stash[_stop] = servers.find_postgres()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash.get(_stop, lambda: None)()


def pytest_report_header(config: pytest.Config) -> str:
    engine = config.getoption("engine")
    at = f" at {servers.without_password(os.environ[servers.POSTGRES])}" if engine == "postgres" else ""
    return f"engine: {engine}{at}"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The database this run is about: sqlite or postgres."""
    return str(request.config.getoption("engine"))


@pytest.fixture(scope="session")
def databases(engine: str) -> Iterator[Databases]:
    """Empty and migrated databases on the chosen engine."""
    from marketplace_kit.testing.databases import PostgresDatabases, SqliteDatabases

    made: Databases = SqliteDatabases() if engine == "sqlite" else PostgresDatabases(os.environ[servers.POSTGRES])
    yield made
    made.close()


@pytest.fixture
def sites(databases: Databases, tmp_path: Any) -> Sites:
    """Opens sites: with further plugins, other settings, or several on one database."""
    from marketplace_kit.testing.sites import Sites

    return Sites(databases, tmp_path)


@pytest.fixture
def clock() -> SetClock:
    """The clock of ``site``: a Monday morning, until the test moves it."""
    from marketplace_kit.kernel.clock import SetClock
    from marketplace_kit.testing.sites import MONDAY_MORNING

    return SetClock(MONDAY_MORNING)


@pytest.fixture
async def site(sites: Sites, clock: SetClock, anyio_backend: str) -> AsyncIterator[Site]:
    """A migrated, empty site of the core and everything installed."""
    async with sites.open(clock=clock) as opened:
        yield opened


@pytest.fixture
def kit_app(site: Site) -> Any:
    """The ASGI application of ``site``. Background work is done when the test calls ``run_until_idle(site)``."""
    from marketplace_kit.app import create_app

    return create_app(site)


@pytest.fixture
async def client(kit_app: Any, site: Site, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application, a stranger at first; redirects are shown, not followed."""
    from marketplace_kit.testing.clients import open_client

    async with open_client(kit_app, site) as opened:
        yield opened


@pytest.fixture
async def build(kit_app: Any, site: Site, anyio_backend: str) -> AsyncIterator[Builders]:
    """Makes people, shops and listings on ``site``, and clients that speak for people."""
    from contextlib import AsyncExitStack

    from marketplace_kit.testing.builders import Builders

    async with AsyncExitStack() as stack:
        yield Builders(site, kit_app, stack)


@pytest.fixture
def as_role(build: Builders) -> Callable[..., Awaitable[httpx.AsyncClient]]:
    """``await as_role("operator")``: a browser of somebody new who holds that role."""
    return build.as_role


@pytest.fixture
async def fake_mail(anyio_backend: str) -> AsyncIterator[FakeMail]:
    """A real SMTP server in this process, with an outbox to look into and faults to order."""
    from marketplace_kit.testing.mail import FakeMail

    server = FakeMail()
    async with server.listening():
        yield server
