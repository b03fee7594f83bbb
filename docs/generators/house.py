"""The house as the pages describe it: the core and this repository's own plugins, booted, and every module imported."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

import marketplace_kit
from marketplace_kit import assembly
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.plugins import discover_folder
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.site import Site

ROOT = Path(__file__).resolve().parents[2]
# Run, copied or for tests: not a part of what a site is.
_SKIPPED = re.compile(r"\.(alembic|migrations|templates?|scaffolds?|testing|static|locale|__main__|vendoring)(\.|$)")


@attrs.frozen
class House:
    """What the page writers read."""

    registry: Registry
    hooks: Hooks
    site: Site
    modules: tuple[ModuleType, ...]

    def classes(self, base: type) -> list[type]:
        """Every subclass of ``base`` that one of the modules defines, in the order of the modules."""
        found: dict[type, None] = {}
        for module in self.modules:
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__:
                    found[value] = None
        return list(found)

    def values(self, kind: type) -> Iterator[Any]:
        """Every module-level value of a kind."""
        for module in self.modules:
            yield from (value for value in vars(module).values() if isinstance(value, kind))


@contextmanager
def opened() -> Iterator[House]:
    """The house, on a database that is never asked. Refuses to describe one of which a plugin is quarantined."""
    own = own_plugins()
    registry, hooks = assembly.load_plugins({"MK_PLUGINS": ",".join(own)})
    if registry.quarantined:
        raise SystemExit("\n".join(f"{q.name} is quarantined: {q.reason}" for q in registry.quarantined))
    with tempfile.TemporaryDirectory() as folder:
        overrides = {"database.url": f"sqlite:///{folder}/none.db", "files.url": f"{folder}/media"}
        site = assembly.open_site(registry, hooks, assembly.load_settings(registry, environ={}, overrides=overrides))
        packages = ["marketplace_kit", *(f"marketplace_{name}" for name in own)]
        yield House(registry, hooks, site, tuple(m for name in packages for m in _modules(name)))


def own_plugins() -> list[str]:
    """The names of the plugins of this repository."""
    return sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))


def example_plugins() -> Sequence[Plugin]:
    """The example deployments' own plugins."""
    return [plugin for folder in sorted(ROOT.glob("examples/*/plugins")) for plugin in discover_folder(folder)]


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    yield root
    for found in sorted(pkgutil.walk_packages(root.__path__, f"{package}."), key=lambda m: m.name):
        if not _SKIPPED.search(found.name):
            yield importlib.import_module(found.name)


def owner_of(thing: type) -> str:
    """The room or plugin that a class belongs to."""
    parts = thing.__module__.split(".")
    package, room = parts[0], parts[1] if len(parts) > 1 else ""
    return room if package == marketplace_kit.__name__ else package.removeprefix("marketplace_")
