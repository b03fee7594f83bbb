from collections.abc import Sequence

from typing_extensions import override

from marketplace_kit.kernel.hooks import Actor, NavItem, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        items = [NavItem(slot="main", text="Vet", href="/vet", icon="heart-pulse")]
        if actor.may("vet.read_diary"):
            items.append(NavItem(slot="vendor", text="Diary", href="/vet/diary"))
        return items


registry, hooks = boot((), [Vet()])
assert [item.text for item in hooks.nav_items(Actor())] == ["Vet"]
assert [item.text for item in hooks.nav_items(Actor(permissions=frozenset({"vet.read_diary"})))] == ["Vet", "Diary"]
