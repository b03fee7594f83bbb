"""What the web floor contributes: its tables, its templates, its routes and their tidying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.hooks import Job, Plugin, PluginInfo, Routes, SettingsSection, Storage, Templates, hookimpl
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.web import brand, health, live, manifest, media, openapi, private_files, static_files
from marketplace_kit.web.limits import limit_table
from marketplace_kit.web.once import KEPT, once_table
from marketplace_kit.web.uploads import WebSettings

HERE = Path(__file__).parent


async def tidy(work: Work, _: Nothing) -> None:
    """Forget rate limits whose window has ended, idempotency keys that nobody will repeat and brands long laid off."""
    async with work.finish() as uow:
        await uow.session.execute(sa.delete(limit_table).where(limit_table.c.ends_at < uow.at))
        await uow.session.execute(sa.delete(once_table).where(once_table.c.claimed_at < uow.at - KEPT))
        await brand.forget_old(uow)


class Web(Plugin):
    """The web toolkit."""

    info = PluginInfo(
        name="web", version=__version__, label="Web", summary="Pages, API, errors, limits.", category="core", core=True
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        monitoring = SettingsSection(name="monitoring", form=health.MonitoringSettings)
        return (SettingsSection(name="web", form=WebSettings), monitoring)

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        return (
            Storage(
                migrations=HERE / "migrations",
                prefix="",
                tables=(
                    limit_table.name,
                    once_table.name,
                    *media.TABLES,
                    brand.brand_table.name,
                    private_files.private_file_table.name,
                ),
            ),
        )

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        own = (
            *health.handlers,
            *openapi.handlers,
            *static_files.handlers,
            *media.handlers,
            *manifest.handlers,
            *live.handlers,
        )
        return (Routes(handlers=own),)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return (
            Job(name="web.tidy", payload=Nothing, run=tidy, every=timedelta(hours=1)),
            Job(name=private_files.DROP, payload=private_files.DropFile, run=private_files.drop_one),
            Job(name="web.sweep_private", payload=Nothing, run=private_files.sweep, every=timedelta(days=1)),
            Job(name="web.sweep_media", payload=Nothing, run=media.sweep, every=timedelta(days=1)),
        )


plugin = Web()
