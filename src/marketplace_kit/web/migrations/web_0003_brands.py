"""Brands: each as it was saved, with the style sheet made of it."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime

revision = "web_0003"
down_revision = "web_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand_sheet",
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("tokens", Json, nullable=False),
        sa.Column("logo", sa.String(length=60), nullable=True),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["logo"], ["media.key"], name=op.f("fk_brand_sheet_logo")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_brand_sheet")),
    )
    op.create_index(op.f("ix_brand_sheet_logo"), "brand_sheet", ["logo"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_brand_sheet_logo"), table_name="brand_sheet")
    op.drop_table("brand_sheet")
