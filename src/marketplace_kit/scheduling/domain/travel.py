"""A van and its day: where it goes, how long each way takes, and which starts fit between the visits it has.

The day begins and ends at the base. What a visit takes of a van is ``[start - before - way there, end + after)``; the
way there depends on what the van did before, so that a visit between two others changes the way to the second.
Pure: minutes, points and rows are handed in. Seconds are epoch seconds in UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

import attrs

from marketplace_kit.places.domain import Point, Ways, distance_m
from marketplace_kit.scheduling.domain.areas import EVERY_DAY, Area, within
from marketplace_kit.scheduling.domain.slots import INF, NO_GAPS, Pattern, offered
from marketplace_kit.scheduling.domain.windows import Window, wall_of
from marketplace_kit.shops.domain.hours import DAY

LONGEST_WAY_S = 12 * 3600
"""No way is thought to be longer: a claim has its limits."""


@attrs.frozen(kw_only=True)
class Place:
    """Where a customer wants somebody to come. ``area`` is what that part of the town is called."""

    point: Point
    address: str = ""
    entrance: str = ""
    area: str = ""


@attrs.frozen(kw_only=True)
class Trip:
    """A visit that a van has: ``starts_s`` is when the work begins, ``from_s`` and ``to_s`` what is claimed now,
    ``day`` the date of the round that it belongs to.
    """

    line: UUID
    day: date
    starts_s: int
    before_s: int
    from_s: int
    to_s: int
    point: Point


@attrs.frozen(kw_only=True)
class Van:
    """A van that goes to its customers. ``radius_m`` around its base it goes every day, to ``areas`` on their days.
    ``others`` is what else is claimed of it (a break, time that is busy elsewhere).
    """

    id: int
    base: Point
    radius_m: int = 0
    areas: tuple[Area, ...] = ()
    trips: tuple[Trip, ...] = ()
    others: tuple[tuple[int, int], ...] = ()
    minutes: Ways

    def points(self) -> list[Point]:
        """Wherever it is."""
        return [self.base, *(trip.point for trip in self.trips)]

    def weekdays(self, point: Point) -> frozenset[int]:
        """The weekdays on which it goes there; none at all means never."""
        if self.radius_m and distance_m(self.base, point) <= self.radius_m:
            return EVERY_DAY
        return frozenset().union(*(area.weekdays for area in self.areas if within(area.outline, point)))

    def area_of(self, point: Point) -> str:
        """What the part of the town is called there, if it has a name."""
        return next((area.name for area in self.areas if within(area.outline, point)), "")

    def round_of(self, day: date) -> list[Trip]:
        """The visits of a day's round, in order."""
        return sorted((t for t in self.trips if t.day == day), key=lambda t: (t.starts_s, t.from_s, t.line.int))


class Block(NamedTuple):
    """What is taken for sure: of a visit of the same round without the way there, which may change."""

    from_s: int
    to_s: int
    trip: Trip | None


@attrs.frozen(kw_only=True)
class Fit:
    """How a start fits into a round: where the van comes from and how long that takes, and the visit after it with what
    its way would be.
    """

    day: date
    way_s: int
    following: Trip | None = None
    following_from_s: int = 0


@attrs.frozen(kw_only=True, slots=False)
class Rounds:
    """The rounds of one van as somebody asks about them who lives ``here``. ``windows`` are those of days on which the
    van goes there. Without ``ways`` every way takes no time: what would fit if only the ways were shorter.
    """

    van: Van
    here: Point
    windows: Sequence[Window]
    zone: str
    ways: bool = True
    _kept: dict[date, tuple[list[Block], list[int], list[int]]] = attrs.field(
        factory=dict, init=False, repr=False, eq=False
    )

    @cached_property
    def _days(self) -> Mapping[date, tuple[int, int]]:
        """When each day's work begins and ends."""
        found: dict[date, tuple[int, int]] = {}
        for window in self.windows:
            day = date.fromordinal(window.wall_opens // DAY)
            opens, closes = found.get(day, (window.opens, window.closes))
            found[day] = (min(opens, window.opens), max(closes, window.closes))
        return found

    def _of(self, day: date) -> tuple[list[Block], list[int], list[int]]:
        """The blocks around a day in order, where they begin, and where all up to each have ended."""
        if day not in self._kept:
            listed = [Block(*other, None) for other in self.van.others]
            for trip in self.van.trips:
                if trip.day == day:
                    listed.append(Block(trip.starts_s - trip.before_s, trip.to_s, trip))
                else:
                    listed.append(Block(trip.from_s, trip.to_s, None))
            listed.sort(key=lambda b: b[:2])
            ended = list(accumulate((b.to_s for b in listed), max))
            self._kept[day] = (listed, [b.from_s for b in listed], ended)
        return self._kept[day]

    def _way(self, a: Point, b: Point) -> int:
        return min(self.van.minutes(a, b) * 60, LONGEST_WAY_S) if self.ways else 0

    def starts(self, pattern: Pattern, work: int, first: int, last: int) -> list[int]:
        """The starts that fit, in order."""
        if pattern.mode == NO_GAPS:
            candidates: Iterable[int] = sorted(set(self._touching(pattern, work, first, last)))
        else:
            candidates = offered(self.windows, (), pattern, work, first=first, last=last, zone=self.zone)
        return [start for start in candidates if self.fit(start, pattern, work) is not None]

    def day_of(self, start: int, work: int) -> date | None:
        """The day of whose work a start is."""
        for window in self.windows:
            if window.opens <= start and start + work <= window.closes:
                return date.fromordinal(window.wall_opens // DAY)
        return None

    def fit(self, start: int, pattern: Pattern, work: int, *, by_force: bool = False) -> Fit | None:
        """How a start fits; ``None`` if it does not. ``by_force``: somebody wants any start, on purpose."""
        day = self.day_of(start, work)
        if day is None:
            if not by_force:
                return None
            day = date.fromordinal(wall_of(self.zone, start) // DAY)
        blocks, begins, ended = self._of(day)
        core, to_s = start - pattern.before, start + work + pattern.after
        at = bisect_right(begins, core)
        came_from = next((b.trip.point for b in reversed(blocks[:at]) if b.trip), None)
        way = self._way(came_from or self.van.base, self.here)
        next_at = next((n for n in range(at, len(blocks)) if blocks[n].trip), None)
        following = None if next_at is None else blocks[next_at].trip
        then = 0
        if following is not None:
            then = following.starts_s - following.before_s - self._way(self.here, following.point)
        found = Fit(day=day, way_s=way, following=following, following_from_s=then)
        if by_force:
            return found
        opens, closes = self._days[day]
        if came_from is None and start - way < opens:
            return None
        if at and ended[at - 1] > core - way:
            return None
        if at < len(blocks) and blocks[at].from_s < to_s:
            return None
        if next_at is None:
            return found if start + work + self._way(self.here, self.van.base) <= closes else None
        return found if then >= max([to_s, *(b.to_s for b in blocks[at:next_at])]) else None

    def _touching(self, pattern: Pattern, work: int, first: int, last: int) -> Iterable[int]:
        """Starts that leave no gap: right after what lies before with the way between, or right before what follows."""
        for window in self.windows:
            day = date.fromordinal(window.wall_opens // DAY)
            blocks, _, _ = self._of(day)
            base = self._way(self.van.base, self.here)
            home = self._way(self.here, self.van.base)
            found = [max(window.opens, self._days[day][0] + base), min(window.closes, self._days[day][1] - home) - work]
            place = self.van.base
            for block in blocks:
                if block.trip is not None:
                    place = block.trip.point
                    found.append(block.from_s - self._way(self.here, place) - pattern.after - work)
                else:
                    found.append(block.from_s - pattern.after - work)
                found.append(block.to_s + self._way(place, self.here) + pattern.before)
            yield from (s for s in found if first <= s <= last)

    def idle(self) -> Rounds:
        """The same, were the van free and every way without length."""
        return attrs.evolve(self, van=attrs.evolve(self.van, trips=(), others=()), ways=False)

    def at_once(self) -> Rounds:
        """The same with ways of no length."""
        return attrs.evolve(self, ways=False)


def ways_of(van: Van, day: date, busy: Sequence[tuple[int, int]]) -> dict[UUID, int]:
    """Where each visit's claim of a day's round has to begin, by line: at its work less the way from what the van did
    before, but not before something else that is claimed ends (``busy``): then the van drove earlier.
    """
    found: dict[UUID, int] = {}
    place = van.base
    ended = -INF
    for trip in van.round_of(day):
        core = trip.starts_s - trip.before_s
        floor = max([ended, *(to_s for from_s, to_s in busy if from_s < core)])
        found[trip.line] = min(core, max(core - min(van.minutes(place, trip.point) * 60, LONGEST_WAY_S), floor))
        place, ended = trip.point, max(ended, trip.to_s)
    return found
