"""Private files: documents that have no address of their own."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime

revision = "web_0004"
down_revision = "web_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_file",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("kept_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_private_file_size")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_private_file")),
    )
    op.create_index(op.f("ix_private_file_kept_at"), "private_file", ["kept_at"])


def downgrade() -> None:
    op.drop_table("private_file")
