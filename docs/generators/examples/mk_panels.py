from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from marketplace_kit.kernel.hooks import Panel, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        if slot != "after_main":
            return ()
        return (Panel(template="vet/open_now.html", context={"open": True}),)


registry, hooks = boot((), [Vet()])
[(plugin, panel)] = hooks.panels("after_main", {})
assert (plugin, panel.template) == ("vet", "vet/open_now.html")
assert hooks.panels("before_main", {}) == []
