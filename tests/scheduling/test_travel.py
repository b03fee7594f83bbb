"""Vans on paper: areas, ways, and which starts fit between the visits of a day."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from marketplace_kit.places.domain import Point, Ways, cell_of, travel_minutes
from marketplace_kit.scheduling.domain.areas import (
    Area,
    NotAnOutline,
    NotAPoint,
    middle,
    read_outline,
    read_point,
    said_point,
    within,
)
from marketplace_kit.scheduling.domain.slots import NO_GAPS, Pattern
from marketplace_kit.scheduling.domain.travel import Rounds, Trip, Van, ways_of
from marketplace_kit.scheduling.domain.windows import Working, windows_of
from marketplace_kit.shops.domain.hours import Opening, Range

ATYRAU = "Asia/Atyrau"
DAY = date(2026, 3, 3)
A = Point(47.10, 51.90)
SQUARE = "47.10, 51.90\n47.10, 51.95\n47.13, 51.95\n47.13, 51.90"


def away(north_km: float = 0, east_km: float = 0) -> Point:
    return Point(A.lat + north_km / 111.2, A.lon + east_km / 75.7)


def straight(kmh: int = 60) -> Ways:
    return Ways(kmh, 100)


def seconds(time: str, day: date = DAY) -> int:
    hour, minute = map(int, time.split(":"))
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ATYRAU)).timestamp())


def said(starts: list[int]) -> str:
    return " ".join(f"{datetime.fromtimestamp(s, ZoneInfo(ATYRAU)):%H:%M}" for s in starts)


def trip(number: int, point: Point, begins: str, ends: str, *, way: int = 0, before: int = 0) -> Trip:
    starts_s = seconds(begins)
    return Trip(
        line=UUID(int=number),
        day=DAY,
        starts_s=starts_s,
        before_s=before * 60,
        from_s=starts_s - (before + way) * 60,
        to_s=seconds(ends),
        point=point,
    )


def rounds(here: Point, *trips: Trip, hours: str = "09:00-18:00", **more: object) -> Rounds:
    opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in hours.split("-"))
    opening = Opening(week={n: (Range(opens, closes),) for n in range(7)}, days={}, holidays_closed=False, zone=ATYRAU)
    known = {"id": 1, "base": A, "radius_m": 50_000, "minutes": straight(), "trips": trips} | more
    windows = windows_of(Working(), opening, DAY, 1)[-1:]  # the night before comes first
    return Rounds(van=Van(**known), here=here, windows=windows, zone=ATYRAU)


def test_a_point_is_read_as_maps_show_it() -> None:
    for text in ("47.1068, 51.9166", " 47.1068 51.9166 ", "47,1068; 51,9166", "geo:47.1068,51.9166;u=20"):
        assert read_point(text) == Point(47.1068, 51.9166)
    for text in ("", "Atyrau", "91, 0", "0, 181", "47.1068", "47.1,51.9,3"):
        with pytest.raises(NotAPoint):
            read_point(text)
    assert read_point(said_point(A)) == A


def test_an_area_is_walked_around_and_its_border_belongs_to_it() -> None:
    outline = read_outline(SQUARE + "\n\n47.10, 51.90\n")
    assert len(outline) == 4
    for inside in (Point(47.115, 51.92), Point(47.10, 51.90), Point(47.10, 51.93), Point(47.12, 51.95)):
        assert within(outline, inside)
    for outside in (Point(47.09, 51.92), Point(47.115, 51.96), Point(47.1300001, 51.92)):
        assert not within(outline, outside)
    assert middle(outline).lat == pytest.approx(47.115)
    bent = read_outline("0, 0\n0, 10\n1, 10\n1, 1\n10, 1\n10, 0")
    assert within(bent, middle(bent))


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("47.1, 51.9\nover there\n47.2, 51.9", "not_a_point", 2),
        ("47.1, 51.9\n47.2, 51.9", "corners", 0),
        ("47.1, 51.9\n47.1, 51.9\n47.2, 51.9", "corners", 0),
        ("0, 0\n1, 1\n0, 1\n1, 0", "crosses", 0),
    ],
)
def test_what_is_no_area_says_where(text: str, why: str, line: int) -> None:
    with pytest.raises(NotAnOutline) as wrong:
        read_outline(text)
    assert (wrong.value.why, wrong.value.line) == (why, line)


def test_a_way_takes_its_straight_line_longer_by_the_roads_in_whole_minutes() -> None:
    ten = away(north_km=10)
    assert travel_minutes(A, ten, kmh=60, road_percent=100) == 10
    assert travel_minutes(A, ten, kmh=30, road_percent=130) == 26
    assert travel_minutes(A, A, kmh=30, road_percent=130) == 0
    assert travel_minutes(A, away(north_km=0.01), kmh=30, road_percent=130) == 1


def test_a_way_that_was_measured_counts_more_than_a_straight_line() -> None:
    ten = away(north_km=10)
    over_the_bridge = Ways(60, 100, {(cell_of(A), cell_of(ten)): 35})
    assert over_the_bridge(A, ten) == 35
    assert over_the_bridge(ten, A) == 10


def test_a_van_goes_around_its_base_every_day_and_to_areas_on_theirs() -> None:
    area = Area(id=1, name="Left bank", outline=read_outline(SQUARE), weekdays=frozenset({1, 4}))
    van = Van(id=1, base=Point(47.2, 51.9), radius_m=5_000, areas=(area,), minutes=straight())
    assert van.weekdays(Point(47.21, 51.9)) == frozenset(range(7))
    assert van.weekdays(Point(47.115, 51.92)) == {1, 4}
    assert van.weekdays(Point(46.0, 51.92)) == frozenset()
    assert van.area_of(Point(47.115, 51.92)) == "Left bank"


def test_visible_example_8_on_paper() -> None:
    b, c = away(north_km=19.9), away(east_km=14.9)
    assert [straight()(*pair) for pair in ((A, b), (A, c), (b, c))] == [20, 15, 25]
    booked = trip(1, A, "10:00", "11:00"), trip(3, c, "13:10", "14:10", way=15)
    at_b, hour = rounds(b, *booked), Pattern(step=300)
    fit = at_b.fit(seconds("11:30"), hour, 3600)
    assert fit is not None
    assert fit.way_s == 20 * 60
    assert fit.following == booked[1]
    assert said([fit.following_from_s]) == "12:45"
    assert at_b.fit(seconds("11:50"), hour, 3600) is None
    assert at_b.at_once().fit(seconds("11:50"), hour, 3600) is not None
    between = [s for s in at_b.starts(hour, 3600, 0, 1 << 40) if seconds("10:00") < s < seconds("13:10")]
    assert said(between) == "11:20 11:25 11:30 11:35 11:40 11:45"


def test_the_day_begins_and_ends_at_the_base() -> None:
    far = rounds(away(north_km=39.9), hours="09:00-13:00")
    starts = far.starts(Pattern(step=600), 3600, 0, 1 << 40)
    assert said(starts) == "09:40 09:50 10:00 10:10 10:20 10:30 10:40 10:50 11:00 11:10 11:20"
    beyond = rounds(away(north_km=100), hours="09:00-13:00")
    assert beyond.starts(Pattern(step=600), 3600, 0, 1 << 40) == []


def test_no_gaps_means_no_more_than_the_way_between_two_visits() -> None:
    b, c = away(north_km=19.9), away(east_km=14.9)
    at_b = rounds(b, trip(1, A, "10:00", "11:00"), trip(3, c, "13:10", "14:10", way=15))
    starts = at_b.starts(Pattern(mode=NO_GAPS), 1800, 0, 1 << 40)
    assert said(starts) == "11:20 12:15 14:35 17:10"


def test_cancelling_between_two_visits_gives_the_second_its_way_from_the_first() -> None:
    b, c = away(north_km=19.9), away(east_km=14.9)
    first, middle_, last = (
        trip(1, A, "10:00", "11:00"),
        trip(2, b, "11:30", "12:30", way=20),
        trip(3, c, "13:10", "14:10", way=25),
    )
    van = Van(id=1, base=A, minutes=straight(), trips=(last, first, middle_))
    assert {n.int: said([s]) for n, s in ways_of(van, DAY, ()).items()} == {1: "10:00", 2: "11:10", 3: "12:45"}
    without = Van(id=1, base=A, minutes=straight(), trips=(last, first))
    assert said([ways_of(without, DAY, ())[last.line]]) == "12:55"
    lunch = (seconds("12:30"), seconds("13:05"))
    assert said([ways_of(without, DAY, [lunch])[last.line]]) == "13:05"


def naive(one: Rounds, start: int, pattern: Pattern, work: int, hours: tuple[int, int]) -> bool:
    """Drive through the day minute by minute, as a dispatcher would on squared paper."""
    opens, closes = hours
    van = one.van
    if not (opens <= start and start + work <= closes):
        return False
    stops = [(t.starts_s - t.before_s, t.to_s, t.point) for t in van.trips if t.day == DAY]
    stops.append((start - pattern.before, start + work + pattern.after, one.here))
    stops.sort(key=lambda s: s[:2])
    own = stops.index((start - pattern.before, start + work + pattern.after, one.here))
    taken: dict[int, int] = {}

    def take(from_s: int, to_s: int) -> None:
        for minute in range(from_s // 60, to_s // 60):
            taken[minute] = taken.get(minute, 0) + 1

    place = van.base
    for number, (from_s, to_s, point) in enumerate(stops):
        way = van.minutes(place, point) * 60
        if number == own:
            if number == 0 and start - way < opens:
                return False
            take(from_s - way, to_s)
        elif number == own + 1:
            take(from_s - way, to_s)
        else:
            take(from_s, to_s)  # its way is as it was, and stands aside
        place = point
    if own == len(stops) - 1 and start + work + van.minutes(one.here, van.base) * 60 > closes:
        return False
    for from_s, to_s in van.others:
        take(from_s, to_s)
    return all(count == 1 for count in taken.values())


@pytest.mark.parametrize("number", range(60))
def test_offered_starts_equal_driving_through_the_day_minute_by_minute(number: int) -> None:
    dice = random.Random(number)
    pattern = Pattern(before=dice.choice((0, 5, 10)) * 60, after=dice.choice((0, 10)) * 60, step=300)
    work = dice.choice((20, 45, 60)) * 60
    opens, closes = seconds("08:00"), seconds("20:00")
    here = away(dice.uniform(-12, 12), dice.uniform(-12, 12))
    van = Van(id=1, base=A, minutes=straight(40))
    booked: list[Trip] = []
    for line in range(1, 9):  # each goes where it fits, as customers would
        place = away(dice.uniform(-12, 12), dice.uniform(-12, 12))
        minutes = dice.choice((30, 50)) * 60
        there = rounds(place, *booked, hours="08:00-20:00", minutes=van.minutes)
        found = there.starts(Pattern(step=600), minutes, 0, 1 << 40)
        if found:
            start = dice.choice(found)
            booked.append(
                Trip(
                    line=UUID(int=line),
                    day=DAY,
                    starts_s=start,
                    before_s=0,
                    from_s=start,
                    to_s=start + minutes,
                    point=place,
                )
            )
    lunch = seconds(f"{dice.randrange(10, 16)}:30")
    others = ((lunch, lunch + 1800),)
    if any(t.starts_s < lunch + 1800 and t.to_s > lunch for t in booked):
        others = ()
    asked = rounds(here, *booked, hours="08:00-20:00", minutes=van.minutes, others=others)
    offered = set(asked.starts(pattern, work, 0, 1 << 40))
    grid = range(opens, closes, pattern.step)
    assert offered == {s for s in grid if naive(asked, s, pattern, work, (opens, closes))}


def test_a_round_of_the_night_before_stands_in_the_way_as_it_is() -> None:
    early = trip(1, A, "09:00", "09:30")
    yesterday = Trip(
        line=UUID(int=2),
        day=DAY - timedelta(days=1),
        starts_s=seconds("09:40"),
        before_s=0,
        from_s=seconds("09:35"),
        to_s=seconds("10:00"),
        point=away(north_km=30),
    )
    starts = rounds(A, early, yesterday, hours="09:00-12:00").starts(Pattern(step=300), 1200, 0, 1 << 40)
    assert said(starts)[:5] == "10:00"
