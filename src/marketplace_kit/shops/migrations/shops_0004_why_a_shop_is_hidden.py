"""Why the site itself took a shop out of lists, so that it can put it back by itself."""

import sqlalchemy as sa
from alembic import op

revision = "shops_0004"
down_revision = "shops_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("hidden_for", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("shop", "hidden_for")
