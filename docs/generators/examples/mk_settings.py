from collections.abc import Sequence
from typing import Annotated

from typing_extensions import override

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, SettingsSection, hookimpl
from marketplace_kit.kernel.plugins import boot
from marketplace_kit.kernel.settings import load


class VetSettings(Form):
    visit_minutes: Annotated[int, Field("Length of a visit", unit="minutes", min=5, max=240)] = 30


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return (SettingsSection(name="vet", form=VetSettings),)


registry, hooks = boot((), [Vet()])
settings = load(tuple(registry.settings.values()), environ={"MK_VET__VISIT_MINUTES": "45"})
assert settings.of(VetSettings).visit_minutes == 45
