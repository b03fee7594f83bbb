"""Codes of behaviour that a shop adds to the list."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "pets_0004"
down_revision = "pets_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pets_code",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("tone", sa.String(length=10), nullable=False),
        sa.Column("kk", sa.String(length=60), nullable=False),
        sa.Column("ru", sa.String(length=60), nullable=False),
        sa.Column("en", sa.String(length=60), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_person_id", Uuid, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("tone IN ('bad', 'warn', 'info')", name=op.f("ck_pets_code_tone")),
        sa.CheckConstraint("kk <> '' AND ru <> '' AND en <> ''", name=op.f("ck_pets_code_names")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_pets_code_by_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_pets_code_shop_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_pets_code")),
    )
    for column in ("by_person_id", "shop_id"):
        op.create_index(op.f(f"ix_pets_code_{column}"), "pets_code", [column], unique=False)


def downgrade() -> None:
    op.drop_table("pets_code")
