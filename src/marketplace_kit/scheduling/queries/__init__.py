"""Reads of resources, time and appointments."""

from marketplace_kit.scheduling.queries.calendars import (
    appointment_by_id,
    appointments_on,
    calendar_of,
    entries_between,
    resource_by_id,
    resource_list,
)
from marketplace_kit.scheduling.queries.occupied import Occupied, occupied_between
from marketplace_kit.scheduling.queries.people import export
from marketplace_kit.scheduling.queries.plans import plan_of
from marketplace_kit.scheduling.queries.services import services_of

__all__ = [
    "Occupied",
    "appointment_by_id",
    "appointments_on",
    "calendar_of",
    "entries_between",
    "export",
    "occupied_between",
    "plan_of",
    "resource_by_id",
    "resource_list",
    "services_of",
]
