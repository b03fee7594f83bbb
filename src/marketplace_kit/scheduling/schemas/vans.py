"""Vans that go to customers."""

from __future__ import annotations

from typing import Annotated

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_

_WEEKDAYS = tuple(
    (str(number), name)
    for number, name in enumerate(
        (
            N_("Monday"),
            N_("Tuesday"),
            N_("Wednesday"),
            N_("Thursday"),
            N_("Friday"),
            N_("Saturday"),
            N_("Sunday"),
        )
    )
)


class VanForm(Form):
    """A van that goes to the customers: its base, how far around it, how fast."""

    base: Annotated[
        str,
        Field(N_("Where its day begins and ends"), hint=N_("Latitude and longitude from any map"), max_length=80),
    ]
    radius_km: Annotated[
        int,
        Field(
            N_("Goes every day as far as"),
            unit=N_("km"),
            hint=N_("In a straight line. 0: only to the areas below"),
            min=0,
            max=200,
        ),
    ] = 10
    kmh: Annotated[int, Field(N_("Average speed"), unit=N_("km/h"), min=5, max=120)] = 30
    road_percent: Annotated[
        int,
        Field(
            N_("Roads are longer than a straight line"),
            unit=N_("percent of it"),
            hint=N_("130 in most towns; more where there is a river"),
            min=100,
            max=300,
        ),
    ] = 130


class AreaForm(Form):
    """A part of the town to which a van goes."""

    name: Annotated[str, Field(N_("Name of the area"), hint=N_("Customers choose by it"), max_length=80)]
    outline: Annotated[
        str,
        Field(
            N_("Corners"),
            hint=N_("One per line, as maps show a point: 47.1068, 51.9166. In the order of a walk around it"),
            long=True,
            max_length=8000,
        ),
    ]
    weekdays: Annotated[tuple[str, ...], Field(N_("On these days"), choices=_WEEKDAYS)] = (
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
    )


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """``outline`` are (latitude, longitude) of the corners, ``weekdays`` numbers (0 is Monday)."""

    id: int
    name: str
    outline: list[tuple[float, float]]
    weekdays: list[int]


class VanView(msgspec.Struct, frozen=True, kw_only=True):
    """How a van goes to its customers."""

    resource_id: int
    lat: float
    lon: float
    radius_km: int
    kmh: int
    road_percent: int
    areas: list[AreaView]


class Directions(msgspec.Struct, frozen=True, kw_only=True):
    """Where a visit at home takes place. ``geo`` is a link as of RFC 5870, ``maps`` are links by the map's name."""

    address: str
    entrance: str
    area: str
    lat: float
    lon: float
    geo: str
    maps: dict[str, str]
