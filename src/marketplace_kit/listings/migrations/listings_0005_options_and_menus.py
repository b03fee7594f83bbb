"""Options of listings; menus of shops."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, Uuid

revision = "listings_0005"
down_revision = "listings_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_option_group",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('variant', 'modifier', 'addon')", name=op.f("ck_listing_option_group_kind")),
        sa.CheckConstraint(
            "least >= 0 AND (most IS NULL OR (most >= 1 AND most >= least))", name=op.f("ck_listing_option_group_count")
        ),
        sa.CheckConstraint(
            "kind <> 'variant' OR (least = 1 AND most IS NOT NULL AND most = 1)",
            name=op.f("ck_listing_option_group_variant"),
        ),
        sa.CheckConstraint("kind <> 'addon' OR least = 0", name=op.f("ck_listing_option_group_addon")),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_listing_option_group_rank")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_option_group_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_option_group")),
        sa.UniqueConstraint("listing_id", "rank", name=op.f("uq_listing_option_group_listing_id_rank")),
    )
    op.create_index(
        "ix_listing_option_group_variant",
        "listing_option_group",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'variant'"),
        sqlite_where=sa.text("kind = 'variant'"),
    )
    op.create_table(
        "listing_option",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("group_id", Uuid, nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("price_currency", sa.String(length=3), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name=op.f("ck_listing_option_price")),
        sa.CheckConstraint("price_amount >= 0", name=op.f("ck_listing_option_price_sign")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_listing_option_minutes")),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_listing_option_rank")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["listing_option_group.id"], name=op.f("fk_listing_option_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_option")),
        sa.UniqueConstraint("group_id", "rank", name=op.f("uq_listing_option_group_id_rank")),
    )
    op.create_index(
        "ix_listing_option_sku",
        "listing_option",
        ["group_id", "sku"],
        unique=True,
        postgresql_where=sa.text("sku <> ''"),
        sqlite_where=sa.text("sku <> ''"),
    )
    op.create_table(
        "listing_menu",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_listing_menu_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_listing_menu")),
    )
    op.create_table(
        "listing_menu_section",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=True),
        sa.Column("closes", sa.Integer(), nullable=True),
        sa.CheckConstraint("days BETWEEN 1 AND 127", name=op.f("ck_listing_menu_section_days")),
        sa.CheckConstraint(
            "(opens IS NULL AND closes IS NULL) OR (opens BETWEEN 0 AND 1439 AND closes > opens"
            " AND closes <= opens + 1440)",
            name=op.f("ck_listing_menu_section_range"),
        ),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name=op.f("ck_listing_menu_section_both")),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_listing_menu_section_rank")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["listing_menu.shop_id"], name=op.f("fk_listing_menu_section_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_menu_section")),
        sa.UniqueConstraint("shop_id", "rank", name=op.f("uq_listing_menu_section_shop_id_rank")),
    )
    op.create_table(
        "listing_menu_entry",
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("section_id", Uuid, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_listing_menu_entry_rank")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_menu_entry_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["listing_menu_section.id"],
            name=op.f("fk_listing_menu_entry_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_menu_entry")),
        sa.UniqueConstraint("section_id", "rank", name=op.f("uq_listing_menu_entry_section_id_rank")),
    )
    op.add_column("listing", sa.Column("option_groups", sa.Integer(), server_default="0", nullable=False))
    op.add_column("listing", sa.Column("lowest_amount", sa.BigInteger(), nullable=True))
    op.add_column("listing", sa.Column("lowest_currency", sa.String(length=3), nullable=True))
    op.add_column("listing", sa.Column("price_varies", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("listing", "price_varies")
    op.drop_column("listing", "lowest_currency")
    op.drop_column("listing", "lowest_amount")
    op.drop_column("listing", "option_groups")
    op.drop_table("listing_menu_entry")
    op.drop_table("listing_menu_section")
    op.drop_table("listing_menu")
    op.drop_table("listing_option")
    op.drop_table("listing_option_group")
