"""When somebody is reminded of an appointment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

OFFSETS = (24 * 60, 3 * 60)
"""Minutes before the start (scheduling §8)."""
WAITING, SENT, VOID, SKIPPED = "waiting", "sent", "void", "skipped"


@attrs.frozen(kw_only=True)
class Reminder:
    """One reminder of an appointment: so many minutes before, leaving at ``due``."""

    offset: int
    due: datetime
    state: str


@attrs.frozen(kw_only=True)
class Quiet:
    """Hours of the day in which nobody is woken, by the clock of the place."""

    begins: time
    ends: time
    zone: str

    def shifted(self, at: datetime, start: datetime) -> datetime:
        """``at``, or the edge of the quiet hours around it that still lies before the start: their end if it can be,
        else the minute before they begin.
        """
        zone = ZoneInfo(self.zone)
        here = at.astimezone(zone)
        clock = here.time().replace(tzinfo=None)
        over_midnight = self.begins > self.ends
        inside = (clock >= self.begins or clock < self.ends) if over_midnight else self.begins <= clock < self.ends
        if self.begins == self.ends or not inside:
            return at
        morning = here.date() + timedelta(days=1 if over_midnight and clock >= self.begins else 0)
        after = datetime.combine(morning, self.ends, zone).astimezone(UTC)
        if after < start:
            return after
        evening = morning - timedelta(days=1 if over_midnight else 0)
        # A minute earlier: at the edge itself it would already be quiet.
        return datetime.combine(evening, self.begins, zone).astimezone(UTC) - timedelta(minutes=1)


def planned(
    start: datetime,
    now: datetime,
    *,
    offsets: Iterable[int] = OFFSETS,
    quiet: Quiet | None = None,
    known: Mapping[int, Iterable[tuple[datetime, str]]] | None = None,
) -> list[Reminder]:
    """The reminders of an appointment that begins at ``start``, as it is known now. What should have left already is
    skipped, not sent at once.

    ``known`` are those of its earlier versions, by offset: when each was due and what became of it. One that waits for
    the very same moment goes on waiting; one that was sent for it is not sent again.
    """
    found = []
    for offset in offsets:
        trigger = start - timedelta(minutes=offset)
        due = quiet.shifted(trigger, start) if quiet is not None else trigger
        earlier = {state for at, state in (known or {}).get(offset, ()) if at == due}
        ahead = due > now and (trigger > now or WAITING in earlier)
        found.append(Reminder(offset=offset, due=due, state=WAITING if ahead and SENT not in earlier else SKIPPED))
    return found
