"""The one place that calls hooks. Each plugin's implementation is called by itself, so that one that breaks breaks
alone.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pluggy
import structlog
from typing_extensions import override

from marketplace_kit.kernel.hooks.descriptions import Actor, NavItem, Panel
from marketplace_kit.kernel.hooks.specs import CONTRIBUTION, PROJECT, REGISTRATION, Plugin

log = structlog.get_logger(__name__)
SLOW_SECONDS = 0.005
"""A contribution that takes longer is named in the log: it is called on every page."""


class BrokenHook(Exception):
    """A plugin's registration hook raised, or answered something that is no description."""


class _Manager(pluggy.PluginManager):
    """Looks for marks where they are: at the functions of a plugin's class. Pluggy asks everything that a plugin has,
    which took half of a boot.
    """

    @override
    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        marked = getattr(getattr(type(plugin), name, None), f"{PROJECT}_impl", None)
        return super().parse_hookimpl_opts(plugin, name) if marked is not None else None


@attrs.frozen
class Called:
    """How the last call of one plugin's hook went; ``error`` is empty where it answered."""

    seconds: float
    answered: int
    error: str = ""


class Hooks:
    """Typed calls of the contract. ``is_active`` says whether a plugin takes part in this site at this moment. With
    ``trace`` each call is logged as ``hook.called``: the plugin, how long it took, how many things it answered.
    ``calls`` keeps the last call by hook, plugin and slot (empty where the hook has none).
    """

    def __init__(self, *, trace: bool = False) -> None:
        self._trace = trace
        self.calls: dict[tuple[str, str, str], Called] = {}
        self._manager = _Manager(PROJECT)
        self._manager.add_hookspecs(Plugin)
        self.is_active: Callable[[str], bool] = lambda _: True
        self.on_failure: Callable[[str, str], None] = lambda plugin, hook: None

    def for_site(self, is_active: Callable[[str], bool]) -> Hooks:
        """The same plugins, seen by one site with its own switches."""
        seen = Hooks.__new__(Hooks)
        seen._manager, seen.is_active, seen.on_failure = self._manager, is_active, self.on_failure
        seen._trace, seen.calls = self._trace, dict(self.calls)
        return seen

    def add(self, plugin: Plugin) -> None:
        """Register a plugin; raises :class:`BrokenHook` if it implements a hook that does not exist, with wrong
        arguments, or in a way that would never be called.
        """
        _check_implementations(plugin)
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
        started = time.perf_counter()
        try:
            answers = tuple(getattr(plugin, hook)())
        except Exception as raised:
            self._noted(plugin.info.name, hook, "", time.perf_counter() - started, 0, raised)
            raise BrokenHook(f"{hook} raised {raised!r}") from raised
        for answer in answers:
            if not isinstance(answer, REGISTRATION[hook]):
                raise BrokenHook(f"{hook} answers {type(answer).__name__}, not {REGISTRATION[hook].__name__}")
        if getattr(type(plugin), hook) is not getattr(Plugin, hook):
            self._noted(plugin.info.name, hook, "", time.perf_counter() - started, len(answers))
        return answers

    def nav_items(self, actor: Actor) -> list[NavItem]:
        """Every active plugin's links for this person, in order."""
        found = [item for _, item in self._each("mk_nav_items", {"actor": actor})]
        return sorted(found, key=lambda item: item.order)

    def panels(self, slot: str, snapshot: Mapping[str, Any]) -> list[tuple[str, Panel]]:
        """Every active plugin's panels for a slot, with the plugin's name, in order."""
        found = self._each("mk_panels", {"slot": slot, "snapshot": snapshot})
        return sorted(found, key=lambda pair: pair[1].order)

    def _each(self, hook: str, arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Every answer with its plugin's name. A plugin that breaks on a page breaks alone."""
        answers: list[tuple[str, Any]] = []
        for name, implementation in self._implementations(hook):
            if not self.is_active(name):
                continue
            before, started, failed = len(answers), time.perf_counter(), None
            try:
                called: Any = implementation.function(*(arguments[a] for a in implementation.argnames))
                own = tuple(called)
                if strange := [a for a in own if not isinstance(a, CONTRIBUTION[hook])]:
                    raise BrokenHook(f"{hook} answers {type(strange[0]).__name__}, not {CONTRIBUTION[hook].__name__}")
                answers += [(name, answer) for answer in own]
            except Exception as raised:
                failed = raised
                log.exception("hook.failed", hook=hook, plugin=name)
                self.on_failure(name, hook)
            took = time.perf_counter() - started
            self._noted(name, hook, str(arguments.get("slot", "")), took, len(answers) - before, failed)
            if took > SLOW_SECONDS:
                log.warning("hook.slow", hook=hook, plugin=name, milliseconds=round(took * 1000, 1))
        return answers

    def _noted(
        self, plugin: str, hook: str, slot: str, took: float, answered: int, failed: Exception | None = None
    ) -> None:
        error = f"{type(failed).__name__}: {failed}"[:300] if failed is not None else ""
        self.calls[hook, plugin, slot] = Called(took, answered, error)
        if self._trace:
            milliseconds = round(took * 1000, 3)
            log.info("hook.called", hook=hook, plugin=plugin, milliseconds=milliseconds, answered=answered)


def _check_implementations(plugin: Plugin) -> None:
    """A hook overridden without its mark would be left out in silence; a coroutine or a wrapper never answers."""
    for hook in (*REGISTRATION, *CONTRIBUTION):
        method = getattr(type(plugin), hook)
        if method is getattr(Plugin, hook):
            continue
        options = getattr(method, f"{PROJECT}_impl", None)
        if options is None:
            raise BrokenHook(f"{hook} lacks @hookimpl")
        if options["wrapper"] or options["hookwrapper"] or inspect.iscoroutinefunction(method):
            raise BrokenHook(f"{hook} must be an ordinary function")
