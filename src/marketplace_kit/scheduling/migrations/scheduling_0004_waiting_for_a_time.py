"""people who wait for a time of a full day."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "scheduling_0004"
down_revision = "scheduling_0003"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'offered')")


def upgrade() -> None:
    op.create_table(
        "slot_wait",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("to_minute", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("offer_id", Uuid, nullable=True),
        sa.Column("offer_s", sa.BigInteger(), nullable=True),
        sa.Column("offer_until", UtcDateTime, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'passed', 'left')", name=op.f("ck_slot_wait_state")
        ),
        sa.CheckConstraint(
            "state <> 'offered' OR (offer_id IS NOT NULL AND offer_until IS NOT NULL)", name=op.f("ck_slot_wait_offer")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_slot_wait_days")),
        sa.CheckConstraint(
            "from_minute BETWEEN 0 AND 1439 AND to_minute > from_minute AND to_minute <= 1440",
            name=op.f("ck_slot_wait_part"),
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_slot_wait_shop_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_slot_wait_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_slot_wait_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["resource.id"], name=op.f("fk_slot_wait_staff_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_wait")),
    )
    op.create_index(op.f("ix_slot_wait_listing_id"), "slot_wait", ["listing_id"], unique=False)
    op.create_index("ix_slot_wait_shop_state", "slot_wait", ["shop_id", "state", "id"], unique=False)
    op.create_index(
        "uq_slot_wait_open",
        "slot_wait",
        ["person_id", "listing_id"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("uq_slot_wait_open", table_name="slot_wait", postgresql_where=OPEN, sqlite_where=OPEN)
    op.drop_index("ix_slot_wait_shop_state", table_name="slot_wait")
    op.drop_index(op.f("ix_slot_wait_listing_id"), table_name="slot_wait")
    op.drop_table("slot_wait")
