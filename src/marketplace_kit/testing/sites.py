"""Sites for tests: the installed plugins, a database of their own, a clock that is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marketplace_kit import assembly
from marketplace_kit.accounts.services import Passwords
from marketplace_kit.kernel.clock import Clock, SetClock
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Bell, Site
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.passwords import RememberedPasswords
from marketplace_kit.testing.statements import remember_statements

MONDAY_MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""When tests begin: eleven o'clock in Atyrau."""
SECRET = "a-secret-that-only-the-tests-know-0123456789"
_BOOTED: dict[tuple[tuple[str, str], ...], tuple[Registry, Hooks]] = {}
"""What is installed, by the settings of its boot: it is frozen, and each site has its own switches."""


class Sites:
    """Opens sites, each on its own copy of a migrated database. Without plugins of a test they are booted once."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases, self._folder = databases, folder

    def boot(self, extra: Sequence[Plugin] = (), environ: Mapping[str, str] | None = None) -> tuple[Registry, Hooks]:
        """The core, what is installed, and ``extra``. ``environ={"MK_PLUGINS": ""}`` leaves out what is installed."""
        if extra:
            return assembly.load_plugins(environ or {}, extra)
        known = tuple(sorted((environ or {}).items()))
        if known not in _BOOTED:
            _BOOTED[known] = assembly.load_plugins(environ or {})
        return _BOOTED[known]

    @asynccontextmanager
    async def open(
        self,
        extra: Sequence[Plugin] = (),
        *,
        clock: Clock | None = None,
        bell: Bell | None = None,
        url: str | None = None,
        overrides: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Site]:
        """A migrated site until the block ends; on the database ``url`` if one is given, else on a fresh one."""
        registry, hooks = self.boot(extra, environ)
        if url is not None:
            async with self._opened(registry, hooks, url, clock, bell, overrides) as site:
                yield site
            return
        with self.databases.migrated(registry) as fresh:
            async with self._opened(registry, hooks, fresh, clock, bell, overrides) as site:
                yield site

    @asynccontextmanager
    async def _opened(
        self,
        registry: Registry,
        hooks: Hooks,
        url: str,
        clock: Clock | None,
        bell: Bell | None,
        overrides: Mapping[str, Any] | None,
    ) -> AsyncIterator[Site]:
        given = {
            "site.secret": SECRET,
            "database.url": url,
            "files.url": str(self._folder / "media"),
            "mail.url": f"file:{self._folder / 'outbox'}",
            "notifications.sms_url": f"file:{self._folder / 'sms'}",
            "notifications.push_url": f"file:{self._folder / 'push'}",
            "notifications.telegram_url": f"file:{self._folder / 'telegram'}",
            **(overrides or {}),
        }
        settings = assembly.load_settings(registry, environ={}, overrides=given)
        site = assembly.open_site(registry, hooks, settings, clock=clock or SetClock(MONDAY_MORNING), bell=bell)
        site.facilities[Passwords] = RememberedPasswords()
        remember_statements(site.database)
        try:
            yield site
        finally:
            await site.close()
