"""When a resource works: ranges of the wall clock first, instants last.

A wall minute is a date's ordinal × 1440 + the minutes since its midnight, so that ranges beyond midnight need no care.
Each edge becomes an instant once; no datetime is made per candidate.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs

from marketplace_kit.shops.domain.hours import DAY, Opening

EPOCH = date(1970, 1, 1).toordinal() * DAY
CLOSED, REPLACES, ADDS = "closed", "replaces", "adds"
Ranges = Sequence[tuple[int, int]]


class Window(NamedTuple):
    """A stretch in which a resource works. ``even``: the clock is not changed within it, so that wall time and elapsed
    time are the same.
    """

    opens: int
    closes: int
    wall_opens: int
    wall_closes: int
    even: bool


@attrs.frozen
class WeekRule:
    weekday: int
    opens: int
    closes: int
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return (
            self.weekday == day.weekday()
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@attrs.frozen
class DayRule:
    """What is said of one date: ``closed``, or ranges that replace the week's or are added to them."""

    mode: str
    ranges: tuple[tuple[int, int], ...] = ()


@attrs.frozen(kw_only=True)
class Working:
    """All that decides when a resource works. Without hours of its own it works when the shop does."""

    own_hours: bool = False
    within_shop_hours: bool = True
    week: tuple[WeekRule, ...] = ()
    days: Mapping[date, DayRule] = attrs.field(factory=dict)

    def on(self, day: date, shop: Opening) -> Ranges:
        """The ranges that begin on a date, before the shop's hours are looked at."""
        said = self.days.get(day)
        if said is not None and said.mode != ADDS:
            return said.ranges if said.mode == REPLACES else ()
        if self.own_hours:
            usual = [(r.opens, r.closes) for r in self.week if r.holds(day)]
        else:
            usual = [(r.opens, r.closes) for r in shop.on(day)]
        return united([*usual, *said.ranges]) if said is not None else usual


def united(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted; what overlaps or touches is one."""
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(ranges):
        if found and opens <= found[-1][1]:
            if closes > found[-1][1]:
                found[-1] = (found[-1][0], closes)
        else:
            found.append((opens, closes))
    return found


def shop_ranges(shop: Opening, first: date, days: int) -> list[tuple[int, int]]:
    """When the shop is open, in wall minutes, with a day to either side."""
    found = []
    for number in range(first.toordinal() - 2, first.toordinal() + days + 2):
        base = number * DAY
        found += [(base + r.opens, base + r.closes) for r in shop.on(date.fromordinal(number))]
    return united(found)


def windows_of(working: Working, shop: Opening, first: date, days: int, *, open_: Ranges | None = None) -> list[Window]:
    """The windows that begin on ``first`` and the days after it, or in the night before. ``open_`` is what
    :func:`shop_ranges` answered for the same days.
    """
    around = (shop_ranges(shop, first, days) if open_ is None else open_) if working.within_shop_hours else None
    starts = [one[0] for one in around] if around is not None else []
    found: list[Window] = []
    for number in range(first.toordinal() - 1, first.toordinal() + days):
        base = number * DAY
        for opens, closes in working.on(date.fromordinal(number), shop):
            low, high = base + opens, base + closes
            if around is None:
                found += _window(low, high, shop.zone)
                continue
            at = max(bisect_left(starts, low) - 1, 0)
            while at < len(around) and around[at][0] < high:
                if around[at][1] > low:
                    found += _window(max(low, around[at][0]), min(high, around[at][1]), shop.zone)
                at += 1
    return sorted(found)


def _window(wall_opens: int, wall_closes: int, zone: str) -> list[Window]:
    offset = even_offset(zone, wall_opens // DAY)
    if offset is not None and wall_closes <= (wall_opens // DAY + 2) * DAY:
        opens, closes = (wall_opens - EPOCH) * 60 - offset, (wall_closes - EPOCH) * 60 - offset
        return [Window(opens, closes, wall_opens, wall_closes, True)] if closes > opens else []
    opens, closes = edge(zone, wall_opens, opening=True), edge(zone, wall_closes, opening=False)
    return [Window(opens, closes, wall_opens, wall_closes, False)] if closes > opens else []


@lru_cache(maxsize=4096)
def even_offset(zone: str, ordinal: int) -> int | None:
    """Seconds east of Greenwich throughout a date and the next one; ``None`` if the clock is changed near them."""
    # A transition needs not show at the edges of a day (Lord Howe), so look at every sixth hour and a day to each side.
    tz = ZoneInfo(zone)
    middle = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), tzinfo=UTC)
    seen = {(middle + timedelta(hours=h)).astimezone(tz).utcoffset() for h in range(-24, 79, 6)}
    only = seen.pop() if len(seen) == 1 else None
    return None if only is None else int(only.total_seconds())


def wall_of(zone: str, at: int) -> int:
    """The wall minute that the clock shows at an instant."""
    here = datetime.fromtimestamp(at, ZoneInfo(zone))
    return here.toordinal() * DAY + here.hour * 60 + here.minute


def date_of(zone: str, at: int) -> date:
    """The local date of an instant."""
    return date.fromordinal(wall_of(zone, at) // DAY)


def instant_of(zone: str, wall: int) -> int | None:
    """The first instant at which the clock shows this; ``None`` if it never does."""
    found = _with_fold(zone, wall, 0)
    return found if wall_of(zone, found) == wall else None


def edge(zone: str, wall: int, *, opening: bool) -> int:
    """An edge of a window as an instant. One that the clock skips lies where it skips; one that it shows twice opens at
    the first and closes at the second.
    """
    early, late = sorted((_with_fold(zone, wall, 0), _with_fold(zone, wall, 1)))
    if wall_of(zone, early) == wall:
        return early if opening else late
    # Skipped: the change lies between the two readings. Find the first instant after it.
    before = _offset(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    return late


def _with_fold(zone: str, wall: int, fold: int) -> int:
    naive = datetime.combine(date.fromordinal(wall // DAY), datetime.min.time()) + timedelta(minutes=wall % DAY)
    return int(naive.replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def _offset(zone: str, at: int) -> float:
    found = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    return found.total_seconds() if found is not None else 0.0


@lru_cache(maxsize=4096)
def day_bounds(zone: str, day: date) -> tuple[int, int]:
    """The instants between which a date lies there."""
    wall = day.toordinal() * DAY
    return edge(zone, wall, opening=True), edge(zone, wall + DAY, opening=True)


LAWS_READ: list[Callable[[], None]] = [even_offset.cache_clear, day_bounds.cache_clear]
"""What forgets what it worked out by the law of a clock. A process knows one law as long as it runs; tests do not."""


def forget_laws() -> None:
    for forget in LAWS_READ:
        forget()
