"""Free starts, against what a minute-by-minute look at the same day says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace_kit.kernel.process import BrokenProcess
from marketplace_kit.scheduling.domain.process import APPOINTMENT, EFFECTS, check_effects
from marketplace_kit.scheduling.domain.slots import (
    INF,
    Pattern,
    assigned,
    dealt,
    full,
    joint,
    lane_for,
    merged,
    offered,
)
from marketplace_kit.scheduling.domain.windows import DayRule, WeekRule, Window, Working, windows_of
from marketplace_kit.shops.domain.hours import Opening, Range

DAYS = {
    "Europe/Berlin": [date(2027, 3, 28), date(2027, 10, 31), date(2027, 6, 1)],
    "America/New_York": [date(2027, 3, 14), date(2027, 11, 7)],
    "Australia/Lord_Howe": [date(2027, 4, 4), date(2027, 10, 3)],
    "Pacific/Apia": [date(2011, 12, 29), date(2011, 12, 31)],
    "Asia/Almaty": [date(2024, 2, 29), date(2024, 3, 1)],
    "Asia/Atyrau": [date(2027, 4, 15)],
}
ZONES = [(zone, day) for zone, days in DAYS.items() for day in days]


def said(starts: list[int], zone: str) -> list[str]:
    return [f"{datetime.fromtimestamp(s, ZoneInfo(zone)):%H:%M}" for s in starts]


def everything(windows: list[Window], busy: list[tuple[int, int]], pattern: Pattern, work: int, zone: str) -> list[int]:
    return offered(windows, busy, pattern, work, first=-INF, last=INF, zone=zone)


def brute(
    ranges: list[tuple[int, int]], day: date, busy: list[tuple[int, int]], pattern: Pattern, work: int, zone: str
) -> list[int]:
    """Look at every minute of three real days: what does the clock show, is it on the grid, is all of it free."""
    tz = ZoneInfo(zone)
    midnight = datetime.combine(day, datetime.min.time())
    begin = int(midnight.replace(tzinfo=UTC).timestamp()) - 50_400
    minutes = [begin + 60 * n for n in range(2 * 1440 + 600)]
    wall = {m: datetime.fromtimestamp(m, tz).replace(tzinfo=None) for m in minutes}
    edges = []
    for a, b in ranges:
        opens, closes = midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)
        # A window ends where the clock last shows its end: from there on every minute is later.
        edges.append((opens, closes, max((n + 60 for n in minutes if wall[n] < closes), default=begin)))
    found, shown = [], set()
    for m in minutes:
        first_time = wall[m] not in shown
        shown.add(wall[m])
        for opens, closes, ends in edges:
            if not (first_time and opens <= wall[m] < closes and m + work <= ends):
                continue
            on_grid = (wall[m] - opens) % timedelta(seconds=pattern.step) == timedelta(0)
            if on_grid and all(b <= m - pattern.before or a >= m + work + pattern.after for a, b in busy):
                found.append(m)
    return sorted(set(found))


@st.composite
def days(draw: st.DrawFn) -> tuple[str, date, list[tuple[int, int]]]:
    zone, day = draw(st.sampled_from(ZONES))
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    edges = edges[: len(edges) // 2 * 2]
    return zone, day, [(edges[i] * 15, edges[i + 1] * 15) for i in range(0, len(edges), 2)]


@settings(max_examples=60, deadline=None)
@given(
    days(),
    st.lists(st.tuples(st.integers(-20, 150), st.integers(1, 20)), max_size=6),
    st.sampled_from([0, 5, 20]),
    st.sampled_from([0, 10]),
    st.sampled_from([15, 45, 60, 200]),
    st.sampled_from([10, 15, 40]),
)
@example(("Europe/Berlin", date(2027, 10, 31), [(0, 300)]), [], 0, 0, 15, 15)
@example(("Europe/Berlin", date(2027, 3, 28), [(135, 300)]), [], 0, 0, 15, 15)
def test_the_sweep_equals_a_look_at_every_minute(
    given_day: tuple[str, date, list[tuple[int, int]]],
    claims: list[tuple[int, int]],
    before: int,
    after: int,
    work: int,
    step: int,
) -> None:
    zone, day, ranges = given_day
    week = {day.weekday(): tuple(Range(a, b) for a, b in ranges)}
    windows = windows_of(Working(), Opening(week=week, holidays_closed=False, zone=zone), day, 1)
    base = int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())
    busy = merged((base + a * 600, base + (a + b) * 600) for a, b in claims)
    pattern = Pattern(before=before * 60, after=after * 60, step=step * 60)
    assert everything(windows, busy, pattern, work * 60, zone) == brute(ranges, day, busy, pattern, work * 60, zone)


def test_visible_example_3_the_hour_that_is_not_and_the_hour_that_is_twice() -> None:
    pattern, zone = Pattern(step=1800), "Europe/Berlin"
    for day, expected in (
        (date(2027, 3, 28), "00:00 00:30 01:00 01:30 03:00 03:30 04:00 04:30"),
        (date(2027, 10, 31), "00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00 04:30"),
    ):
        windows = windows_of(Working(), Opening(week={6: (Range(0, 300),)}, zone=zone), day, 1)
        found = everything(windows, [], pattern, 1800, zone)
        assert " ".join(said(found, zone)) == expected
        if day.month == 10:
            twice = [datetime.fromtimestamp(s, ZoneInfo(zone)) for s in found if said([s], zone)[0][:2] == "02"]
            assert {at.utcoffset() for at in twice} == {timedelta(hours=2)}


def test_visible_example_7_a_time_on_the_wall_stays_on_the_wall() -> None:
    zone, pattern = "Europe/Berlin", Pattern(mode="fixed", fixed=(570,))
    opening = Opening(week={0: (Range(540, 1080),)}, zone=zone)
    found = [
        everything(
            windows_of(Working(), opening, date(2027, 10, 18) + timedelta(weeks=2 * n), 1), [], pattern, 1800, zone
        )
        for n in range(4)
    ]
    instants = [f"{datetime.fromtimestamp(starts[0], UTC):%H:%M}" for starts in found]
    assert instants == ["07:30", "08:30", "08:30", "08:30"]


def test_staff_work_within_the_hours_of_the_shop_also_at_night_and_by_exception() -> None:
    shop = Opening(week={4: (Range(18 * 60, 26 * 60),)}, zone="Asia/Atyrau", holidays_closed=False)
    friday = date(2027, 4, 16)
    night = Working(own_hours=True, week=(WeekRule(4, 22 * 60, 24 * 60), WeekRule(5, 0, 8 * 60)))
    windows = windows_of(night, shop, friday, 2)
    assert [(w.wall_opens % 1440, w.closes - w.opens) for w in windows] == [(22 * 60, 7200), (0, 7200)]
    away = Working(days={friday: DayRule("closed")})
    assert windows_of(away, shop, friday, 1) == []
    more = Working(days={friday: DayRule("adds", ((600, 660),))}, within_shop_hours=False)
    assert [w.wall_opens % 1440 for w in windows_of(more, shop, friday, 1)] == [600, 18 * 60]
    assert len(windows_of(Working(days={friday: DayRule("adds", ((600, 660),))}), shop, friday, 1)) == 1
    summer = Working(own_hours=True, week=(WeekRule(4, 1200, 1300, date(2027, 6, 1), date(2027, 8, 31)),))
    assert windows_of(summer, shop, friday, 1) == []


def test_no_gaps_offers_only_what_touches_something() -> None:
    zone, day = "Asia/Atyrau", date(2027, 4, 15)
    windows = windows_of(Working(), Opening(week={3: (Range(540, 1080),)}, zone=zone), day, 1)
    noon = windows[0].opens + 3 * 3600
    found = everything(windows, [(noon, noon + 3600)], Pattern(mode="no_gaps"), 2400, zone)
    assert said(found, zone) == ["09:00", "11:20", "13:00", "17:20"]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12), st.integers(1, 4))
@settings(max_examples=100)
def test_what_never_overlaps_too_often_can_always_be_dealt(given_: list[tuple[int, int]], lanes: int) -> None:
    claims = [(a, a + b) for a, b in given_]
    deepest = max((sum(1 for a, b in claims if a <= t < b) for t in range(90)), default=0)
    found = dealt(claims, lanes)
    assert (found is None) == (deepest > lanes)
    crowded = {t for t in range(90) if sum(1 for a, b in claims if a <= t < b) >= lanes}
    assert {t for a, b in full(claims, lanes) for t in range(a, b)} == crowded
    if found is not None:
        for lane in range(lanes):
            mine = sorted(claim for claim, at in zip(claims, found, strict=True) if at == lane)
            assert all(a[1] <= b[0] for a, b in pairwise(mine))


def test_visible_example_4_the_lane_with_the_smallest_gap() -> None:
    assert lane_for([(0, 10, 13), (1, 10, 14)], 2, 14, 17)[0] == 1
    assert lane_for([(0, 10, 13), (1, 10, 14), (1, 14, 17)], 2, 13, 16) == [0]


def test_nobody_fills_two_roles() -> None:
    assert assigned([[1, 2], [1]]) == [2, 1]
    assert assigned([[1], [1]]) is None
    assert joint([{10: [1], 20: [1, 2]}, {10: [1], 20: [1]}]) == {20: [[1, 2], [1]]}


def test_a_process_that_does_not_say_what_becomes_of_the_time_stops_the_boot() -> None:
    check_effects(APPOINTMENT, EFFECTS)
    with pytest.raises(BrokenProcess, match="on_the_way"):
        check_effects(APPOINTMENT, {k: v for k, v in EFFECTS.items() if k != "on_the_way"})
    with pytest.raises(BrokenProcess, match="keeps its time"):
        check_effects(APPOINTMENT, {**EFFECTS, "completed": EFFECTS["confirmed"]})
