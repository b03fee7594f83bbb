"""a file that goes with a notice."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json

revision = "notifications_0003"
down_revision = "notifications_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("attachment", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("notice", "attachment")
