"""Minutes of ways that somebody measured: what is read before a straight line is taken."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime

revision = "places_0002"
down_revision = "places_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "way",
        sa.Column("origin", sa.String(length=24), nullable=False),
        sa.Column("target", sa.String(length=24), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("measured_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 720", name=op.f("ck_way_minutes")),
        sa.PrimaryKeyConstraint("origin", "target", name=op.f("pk_way")),
    )


def downgrade() -> None:
    op.drop_table("way")
