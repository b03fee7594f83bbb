"""Appointments that repeat: a rule in wall time, and the dates that follow from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from marketplace_kit.scheduling.domain.windows import instant_of
from marketplace_kit.shops.domain.hours import DAY

MOST = 52
AHEAD = timedelta(weeks=12)
"""Occurrences become appointments so long before."""
WEEKLY, MONTHLY = "weekly", "monthly"
LAST = -1


@attrs.frozen(kw_only=True)
class Rule:
    """Every ``every`` weeks on ``weekdays`` (Monday is 0), or the ``nth`` such weekday of every ``every`` months (-1 is
    the last). It begins with ``first`` and has ``count`` occurrences, or ends at ``until``; never more than 52.
    """

    first: date
    minute: int
    zone: str
    freq: str = WEEKLY
    every: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0
    count: int | None = None
    until: date | None = None

    def days(self) -> list[date]:
        """The dates of all occurrences, the first one included."""
        found: list[date] = []
        most = min(self.count or MOST, MOST)
        for day in self._candidates():
            if len(found) == most or (self.until is not None and day > self.until):
                break
            found.append(day)
        return found

    def starts(self) -> list[tuple[date, int | None]]:
        """Each date with its instant (epoch seconds), the same on the wall each time; ``None`` where the clock skips
        it.
        """
        return [(day, instant_of(self.zone, day.toordinal() * DAY + self.minute)) for day in self.days()]

    def _candidates(self) -> Iterator[date]:
        return self._monthly() if self.freq == MONTHLY else self._weekly()

    def _weekly(self) -> Iterator[date]:
        monday = self.first - timedelta(days=self.first.weekday())
        wanted = sorted(set(self.weekdays) or {self.first.weekday()})
        for week in range(MOST * 60):
            for number in wanted:
                day = monday + timedelta(weeks=week * self.every, days=number)
                if day >= self.first:
                    yield day

    def _monthly(self) -> Iterator[date]:
        weekday = self.weekdays[0] if self.weekdays else self.first.weekday()
        nth = self.nth or (self.first.day - 1) // 7 + 1
        year, month = self.first.year, self.first.month
        for _ in range(MOST * 60):
            day = _nth_weekday(year, month, weekday, nth)
            if day is not None and day >= self.first:
                yield day
            year, month = year + (month - 1 + self.every) // 12, (month - 1 + self.every) % 12 + 1


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    first = date(year, month, 1)
    if nth == LAST:
        following = date(year + month // 12, month % 12 + 1, 1)
        last = following - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return day if day.month == month else None
