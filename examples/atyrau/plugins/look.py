"""The town's own colours: a style sheet after the site's, with other values for the brand's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketplace_kit.kernel.hooks import Panel, Plugin, PluginInfo, Templates, hookimpl

HERE = Path(__file__).parent / "look"


class Look(Plugin):
    info = PluginInfo(name="look", version="1.0", label="Базар Атырау", summary="Цвета города.", category="look")

    @hookimpl
    def mk_templates(self) -> tuple[Templates, ...]:
        return (Templates(folder=HERE / "templates"),)  # the folder “static” beside it is served as well

    @hookimpl
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> tuple[Panel, ...]:
        return (Panel(template="look/head.html", context={}),) if slot == "page_head" else ()


plugin = Look()
