"""Background work: forgetting, looking ahead every morning, extras that nobody answered."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from marketplace_grooming import services
from marketplace_grooming.schemas import GroomingSettings
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def forget_old_requests(work: Work, _: Nothing) -> None:
    """Remove call-back requests older than ``[grooming] requests_kept_days``."""
    days = work.site.settings.of(GroomingSettings).requests_kept_days
    async with work.finish() as uow:
        await services.forget_old_requests(uow, days)


async def plan_morning(work: Work, _: Nothing) -> None:
    """Once a day: have the look ahead happen at a civil hour (``[grooming] look_ahead_hour``, by the site's zone)."""
    site = work.site
    now = site.clock.now()
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    today = now.astimezone(zone).date()
    at = datetime.combine(today, time(site.settings.of(GroomingSettings).look_ahead_hour), zone).astimezone(UTC)
    async with work.finish() as uow:
        uow.enqueue("grooming.look_ahead", Nothing(), key=f"grooming.look_ahead:{today}", run_at=max(at, now))


async def look_ahead(work: Work, _: Nothing) -> None:
    """Tell of pets that come today or tomorrow and lack something. Run twice or late, each is told once a day."""
    await services.look_ahead(work.site)


async def unanswered(work: Work, late: services.Unanswered) -> None:
    """Time is up for an answer."""
    async with work.finish() as uow:
        await services.settle_unanswered(uow, late.extra_id)
