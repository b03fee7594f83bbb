from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from marketplace_kit.kernel.hooks import PersonalData, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.plugins import boot
from marketplace_kit.kernel.site import UnitOfWork


async def export(connection: AsyncConnection, person_id: UUID) -> Any:
    return {"visits": []}  # in a plugin: a select over its own tables


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """In a plugin: an update that takes the person out of its own rows."""


class Vet(Plugin):
    info = PluginInfo(
        name="vet", version="1.0", label="Vet", summary="Visits to a vet.", personal_data="Visits and what was found."
    )

    @hookimpl
    @override
    def mk_personal_data(self) -> Sequence[PersonalData]:
        columns = {"vet_visit.person_id": "identity", "vet_visit.findings": "content"}
        return (PersonalData(name="vet", columns=columns, export=export, erase=erase),)


registry, hooks = boot((), [Vet()])
assert registry.personal_data["vet"].columns["vet_visit.findings"] == "content"
