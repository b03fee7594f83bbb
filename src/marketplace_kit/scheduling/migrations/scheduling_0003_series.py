"""appointments that repeat, and their dates."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "scheduling_0003"
down_revision = "scheduling_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_series",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("like_id", Uuid, nullable=False),
        sa.Column("freq", sa.String(length=10), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("weekdays", Json, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("made_by", Uuid, nullable=True),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("freq IN ('weekly', 'monthly')", name=op.f("ck_appointment_series_freq")),
        sa.CheckConstraint("every BETWEEN 1 AND 52", name=op.f("ck_appointment_series_every")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_appointment_series_minute")),
        sa.CheckConstraint("nth BETWEEN -1 AND 5", name=op.f("ck_appointment_series_nth")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_appointment_series_shop_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_appointment_series_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["like_id"], ["appointment.id"], name=op.f("fk_appointment_series_like_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_appointment_series_made_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_series")),
    )
    op.create_index(op.f("ix_appointment_series_shop_id"), "appointment_series", ["shop_id"], unique=False)
    op.create_index(op.f("ix_appointment_series_person_id"), "appointment_series", ["person_id"], unique=False)
    op.create_table(
        "appointment_series_date",
        sa.Column("series_id", Uuid, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("starts_s", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", Uuid, nullable=True),
        sa.Column("reason", sa.String(length=60), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'booked', 'conflict', 'dropped')", name=op.f("ck_appointment_series_date_state")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["appointment_series.id"],
            name=op.f("fk_appointment_series_date_series_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_series_date_appointment_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("series_id", "day", name=op.f("pk_appointment_series_date")),
    )
    op.create_index(
        op.f("ix_appointment_series_date_appointment_id"), "appointment_series_date", ["appointment_id"], unique=False
    )
    op.create_index(
        "ix_appointment_series_date_planned", "appointment_series_date", ["state", "starts_s"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_appointment_series_date_planned", table_name="appointment_series_date")
    op.drop_index(op.f("ix_appointment_series_date_appointment_id"), table_name="appointment_series_date")
    op.drop_table("appointment_series_date")
    op.drop_index(op.f("ix_appointment_series_person_id"), table_name="appointment_series")
    op.drop_index(op.f("ix_appointment_series_shop_id"), table_name="appointment_series")
    op.drop_table("appointment_series")
