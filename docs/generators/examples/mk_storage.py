import tempfile
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from typing_extensions import override

from marketplace_kit.kernel.database import Uuid, metadata
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Storage, hookimpl
from marketplace_kit.kernel.plugins import boot

visit_table = sa.Table("vetshop_visit", metadata, sa.Column("id", Uuid, primary_key=True))
migrations = Path(tempfile.mkdtemp())  # in a plugin: Path(__file__).parent / "migrations"


class VetShop(Plugin):
    info = PluginInfo(name="vetshop", version="1.0", label="Vet", summary="Visits to a vet.")

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (Storage(migrations=migrations, prefix="vetshop_", tables=(visit_table.name,)),)


registry, hooks = boot((), [VetShop()])
assert registry.storage["vetshop:0"].tables == ("vetshop_visit",)
metadata.remove(visit_table)  # this page declares the table for a moment only
