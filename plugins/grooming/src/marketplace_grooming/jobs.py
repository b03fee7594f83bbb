"""Background work: forgetting."""

from __future__ import annotations

import msgspec

from marketplace_grooming import services
from marketplace_grooming.schemas import GroomingSettings
from marketplace_kit.kernel.jobs import Work


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def forget_old_requests(work: Work, _: Nothing) -> None:
    """Remove call-back requests older than ``[grooming] requests_kept_days``."""
    days = work.site.settings.of(GroomingSettings).requests_kept_days
    async with work.finish() as uow:
        await services.forget_old_requests(uow, days)
