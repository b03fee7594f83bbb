"""interests."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import UtcDateTime, Uuid

revision = "breeder_0001"
down_revision = None
branch_labels = ("breeder",)
depends_on = "listings_0001"


def upgrade() -> None:
    op.create_table(
        "breeder_interest",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("listing_title", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("shown_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_breeder_interest_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_breeder_interest_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_breeder_interest_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breeder_interest")),
        sa.UniqueConstraint("listing_id", "person_id", name=op.f("uq_breeder_interest_listing_id_person_id")),
    )
    op.create_index("ix_breeder_interest_person_id", "breeder_interest", ["person_id"], unique=False)
    op.create_index("ix_breeder_interest_shop_id", "breeder_interest", ["shop_id", "shown_at"], unique=False)
    op.create_index("ix_breeder_interest_shown_at", "breeder_interest", ["shown_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_breeder_interest_shown_at", table_name="breeder_interest")
    op.drop_index("ix_breeder_interest_shop_id", table_name="breeder_interest")
    op.drop_index("ix_breeder_interest_person_id", table_name="breeder_interest")
    op.drop_table("breeder_interest")
