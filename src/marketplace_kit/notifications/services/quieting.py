"""Quiet hours: what can wait is sent when they end. They move a delivery, they never lose one."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.domain import QuietHours, minutes_of
from marketplace_kit.notifications.schemas import NotificationSettings
from marketplace_kit.notifications.tables import quiet_table as quiet


def usual_quiet(site: Site) -> QuietHours | None:
    """The site's own quiet hours, for everybody who chose nothing else."""
    settings = site.settings.of(NotificationSettings)
    if settings.quiet_from == settings.quiet_until:
        return None
    begins, ends = time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_until)
    return QuietHours(begins, ends, site.settings.of(SiteSettings).timezone)


def held_until(
    site: Site, declared: Notice | None, chosen: bool, own: QuietHours | None, now: datetime
) -> datetime | None:
    """When a message may leave that must not leave now; ``None`` if it may leave at once."""
    if declared is not None and (declared.required or declared.urgent):
        return None
    hours = own if chosen else usual_quiet(site)
    return hours.end_of(now) if hours else None


async def choose_quiet(uow: UnitOfWork, person_id: UUID, begins: time | None, ends: time | None, zone: str) -> None:
    """Store a person's quiet hours; ``None`` for both: none at all. Refuses an unknown zone at the field."""
    zone = zone or uow.site.settings.of(SiteSettings).timezone
    if not _is_zone(zone):
        raise Invalid(Problem("zone", "unknown_zone", N_("There is no such time zone. One is called Asia/Almaty.")))
    none = begins is None or ends is None or begins == ends
    values = {
        "quiet_from": None if none or begins is None else minutes_of(begins),
        "quiet_until": None if none or ends is None else minutes_of(ends),
        "zone": zone,
        "chosen_at": uow.at,
    }
    statement = uow.site.database.insert(quiet).values(person_id=person_id, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
