"""What was ordered is called in the reader's language, where it was when it was ordered."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json

revision = "orders_0002"
down_revision = "orders_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_line", sa.Column("titles", Json, server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("order_line", "titles")
