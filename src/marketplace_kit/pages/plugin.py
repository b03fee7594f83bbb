"""What the pages room contributes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import Actor, NavItem, Plugin, PluginInfo, Routes, Templates, hookimpl
from marketplace_kit.kernel.texts import N_
from marketplace_kit.pages import pages

HERE = Path(__file__).parent


class Pages(Plugin):
    """Content pages."""

    info = PluginInfo(
        name="pages",
        version=__version__,
        label="Pages",
        summary="The home page and other content pages.",
        category="core",
        core=True,
    )

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=HERE / "templates", locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=pages.handlers),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="footer", text=N_("Home"), href="/", order=10),)


plugin = Pages()
