from collections.abc import Sequence
from typing import Annotated

from litestar import post
from typing_extensions import override

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.testing.trial import trial
from marketplace_kit.web.context import Given
from marketplace_kit.web.routing import PUBLIC, route


class Weight(Form):
    kilograms: Annotated[int, Field("Weight", unit="kg", min=1, max=900)]


@post("/api/vet/dose", status_code=200, **route(PUBLIC, body=Weight, summary="How much of it"))
async def dose(form: Given[Weight]) -> dict[str, int]:
    return {"millilitres": form.kilograms * 2}


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(dose,)),)


with trial(Vet()) as site:
    assert site.post("/api/vet/dose", json={"kilograms": 4}).json() == {"millilitres": 8}
    refused = site.post("/api/vet/dose", json={"kilograms": 0})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "too_small")
