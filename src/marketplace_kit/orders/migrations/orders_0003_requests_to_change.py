"""Requests of customers to change what they ordered, and what the shop answered."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "orders_0003"
down_revision = "orders_0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "order_change_request",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("order_id", Uuid, nullable=False),
        sa.Column("line_id", Uuid, nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asked_by", Uuid, nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("answered_by", Uuid, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'declined', 'withdrawn')", name=op.f("ck_order_change_request_state")
        ),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_order_change_request_answered")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_order_change_request_text")),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_line.id"],
            name=op.f("fk_order_change_request_line_id_order_line"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["order_head.id"],
            name=op.f("fk_order_change_request_order_id_order_head"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_change_request")),
    )
    op.create_index(
        "uq_order_change_request_open",
        "order_change_request",
        ["order_id"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index("ix_order_change_request_order", "order_change_request", ["order_id", "asked_at", "id"])
    for column in ("line_id", "asked_by", "answered_by"):
        op.create_index(op.f(f"ix_order_change_request_{column}"), "order_change_request", [column])


def downgrade() -> None:
    op.drop_table("order_change_request")
