"""Who or what is booked, and its working time."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_

STAFF, ROOM, VAN, EQUIPMENT = "staff", "room", "van", "equipment"


LODGING = "lodging"
"""What is taken for days on end, and is no column of the calendar: its plugin shows it."""


KINDS = (
    (STAFF, N_("Member of staff")),
    (ROOM, N_("Room or place")),
    (VAN, N_("Van")),
    (EQUIPMENT, N_("Device")),
)


_DAY_HINT = N_("Like 09:00-13:00, 14:00-19:00; empty: closed")


_MODES = (
    ("closed", N_("Does not work")),
    ("replaces", N_("Works at these hours instead")),
    ("adds", N_("Works at these hours as well")),
)


class ResourceView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    name: str
    member_id: UUID | None
    lanes: int
    within_shop_hours: bool
    own_hours: bool
    skills: list[str]
    about: str
    photo: str | None
    public: bool
    active: bool
    rank: int
    version: int


class ResourceForm(Form):
    """A member of staff, a room, a van, a device."""

    kind: Annotated[str, Field(N_("What it is"), choices=KINDS)]
    name: Annotated[str, Field(N_("Name"), min_length=1, max_length=120)]
    lanes: Annotated[int, Field(N_("Places"), hint=N_("How many can be served at the same time"), min=1, max=500)] = 1
    skills: Annotated[
        str, Field(N_("Skills or type"), hint=N_("Short words with commas between: colouring, cats"), max_length=300)
    ] = ""
    about: Annotated[str, Field(N_("About"), long=True, max_length=2000)] = ""
    within_shop_hours: Annotated[bool, Field(N_("Works within the shop's hours only"))] = True
    public: Annotated[bool, Field(N_("Customers may choose"))] = True
    active: Annotated[bool, Field(N_("Can be booked"))] = True
    rank: Annotated[int, Field(N_("Place in the list"), min=0, max=1000)] = 0
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class ResourceWeek(Form):
    """Hours of each weekday; without ``own_hours`` it works when the shop does."""

    own_hours: Annotated[bool, Field(N_("Has working hours of its own"))] = True
    mon: Annotated[str, Field(N_("Monday"), hint=_DAY_HINT)] = ""
    tue: Annotated[str, Field(N_("Tuesday"), hint=_DAY_HINT)] = ""
    wed: Annotated[str, Field(N_("Wednesday"), hint=_DAY_HINT)] = ""
    thu: Annotated[str, Field(N_("Thursday"), hint=_DAY_HINT)] = ""
    fri: Annotated[str, Field(N_("Friday"), hint=_DAY_HINT)] = ""
    sat: Annotated[str, Field(N_("Saturday"), hint=_DAY_HINT)] = ""
    sun: Annotated[str, Field(N_("Sunday"), hint=_DAY_HINT)] = ""
    valid_from: Annotated[date | None, Field(N_("Valid from"))] = None
    valid_to: Annotated[date | None, Field(N_("Valid until"))] = None


class ResourceDay(Form):
    """What is different on one date."""

    mode: Annotated[str, Field(N_("On this day"), choices=_MODES)]
    hours: Annotated[str, Field(N_("Hours"), hint=_DAY_HINT)] = ""
    reason: Annotated[str, Field(N_("The reason"), max_length=200)] = ""
