"""Wire types of scheduling, in and out. Times carry the place's offset; ``zone`` names it."""

from marketplace_kit.scheduling.schemas.asked import AppointmentChoice, AtHome, Measured, Where
from marketplace_kit.scheduling.schemas.calendars import AppointmentView, Calendar, Column, Entry
from marketplace_kit.scheduling.schemas.desk import Break, MarkForm, NewWalkIn, WalkIn
from marketplace_kit.scheduling.schemas.people import StaffHours, StaffPage, StaffProfile, StaffService
from marketplace_kit.scheduling.schemas.resources import (
    EQUIPMENT,
    KINDS,
    LODGING,
    ROOM,
    STAFF,
    VAN,
    ResourceDay,
    ResourceForm,
    ResourceView,
    ResourceWeek,
)
from marketplace_kit.scheduling.schemas.ruling import Performer, ServiceRule
from marketplace_kit.scheduling.schemas.settings import MissedRule, SchedulingSettings
from marketplace_kit.scheduling.schemas.slots import DaySlots, DayState, MonthView, Slot, SlotsView, StaffView
from marketplace_kit.scheduling.schemas.vans import AreaForm, AreaView, Directions, VanForm, VanView

__all__ = [
    "EQUIPMENT",
    "KINDS",
    "LODGING",
    "ROOM",
    "STAFF",
    "VAN",
    "AppointmentChoice",
    "AppointmentView",
    "AreaForm",
    "AreaView",
    "AtHome",
    "Break",
    "Calendar",
    "Column",
    "DaySlots",
    "DayState",
    "Directions",
    "Entry",
    "MarkForm",
    "Measured",
    "MissedRule",
    "MonthView",
    "NewWalkIn",
    "Performer",
    "ResourceDay",
    "ResourceForm",
    "ResourceView",
    "ResourceWeek",
    "SchedulingSettings",
    "ServiceRule",
    "Slot",
    "SlotsView",
    "StaffHours",
    "StaffPage",
    "StaffProfile",
    "StaffService",
    "StaffView",
    "VanForm",
    "VanView",
    "WalkIn",
    "Where",
]
