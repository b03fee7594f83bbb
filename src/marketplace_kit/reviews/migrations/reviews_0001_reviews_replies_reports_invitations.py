"""Reviews, what shops answer, what readers report, and who is asked."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "reviews_0001"
down_revision = None
branch_labels = ("reviews",)
depends_on = "listings_0001"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_line_id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", Uuid, nullable=True),
        sa.Column("author_name", sa.String(length=60), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("moderation_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("edited_at", UtcDateTime, nullable=True),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.CheckConstraint("state IN ('held', 'published', 'removed')", name=op.f("ck_review_state")),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_review_published")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_review_shop_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_review_listing_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["person.id"], name=op.f("fk_review_customer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_review_order_line_id")),
    )
    op.create_index("ix_review_shop", "review", ["shop_id", "state", "created_at", "id"])
    op.create_index("ix_review_listing", "review", ["listing_id", "state", "created_at", "id"])
    op.create_index("ix_review_customer", "review", ["customer_id", "created_at", "id"])
    op.create_index("ix_review_queue", "review", ["state", "created_at", "id"])
    op.create_index("ix_review_shop_rating", "review", ["shop_id", "state", "rating"])
    op.create_index("ix_review_listing_rating", "review", ["listing_id", "state", "rating"])
    op.create_index("ix_review_staff_rating", "review", ["staff_id", "state", "rating"])
    op.create_table(
        "review_reply",
        sa.Column("review_id", Uuid, nullable=False),
        sa.Column("by_id", Uuid, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("edited_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_review_reply_text")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_reply_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_reply_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_reply")),
    )
    op.create_index(op.f("ix_review_reply_by_id"), "review_reply", ["by_id"])
    op.create_table(
        "review_report",
        sa.Column("review_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.CheckConstraint(
            "reason IN ('spam', 'insult', 'private', 'untrue', 'other')", name=op.f("ck_review_report_reason")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_report_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_review_report_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "person_id", name=op.f("pk_review_report")),
    )
    op.create_index(op.f("ix_review_report_person_id"), "review_report", ["person_id"])
    op.create_index(
        "ix_review_report_open",
        "review_report",
        ["review_id"],
        postgresql_where=sa.text("settled_at IS NULL"),
        sqlite_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "review_invitation",
        sa.Column("order_line_id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("customer_id", Uuid, nullable=True),
        sa.Column("completed_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("closes_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint("closes_at > due_at AND due_at >= completed_at", name=op.f("ck_review_invitation_times")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["person.id"], name=op.f("fk_review_invitation_customer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_review_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_review_invitation_token_digest")),
    )
    op.create_index(op.f("ix_review_invitation_customer_id"), "review_invitation", ["customer_id"])


def downgrade() -> None:
    op.drop_table("review_invitation")
    op.drop_table("review_report")
    op.drop_table("review_reply")
    op.drop_table("review")
