"""rooms, seasons, stays with their nights and guests, sheets of the days."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "boarding_0001"
down_revision = None
branch_labels = ("boarding",)
depends_on = ("scheduling_0001", "pets_0001", "web_0002")

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "boarding_room",
        sa.Column("resource_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("max_pets", sa.Integer(), nullable=False),
        sa.Column("max_grams", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_boarding_room_name")),
        sa.CheckConstraint("max_grams > 0", name=op.f("ck_boarding_room_max_grams")),
        sa.CheckConstraint("max_pets BETWEEN 1 AND 10", name=op.f("ck_boarding_room_max_pets")),
        sa.CheckConstraint("places BETWEEN 1 AND 100", name=op.f("ck_boarding_room_places")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_boarding_room_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_boarding_room_resource_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_boarding_room_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_boarding_room")),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_boarding_room_shop_id_name")),
    )
    op.create_index(op.f("ix_boarding_room_listing_id"), "boarding_room", ["listing_id"], unique=False)
    op.create_index(op.f("ix_boarding_room_shop_id"), "boarding_room", ["shop_id"], unique=False)
    op.create_table(
        "boarding_season",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint('"last" >= "first"', name=op.f("ck_boarding_season_forwards")),
        sa.CheckConstraint("percent BETWEEN -90 AND 300", name=op.f("ck_boarding_season_percent")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_boarding_season_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boarding_season")),
    )
    op.create_index(op.f("ix_boarding_season_shop_id"), "boarding_season", ["shop_id"], unique=False)
    op.create_table(
        "boarding_stay",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("contact_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("arrives", sa.Date(), nullable=False),
        sa.Column("leaves", sa.Date(), nullable=False),
        sa.Column("arrive_minute", sa.Integer(), nullable=False),
        sa.Column("leave_minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("resource_id", NUMBER, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base_amount", sa.BigInteger(), nullable=False),
        sa.Column("medicine_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("late_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("late_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deposit_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancel_hours", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("gate_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("collector", sa.String(length=120), server_default="", nullable=False),
        sa.Column("belongings", sa.String(length=300), server_default="", nullable=False),
        sa.Column("checked_in_at", UtcDateTime, nullable=True),
        sa.Column("left_at", UtcDateTime, nullable=True),
        sa.Column("cover", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "arrive_minute BETWEEN 0 AND 1439 AND leave_minute BETWEEN 0 AND 1439", name=op.f("ck_boarding_stay_hours")
        ),
        sa.CheckConstraint(
            "base_amount >= 0 AND medicine_amount >= 0 AND late_amount >= 0", name=op.f("ck_boarding_stay_amounts")
        ),
        sa.CheckConstraint("deposit_amount >= 0", name=op.f("ck_boarding_stay_deposit")),
        sa.CheckConstraint("leaves > arrives", name=op.f("ck_boarding_stay_forwards")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_boarding_stay_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_boarding_stay_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_boarding_stay_resource_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_boarding_stay_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boarding_stay")),
    )
    op.create_index(op.f("ix_boarding_stay_listing_id"), "boarding_stay", ["listing_id"], unique=False)
    op.create_index(op.f("ix_boarding_stay_order_id"), "boarding_stay", ["order_id"], unique=False)
    op.create_index(op.f("ix_boarding_stay_person_id"), "boarding_stay", ["person_id"], unique=False)
    op.create_index(op.f("ix_boarding_stay_resource_id"), "boarding_stay", ["resource_id"], unique=False)
    op.create_index("ix_boarding_stay_shop_days", "boarding_stay", ["shop_id", "leaves", "arrives"], unique=False)
    op.create_table(
        "boarding_night",
        sa.Column("stay_id", Uuid, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_boarding_night_amount")),
        sa.ForeignKeyConstraint(
            ["stay_id"], ["boarding_stay.id"], name=op.f("fk_boarding_night_stay_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stay_id", "night", name=op.f("pk_boarding_night")),
    )
    op.create_table(
        "boarding_guest",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("stay_id", Uuid, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pet_id", Uuid, nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("species", sa.String(length=20), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=True),
        sa.Column("codes", sa.String(length=200), server_default="", nullable=False),
        sa.Column("food", sa.String(length=300), server_default="", nullable=False),
        sa.Column("food_times", sa.String(length=100), server_default="", nullable=False),
        sa.Column("medicine", sa.String(length=300), server_default="", nullable=False),
        sa.Column("medicine_times", sa.String(length=100), server_default="", nullable=False),
        sa.Column("care", sa.String(length=1000), server_default="", nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_boarding_guest_name")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_boarding_guest_grams")),
        sa.ForeignKeyConstraint(
            ["pet_id"], ["pets_pet.id"], name=op.f("fk_boarding_guest_pet_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["stay_id"], ["boarding_stay.id"], name=op.f("fk_boarding_guest_stay_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boarding_guest")),
        sa.UniqueConstraint("stay_id", "position", name=op.f("uq_boarding_guest_stay_id_position")),
    )
    op.create_index(op.f("ix_boarding_guest_pet_id"), "boarding_guest", ["pet_id"], unique=False)
    op.create_table(
        "boarding_entry",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("stay_id", Uuid, nullable=False),
        sa.Column("guest_id", Uuid, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), server_default="", nullable=False),
        sa.Column("said", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.CheckConstraint(
            "kind IN ('meal', 'medicine', 'walk', 'toilet', 'mood', 'note', 'incident')",
            name=op.f("ck_boarding_entry_kind"),
        ),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_boarding_entry_minute")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_boarding_entry_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["boarding_guest.id"], name=op.f("fk_boarding_entry_guest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stay_id"], ["boarding_stay.id"], name=op.f("fk_boarding_entry_stay_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boarding_entry")),
        sa.UniqueConstraint("guest_id", "day", "kind", "minute", name="uq_boarding_entry_due"),
    )
    op.create_index(op.f("ix_boarding_entry_by_person_id"), "boarding_entry", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_boarding_entry_stay_id"), "boarding_entry", ["stay_id"], unique=False)
    op.create_table(
        "boarding_report",
        sa.Column("stay_id", Uuid, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_boarding_report_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["stay_id"], ["boarding_stay.id"], name=op.f("fk_boarding_report_stay_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stay_id", "day", name=op.f("pk_boarding_report")),
    )
    op.create_index(op.f("ix_boarding_report_by_person_id"), "boarding_report", ["by_person_id"], unique=False)
    op.create_table(
        "boarding_missed",
        sa.Column("guest_id", Uuid, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["boarding_guest.id"], name=op.f("fk_boarding_missed_guest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("guest_id", "day", "minute", name=op.f("pk_boarding_missed")),
    )
    op.create_table(
        "boarding_photo",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("boarding_stay_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("rank >= 0 AND rank < 12", name=op.f("ck_boarding_photo_rank")),
        sa.ForeignKeyConstraint(
            ["boarding_stay_id"],
            ["boarding_stay.id"],
            name=op.f("fk_boarding_photo_boarding_stay_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_boarding_photo_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["key"], ["media.key"], name=op.f("fk_boarding_photo_key"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boarding_photo")),
        sa.UniqueConstraint("boarding_stay_id", "rank", name=op.f("uq_boarding_photo_boarding_stay_id_rank")),
    )
    op.create_index(op.f("ix_boarding_photo_by_id"), "boarding_photo", ["by_id"], unique=False)
    op.create_index(op.f("ix_boarding_photo_key"), "boarding_photo", ["key"], unique=False)


def downgrade() -> None:
    op.drop_table("boarding_photo")
    op.drop_table("boarding_missed")
    op.drop_table("boarding_report")
    op.drop_table("boarding_entry")
    op.drop_table("boarding_guest")
    op.drop_table("boarding_night")
    op.drop_table("boarding_stay")
    op.drop_table("boarding_season")
    op.drop_table("boarding_room")
