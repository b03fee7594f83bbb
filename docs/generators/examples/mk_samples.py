from collections.abc import Sequence

import sqlalchemy as sa
from typing_extensions import override

from marketplace_kit.kernel.activation import activation_table
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Sample, hookimpl
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.trial import trial


async def store(uow: UnitOfWork) -> None:
    row = {"plugin": "vet", "enabled": True, "changed_at": uow.at}  # in a plugin: its own tables, by its own services
    await uow.session.execute(uow.site.database.insert(activation_table).values(row).on_conflict_do_nothing())


async def load_vet(site: Site) -> None:
    await site.do(store)


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_samples(self) -> Sequence[Sample]:
        return (Sample(name="vet", load=load_vet),)


async def count(connection: sa.ext.asyncio.AsyncConnection) -> int:
    return (await connection.execute(sa.select(sa.func.count()).select_from(activation_table))).scalar_one()


with trial(Vet()) as site:
    site.run(load_vet)
    site.run(load_vet)  # twice changes nothing
    assert site.ask(count) == 1
