"""What the operations room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import (
    Actor,
    NavItem,
    Permission,
    Plugin,
    PluginInfo,
    Routes,
    SettingsSection,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations import api, pages
from marketplace_kit.operations.domain import ADMINISTER, AUDIT
from marketplace_kit.operations.schemas import OperationsSettings

HERE = Path(__file__).parent


class Operations(Plugin):
    """Running the site."""

    info = PluginInfo(
        name="operations",
        version=__version__,
        label="Operations",
        summary="Overview, plugins, background work, settings, health and the audit trail.",
        category="core",
        personal_data="Who did what in the admin area, by id.",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="operations", form=OperationsSettings),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (
            Permission(name=ADMINISTER, label=N_("Run the site: plugins, work, settings"), roles=("admin",)),
            Permission(name=AUDIT, label=N_("Read the audit trail"), roles=("admin",)),
        )

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items: list[NavItem] = []
        if actor.may(ADMINISTER):
            items += (
                NavItem(slot="admin", text=N_("Overview"), href="/admin", icon="speedometer2", order=1),
                NavItem(slot="admin", text=N_("Plugins"), href="/admin/plugins", icon="plug", order=800),
                NavItem(slot="admin", text=N_("Background work"), href="/admin/jobs", icon="arrow-repeat", order=810),
                NavItem(slot="admin", text=N_("Settings"), href="/admin/settings", icon="gear", order=830),
                NavItem(slot="admin", text=N_("Brand of the site"), href="/admin/brand", icon="palette", order=825),
                NavItem(slot="admin", text=N_("Health"), href="/admin/health", icon="shield-check", order=840),
            )
        if actor.may(AUDIT):
            items.append(
                NavItem(slot="admin", text=N_("Audit trail"), href="/admin/audit", icon="journal-text", order=820)
            )
        return items


plugin = Operations()
