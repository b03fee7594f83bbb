"""Which plugins take part in this site: data, not code. Absent means enabled; the core's rooms always are.

What an admin chose otherwise while the site runs (settings, the brand) is read along with it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.choices import choice_table
from marketplace_kit.kernel.database import UtcDateTime, metadata
from marketplace_kit.kernel.errors import DomainError, Kind, Missing
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site, UnitOfWork

activation_table = sa.Table(
    "plugin_activation",
    metadata,
    sa.Column("plugin", sa.String(80), primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
WAITS = "its plugin is not active"
"""Stands as the error of work that is put off until its plugin takes part again."""
_READ = sa.select(activation_table.c.plugin).where(activation_table.c.enabled.is_(False))
_ALL = sa.union_all(
    sa.select(choice_table.c.name, choice_table.c.value),
    sa.select(activation_table.c.plugin, sa.null()).where(activation_table.c.enabled.is_(False)),
)


class PluginNeeded(DomainError):
    code = "plugin_needed"
    kind = Kind.CONFLICT
    text = "“{plugin}” is needed by {needed_by}: disable that first."


class CorePlugin(DomainError):
    code = "core_plugin"
    kind = Kind.CONFLICT
    text = "“{plugin}” is a part of the core and cannot be disabled."


@attrs.frozen
class Decided:
    """What was decided while the site runs: the switched-off plugins, and what was chosen by name."""

    disabled: frozenset[str] = frozenset()
    chosen: Mapping[str, Any] = attrs.field(factory=dict)


class Activation:
    """What was decided, as this process knows it; another process's change is seen within a second."""

    def __init__(self, registry: Registry) -> None:
        self._plugins: Mapping[str, object] = registry.plugins
        self._decided = Decided()
        self._read_at = float("-inf")

    @property
    def chosen(self) -> Mapping[str, Any]:
        """What an admin chose, by name (:mod:`marketplace_kit.kernel.choices`)."""
        return self._decided.chosen

    def is_active(self, plugin: str) -> bool:
        return plugin in self._plugins and plugin not in self._decided.disabled

    async def refresh(self, site: Site, *, at_most_every: float = 1.0) -> None:
        """Look again, unless it was looked at just now; settings that were saved since are in force afterwards."""
        now = time.monotonic()
        if now - self._read_at >= at_most_every:
            before, self._read_at = self._read_at, now  # those who come meanwhile need not ask as well
            try:
                decided = await site.ask(what_was_decided)
            except BaseException:
                self._read_at = before
                raise
            if decided != self._decided:
                self._decided = decided
                site.settings = site.settings.with_saved(decided.chosen)


async def what_was_decided(connection: AsyncConnection) -> Decided:
    """Everything in one statement: it is asked for all the time."""
    rows = (await connection.execute(_ALL)).all()
    return Decided(
        frozenset(name for name, value in rows if value is None),
        {name: value for name, value in rows if value is not None},
    )


async def disabled_plugins(connection: AsyncConnection) -> frozenset[str]:
    return frozenset((await connection.execute(_READ)).scalars())


async def enable(uow: UnitOfWork, plugin: str) -> None:
    """Let a plugin take part again; the work that waited for it is due. Refuses :class:`Missing` if not installed."""
    await _switch(uow, plugin, enabled=True)
    waiting = sa.and_(job_table.c.name.in_(_work_of(uow, plugin)), job_table.c.state == "ready")
    await uow.session.execute(sa.update(job_table).where(waiting, job_table.c.error == WAITS).values(run_at=uow.at))


async def disable(uow: UnitOfWork, plugin: str) -> None:
    """Switch a plugin off: its routes answer 404, its jobs wait, its data stays. Refuses while another one needs it."""
    plugins = uow.site.registry.plugins
    if plugin in plugins and plugins[plugin].core:
        raise CorePlugin(plugin=plugin)
    off = frozenset((await uow.session.execute(_READ)).scalars())
    needing = sorted(p.name for p in plugins.values() if plugin in p.requires_plugins and p.name not in off)
    if needing:
        raise PluginNeeded(plugin=plugin, needed_by=", ".join(needing))
    await _switch(uow, plugin, enabled=False)


async def forget(uow: UnitOfWork, plugin: str) -> None:
    """Remove a purged plugin's switch, its saved settings and its waiting work."""
    saved = choice_table.c.name.startswith(f"{plugin}.", autoescape=True)
    await uow.session.execute(sa.delete(choice_table).where(saved))
    await uow.session.execute(sa.delete(activation_table).where(activation_table.c.plugin == plugin))
    await uow.session.execute(sa.delete(job_table).where(job_table.c.name.in_(_work_of(uow, plugin))))


def _work_of(uow: UnitOfWork, plugin: str) -> list[str]:
    registry = uow.site.registry
    return [j.name for j in registry.jobs.of(plugin)] + [x.name for x in registry.listeners.of(plugin)]


async def _switch(uow: UnitOfWork, plugin: str, *, enabled: bool) -> None:
    if plugin not in uow.site.registry.plugins:
        raise Missing(plugin=plugin)
    values = {"enabled": enabled, "changed_at": uow.at}
    statement = uow.site.database.insert(activation_table).values(plugin=plugin, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["plugin"], set_=values))
