from collections.abc import Sequence
from typing import Annotated

from typing_extensions import override

from marketplace_kit.kernel.fields import Field, Form, json_schema
from marketplace_kit.kernel.hooks import ListingKind, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot


class Vaccination(Form):
    against: Annotated[str, Field("Against", filterable=True, choices=(("rabies", "Rabies"), ("flu", "Flu")))]
    minutes: Annotated[int, Field("Takes", unit="minutes", min=5, max=120)] = 15


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_listing_kinds(self) -> Sequence[ListingKind]:
        kind = ListingKind(
            name="vet.vaccination",
            label="Vaccination",
            plural="Vaccinations",
            attributes=Vaccination,
            facts=("against",),
            icon="heart-pulse",
        )
        return (kind,)


registry, hooks = boot((), [Vet()])
schema = json_schema(registry.listing_kinds["vet.vaccination"].attributes)
assert schema["properties"]["against"]["enum"] == ["rabies", "flu"]
assert schema["required"] == ["against"]
