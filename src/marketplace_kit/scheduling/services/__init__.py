"""What people do with time. Other rooms and plugins import from here."""

from marketplace_kit.scheduling.services.breaks import counter_of, release_break, take_break, walk_in
from marketplace_kit.scheduling.services.capacity import TimeCapacity
from marketplace_kit.scheduling.services.keeping import (
    clear_resource_day,
    save_resource,
    save_service_rule,
    set_resource_day,
    set_resource_week,
    set_service_resources,
)
from marketplace_kit.scheduling.services.looking import blank_wishes, month_for, slots_for
from marketplace_kit.scheduling.services.next_free import next_free, note_change, work_out
from marketplace_kit.scheduling.services.occupying import Place, keep, lock_resources, occupy, vacate
from marketplace_kit.scheduling.services.policies import mark_customer, set_missed_rule
from marketplace_kit.scheduling.services.privacy import erase, holds
from marketplace_kit.scheduling.services.staffing import ensure_resource, ensure_staff_for_members
from marketplace_kit.scheduling.services.sweeping import sweep_holds
from marketplace_kit.scheduling.services.timely import links_of, not_now
from marketplace_kit.scheduling.services.vans import remove_area, save_area, save_van, stay_at_shop

__all__ = [
    "Place",
    "TimeCapacity",
    "blank_wishes",
    "clear_resource_day",
    "counter_of",
    "ensure_resource",
    "ensure_staff_for_members",
    "erase",
    "holds",
    "keep",
    "links_of",
    "lock_resources",
    "mark_customer",
    "month_for",
    "next_free",
    "not_now",
    "note_change",
    "occupy",
    "release_break",
    "remove_area",
    "save_area",
    "save_resource",
    "save_service_rule",
    "save_van",
    "set_missed_rule",
    "set_resource_day",
    "set_resource_week",
    "set_service_resources",
    "slots_for",
    "stay_at_shop",
    "sweep_holds",
    "take_break",
    "vacate",
    "walk_in",
    "work_out",
]
