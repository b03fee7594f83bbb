"""Shops and their members."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "shops_0001"
down_revision = None
branch_labels = ("shops",)
depends_on = "accounts_0001"


def upgrade() -> None:
    op.create_table(
        "shop",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slug <> '' AND name <> ''", name=op.f("ck_shop_named")),
        sa.CheckConstraint("state IN ('pending', 'open', 'closed')", name=op.f("ck_shop_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("slug", name=op.f("uq_shop_slug")),
    )
    op.create_table(
        "shop_member",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.CheckConstraint("role IN ('owner', 'staff', 'operator')", name=op.f("ck_shop_member_role")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shop_member_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_member_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "person_id", name=op.f("pk_shop_member")),
    )
    op.create_index(op.f("ix_shop_member_person_id"), "shop_member", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_shop_member_person_id"), table_name="shop_member")
    op.drop_table("shop_member")
    op.drop_table("shop")
