"""Everything that the plugins declared, frozen at boot: names in one namespace per noun, each with its owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import attrs

from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.hooks.descriptions import (
    Channel,
    Command,
    Job,
    Listener,
    ListingKind,
    Notice,
    Permission,
    PersonalData,
    PluginInfo,
    Routes,
    Sample,
    SettingsSection,
    Storage,
    Templates,
)
from marketplace_kit.kernel.hooks.lines import LineKind

N = TypeVar("N")


class DuplicateName(Exception):
    """Two plugins declare one name. Stops the boot and names both."""


@attrs.frozen
class Quarantined:
    """A plugin that does not fit, and why. The site runs without it."""

    name: str
    reason: str
    info: PluginInfo | None = None


class Nouns(Mapping[str, N], Generic[N]):
    """Declared things by name, in the order they were declared, each with the plugin that declared it."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._items: dict[str, N] = {}
        self._owners: dict[str, str] = {}

    def declare(self, name: str, item: N, owner: str) -> None:
        if name in self._items:
            raise DuplicateName(f"{self._what} “{name}” is declared by both {self._owners[name]} and {owner}")
        self._items[name] = item
        self._owners[name] = owner

    def owner(self, name: str) -> str:
        return self._owners[name]

    def of(self, plugin: str) -> tuple[N, ...]:
        """What one plugin declared."""
        return tuple(item for name, item in self._items.items() if self._owners[name] == plugin)

    def __getitem__(self, name: str) -> N:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


@attrs.frozen(kw_only=True)
class Registry:
    """The frozen result of the boot."""

    plugins: Nouns[PluginInfo]
    quarantined: tuple[Quarantined, ...]
    settings: Nouns[SettingsSection]
    storage: Nouns[Storage]
    templates: Nouns[Templates]
    permissions: Nouns[Permission]
    routes: Nouns[Routes]
    listing_kinds: Nouns[ListingKind]
    line_kinds: Nouns[LineKind]
    notices: Nouns[Notice]
    channels: Nouns[Channel]
    jobs: Nouns[Job]
    listeners: Nouns[Listener]
    personal_data: Nouns[PersonalData]
    commands: Nouns[Command]
    samples: Nouns[Sample]
    _by_event: dict[type[Event], tuple[Listener, ...]] = attrs.field(factory=dict, init=False, repr=False)

    def listeners_of(self, event: type[Event]) -> tuple[Listener, ...]:
        """Everyone who wants to hear of this event."""
        if event not in self._by_event:
            self._by_event[event] = tuple(x for x in self.listeners.values() if x.event is event)
        return self._by_event[event]

    def owned(self, plugin: str) -> dict[str, int]:
        """How many of each noun a plugin declared: the one line a boot log prints about it."""
        fields: dict[str, Nouns[Any]] = {
            f.name: getattr(self, f.name) for f in attrs.fields(Registry) if f.name not in _NOT_NOUNS
        }
        counts = {name: len(nouns.of(plugin)) for name, nouns in fields.items()}
        return {name: count for name, count in counts.items() if count}


_NOT_NOUNS = {"plugins", "quarantined", "_by_event"}
