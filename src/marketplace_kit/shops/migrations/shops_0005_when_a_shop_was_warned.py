"""When the site told a shop that it will take it out of lists."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime

revision = "shops_0005"
down_revision = "shops_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("warned_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("shop", "warned_at")
