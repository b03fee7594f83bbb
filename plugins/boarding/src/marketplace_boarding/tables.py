"""Rooms, seasons, stays with their nights and guests, and the sheet of every day."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_kit.web.galleries import photo_table

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _shop() -> sa.Column[object]:
    return sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False, index=True)


def _stay(index: bool = True) -> sa.Column[object]:
    stay = sa.ForeignKey("boarding_stay.id", ondelete="CASCADE")
    return sa.Column("stay_id", Uuid, stay, nullable=False, index=index)


def _by() -> sa.Column[object]:
    return sa.Column("by_person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)


room_table = sa.Table(
    "boarding_room",
    metadata,
    # The resource of the core whose places are claimed night by night.
    sa.Column(
        "resource_id", NUMBER, sa.ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    _shop(),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("max_pets", sa.Integer, nullable=False),
    sa.Column("max_grams", sa.Integer),
    sa.Column("rank", sa.Integer, nullable=False, server_default="0"),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("shop_id", "name"),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.CheckConstraint("places BETWEEN 1 AND 100", name="places"),
    sa.CheckConstraint("max_pets BETWEEN 1 AND 10", name="max_pets"),
    sa.CheckConstraint("max_grams > 0", name="max_grams"),
)
"""Rooms of one make. They belong to the listing by which they are let."""

season_table = sa.Table(
    "boarding_season",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    _shop(),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.CheckConstraint('"last" >= "first"', name="forwards"),
    sa.CheckConstraint("percent BETWEEN -90 AND 300", name="percent"),
)
"""Nights that cost more or less; what is booked keeps its price."""

stay_table = sa.Table(
    "boarding_stay",
    metadata,
    # The line of the order; its nights are claimed under the same id.
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, nullable=False, index=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("contact_name", sa.String(120), nullable=False, server_default=""),
    sa.Column("phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("arrives", sa.Date, nullable=False),
    sa.Column("leaves", sa.Date, nullable=False),
    sa.Column("arrive_minute", sa.Integer, nullable=False),
    sa.Column("leave_minute", sa.Integer, nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("resource_id", NUMBER, sa.ForeignKey("resource.id", ondelete="RESTRICT"), nullable=False, index=True),
    sa.Column("lane", sa.Integer, nullable=False),
    # The state of the line, copied in the transaction that moves it: the plan of the house is read in few statements.
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("base_amount", sa.BigInteger, nullable=False),
    sa.Column("medicine_amount", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("late_percent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("late_amount", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("deposit_amount", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cancel_hours", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.String(1000), nullable=False, server_default=""),
    sa.Column("gate_note", sa.String(500), nullable=False, server_default=""),
    sa.Column("collector", sa.String(120), nullable=False, server_default=""),
    sa.Column("belongings", sa.String(300), nullable=False, server_default=""),
    sa.Column("checked_in_at", UtcDateTime),
    sa.Column("left_at", UtcDateTime),
    sa.Column("cover", sa.String(60)),
    sa.CheckConstraint("leaves > arrives", name="forwards"),
    sa.CheckConstraint("arrive_minute BETWEEN 0 AND 1439 AND leave_minute BETWEEN 0 AND 1439", name="hours"),
    sa.CheckConstraint("base_amount >= 0 AND medicine_amount >= 0 AND late_amount >= 0", name="amounts"),
    sa.CheckConstraint("deposit_amount >= 0", name="deposit"),
    sa.Index("ix_boarding_stay_shop_days", "shop_id", "leaves", "arrives"),
)
"""One stay of one family in one room. ``resource_id`` and ``lane`` say where it is now."""

night_table = sa.Table(
    "boarding_night",
    metadata,
    sa.Column("stay_id", Uuid, sa.ForeignKey("boarding_stay.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.CheckConstraint("amount >= 0", name="amount"),
)
"""What each night was agreed at."""

guest_table = sa.Table(
    "boarding_guest",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    _stay(index=False),
    sa.Column("position", sa.Integer, nullable=False),
    # Empty for an animal that somebody only told of, without a record of its own.
    sa.Column("pet_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="SET NULL"), index=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("species", sa.String(20), nullable=False),
    sa.Column("grams", sa.Integer),
    sa.Column("codes", sa.String(200), nullable=False, server_default=""),
    sa.Column("food", sa.String(300), nullable=False, server_default=""),
    sa.Column("food_times", sa.String(100), nullable=False, server_default=""),
    sa.Column("medicine", sa.String(300), nullable=False, server_default=""),
    sa.Column("medicine_times", sa.String(100), nullable=False, server_default=""),
    sa.Column("care", sa.String(1000), nullable=False, server_default=""),
    sa.UniqueConstraint("stay_id", "position"),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.CheckConstraint("grams > 0", name="grams"),
)
"""A pet of a stay, and how it is to be looked after."""

entry_table = sa.Table(
    "boarding_entry",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    _stay(),
    sa.Column("guest_id", Uuid, sa.ForeignKey("boarding_guest.id", ondelete="CASCADE"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    # The time by the clock for which it was due, in minutes; empty for what has no time.
    sa.Column("minute", sa.Integer),
    sa.Column("outcome", sa.String(20), nullable=False, server_default=""),
    # What was seen of a pet: the family's to read, and forgotten with it.
    sa.Column("said", sa.String(1000), nullable=False, server_default=""),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by_name", sa.String(120), nullable=False, server_default=""),
    _by(),
    sa.UniqueConstraint("guest_id", "day", "kind", "minute", name="uq_boarding_entry_due"),
    sa.CheckConstraint("kind IN ('meal', 'medicine', 'walk', 'toilet', 'mood', 'note', 'incident')", name="kind"),
    sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
)
"""The sheet of a day, line by line. Appended, never changed. What was due at a time is noted once: no second dose."""

report_table = sa.Table(
    "boarding_report",
    metadata,
    sa.Column("stay_id", Uuid, sa.ForeignKey("boarding_stay.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("text", sa.String(2000), nullable=False, server_default=""),
    sa.Column("told_at", UtcDateTime, nullable=False),
    _by(),
)
"""The card of a day as the family was sent it, once."""

missed_table = sa.Table(
    "boarding_missed",
    metadata,
    sa.Column("guest_id", Uuid, sa.ForeignKey("boarding_guest.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("minute", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Medicines that stood in no sheet in time, each raised once."""

stay_photo_table = photo_table("boarding_photo", "boarding_stay")

TABLES = tuple(
    t.name
    for t in (
        room_table,
        season_table,
        stay_table,
        night_table,
        guest_table,
        entry_table,
        report_table,
        missed_table,
        stay_photo_table,
    )
)
