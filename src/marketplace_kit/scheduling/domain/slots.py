"""Free starts: one pass over a resource's windows and claims, in epoch seconds.

A start lies on the grid of its window in wall time. The work lies inside the window; buffers may reach over its edges,
but not into a claim. Intervals are half-open: what touches does not overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import attrs

from marketplace_kit.scheduling.domain.windows import Window, instant_of
from marketplace_kit.shops.domain.hours import DAY

INF = 1 << 62
GRID, FIXED, NO_GAPS = "grid", "fixed", "no_gaps"
FEW = 3
"""So many free starts or fewer are few."""
Busy = Sequence[tuple[int, int]]


@attrs.frozen(kw_only=True)
class Pattern:
    """How starts of a service lie. All in seconds, but ``fixed``: minutes since midnight."""

    before: int = 0
    after: int = 0
    step: int = 900
    mode: str = GRID
    fixed: tuple[int, ...] = ()


def starts(
    windows: Iterable[tuple[int, int]],
    claims: Busy,
    *,
    before: int,
    work: int,
    after: int,
    step: int,
    first: int,
    last: int,
) -> list[int]:
    """Every start on the grid ``opens + k × step`` that is free, not before ``first`` nor after ``last``. ``windows``
    and ``claims`` are sorted, claims merged.
    """
    edges = [(-INF, -INF), *claims, (INF, INF)]
    found: list[int] = []
    i = 0
    for opens, closes in windows:
        while edges[i + 1][0] <= opens:
            i += 1
        j = i
        free_from = edges[j][1]
        latest = closes - work if closes - work < last else last
        earliest = opens if opens > first else first
        while free_from < closes:  # the gap between claim j and claim j + 1
            j += 1
            free_to, next_from = edges[j]
            low, high = free_from + before, free_to - work - after
            if low < earliest:
                low = earliest
            if high > latest:
                high = latest
            if low <= high:
                found.extend(range(opens - (opens - low) // step * step, high + 1, step))
            free_from = next_from
    return found


def offered(
    windows: Sequence[Window], claims: Busy, pattern: Pattern, work: int, *, first: int, last: int, zone: str
) -> list[int]:
    """The same for every way in which starts may lie, and for days on which the clock is changed."""
    p = pattern
    if p.mode == GRID:
        even = [(w.opens, w.closes) for w in windows if w.even]
        found = starts(even, claims, before=p.before, work=work, after=p.after, step=p.step, first=first, last=last)
        uneven = [w for w in windows if not w.even]
        if uneven:
            walls = (range(w.wall_opens, w.wall_closes, max(p.step // 60, 1)) for w in uneven)
            found += _fitting(uneven, walls, claims, p, work, first, last, zone)
        elif not _overlapping(even):
            return found
        return sorted(set(found))
    if p.mode == FIXED:
        times = (list(_fixed(w, p.fixed)) for w in windows)
        return sorted(set(_fitting(windows, times, claims, p, work, first, last, zone)))
    return sorted(set(_touching(windows, claims, p, work, first, last)))


def _overlapping(windows: Busy) -> bool:
    return any(later[0] < earlier[1] for earlier, later in pairwise(windows))


def _fixed(window: Window, times: Sequence[int]) -> Iterable[int]:
    for day in range(window.wall_opens // DAY, window.wall_closes // DAY + 1):
        yield from (day * DAY + t for t in times if window.wall_opens <= day * DAY + t < window.wall_closes)


def _fitting(
    windows: Sequence[Window],
    walls: Iterable[Iterable[int]],
    claims: Busy,
    p: Pattern,
    work: int,
    first: int,
    last: int,
    zone: str,
) -> list[int]:
    """Those wall times that exist, at their first occurrence, and are free."""
    found = []
    for window, candidates in zip(windows, walls, strict=True):
        at, known = 0, -INF
        for wall in candidates:
            start = instant_of(zone, wall)
            if start is None or not (max(window.opens, first) <= start <= min(window.closes - work, last)):
                continue
            if start < known:
                at = 0
            known = start
            while at < len(claims) and claims[at][1] <= start - p.before:
                at += 1
            if at == len(claims) or claims[at][0] >= start + work + p.after:
                found.append(start)
    return found


def _touching(windows: Sequence[Window], claims: Busy, p: Pattern, work: int, first: int, last: int) -> list[int]:
    """Only starts that leave no gap: they touch an opening, a closing or another visit."""
    edges = [(-INF, -INF), *claims, (INF, INF)]
    found = []
    for window in windows:
        for (_, free_from), (free_to, _) in pairwise(edges):
            low = max(window.opens, free_from + p.before)
            high = min(window.closes - work, free_to - work - p.after)
            found += [s for s in (low, high) if low <= high and first <= s <= last]
    return found


def merged(claims: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted; what overlaps or touches is one."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(claims):
        if found and begins <= found[-1][1]:
            if ends > found[-1][1]:
                found[-1] = (found[-1][0], ends)
        else:
            found.append((begins, ends))
    return found


def full(claims: Iterable[tuple[int, int]], lanes: int) -> list[tuple[int, int]]:
    """The stretches in which no lane is left, whatever lanes the claims lie in: a sweep of +1 and -1."""
    if lanes == 1:
        return merged(claims)
    edges: list[tuple[int, int]] = []
    for begins, ends in claims:
        edges += [(begins, 1), (ends, -1)]
    taken, since = 0, 0
    found = []
    for at, change in sorted(edges):  # an end before a start at the same instant
        if taken < lanes <= taken + change:
            since = at
        elif taken + change < lanes <= taken and at > since:
            found.append((since, at))
        taken += change
    return merged(found)


def lane_for(claims: Iterable[tuple[int, int, int]], lanes: int, begins: int, ends: int) -> list[int]:
    """The free lanes, that with the smallest idle gap before the start first. ``claims`` are (lane, from, to)."""
    ended: dict[int, int] = {}
    taken = set()
    for lane, from_s, to_s in claims:
        if from_s < ends and to_s > begins:
            taken.add(lane)
        elif to_s <= begins:
            ended[lane] = max(ended.get(lane, -INF), to_s)
    return sorted((n for n in range(lanes) if n not in taken), key=lambda n: (begins - ended.get(n, -INF), n))


def dealt(claims: Iterable[tuple[int, int]], lanes: int) -> list[int] | None:
    """A lane for each claim, in order of start; ``None`` if more than ``lanes`` overlap somewhere."""
    listed = list(claims)
    found = [0] * len(listed)
    free_from = [-INF] * lanes
    for index in sorted(range(len(listed)), key=lambda i: listed[i]):
        begins, ends = listed[index]
        fitting = [n for n in range(lanes) if free_from[n] <= begins]
        if not fitting:
            return None
        lane = max(fitting, key=lambda n: (free_from[n], -n))
        found[index], free_from[lane] = lane, ends
    return found


def joint(roles: Sequence[Mapping[int, Sequence[int]]]) -> dict[int, list[list[int]]]:
    """Starts at which every role can be filled, each by somebody of its own: start → for each role, who could.
    Each role maps starts to resource ids.
    """
    if not roles:
        return {}
    common = set(roles[0]).intersection(*roles[1:])
    found = {}
    for start in sorted(common):
        who = [list(role[start]) for role in roles]
        if len(who) == 1 or assigned(who) is not None:
            found[start] = who
    return found


def assigned(who: Sequence[Sequence[int]]) -> list[int] | None:
    """One resource for each role, none twice, those named first preferred; ``None`` if that cannot be done."""
    holder: dict[int, int] = {}

    def find(role: int, seen: set[int]) -> bool:
        for resource in who[role]:
            if resource in seen:
                continue
            seen.add(resource)
            if resource not in holder or find(holder[resource], seen):
                holder[resource] = role
                return True
        return False

    if not all(find(role, set()) for role in range(len(who))):
        return None
    by_role = {role: resource for resource, role in holder.items()}
    return [by_role[role] for role in range(len(who))]
