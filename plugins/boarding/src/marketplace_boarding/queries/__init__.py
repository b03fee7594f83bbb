"""Reads of rooms, stays and sheets."""

from marketplace_boarding.queries.house import (
    houses_of,
    movable_in,
    room_views,
    rooms_for,
    season_views,
    seasons_of,
    taken_in,
)
from marketplace_boarding.queries.personal import export
from marketplace_boarding.queries.stays import (
    arriving_on,
    entries_of,
    in_house,
    night_amounts,
    report_days,
    stay_of,
    stays_between,
)

__all__ = [
    "arriving_on",
    "entries_of",
    "export",
    "houses_of",
    "in_house",
    "movable_in",
    "night_amounts",
    "report_days",
    "room_views",
    "rooms_for",
    "season_views",
    "seasons_of",
    "stay_of",
    "stays_between",
    "taken_in",
]
