"""What an admin chose while the site runs: settings saved in the admin area, and the brand in force."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_choice",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_choice")),
    )


def downgrade() -> None:
    op.drop_table("site_choice")
