"""where somebody shall come to who waits for a visit at home."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0006"
down_revision = "scheduling_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slot_wait", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("slot_wait", sa.Column("entrance", sa.String(length=80), server_default="", nullable=False))
    op.add_column("slot_wait", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("slot_wait", sa.Column("lon", sa.Float(), nullable=True))


def downgrade() -> None:
    # Who waits for a visit at home is not offered one by earlier revisions, which do not know where.
    op.execute("UPDATE slot_wait SET state = 'left' WHERE lat IS NOT NULL AND state = 'waiting'")
    for name in ("lon", "lat", "entrance", "address"):
        op.drop_column("slot_wait", name)
