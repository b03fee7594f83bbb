"""The tables of resources, their working time, claims and appointments.

Seconds (``*_s``) are epoch seconds in UTC on both systems; minutes are of the wall clock since midnight.
"""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata
from marketplace_kit.scheduling.tables.clocks import CLOCKS
from marketplace_kit.scheduling.tables.following import FOLLOWING
from marketplace_kit.scheduling.tables.travel import TRAVEL

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that the database gives: SQLite counts up only what is called INTEGER."""
_LIVE = sa.text("released_at IS NULL")


def _shop() -> sa.ForeignKey:
    return sa.ForeignKey("shop.id", ondelete="CASCADE")


def _listing() -> sa.ForeignKey:
    return sa.ForeignKey("listing.id", ondelete="CASCADE")


def _resource(ondelete: str = "CASCADE") -> sa.ForeignKey:
    return sa.ForeignKey("resource.id", ondelete=ondelete)


resource_table = sa.Table(
    "resource",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("shop_id", Uuid, _shop()),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("member_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("lanes", sa.Integer, nullable=False, server_default="1"),
    sa.Column("within_shop_hours", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("own_hours", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("skills", Json, nullable=False, server_default="[]"),
    sa.Column("photo", sa.String(60), sa.ForeignKey("media.key", ondelete="RESTRICT"), index=True),
    sa.Column("about", sa.Text, nullable=False, server_default=""),
    sa.Column("public", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("rank", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stands_for", Uuid, _shop(), unique=True),
    sa.Column("subject", sa.String(120), unique=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("shop_id", "member_id", name="uq_resource_shop_id"),
    sa.CheckConstraint("kind IN ('staff', 'room', 'van', 'equipment', 'lodging', 'subject')", name="kind"),
    sa.CheckConstraint("(kind = 'subject') = (subject IS NOT NULL)", name="subject"),
    sa.CheckConstraint("(kind = 'subject') = (shop_id IS NULL)", name="shop"),
    sa.CheckConstraint("lanes BETWEEN 1 AND 500", name="lanes"),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.Index("ix_resource_shop_kind", "shop_id", "kind"),
)
"""What can be busy. ``stands_for`` is the shop that a resource was made for because it had none; ``subject`` names what
a customer brings (a pet, a car), which can be in one place at a time. Without ``own_hours`` it works when the shop
does. ``skills`` are codes: what somebody can do, what a room is for. ``lodging`` is taken for days on end
(:mod:`marketplace_kit.scheduling.services.occupying`): it has no hours, and no appointment asks for it.
"""

resource_hours_table = sa.Table(
    "resource_hours",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("resource_id", Number, _resource(), nullable=False, index=True),
    sa.Column("weekday", sa.Integer, nullable=False),
    sa.Column("opens", sa.Integer, nullable=False),
    sa.Column("closes", sa.Integer, nullable=False),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    sa.CheckConstraint("opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440", name="range"),
    sa.CheckConstraint("valid_to >= valid_from", name="valid"),
)

resource_day_table = sa.Table(
    "resource_day",
    metadata,
    sa.Column("resource_id", Number, _resource(), primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("mode", sa.String(10), nullable=False),
    sa.Column("ranges", Json, nullable=False),
    sa.Column("reason", sa.String(200), nullable=False, server_default=""),
    sa.CheckConstraint("mode IN ('closed', 'replaces', 'adds')", name="mode"),
)

service_rule_table = sa.Table(
    "service_rule",
    metadata,
    sa.Column("listing_id", Uuid, _listing(), primary_key=True),
    sa.Column("minutes", sa.Integer),
    sa.Column("before", sa.Integer, nullable=False, server_default="0"),
    sa.Column("after", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lead_minutes", sa.Integer, nullable=False, server_default="60"),
    sa.Column("horizon_days", sa.Integer, nullable=False, server_default="60"),
    sa.Column("step", sa.Integer, nullable=False, server_default="15"),
    sa.Column("mode", sa.String(10), nullable=False, server_default="grid"),
    sa.Column("fixed_times", Json, nullable=False, server_default="[]"),
    sa.Column("confirmation", sa.String(10), nullable=False, server_default="instant"),
    sa.Column("needs", Json, nullable=False, server_default="[]"),
    sa.Column("places", sa.Integer, nullable=False, server_default="1"),
    sa.Column("cutoff_hours", sa.Integer, nullable=False, server_default="6"),
    sa.Column("moves", sa.Integer, nullable=False, server_default="2"),
    sa.Column("max_open", sa.Integer, nullable=False, server_default="10"),
    sa.Column("prepay", sa.String(10), nullable=False, server_default="none"),
    sa.Column("prepay_amount", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("late_fee_percent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("missed_fee_percent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("policy_text", sa.String(1000), nullable=False, server_default=""),
    sa.Column("bookable_online", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("mode IN ('grid', 'fixed', 'no_gaps')", name="mode"),
    sa.CheckConstraint("confirmation IN ('instant', 'by_shop')", name="confirmation"),
    sa.CheckConstraint("prepay IN ('none', 'fixed', 'percent', 'all') AND prepay_amount >= 0", name="prepay"),
    sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    sa.CheckConstraint('"before" BETWEEN 0 AND 600 AND "after" BETWEEN 0 AND 600', name="buffers"),
    sa.CheckConstraint("step BETWEEN 1 AND 1440 AND lead_minutes >= 0", name="step"),
    sa.CheckConstraint("horizon_days BETWEEN 0 AND 730", name="horizon"),
    sa.CheckConstraint("places BETWEEN 1 AND 500", name="places"),
    sa.CheckConstraint("late_fee_percent BETWEEN 0 AND 100 AND missed_fee_percent BETWEEN 0 AND 100", name="fees"),
    sa.CheckConstraint("cutoff_hours >= 0 AND moves >= 0 AND max_open >= 0", name="limits"),
)
"""How a service is booked; one without a row has the defaults. ``minutes`` wins over what the listing says."""

service_resource_table = sa.Table(
    "service_resource",
    metadata,
    sa.Column("listing_id", Uuid, _listing(), primary_key=True),
    sa.Column("resource_id", Number, _resource(), primary_key=True, autoincrement=False, index=True),
    sa.Column("minutes", sa.Integer),
    sa.Column("price_amount", sa.BigInteger),
    sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    sa.CheckConstraint("price_amount >= 0", name="price"),
)
"""Who and what can perform a service; of a kind that none is named of, every one of the shop that has the skills."""

shop_booking_table = sa.Table(
    "shop_booking",
    metadata,
    sa.Column("shop_id", Uuid, _shop(), primary_key=True),
    sa.Column("missed_limit", sa.Integer, nullable=False),
    sa.Column("missed_days", sa.Integer, nullable=False),
    sa.CheckConstraint("missed_limit >= 0 AND missed_days BETWEEN 1 AND 730", name="missed"),
)
"""After so many missed appointments in so many days, booking online takes a prepayment; 0 is never."""

appointment_table = sa.Table(
    "appointment",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, nullable=False, index=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="RESTRICT"), nullable=False, index=True),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("effect", sa.String(10), nullable=False),
    sa.Column("local_date", sa.Date, nullable=False),
    sa.Column("local_time", sa.Integer, nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("starts_s", sa.BigInteger, nullable=False),
    sa.Column("ends_s", sa.BigInteger, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("before", sa.Integer, nullable=False, server_default="0"),
    sa.Column("after", sa.Integer, nullable=False, server_default="0"),
    sa.Column("staff_id", Number, _resource("SET NULL"), index=True),
    sa.Column("staff_matters", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("subject", sa.String(120), nullable=False, server_default=""),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("contact_name", sa.String(120), nullable=False, server_default=""),
    sa.Column("contact_phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("policy", Json, nullable=False, server_default="{}"),
    sa.Column("moves_used", sa.Integer, nullable=False, server_default="0"),
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("series_id", Uuid, index=True),
    sa.Column("origin", sa.String(10), nullable=False, server_default="online"),
    sa.Column("overbooked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("note", sa.String(1000), nullable=False, server_default=""),
    sa.Column("proposed_s", sa.BigInteger),
    sa.Column("proposed_staff_id", Number, _resource("SET NULL")),
    sa.Column("started_s", sa.BigInteger),
    sa.Column("eta_s", sa.BigInteger),
    sa.Column("finished_s", sa.BigInteger),
    sa.Column("missed_at", UtcDateTime),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("effect IN ('keeps', 'shortens', 'lets_go')", name="effect"),
    sa.CheckConstraint("origin IN ('online', 'staff', 'import')", name="origin"),
    sa.CheckConstraint("ends_s > starts_s AND minutes > 0", name="forwards"),
    sa.CheckConstraint("local_time BETWEEN 0 AND 1439", name="local_time"),
    sa.Index("ix_appointment_shop_starts", "shop_id", "starts_s"),
    sa.Index("ix_appointment_person_starts", "person_id", "starts_s"),
    sa.Index("ix_appointment_shop_phone", "shop_id", "contact_phone"),
)
"""What stands behind an order's line: its id is the line's. Local date, time and zone are the truth, the seconds follow
from them. ``subject`` names what the customer brings. ``eta_s`` is when it will probably be done.
"""

claim_table = sa.Table(
    "claim",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("resource_id", Number, _resource("RESTRICT"), nullable=False),
    sa.Column("lane", sa.Integer, nullable=False, server_default="0"),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("from_s", sa.BigInteger, nullable=False),
    sa.Column("to_s", sa.BigInteger, nullable=False),
    sa.Column("hold_until", UtcDateTime),
    sa.Column("released_at", UtcDateTime),
    sa.Column("enforced", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("hold_id", Uuid, index=True),
    sa.Column(
        "appointment_id",
        Uuid,
        # Looked at when the unit commits: which staff an appointment has is known once their time is claimed.
        sa.ForeignKey("appointment.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        index=True,
    ),
    sa.Column("held_for", Uuid),
    sa.Column("held_by", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("source", sa.String(40)),
    sa.Column("source_ref", sa.String(200)),
    sa.CheckConstraint("kind IN ('hold', 'booking', 'break', 'busy')", name="kind"),
    sa.CheckConstraint("lane >= 0", name="lane"),
    sa.CheckConstraint("to_s - from_s BETWEEN 1 AND 172800", name="length"),
    sa.CheckConstraint("(kind = 'hold') = (hold_until IS NOT NULL)", name="hold"),
    sa.Index("claim_day", "resource_id", "from_s", postgresql_where=_LIVE, sqlite_where=_LIVE),
)
"""The only source of "busy". What refuses overlaps stands in :mod:`.overlap`. ``hold_id`` is the order's line that a
hold is for, ``held_for`` its order, ``held_by`` the person who asked; ``source_ref`` of a break is its reason.
"""

appointment_reminder_table = sa.Table(
    "appointment_reminder",
    metadata,
    sa.Column("appointment_id", Uuid, sa.ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("offset_minutes", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'void', 'skipped')", name="state"),
    sa.Index("ix_appointment_reminder_due", "state", "due_at"),
)

booking_mark_table = sa.Table(
    "booking_mark",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, _shop(), nullable=False),
    sa.Column("phone", sa.String(20)),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    sa.Column("mode", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("shop_id", "phone", name="uq_booking_mark_shop_phone"),
    sa.UniqueConstraint("shop_id", "person_id", name="uq_booking_mark_shop_person"),
    sa.CheckConstraint("mode IN ('block', 'prepay_only', 'allow')", name="mode"),
    sa.CheckConstraint("phone IS NOT NULL OR person_id IS NOT NULL", name="whom"),
)

next_free_table = sa.Table(
    "listing_next_free",
    metadata,
    sa.Column("listing_id", Uuid, _listing(), primary_key=True),
    sa.Column("next_s", sa.BigInteger),
    sa.Column("worked_out_at", UtcDateTime, nullable=False),
    sa.Index("ix_listing_next_free_next", "next_s"),
)
"""The next start of each bookable listing, worked out beforehand for search; nobody is promised anything by it."""

TABLES = (
    tuple(
        t.name
        for t in (
            resource_table,
            resource_hours_table,
            resource_day_table,
            service_rule_table,
            service_resource_table,
            shop_booking_table,
            appointment_table,
            claim_table,
            appointment_reminder_table,
            booking_mark_table,
            next_free_table,
        )
    )
    + FOLLOWING
    + TRAVEL
    + CLOCKS
)
