"""What the places room contributes."""

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
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.texts import N_
from marketplace_kit.places import api, pages
from marketplace_kit.places.tables import TABLES

HERE = Path(__file__).parent


class Places(Plugin):
    """Cities and what is offered in them."""

    info = PluginInfo(
        name="places",
        version=__version__,
        label="Places",
        summary="Countries, cities and the categories that are offered in each; distances.",
        category="core",
        core=True,
    )

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=HERE / "migrations", prefix="", tables=TABLES),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (Permission(name="places.manage", label=N_("Look after cities and categories"), roles=("admin",)),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(*api.handlers, *pages.handlers)),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="footer", text=N_("Your city"), href="/city", icon="geo-alt", order=10)]
        if actor.may("places.manage"):
            items.append(NavItem(slot="admin", text=N_("Places"), href="/admin/places", icon="geo-alt", order=40))
        return items


plugin = Places()
