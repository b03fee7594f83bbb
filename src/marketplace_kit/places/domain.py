"""Where things are: points, distances, names in three languages. Pure geometry on a sphere; no map, no network."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.texts import N_
from marketplace_kit.kernel.translated import named as named  # where plugins knew it before it moved down
from marketplace_kit.kernel.translated import spoken as spoken

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius (IUGG), in metres."""


class NotOnEarth(ValueError):
    """A latitude beyond a pole, a longitude beyond the date line, or no number at all."""


def _latitude(_: Any, __: Any, value: float) -> None:
    if not (math.isfinite(value) and -90 <= value <= 90):
        raise NotOnEarth(f"latitude {value}")


def _longitude(_: Any, __: Any, value: float) -> None:
    if not (math.isfinite(value) and -180 <= value <= 180):
        raise NotOnEarth(f"longitude {value}")


@attrs.frozen
class Point:
    """Degrees, WGS 84: ``lat`` north, ``lon`` east. Raises :class:`NotOnEarth`."""

    lat: float = attrs.field(converter=float, validator=_latitude)
    lon: float = attrs.field(converter=float, validator=_longitude)


@attrs.frozen
class Box:
    """Degrees; where ``west`` is greater than ``east`` the box lies across the date line."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        across = self.west <= point.lon or point.lon <= self.east
        inside = self.west <= point.lon <= self.east
        return self.south <= point.lat <= self.north and (across if self.west > self.east else inside)


def distance_m(a: Point, b: Point) -> float:
    """Metres along the surface (haversine); right to half a per cent anywhere, to metres within a town."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def travel_minutes(a: Point, b: Point, *, kmh: int, road_percent: int) -> int:
    """Whole minutes from one point to another, rounded up: the straight line, longer by what roads are longer than it
    (``road_percent`` of it, 130 is usual in towns), at an average speed.
    """
    metres = distance_m(a, b) * road_percent / 100
    return math.ceil(round(metres * 60 / (kmh * 1000), 6))


def cell_of(point: Point) -> str:
    """The cell that a point lies in: some hundred metres wide, which is as well as a way need be known."""
    return f"{point.lat + 0.0:.3f},{point.lon + 0.0:.3f}"


@attrs.frozen
class Ways:
    """How many minutes ways take: as they were measured where that is known, else as :func:`travel_minutes` says."""

    kmh: int
    road_percent: int
    known: dict[tuple[str, str], int] = attrs.field(factory=dict)
    """By the cells of both ends; whoever asks reads them first (:func:`marketplace_kit.places.queries.known_ways`)."""

    def __call__(self, a: Point, b: Point) -> int:
        found = self.known.get((cell_of(a), cell_of(b))) if self.known else None
        return travel_minutes(a, b, kmh=self.kmh, road_percent=self.road_percent) if found is None else found


def box_around(centre: Point, radius_m: float) -> Box:
    """The smallest box that holds everything within ``radius_m``: what an index can answer before distances are
    counted.
    """
    angle = radius_m / EARTH_RADIUS_M
    # A breath wider than the arithmetic says, so that rounding never loses a point that lies on the rim.
    reach = math.degrees(angle) * (1 + 1e-9) + 1e-9
    south, north = centre.lat - reach, centre.lat + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    ratio = math.sin(angle) / math.cos(math.radians(centre.lat))
    if angle >= math.pi / 2 or ratio >= 1:
        return Box(south, -180.0, north, 180.0)
    sideways = math.degrees(math.asin(ratio)) * (1 + 1e-9) + 1e-9
    if sideways >= 180:
        return Box(south, -180.0, north, 180.0)
    west, east = centre.lon - sideways, centre.lon + sideways
    return Box(south, west + 360 if west < -180 else west, north, east - 360 if east > 180 else east)


class PlaceTaken(DomainError):
    code = "place_taken"
    kind = Kind.CONFLICT
    text = N_("There is one with this name in addresses already.")


class CityNotServed(DomainError):
    code = "city_not_served"
    kind = Kind.CONFLICT
    text = N_("We do not serve this city yet.")


class CityChanged(Event, frozen=True, kw_only=True):
    """A city was added or changed: its names, its point, whether it is served."""

    name: ClassVar[str] = "places.city_changed"
    city_id: str


class CategoryChanged(Event, frozen=True, kw_only=True):
    """A category was added or changed, or switched on or off in a city (``city_id``)."""

    name: ClassVar[str] = "places.category_changed"
    category_id: str
    city_id: str | None = None
