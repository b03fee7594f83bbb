"""Trying a plugin out: a whole site in a few lines, without a test runner and without ``await``.

For first steps and for the code blocks of the documentation; a plugin's own tests use the fixtures of
:mod:`marketplace_kit.testing.plugin`.
"""

from __future__ import annotations

import atexit
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import attrs
import httpx
import structlog
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.app import create_app
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.databases import SqliteDatabases
from marketplace_kit.testing.sites import MONDAY_MORNING, Sites

P = ParamSpec("P")
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Trial:
    """A site under way. ``clock`` stands still until it is moved; background work waits for :meth:`work`."""

    site: Site
    clock: SetClock
    client: httpx.AsyncClient
    _portal: BlockingPortal

    def get(self, path: str, **given: Any) -> httpx.Response:
        """What a visitor gets; redirects are shown, not followed. ``given`` goes to httpx."""
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self._portal.call(lambda: self.client.request(method, path, **given))

    def do(
        self, use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One use case in one committed unit of work."""
        return self._portal.call(lambda: self.site.do(use_case, *args, **kwargs))

    def ask(
        self, query: Callable[Concatenate[AsyncConnection, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One read."""
        return self._portal.call(lambda: self.site.ask(query, *args, **kwargs))

    def work(self) -> int:
        """Do all background work that is due, and what it leaves; how many jobs that were."""
        return self._portal.call(lambda: run_until_idle(self.site))

    def run(self, act: Callable[[Site], Awaitable[T]]) -> T:
        """Anything else that takes a site and must be waited for: a sample's ``load``, a listener."""
        return self._portal.call(lambda: act(self.site))


@contextmanager
def trial(*plugins: Plugin, installed: bool = False, **settings: Any) -> Iterator[Trial]:
    """A migrated, empty site of the core and ``plugins``; what is installed takes part only if ``installed``.

    ``settings`` are given as ``section__field=value``. The data is gone when the block ends.
    """
    if not structlog.is_configured():  # a first look is not the place for a boot log
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    overrides = {name.replace("__", ".", 1): value for name, value in settings.items()}
    environ = {} if installed else {"MK_PLUGINS": ""}
    clock = SetClock(MONDAY_MORNING)
    with tempfile.TemporaryDirectory(prefix="marketplace-kit-") as folder, start_blocking_portal() as portal:
        opened = Sites(_databases(), Path(folder)).open(plugins, clock=clock, overrides=overrides, environ=environ)
        with ExitStack() as stack:
            site = stack.enter_context(portal.wrap_async_context_manager(opened))
            browser = open_client(create_app(site), site)
            client = stack.enter_context(portal.wrap_async_context_manager(browser))
            yield Trial(site=site, clock=clock, client=client, portal=portal)


@cache
def _databases() -> SqliteDatabases:
    """One for the process: a set of tables is migrated once and copied from then on."""
    made = SqliteDatabases()
    atexit.register(made.close)
    return made
