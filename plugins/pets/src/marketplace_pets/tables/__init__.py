"""The tables of pets. ``pets_pet`` is the one that other plugins may point at; a pet goes for good when its last keeper
is forgotten, so they point with ``ON DELETE CASCADE`` or ``SET NULL``.

What was weighed, given or read stays as it was written: triggers refuse to change those facts, and to take such a row
away while its pet is there. Verdicts, marks and the names of people stand beside the facts and may change.
"""

from __future__ import annotations

from marketplace_pets.tables.caring import (
    booked_table,
    follow_up_table,
    mute_table,
    reminder_table,
    told_table,
)
from marketplace_pets.tables.records import (
    allergy_table,
    behaviour_table,
    co_keeper_table,
    code_table,
    condition_table,
    dose_table,
    grant_table,
    keepership_table,
    mark_table,
    merge_table,
    pet_table,
    photo_of_dose_table,
    photo_of_pet_table,
    protocol_table,
    read_table,
    timeline_table,
    transfer_table,
    weight_table,
)

TABLES = tuple(
    t.name
    for t in (
        pet_table,
        photo_of_pet_table,
        keepership_table,
        co_keeper_table,
        mark_table,
        weight_table,
        allergy_table,
        condition_table,
        behaviour_table,
        code_table,
        protocol_table,
        dose_table,
        photo_of_dose_table,
        grant_table,
        read_table,
        timeline_table,
        transfer_table,
        reminder_table,
        mute_table,
        merge_table,
        booked_table,
        follow_up_table,
        told_table,
    )
)

__all__ = [
    "TABLES",
    "allergy_table",
    "behaviour_table",
    "booked_table",
    "co_keeper_table",
    "code_table",
    "condition_table",
    "dose_table",
    "follow_up_table",
    "grant_table",
    "keepership_table",
    "mark_table",
    "merge_table",
    "mute_table",
    "pet_table",
    "photo_of_dose_table",
    "photo_of_pet_table",
    "protocol_table",
    "read_table",
    "reminder_table",
    "timeline_table",
    "told_table",
    "transfer_table",
    "weight_table",
]
