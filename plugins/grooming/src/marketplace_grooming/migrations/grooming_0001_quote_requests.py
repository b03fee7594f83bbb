"""quote requests."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "grooming_0001"
down_revision = None
branch_labels = ("grooming",)
depends_on = "listings_0001"


def upgrade() -> None:
    op.create_table(
        "grooming_quote_request",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=True),
        sa.Column("listing_title", sa.String(length=200), nullable=False),
        sa.Column("pet_name", sa.String(length=60), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("called_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("weight_grams > 0", name=op.f("ck_grooming_quote_request_weight")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_grooming_quote_request_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_grooming_quote_request_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_grooming_quote_request_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grooming_quote_request")),
    )
    op.create_index(op.f("ix_grooming_quote_request_asked_at"), "grooming_quote_request", ["asked_at"], unique=False)
    op.create_index(
        op.f("ix_grooming_quote_request_listing_id"), "grooming_quote_request", ["listing_id"], unique=False
    )
    op.create_index(op.f("ix_grooming_quote_request_person_id"), "grooming_quote_request", ["person_id"], unique=False)
    op.create_index(
        "ix_grooming_quote_request_shop_id", "grooming_quote_request", ["shop_id", "asked_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_grooming_quote_request_shop_id", table_name="grooming_quote_request")
    op.drop_index(op.f("ix_grooming_quote_request_person_id"), table_name="grooming_quote_request")
    op.drop_index(op.f("ix_grooming_quote_request_listing_id"), table_name="grooming_quote_request")
    op.drop_index(op.f("ix_grooming_quote_request_asked_at"), table_name="grooming_quote_request")
    op.drop_table("grooming_quote_request")
