"""Resources, their working time, the claims that refuse every overlap, and appointments."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid
from marketplace_kit.scheduling.tables.overlap import refuse_overlaps

revision = "scheduling_0001"
down_revision = None
branch_labels = ("scheduling",)
depends_on = ("listings_0001", "web_0002")

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "booking_mark",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("mode IN ('block', 'prepay_only', 'allow')", name=op.f("ck_booking_mark_mode")),
        sa.CheckConstraint("phone IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_booking_mark_whom")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_booking_mark_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_mark_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_booking_mark_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_mark")),
        sa.UniqueConstraint("shop_id", "person_id", name="uq_booking_mark_shop_person"),
        sa.UniqueConstraint("shop_id", "phone", name="uq_booking_mark_shop_phone"),
    )
    op.create_index(op.f("ix_booking_mark_person_id"), "booking_mark", ["person_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", Number, nullable=False),
        sa.Column("shop_id", Uuid, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("member_id", Uuid, nullable=True),
        sa.Column("lanes", sa.Integer(), server_default="1", nullable=False),
        sa.Column("within_shop_hours", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("own_hours", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("skills", Json, server_default="[]", nullable=False),
        sa.Column("photo", sa.String(length=60), nullable=True),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stands_for", Uuid, nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(kind = 'subject') = (shop_id IS NULL)", name=op.f("ck_resource_shop")),
        sa.CheckConstraint("(kind = 'subject') = (subject IS NOT NULL)", name=op.f("ck_resource_subject")),
        sa.CheckConstraint(
            "kind IN ('staff', 'room', 'van', 'equipment', 'lodging', 'subject')", name=op.f("ck_resource_kind")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_resource_name")),
        sa.CheckConstraint("lanes BETWEEN 1 AND 500", name=op.f("ck_resource_lanes")),
        sa.ForeignKeyConstraint(["member_id"], ["person.id"], name=op.f("fk_resource_member_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_resource_shop_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["stands_for"], ["shop.id"], name=op.f("fk_resource_stands_for"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["photo"], ["media.key"], name=op.f("fk_resource_photo"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("shop_id", "member_id", name="uq_resource_shop_id"),
        sa.UniqueConstraint("stands_for", name=op.f("uq_resource_stands_for")),
        sa.UniqueConstraint("subject", name=op.f("uq_resource_subject")),
    )
    op.create_index(op.f("ix_resource_member_id"), "resource", ["member_id"], unique=False)
    op.create_index(op.f("ix_resource_photo"), "resource", ["photo"], unique=False)
    op.create_index("ix_resource_shop_kind", "resource", ["shop_id", "kind"], unique=False)
    op.create_table(
        "shop_booking",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("missed_limit", sa.Integer(), nullable=False),
        sa.Column("missed_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("missed_limit >= 0 AND missed_days BETWEEN 1 AND 730", name=op.f("ck_shop_booking_missed")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_booking_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_shop_booking")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("effect", sa.String(length=10), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_time", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("starts_s", sa.BigInteger(), nullable=False),
        sa.Column("ends_s", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("after", sa.Integer(), server_default="0", nullable=False),
        sa.Column("staff_id", Number, nullable=True),
        sa.Column("staff_matters", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("subject", sa.String(length=120), server_default="", nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("contact_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("policy", Json, server_default="{}", nullable=False),
        sa.Column("moves_used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("series_id", Uuid, nullable=True),
        sa.Column("origin", sa.String(length=10), server_default="online", nullable=False),
        sa.Column("overbooked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("note", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("proposed_s", sa.BigInteger(), nullable=True),
        sa.Column("proposed_staff_id", Number, nullable=True),
        sa.Column("started_s", sa.BigInteger(), nullable=True),
        sa.Column("eta_s", sa.BigInteger(), nullable=True),
        sa.Column("finished_s", sa.BigInteger(), nullable=True),
        sa.Column("missed_at", UtcDateTime, nullable=True),
        sa.Column("booked_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("effect IN ('keeps', 'shortens', 'lets_go')", name=op.f("ck_appointment_effect")),
        sa.CheckConstraint("origin IN ('online', 'staff', 'import')", name=op.f("ck_appointment_origin")),
        sa.CheckConstraint("ends_s > starts_s AND minutes > 0", name=op.f("ck_appointment_forwards")),
        sa.CheckConstraint("local_time BETWEEN 0 AND 1439", name=op.f("ck_appointment_local_time")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_appointment_listing_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_appointment_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_staff_id"], ["resource.id"], name=op.f("fk_appointment_proposed_staff_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_appointment_shop_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["resource.id"], name=op.f("fk_appointment_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_listing_id"), "appointment", ["listing_id"], unique=False)
    op.create_index(op.f("ix_appointment_order_id"), "appointment", ["order_id"], unique=False)
    op.create_index("ix_appointment_person_starts", "appointment", ["person_id", "starts_s"], unique=False)
    op.create_index(op.f("ix_appointment_series_id"), "appointment", ["series_id"], unique=False)
    op.create_index("ix_appointment_shop_phone", "appointment", ["shop_id", "contact_phone"], unique=False)
    op.create_index("ix_appointment_shop_starts", "appointment", ["shop_id", "starts_s"], unique=False)
    op.create_index(op.f("ix_appointment_staff_id"), "appointment", ["staff_id"], unique=False)
    op.create_table(
        "listing_next_free",
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("next_s", sa.BigInteger(), nullable=True),
        sa.Column("worked_out_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_next_free_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_next_free")),
    )
    op.create_index("ix_listing_next_free_next", "listing_next_free", ["next_s"], unique=False)
    op.create_table(
        "resource_day",
        sa.Column("resource_id", Number, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("ranges", Json, nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("mode IN ('closed', 'replaces', 'adds')", name=op.f("ck_resource_day_mode")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_day_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "day", name=op.f("pk_resource_day")),
    )
    op.create_table(
        "resource_hours",
        sa.Column("id", Number, nullable=False),
        sa.Column("resource_id", Number, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440",
            name=op.f("ck_resource_hours_range"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_resource_hours_valid")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_resource_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_hours_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_hours")),
    )
    op.create_index(op.f("ix_resource_hours_resource_id"), "resource_hours", ["resource_id"], unique=False)
    op.create_table(
        "service_resource",
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("resource_id", Number, autoincrement=False, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_service_resource_minutes")),
        sa.CheckConstraint("price_amount >= 0", name=op.f("ck_service_resource_price")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_service_resource_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_service_resource_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "resource_id", name=op.f("pk_service_resource")),
    )
    op.create_index(op.f("ix_service_resource_resource_id"), "service_resource", ["resource_id"], unique=False)
    op.create_table(
        "service_rule",
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("after", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lead_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("horizon_days", sa.Integer(), server_default="60", nullable=False),
        sa.Column("step", sa.Integer(), server_default="15", nullable=False),
        sa.Column("mode", sa.String(length=10), server_default="grid", nullable=False),
        sa.Column("fixed_times", Json, server_default="[]", nullable=False),
        sa.Column("confirmation", sa.String(length=10), server_default="instant", nullable=False),
        sa.Column("needs", Json, server_default="[]", nullable=False),
        sa.Column("places", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cutoff_hours", sa.Integer(), server_default="6", nullable=False),
        sa.Column("moves", sa.Integer(), server_default="2", nullable=False),
        sa.Column("max_open", sa.Integer(), server_default="10", nullable=False),
        sa.Column("prepay", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("prepay_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("late_fee_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed_fee_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("policy_text", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("bookable_online", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("confirmation IN ('instant', 'by_shop')", name=op.f("ck_service_rule_confirmation")),
        sa.CheckConstraint("mode IN ('grid', 'fixed', 'no_gaps')", name=op.f("ck_service_rule_mode")),
        sa.CheckConstraint(
            "prepay IN ('none', 'fixed', 'percent', 'all') AND prepay_amount >= 0", name=op.f("ck_service_rule_prepay")
        ),
        sa.CheckConstraint(
            '"before" BETWEEN 0 AND 600 AND "after" BETWEEN 0 AND 600', name=op.f("ck_service_rule_buffers")
        ),
        sa.CheckConstraint("cutoff_hours >= 0 AND moves >= 0 AND max_open >= 0", name=op.f("ck_service_rule_limits")),
        sa.CheckConstraint("horizon_days BETWEEN 0 AND 730", name=op.f("ck_service_rule_horizon")),
        sa.CheckConstraint(
            "late_fee_percent BETWEEN 0 AND 100 AND missed_fee_percent BETWEEN 0 AND 100",
            name=op.f("ck_service_rule_fees"),
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_service_rule_minutes")),
        sa.CheckConstraint("places BETWEEN 1 AND 500", name=op.f("ck_service_rule_places")),
        sa.CheckConstraint("step BETWEEN 1 AND 1440 AND lead_minutes >= 0", name=op.f("ck_service_rule_step")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_service_rule_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_service_rule")),
    )
    op.create_table(
        "appointment_reminder",
        sa.Column("appointment_id", Uuid, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'void', 'skipped')", name=op.f("ck_appointment_reminder_state")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_reminder_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("appointment_id", "version", "offset_minutes", name=op.f("pk_appointment_reminder")),
    )
    op.create_index("ix_appointment_reminder_due", "appointment_reminder", ["state", "due_at"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("resource_id", Number, nullable=False),
        sa.Column("lane", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_s", sa.BigInteger(), nullable=False),
        sa.Column("to_s", sa.BigInteger(), nullable=False),
        sa.Column("hold_until", UtcDateTime, nullable=True),
        sa.Column("released_at", UtcDateTime, nullable=True),
        sa.Column("enforced", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("hold_id", Uuid, nullable=True),
        sa.Column("appointment_id", Uuid, nullable=True),
        sa.Column("held_for", Uuid, nullable=True),
        sa.Column("held_by", Uuid, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(kind = 'hold') = (hold_until IS NOT NULL)", name=op.f("ck_claim_hold")),
        sa.CheckConstraint("kind IN ('hold', 'booking', 'break', 'busy')", name=op.f("ck_claim_kind")),
        sa.CheckConstraint("lane >= 0", name=op.f("ck_claim_lane")),
        sa.CheckConstraint("to_s - from_s BETWEEN 1 AND 172800", name=op.f("ck_claim_length")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_claim_appointment_id"),
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(["held_by"], ["person.id"], name=op.f("fk_claim_held_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_claim_resource_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(
        "claim_day",
        "claim",
        ["resource_id", "from_s"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )
    op.create_index(op.f("ix_claim_appointment_id"), "claim", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_claim_held_by"), "claim", ["held_by"], unique=False)
    op.create_index(op.f("ix_claim_hold_id"), "claim", ["hold_id"], unique=False)
    op.create_table(
        "van",
        sa.Column("resource_id", Number, autoincrement=False, nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("radius_m", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kmh", sa.Integer(), server_default="30", nullable=False),
        sa.Column("road_percent", sa.Integer(), server_default="130", nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_van_base")),
        sa.CheckConstraint("radius_m BETWEEN 0 AND 200000", name=op.f("ck_van_radius")),
        sa.CheckConstraint("kmh BETWEEN 5 AND 120 AND road_percent BETWEEN 100 AND 300", name=op.f("ck_van_ways")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_van_resource_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_van")),
    )
    op.create_table(
        "van_area",
        sa.Column("id", Number, nullable=False),
        sa.Column("resource_id", Number, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("outline", Json, nullable=False),
        sa.Column("weekdays", Json, nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_van_area_named")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_van_area_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_van_area")),
    )
    op.create_index(op.f("ix_van_area_resource_id"), "van_area", ["resource_id"], unique=False)
    op.create_table(
        "van_trip",
        sa.Column("line_id", Uuid, nullable=False),
        sa.Column("resource_id", Number, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_s", sa.BigInteger(), nullable=False),
        sa.Column("before_s", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("entrance", sa.String(length=80), server_default="", nullable=False),
        sa.Column("area", sa.String(length=80), server_default="", nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("before_s >= 0", name=op.f("ck_van_trip_before")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_van_trip_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_van_trip")),
    )
    op.create_index("ix_van_trip_resource_day", "van_trip", ["resource_id", "day"], unique=False)
    # Alembic does not see what refuses overlaps: this is the one place that says it.
    for statement in refuse_overlaps(op.get_bind().dialect.name)[0]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_van_trip_resource_day", table_name="van_trip")
    op.drop_table("van_trip")
    op.drop_index(op.f("ix_van_area_resource_id"), table_name="van_area")
    op.drop_table("van_area")
    op.drop_table("van")
    op.drop_index(op.f("ix_claim_hold_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_held_by"), table_name="claim")
    op.drop_index(op.f("ix_claim_appointment_id"), table_name="claim")
    op.drop_index(
        "claim_day",
        table_name="claim",
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )
    op.drop_table("claim")
    op.drop_index("ix_appointment_reminder_due", table_name="appointment_reminder")
    op.drop_table("appointment_reminder")
    op.drop_table("service_rule")
    op.drop_index(op.f("ix_service_resource_resource_id"), table_name="service_resource")
    op.drop_table("service_resource")
    op.drop_index(op.f("ix_resource_hours_resource_id"), table_name="resource_hours")
    op.drop_table("resource_hours")
    op.drop_table("resource_day")
    op.drop_index("ix_listing_next_free_next", table_name="listing_next_free")
    op.drop_table("listing_next_free")
    op.drop_index(op.f("ix_appointment_staff_id"), table_name="appointment")
    op.drop_index("ix_appointment_shop_starts", table_name="appointment")
    op.drop_index("ix_appointment_shop_phone", table_name="appointment")
    op.drop_index(op.f("ix_appointment_series_id"), table_name="appointment")
    op.drop_index("ix_appointment_person_starts", table_name="appointment")
    op.drop_index(op.f("ix_appointment_order_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_listing_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("shop_booking")
    op.drop_index("ix_resource_shop_kind", table_name="resource")
    op.drop_index(op.f("ix_resource_photo"), table_name="resource")
    op.drop_index(op.f("ix_resource_member_id"), table_name="resource")
    op.drop_table("resource")
    op.drop_index(op.f("ix_booking_mark_person_id"), table_name="booking_mark")
    op.drop_table("booking_mark")
