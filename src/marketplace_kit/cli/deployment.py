"""The deployment that a command works on: its plugins, settings and site, each made when first asked for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from marketplace_kit import assembly
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import DatabaseSettings, Settings
from marketplace_kit.kernel.site import Site

if TYPE_CHECKING:  # Alembic is imported when it is first needed
    from marketplace_kit.kernel.branches import Migrations

T = TypeVar("T")
DEFAULT_CONFIG = "marketplace.toml"


class Deployment:
    """Found by ``--config`` or ``MK_CONFIG``, else ``marketplace.toml`` in this folder, else defaults and environment
    alone.
    """

    def __init__(self, config: Path | None = None, overrides: Mapping[str, Any] | None = None) -> None:
        self.config = config or Path(os.environ.get("MK_CONFIG", DEFAULT_CONFIG))
        self.overrides = dict(overrides or {})

    @cached_property
    def _booted(self) -> tuple[Registry, Hooks]:
        return assembly.load_plugins(extra=discover_folder(self.config.parent / "plugins"))

    @property
    def registry(self) -> Registry:
        return self._booted[0]

    @cached_property
    def settings(self) -> Settings:
        return assembly.load_settings(self.registry, toml=self.config, overrides=self.overrides)

    @cached_property
    def migrations(self) -> Migrations:
        from marketplace_kit.kernel.branches import Migrations  # when first asked: Alembic would slow down every start

        return Migrations(self.registry, self.settings.of(DatabaseSettings).url)

    def open_site(self, **given: Any) -> Site:
        """A fresh site; whoever opens it closes it."""
        return assembly.open_site(*self._booted, self.settings, **given)

    @asynccontextmanager
    async def site(self) -> AsyncIterator[Site]:
        site = self.open_site()
        try:
            yield site
        finally:
            await site.close()

    def run(self, act: Callable[[Site], Awaitable[T]]) -> T:
        """Run something asynchronous on a site of its own; what a command of a plugin calls."""

        async def running() -> T:
            async with self.site() as site:
                return await act(site)

        return asyncio.run(running())


pass_deployment = click.make_pass_decorator(Deployment)
