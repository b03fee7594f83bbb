"""What lies ahead of a pet: reminders, what is booked, what a shop advised, what its family mutes."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_pets.domain import lists
from marketplace_pets.tables.columns import by_column, one_of, pet_column, shop_column

reminder_table = sa.Table(
    "pets_reminder",
    metadata,
    pet_column(primary_key=True),
    sa.Column("protocol", sa.String(40), primary_key=True),
    sa.Column("due_on", sa.Date, primary_key=True),
    sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint("days IN (-30, -7, 0, 14)", name="days"),
    sa.CheckConstraint("state IN ('sent', 'skipped')", name="state"),
)
"""Each reminder that went out, or was past already when its date became known: the key exists once."""

mute_table = sa.Table(
    "pets_mute",
    metadata,
    pet_column(primary_key=True),
    # A timetable's name, or a reason of the care plan.
    sa.Column("reason", sa.String(40), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
)
"""What a family does not want to be reminded of."""

booked_table = sa.Table(
    "pets_booked",
    metadata,
    # Named by whoever holds the booking: its line.
    sa.Column("booking", sa.String(80), primary_key=True),
    pet_column(index=True),
    shop_column(nullable=False, index=True),
    # Who booked; empty if the shop did.
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("on_day", sa.Date, nullable=False),
    # “ grooming_due weight_check ”: what of the care plan is done then.
    sa.Column("meets", sa.String(120), nullable=False),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("link", sa.String(200), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint("title <> ''", name="title"),
)
"""What is booked for a pet, told by whoever holds the booking; gone when it took place or was cancelled."""

told_table = sa.Table(
    "pets_told",
    metadata,
    pet_column(primary_key=True),
    # A timetable's name, or a reason of the care plan.
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""When a line of the care plan was last in a message to the family."""

follow_up_table = sa.Table(
    "pets_follow_up",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    shop_column(nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("what", sa.String(300), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    # Said once for all time by whoever has a key for it.
    sa.Column("key", sa.String(120), unique=True),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint(one_of("kind", lists.FOLLOW_UPS), name="kind"),
    sa.CheckConstraint("what <> ''", name="what"),
)
"""What a shop asks a family to come for, and when. Its words and day stay as they were said."""
