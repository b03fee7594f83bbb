from collections.abc import Sequence

from litestar import get
from typing_extensions import override

from marketplace_kit.kernel.hooks import Permission, Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.testing.trial import trial
from marketplace_kit.web.routing import route


@get("/api/vet/diary", **route("vet.read_diary"))
async def diary() -> list[str]:
    return ["Ms Aisulu's cat, 10:00"]


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Permission]:
        return (Permission(name="vet.read_diary", label="Read the diary", roles=("vendor", "operator")),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (Routes(handlers=(diary,)),)


with trial(Vet()) as site:
    refused = site.get("/api/vet/diary")
    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_required")
