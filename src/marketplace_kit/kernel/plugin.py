"""What the kernel itself contributes, by the same hooks as everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa
from typing_extensions import override

from marketplace_kit import __version__
from marketplace_kit.kernel.activation import activation_table
from marketplace_kit.kernel.audit import audit_table
from marketplace_kit.kernel.choices import choice_table
from marketplace_kit.kernel.hooks import Job, Plugin, PluginInfo, SettingsSection, Storage, Templates, hookimpl
from marketplace_kit.kernel.jobs import Work, heartbeats
from marketplace_kit.kernel.outbox import event_table, job_table
from marketplace_kit.kernel.settings import KERNEL_SECTIONS

HERE = Path(__file__).parent
KEPT = timedelta(days=14)
"""Done jobs and old events are kept so long, for whoever asks what happened."""


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def tidy(work: Work, _: Nothing) -> None:
    """Remove what was done long ago."""
    async with work.finish() as uow:
        before = uow.at - KEPT
        await uow.session.execute(sa.delete(job_table).where(job_table.c.state == "done", job_table.c.done_at < before))
        await uow.session.execute(sa.delete(event_table).where(event_table.c.recorded_at < before))


class Kernel(Plugin):
    """Settings of the site, the outbox and the switches of the plugins."""

    info = PluginInfo(
        name="kernel",
        version=__version__,
        label="Kernel",
        summary="What everything stands on.",
        category="core",
        core=True,
    )

    @hookimpl
    @override
    def mk_settings(self) -> Sequence[SettingsSection]:
        return KERNEL_SECTIONS

    @hookimpl
    @override
    def mk_storage(self) -> Sequence[Storage]:
        tables = (event_table, job_table, activation_table, heartbeats.heartbeat_table, audit_table, choice_table)
        return (Storage(migrations=HERE / "migrations", prefix="", tables=tuple(t.name for t in tables)),)

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(locale=HERE / "locale"),)

    @hookimpl
    @override
    def mk_jobs(self) -> Sequence[Job]:
        return (
            Job(name="kernel.tidy", payload=Nothing, run=tidy, every=timedelta(hours=1)),
            Job(name="kernel.heartbeat", payload=Nothing, run=heartbeats.beat, every=heartbeats.EVERY),
        )


plugin = Kernel()
