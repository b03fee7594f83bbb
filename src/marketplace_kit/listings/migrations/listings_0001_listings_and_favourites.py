"""Listings and favourites."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "listings_0001"
down_revision = None
branch_labels = ("listings",)
depends_on = "shops_0001"


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("price_currency", sa.String(length=3), nullable=True),
        sa.Column("attributes", Json, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_listing_published")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_listing_title")),
        sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name=op.f("ck_listing_price")),
        sa.CheckConstraint("price_amount >= 0", name=op.f("ck_listing_price_sign")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_listing_shop_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index(
        "ix_listing_kind",
        "listing",
        ["kind", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
        sqlite_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "ix_listing_newest",
        "listing",
        ["published_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
        sqlite_where=sa.text("state = 'published'"),
    )
    op.create_index("ix_listing_shop", "listing", ["shop_id", "id"], unique=False)
    op.create_table(
        "favourite",
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_favourite_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_favourite_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "listing_id", name=op.f("pk_favourite")),
    )
    op.create_index(op.f("ix_favourite_listing_id"), "favourite", ["listing_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_favourite_listing_id"), table_name="favourite")
    op.drop_table("favourite")
    op.drop_index("ix_listing_shop", table_name="listing")
    op.drop_index(
        "ix_listing_newest",
        table_name="listing",
        postgresql_where=sa.text("state = 'published'"),
        sqlite_where=sa.text("state = 'published'"),
    )
    op.drop_index(
        "ix_listing_kind",
        table_name="listing",
        postgresql_where=sa.text("state = 'published'"),
        sqlite_where=sa.text("state = 'published'"),
    )
    op.drop_table("listing")
