"""Background work: reminders."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_pets import services
from marketplace_pets.schemas import PetsSettings


class Nothing(msgspec.Struct):
    """The payload of a job that needs none."""


async def plan_reminders(work: Work, _: Nothing) -> None:
    """Once a day: have the reminders go out at a civil hour of the day (``[pets] remind_hour``, by the site's zone)."""
    site = work.site
    now = site.clock.now()
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    today = now.astimezone(zone).date()
    hour = site.settings.of(PetsSettings).remind_hour
    at = datetime.combine(today, time(hour), zone).astimezone(UTC)
    async with work.finish() as uow:
        uow.enqueue("pets.remind", Nothing(), key=f"pets.remind:{today}", run_at=max(at, now))


async def remind(work: Work, _: Nothing) -> None:
    """Send what is due today. Run twice or late, each goes out once."""
    await services.remind(work.site)
