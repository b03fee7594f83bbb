"""What a family was told of lately, and of which sharing it heard that it ends."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "pets_0003"
down_revision = "pets_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pets_told",
        sa.Column("pet_id", Uuid, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_told_pet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pet_id", "key", name=op.f("pk_pets_told")),
    )
    op.add_column("pets_grant", sa.Column("ending_told_at", UtcDateTime, nullable=True))
    op.create_index(
        "ix_pets_grant_ending",
        "pets_grant",
        ["expires_on"],
        unique=False,
        sqlite_where=sa.text("ending_told_at IS NULL AND revoked_at IS NULL AND origin = 'owner'"),
        postgresql_where=sa.text("ending_told_at IS NULL AND revoked_at IS NULL AND origin = 'owner'"),
    )


def downgrade() -> None:
    op.drop_index("ix_pets_grant_ending", table_name="pets_grant")
    op.drop_column("pets_grant", "ending_told_at")
    op.drop_table("pets_told")
