"""The one place that calls hooks. Each plugin's implementation is called by itself, so that one that breaks breaks alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy
import structlog

from marketplace_kit.kernel.hooks.descriptions import Actor, NavItem, Panel
from marketplace_kit.kernel.hooks.specs import PROJECT, Plugin

log = structlog.get_logger(__name__)


class BrokenHook(Exception):
    """A plugin's registration hook raised, or answered something that is no description."""


class Hooks:
    """Typed calls of the contract. ``is_active`` says whether a plugin takes part in this site at this moment."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Plugin)
        self.is_active: Callable[[str], bool] = lambda _: True

    def add(self, plugin: Plugin) -> None:
        """Register a plugin; raises :class:`BrokenHook` if it implements a hook that does not exist or with wrong arguments."""
        try:
            self._manager.register(plugin, plugin.info.name)
        except (pluggy.PluginValidationError, ValueError) as wrong:
            self.remove(plugin)
            raise BrokenHook(str(wrong)) from wrong
        unknown = [c.name for c in self._manager.get_hookcallers(plugin) or () if not c.has_spec()]
        if unknown:
            self.remove(plugin)
            raise BrokenHook(f"there is no hook called {', '.join(sorted(unknown))}")

    def remove(self, plugin: Plugin) -> None:
        if self._manager.is_registered(plugin):
            self._manager.unregister(plugin)

    def check(self) -> None:
        """Raise if any implementation is left that no specification knows."""
        self._manager.check_pending()

    def implementers(self, hook: str) -> list[str]:
        """The names of the plugins that implement a hook, in the order they are called."""
        return [name for name, _ in self._implementations(hook)]

    def _implementations(self, hook: str) -> list[tuple[str, pluggy.HookImpl]]:
        # pluggy lists the last registered last; ours are called in the order of registration: core first.
        return [(i.plugin_name, i) for i in getattr(self._manager.hook, hook).get_hookimpls()]

    def register_from(self, plugin: Plugin, hook: str) -> tuple[Any, ...]:
        """What one plugin answers to a registration hook."""
        try:
            answers = getattr(plugin, hook)()
            return tuple(answers)
        except Exception as raised:
            raise BrokenHook(f"{hook} raised {raised!r}") from raised

    def nav_items(self, actor: Actor) -> list[NavItem]:
        """Every active plugin's links for this person, in order."""
        found = self._collect("mk_nav_items", {"actor": actor})
        return sorted(found, key=lambda item: item.order)

    def panels(self, slot: str, snapshot: Mapping[str, Any]) -> list[tuple[str, Panel]]:
        """Every active plugin's panels for a slot, with the plugin's name, in order."""
        found: list[tuple[str, Panel]] = []
        for plugin, answers in self._each("mk_panels", {"slot": slot, "snapshot": snapshot}):
            found += [(plugin, panel) for panel in answers]
        return sorted(found, key=lambda pair: pair[1].order)

    def _collect(self, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
        return [item for _, answers in self._each(hook, arguments) for item in answers]

    def _each(self, hook: str, arguments: Mapping[str, Any]) -> list[tuple[str, Sequence[Any]]]:
        answers = []
        for name, implementation in self._implementations(hook):
            if not self.is_active(name):
                continue
            started = time.perf_counter()
            try:
                answers.append((name, tuple(implementation.function(*(arguments[a] for a in implementation.argnames)))))
            except Exception:  # noqa: BLE001 - a plugin that breaks on a page breaks alone
                log.exception("hook.failed", hook=hook, plugin=name)
            took = time.perf_counter() - started
            if took > 0.005:
                log.warning("hook.slow", hook=hook, plugin=name, milliseconds=round(took * 1000, 1))
        return answers
