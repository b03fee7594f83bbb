"""What the clock of a zone shows, as somebody worked by it: to find what a change of the law changes. Pure.

Appointments keep what the clock on the wall shows; instants follow from it. When a country moves its clock, instants
that were worked out before are wrong by so much, and are worked out again (scheduling §2).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.scheduling.domain.windows import EPOCH, edge, wall_of
from marketplace_kit.shops.domain.hours import DAY

_STEP_S = 86_400
AHEAD_S = 800 * 86_400
"""So far ahead a law is noted: further than anything can be booked."""
BEHIND_S = 3 * 86_400
"""What began earlier is over, by whatever clock: no law was ever changed by more than a day."""


@attrs.frozen(kw_only=True)
class Law:
    """``steps`` are (since, seconds east of Greenwich), the first one from the beginning of what is noted, which ends
    with ``until_s``.
    """

    steps: tuple[tuple[int, int], ...]
    until_s: int

    def offset(self, at: int) -> int:
        """Seconds east at an instant; before and behind what is noted, as at its edge."""
        return self.steps[max(bisect_right(self.steps, (at, _STEP_S * 2)) - 1, 0)][1]

    def wall(self, at: int) -> int:
        """The wall minute that the clock showed by this law."""
        return EPOCH + (at + self.offset(at)) // 60

    def differs(self, other: Law, since: int) -> bool:
        """Whether somebody's clock shows something else from ``since`` on, as far as both are noted."""
        until = min(self.until_s, other.until_s)
        edges = {since, *(at for at, _ in (*self.steps, *other.steps) if since <= at < until)}
        return any(self.offset(at) != other.offset(at) for at in edges)


def law_of(zone: str, from_s: int, until_s: int) -> Law:
    """The law as this machine knows it now. Days are looked at, and the moment of a change between two of them."""
    steps = [(from_s, _offset(zone, from_s))]
    for at in range(from_s + _STEP_S, until_s + _STEP_S, _STEP_S):
        if (now := _offset(zone, at)) != steps[-1][1]:
            early, late = at - _STEP_S, at
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (early, middle) if _offset(zone, middle) == now else (middle, late)
            steps.append((late, now))
    return Law(steps=tuple(steps), until_s=until_s)


def _offset(zone: str, at: int) -> int:
    found = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(found.total_seconds()) if found is not None else 0


def instant_at(zone: str, wall: int, known: int) -> int:
    """When the clock shows a wall minute: ``known`` if it does so then (of a time that it shows twice, each is right),
    else the first such instant; for a time that it skips, the moment after the skip.
    """
    return known if wall_of(zone, known) == wall else edge(zone, wall, opening=True)


def wall_at(day: date, minute: int) -> int:
    return day.toordinal() * DAY + minute


def again(zone: str, law: Law, at: int) -> int:
    """An instant that was worked out by ``law``, by the law of today. Seconds within the minute stay."""
    return instant_at(zone, law.wall(at), at - at % 60) + at % 60
