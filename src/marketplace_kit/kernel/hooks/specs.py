"""The hook specifications. A plugin subclasses :class:`Plugin` and overrides what it contributes::

    class Breeder(Plugin):
        info = PluginInfo(name="breeder", …)

        @hookimpl
        @override
        def mk_listing_kinds(self) -> Sequence[ListingKind]:
            return (PUPPY, LITTER)

Overriding a method of the specification class makes a wrong signature a type error. All hooks are synchronous: what
must wait is an object that a hook returns. There is no hook per verb - events tell what happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pluggy

from marketplace_kit.kernel.hooks.descriptions import (
    Actor,
    Channel,
    Command,
    Job,
    Listener,
    ListingKind,
    NavItem,
    Notice,
    Panel,
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

PROJECT = "marketplace_kit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Plugin:
    """What a plugin is and may contribute. Subclass it; point the entry point at an instance."""

    info: ClassVar[PluginInfo]

    # Registration: nouns, called once at boot, frozen descriptions out. A duplicate name stops the boot.

    @hookspec
    def mk_settings(self) -> Sequence[SettingsSection]:
        """Sections of the settings. One declaration gives the TOML section, the environment names, the checks and the
        reference.

        Called before the settings are read, so it may not depend on them. The section's name is the plugin's name.
        """
        return ()

    @hookspec
    def mk_storage(self) -> Sequence[Storage]:
        """Tables and the Alembic branch that makes them. Tables of a plugin carry its prefix; core tables are only
        pointed at.
        """
        return ()

    @hookspec
    def mk_templates(self) -> Sequence[Templates]:
        """Folders of templates and of translations. Templates are found site first, then plugins, then the core."""
        return ()

    @hookspec
    def mk_permissions(self) -> Sequence[Permission]:
        """Things a person may do, and the roles that hold each from the start."""
        return ()

    @hookspec
    def mk_routes(self) -> Sequence[Routes]:
        """Pages and API endpoints. Each handler names its permission, or ``public``; one without stops the boot.

        A disabled plugin's routes answer 404.
        """
        return ()

    @hookspec
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        """Kinds of things to offer. The form, the API schema, the facets and the page are generated from the
        attributes.
        """
        return ()

    @hookspec
    def mk_line_kinds(self) -> Sequence[LineKind]:
        """Kinds of things that an order can promise: a process, and an object that keeps and frees what is promised."""
        return ()

    @hookspec
    def mk_notices(self) -> Sequence[Notice]:
        """Messages that people may get, with their texts and the channels used by default."""
        return ()

    @hookspec
    def mk_channels(self) -> Sequence[Channel]:
        """Ways to reach people. The sender is called by a job, never inside a transaction."""
        return ()

    @hookspec
    def mk_jobs(self) -> Sequence[Job]:
        """Background work, on demand or on a schedule. A disabled plugin's jobs wait; they are not lost."""
        return ()

    @hookspec
    def mk_listeners(self) -> Sequence[Listener]:
        """What happens after an event, each listener by itself: one that fails is tried again and holds up no other."""
        return ()

    @hookspec
    def mk_personal_data(self) -> Sequence[PersonalData]:
        """What is kept about people, how it is exported and how it is erased. Every personal column must be named."""
        return ()

    @hookspec
    def mk_commands(self) -> Sequence[Command]:
        """Commands or groups for the ``marketplace`` command line."""
        return ()

    @hookspec
    def mk_samples(self) -> Sequence[Sample]:
        """Lifelike data for the demo. Loading it twice changes nothing."""
        return ()

    # Contribution: collected from all active plugins on each page. Pure and quick: frozen snapshots in, values out.

    @hookspec
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        """Links in the site's menus for this person. One that raises is left out and logged."""
        return ()

    @hookspec
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        """Pieces of page for a named slot; ``snapshot`` is that page's documented context. One that raises is left
        out and logged.
        """
        return ()


REGISTRATION: dict[str, type] = {
    "mk_settings": SettingsSection,
    "mk_storage": Storage,
    "mk_templates": Templates,
    "mk_permissions": Permission,
    "mk_routes": Routes,
    "mk_listing_kinds": ListingKind,
    "mk_line_kinds": LineKind,
    "mk_notices": Notice,
    "mk_channels": Channel,
    "mk_jobs": Job,
    "mk_listeners": Listener,
    "mk_personal_data": PersonalData,
    "mk_commands": Command,
    "mk_samples": Sample,
}
"""The registration hooks, in the order they are asked, and what each answers."""
CONTRIBUTION: dict[str, type] = {"mk_nav_items": NavItem, "mk_panels": Panel}
"""The contribution hooks, and what each answers."""
