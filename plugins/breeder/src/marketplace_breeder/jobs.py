"""Background work: forgetting."""

from __future__ import annotations

import msgspec

from marketplace_breeder import services
from marketplace_breeder.schemas import BreederSettings
from marketplace_kit.kernel.jobs import Work


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def forget_old_interests(work: Work, _: Nothing) -> None:
    """Remove interests older than ``[breeder] leads_kept_days``."""
    days = work.site.settings.of(BreederSettings).leads_kept_days
    async with work.finish() as uow:
        await services.forget_old_interests(uow, days)
