"""people who wait for a time of a full day."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "scheduling_0004"
down_revision = "scheduling_0003"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'offered')")
GUEST = sa.text("state IN ('waiting', 'offered') AND person_id IS NULL")
ASKED = sa.text("state = 'offered'")


def upgrade() -> None:
    op.create_table(
        "slot_wait",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("contact_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="", nullable=False),
        sa.Column("consent_version", sa.String(length=40), nullable=True),
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
        sa.Column("release_id", Uuid, nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR contact_phone <> ''", name=op.f("ck_slot_wait_whom")),
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
    op.create_index(
        "uq_slot_wait_guest",
        "slot_wait",
        ["contact_phone", "listing_id"],
        unique=True,
        postgresql_where=GUEST,
        sqlite_where=GUEST,
    )
    op.create_index(
        "uq_slot_wait_release",
        "slot_wait",
        ["release_id"],
        unique=True,
        postgresql_where=ASKED,
        sqlite_where=ASKED,
    )


def downgrade() -> None:
    op.drop_index("uq_slot_wait_release", table_name="slot_wait", postgresql_where=ASKED, sqlite_where=ASKED)
    op.drop_index("uq_slot_wait_guest", table_name="slot_wait", postgresql_where=GUEST, sqlite_where=GUEST)
    op.drop_index("uq_slot_wait_open", table_name="slot_wait", postgresql_where=OPEN, sqlite_where=OPEN)
    op.drop_index("ix_slot_wait_shop_state", table_name="slot_wait")
    op.drop_index(op.f("ix_slot_wait_listing_id"), table_name="slot_wait")
    op.drop_table("slot_wait")
