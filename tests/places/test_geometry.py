"""Points and distances on the earth."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.translated import named, spoken
from marketplace_kit.places.domain import NotOnEarth, Point, box_around, distance_m

pytestmark = pytest.mark.one_engine
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
ATYRAU, ALMATY = Point(47.1068, 51.9166), Point(43.2380, 76.9450)


@pytest.mark.parametrize(
    ("lat", "lon"), [(91, 0), (-90.01, 0), (0, 180.01), (math.nan, 0), (0, math.inf), (-math.inf, 0)]
)
def test_a_point_beyond_the_earth_is_none(lat: float, lon: float) -> None:
    with pytest.raises(NotOnEarth):
        Point(lat, lon)


def test_from_atyrau_to_almaty_it_is_as_far_as_maps_say() -> None:
    assert distance_m(ATYRAU, ALMATY) == pytest.approx(1_998_000, rel=0.005)
    assert distance_m(Point(0, 0), Point(0, 1)) == pytest.approx(111_195, abs=1)


@given(points, points, points)
def test_distances_are_those_of_a_space(a: Point, b: Point, c: Point) -> None:
    assert distance_m(a, a) == 0
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert 0 <= distance_m(a, b) <= 20_016_000
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 0.5


@given(points, st.floats(-3, 3), st.floats(-5, 5))
def test_whatever_is_within_the_distance_is_within_the_box(centre: Point, north: float, east: float) -> None:
    lon = centre.lon + east
    other = Point(max(-90, min(90, centre.lat + north)), lon - 360 if lon > 180 else lon + 360 if lon < -180 else lon)
    assert box_around(centre, distance_m(centre, other) + 0.01).holds(other)


@given(points, st.floats(0, 2 * math.pi), st.floats(1, 200_000))
def test_the_rim_is_within_the_box(centre: Point, bearing: float, radius: float) -> None:
    angle, lat = radius / 6_371_008.8, math.radians(centre.lat)
    up = math.asin(
        max(-1, min(1, math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)))
    )
    across = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(up)
    )
    lon = (centre.lon + math.degrees(across) + 540) % 360 - 180
    on_the_rim = Point(math.degrees(up), max(-180, min(180, lon)))
    box = box_around(centre, radius * 1.0001 + 1)
    assert box.holds(on_the_rim)


def test_a_name_falls_back_to_the_nearest_language() -> None:
    assert named({"ru": "Атырау", "en": "Atyrau"}, "kk") == "Атырау"
    assert spoken({"kk": "Қала"}, "en") == ("Қала", "kk")
    assert spoken({}, "ru") == ("", "")
