"""Background work of this room."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from marketplace_kit.accounts import services
from marketplace_kit.accounts.services.privacy import (
    CLEAR_EXPORTS,
    EXPORT,
    ClearExports,
    MakeExport,
    clear_exports,
    make_export,
)
from marketplace_kit.kernel.hooks import Job
from marketplace_kit.kernel.jobs import Work


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def tidy(work: Work, _: Nothing) -> None:
    async with work.finish() as uow:
        await services.tidy(uow)


jobs = (
    Job(name="accounts.tidy", payload=Nothing, run=tidy, every=timedelta(hours=6)),
    Job(name=EXPORT, payload=MakeExport, run=make_export),
    Job(name=CLEAR_EXPORTS, payload=ClearExports, run=clear_exports, every=timedelta(hours=6)),
)
