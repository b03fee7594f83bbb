"""where on the map an address is."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0003"
down_revision = "accounts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person_address", sa.Column("point", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("person_address", "point")
