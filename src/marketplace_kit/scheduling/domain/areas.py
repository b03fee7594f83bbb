"""Points and areas as people type them: degrees north and east, the corners of an area line by line. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from marketplace_kit.kernel.fields.degrees import read_degrees, said_degrees
from marketplace_kit.places.domain import Point

EVERY_DAY = frozenset(range(7))
MOST_CORNERS = 200


class NotAPoint(ValueError):
    """A text that names no point."""


class NotAnOutline(ValueError):
    """Fewer than three corners, or lines that cross each other; ``line`` is where (from 1), 0 for all of it."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why, self.line = why, line


def read_point(text: str) -> Point:
    """``47.1068, 51.9166`` as maps show it, or a ``geo:`` link (RFC 5870): north, then east."""
    found = read_degrees(text)
    if found is None:
        raise NotAPoint(text)
    return Point(*found)


def said_point(point: Point) -> str:
    """As :func:`read_point` reads it."""
    return said_degrees(point.lat, point.lon)


def read_outline(text: str) -> tuple[Point, ...]:
    """The corners of an area, each on a line of its own, in the order in which one walks around it. Raises
    :class:`NotAnOutline`.
    """
    corners: list[Point] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            corners.append(read_point(line))
        except NotAPoint as wrong:
            raise NotAnOutline("not_a_point", number) from wrong
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(set(corners)) < 3 or len(corners) > MOST_CORNERS:
        raise NotAnOutline("corners")
    if _crosses_itself(corners):
        raise NotAnOutline("crosses")
    return tuple(corners)


def _crosses_itself(corners: Sequence[Point]) -> bool:
    count = len(corners)
    sides = [(corners[n], corners[(n + 1) % count]) for n in range(count)]
    return any(
        _cross(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if not (i == 0 and j == count - 1)
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon)


def within(outline: Sequence[Point], point: Point) -> bool:
    """Whether a point lies in an area; its border belongs to it. Areas are of a town: the earth is flat there."""
    inside = False
    for n, corner in enumerate(outline):
        other = outline[n - 1]
        if _side(corner, other, point) == 0 and _between(corner, other, point):
            return True
        if (corner.lat > point.lat) != (other.lat > point.lat):
            crossing = corner.lon + (point.lat - corner.lat) / (other.lat - corner.lat) * (other.lon - corner.lon)
            inside ^= point.lon < crossing
    return inside


def _between(a: Point, b: Point, point: Point) -> bool:
    north, east = sorted((a.lat, b.lat)), sorted((a.lon, b.lon))
    return north[0] <= point.lat <= north[1] and east[0] <= point.lon <= east[1]


def middle(outline: Sequence[Point]) -> Point:
    """A point in an area that stands for all of it: its centre of mass, or of a bent area a corner."""
    twice = lat = lon = 0.0
    for n, b in enumerate(outline):
        a = outline[n - 1]
        part = a.lon * b.lat - b.lon * a.lat
        twice, lat, lon = twice + part, lat + (a.lat + b.lat) * part, lon + (a.lon + b.lon) * part
    if twice:
        found = Point(lat / (3 * twice), lon / (3 * twice))
        if within(outline, found):
            return found
    return outline[0]


@attrs.frozen(kw_only=True)
class Area:
    """A part of the town to which a van goes, on some weekdays (0 is Monday)."""

    id: int
    name: str
    outline: tuple[Point, ...]
    weekdays: frozenset[int] = EVERY_DAY
