"""Background work: reminders."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_pets import services
from marketplace_pets.schemas import PetsSettings

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
APART = timedelta(minutes=5)


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
    wanted = ["pets.remind", "pets.tell_ending"]
    if site.settings.of(PetsSettings).digest_day == DAYS[today.weekday()]:
        wanted.append("pets.digest")  # after the reminders: what they said is not said again
    async with work.finish() as uow:
        for number, name in enumerate(wanted):
            uow.enqueue(name, Nothing(), key=f"{name}:{today}", run_at=max(at, now) + number * APART)


async def remind(work: Work, _: Nothing) -> None:
    """Send what is due today. Run twice or late, each goes out once."""
    await services.remind(work.site)


async def tell_ending(work: Work, _: Nothing) -> None:
    """Tell families which sharing ends soon. Run twice or late, each grant is told of once."""
    await services.tell_ending(work.site)


async def send_digests(work: Work, _: Nothing) -> None:
    """Tell each keeper in one message what came up for its pets."""
    await services.send_digests(work.site)
