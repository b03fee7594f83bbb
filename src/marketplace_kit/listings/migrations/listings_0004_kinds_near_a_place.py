"""Kinds near a place."""

from alembic import op

revision = "listings_0004"
down_revision = "listings_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_listing_search_kind_place", "listing_search", ["kind", "lat", "lon"])


def downgrade() -> None:
    op.drop_index("ix_listing_search_kind_place", table_name="listing_search")
