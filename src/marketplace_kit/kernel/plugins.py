"""Boot: find the plugins, put them in order, ask each for what it declares, freeze the registry.

A plugin that does not fit is quarantined: it is named with the reason, and the site runs without it. Two declarations
of one name stop the boot, for then nobody can say which was meant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import structlog
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from marketplace_kit import __version__
from marketplace_kit.kernel.fields import check_form, fields_of
from marketplace_kit.kernel.hooks.descriptions import PluginInfo
from marketplace_kit.kernel.hooks.facade import BrokenHook, Hooks
from marketplace_kit.kernel.hooks.lines import LineKind
from marketplace_kit.kernel.hooks.specs import REGISTRATION, Plugin
from marketplace_kit.kernel.registry import DuplicateName, Nouns, Quarantined, Registry

log = structlog.get_logger(__name__)
Accepted = tuple[Plugin, dict[str, tuple[Any, ...]]]
GROUP = "marketplace_kit.plugins"
# What must begin with the plugin's own name, so that two plugins cannot meet by accident.
_PREFIXED = (
    "mk_permissions",
    "mk_listing_kinds",
    "mk_line_kinds",
    "mk_notices",
    "mk_jobs",
    "mk_listeners",
    "mk_personal_data",
    "mk_samples",
)


class Misfit(Exception):
    """Why one plugin cannot take part."""


def discover(only: Sequence[str] | None = None) -> tuple[list[Plugin], list[Quarantined]]:
    """The plugins installed beside the kit, and those that could not even be imported. ``only`` loads a named
    subset.
    """
    found: list[Plugin] = []
    broken: list[Quarantined] = []
    if only is not None and not only:  # safe mode: nothing to look for
        return found, broken
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        if only is not None and entry.name not in only:
            continue
        try:
            plugin = entry.load()
            if not isinstance(plugin, Plugin):
                raise TypeError(f"{entry.value} is no Plugin")
            found.append(plugin)
        except (Exception, SystemExit) as raised:
            broken.append(Quarantined(entry.name, f"cannot be imported: {raised!r}"))
    return found, broken


def discover_folder(folder: Path) -> list[Plugin]:
    """Plugins beside a deployment: every ``*.py`` and every package in the folder with a module-level ``plugin``. For
    trying out, and for what belongs to this one site. A package imports its own modules from
    ``marketplace_site_plugins_<its name>``.

    One that cannot be imported raises: it is this deployment's own code, not a stranger's.
    """
    found = []
    for path in sorted([*folder.glob("*.py"), *folder.glob("*/__init__.py")]):
        inside = path.name == "__init__.py"
        name = f"marketplace_site_plugins_{path.parent.name if inside else path.stem}"
        spec = spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)] if inside else None)
        if spec is None or spec.loader is None:
            continue
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        plugin = getattr(module, "plugin", None)
        if isinstance(plugin, Plugin):
            found.append(plugin)
    return found


def boot(
    core: Sequence[Plugin],
    others: Iterable[Plugin] = (),
    broken: Iterable[Quarantined] = (),
    *,
    trace: bool = False,
) -> tuple[Registry, Hooks]:
    """Register the core's rooms in the order given, then the others by their needs and names; freeze what they declare.
    ``trace`` logs every call of a hook, now and later.

    Raises :class:`~marketplace_kit.kernel.registry.DuplicateName` for two declarations of one name, and any fault of a
    core room. Faults of other plugins quarantine them - and those that need them.
    """
    hooks, quarantined = Hooks(trace=trace), list(broken)
    accepted: list[Accepted] = []
    for plugin in core:
        hooks.add(plugin)
        accepted.append((plugin, _declared(hooks, plugin)))
    # A site's own look comes last: templates registered last are found first.
    waiting = sorted(_named(others, quarantined), key=lambda p: (p.info.category == "look", p.info.name))
    _refuse_twins([*core, *waiting])
    while waiting:
        present = {p.info.name for p, _ in accepted}
        plugin = next((p for p in waiting if present.issuperset(p.info.requires_plugins)), waiting[0])
        waiting.remove(plugin)
        try:
            _check_needs(plugin, present)
            hooks.add(plugin)
            accepted.append((plugin, _declared(hooks, plugin)))
        except Exception as why:
            hooks.remove(plugin)
            reason = str(why) if isinstance(why, Misfit | BrokenHook) else repr(why)
            quarantined.append(Quarantined(plugin.info.name, reason, plugin.info))
    hooks.check()
    registry = _freeze(accepted, quarantined)
    for info in registry.plugins.values():
        log.debug("plugin.loaded", plugin=info.name, version=info.version, **registry.owned(info.name))
    for misfit in quarantined:
        log.warning("plugin.quarantined", plugin=misfit.name, reason=misfit.reason)
    return registry, hooks


def _named(plugins: Iterable[Plugin], quarantined: list[Quarantined]) -> list[Plugin]:
    """Those that say who they are; the others go by their class in quarantine."""
    named = []
    for plugin in plugins:
        if isinstance(getattr(plugin, "info", None), PluginInfo):
            named.append(plugin)
        else:
            quarantined.append(Quarantined(_home(plugin), "it has no PluginInfo in its “info”"))
    return named


def _refuse_twins(plugins: Sequence[Plugin]) -> None:
    homes: dict[str, str] = {}
    for plugin in plugins:
        name = plugin.info.name
        if name in homes:
            raise DuplicateName(f"plugin “{name}” is declared by both {homes[name]} and {_home(plugin)}")
        homes[name] = _home(plugin)


def _home(plugin: object) -> str:
    return f"{type(plugin).__module__}.{type(plugin).__qualname__}"


def _check_needs(plugin: Plugin, present: set[str]) -> None:
    info = plugin.info
    try:
        wanted = SpecifierSet(info.requires_kit)
    except InvalidSpecifier as wrong:
        raise Misfit(f"requires_kit {info.requires_kit!r} is no version specifier") from wrong
    if not wanted.contains(__version__, prereleases=True):
        raise Misfit(
            f"plugin {info.name} {info.version} needs kit {info.requires_kit}, found {__version__}: change either"
        )
    missing = [name for name in info.requires_plugins if name not in present]
    if missing:
        raise Misfit(
            f"plugin {info.name} {info.version} needs {', '.join(missing)}, which is not there: install and enable it"
        )


def _declared(hooks: Hooks, plugin: Plugin) -> dict[str, tuple[Any, ...]]:
    declared = {hook: hooks.register_from(plugin, hook) for hook in REGISTRATION}
    try:
        _check_sound(declared)
    except Exception as wrong:
        raise BrokenHook(f"{plugin.info.name}: {wrong}") from wrong
    if not plugin.info.core:
        _check_prefixes(plugin, declared)
    return declared


def _check_sound(declared: dict[str, tuple[Any, ...]]) -> None:
    """What would otherwise come to light only when somebody uses it."""
    for kind in declared["mk_listing_kinds"]:
        check_form(kind.attributes)
        if kind.process is not None:
            kind.process.check()
    for line in declared["mk_line_kinds"]:
        _check_line(line)
    for section in declared["mk_settings"]:
        check_form(section.form)
    for listener in declared["mk_listeners"]:
        if not listener.event.name:
            raise BrokenHook(f"listener {listener.name}: {listener.event.__name__} has no name to be stored by")
    for job in declared["mk_jobs"]:
        if job.every is not None:
            job.payload()  # a scheduled job gets nothing to work on: its payload needs defaults


def _check_line(line: LineKind) -> None:
    check_form(line.choice)
    for process in (line.process, *line.older):
        process.check()
        if open_ended := [s.name for s in process.states if s.stage is None]:
            raise BrokenHook(f"line kind {line.name}: states {', '.join(open_ended)} name no stage of an order")
        for transition in process.transitions:
            check_form(transition.asks)
    if line.one_line_per and line.one_line_per not in {field.name for field in fields_of(line.choice)}:
        raise BrokenHook(f"line kind {line.name}: its choice has no field {line.one_line_per}")
    if line.ask_first and not line.one_line_per:
        raise BrokenHook(f"line kind {line.name}: ask_first asks for what one_line_per names, and that names nothing")
    if line.counter is not None:
        check_form(line.counter.form)
        if asked := [f.name for f in fields_of(line.counter.form) if f.required]:
            raise BrokenHook(f"line kind {line.name}: the counter must not require {', '.join(asked)}")


def _check_prefixes(plugin: Plugin, declared: dict[str, tuple[Any, ...]]) -> None:
    prefix = plugin.info.name
    for section in declared["mk_settings"]:
        if section.name != prefix:
            raise BrokenHook(f"mk_settings: section “{section.name}” must be called “{prefix}”")
    for hook in _PREFIXED:
        for item in declared[hook]:
            if item.name != prefix and not item.name.startswith(f"{prefix}."):
                raise BrokenHook(f"{hook}: “{item.name}” must begin with “{prefix}.”")
    for storage in declared["mk_storage"]:
        strays = [t for t in storage.tables if not t.startswith(f"{prefix}_")]
        if strays:
            raise BrokenHook(f"mk_storage: tables {', '.join(strays)} must begin with “{prefix}_”")


def _freeze(accepted: Sequence[Accepted], quarantined: Sequence[Quarantined]) -> Registry:
    nouns: dict[str, Nouns[Any]] = {hook: Nouns(_singular(hook)) for hook in REGISTRATION}
    plugins: Nouns[Any] = Nouns("plugin")
    work: Nouns[Any] = Nouns("job or listener")  # both become rows of one table, told apart by their name
    for plugin, declared in accepted:
        owner = plugin.info.name
        plugins.declare(owner, plugin.info, owner)
        for hook, items in declared.items():
            for number, item in enumerate(items):
                # Unnamed things (folders, tables, routes) go by their owner and place.
                nouns[hook].declare(getattr(item, "name", f"{owner}:{number}"), item, owner)
        for item in (*declared["mk_jobs"], *declared["mk_listeners"]):
            work.declare(item.name, item, owner)
    named = {hook.removeprefix("mk_"): held for hook, held in nouns.items()}
    return Registry(plugins=plugins, quarantined=tuple(quarantined), **named)


def _singular(hook: str) -> str:
    return hook.removeprefix("mk_").replace("_", " ").removesuffix("s")
