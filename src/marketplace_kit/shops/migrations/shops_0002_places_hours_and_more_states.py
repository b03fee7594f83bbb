"""Where a shop is, when it is open, every address it had, and the states between draft and closed."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "shops_0002"
down_revision = "shops_0001"
branch_labels = None
depends_on = "places_0001"

OLD_NAMED = "slug <> '' AND name <> ''"
NEW_NAMED = "slug <> '' AND (name <> '' OR state IN ('draft', 'closed'))"
OLD_STATES = "state IN ('pending', 'open', 'closed')"
NEW_STATES = "state IN ('draft', 'pending', 'open', 'paused', 'hidden', 'suspended', 'closed')"


def upgrade() -> None:
    with op.batch_alter_table("shop") as shop:
        shop.add_column(sa.Column("abouts", Json, server_default="{}", nullable=False))
        shop.add_column(sa.Column("policies", Json, server_default="{}", nullable=False))
        shop.add_column(sa.Column("city_id", sa.String(length=60), nullable=True))
        shop.add_column(sa.Column("category_id", sa.String(length=60), nullable=True))
        shop.add_column(sa.Column("address", sa.String(length=300), server_default="", nullable=False))
        shop.add_column(sa.Column("directions", sa.String(length=500), server_default="", nullable=False))
        shop.add_column(sa.Column("lat", sa.Float(), nullable=True))
        shop.add_column(sa.Column("lon", sa.Float(), nullable=True))
        shop.add_column(sa.Column("zone", sa.String(length=60), server_default="Asia/Atyrau", nullable=False))
        shop.add_column(sa.Column("whatsapp", sa.String(length=20), nullable=True))
        shop.add_column(sa.Column("telegram", sa.String(length=40), nullable=True))
        shop.add_column(sa.Column("instagram", sa.String(length=40), nullable=True))
        shop.add_column(sa.Column("tax_id", sa.String(length=12), nullable=True))
        shop.add_column(sa.Column("holidays_closed", sa.Boolean(), server_default=sa.true(), nullable=False))
        shop.add_column(sa.Column("state_reason", sa.String(length=500), server_default="", nullable=False))
        shop.add_column(sa.Column("state_since", UtcDateTime, nullable=True))
        shop.add_column(sa.Column("rating_average", sa.Float(), nullable=True))
        shop.add_column(sa.Column("rating_count", sa.Integer(), server_default="0", nullable=False))
        shop.add_column(sa.Column("search_text", sa.Text(), server_default="", nullable=False))
        shop.create_foreign_key(op.f("fk_shop_city_id"), "city", ["city_id"], ["id"])
        shop.create_foreign_key(op.f("fk_shop_category_id"), "category", ["category_id"], ["id"])
        shop.create_check_constraint(op.f("ck_shop_point"), "(lat IS NULL) = (lon IS NULL)")
        shop.create_check_constraint(op.f("ck_shop_on_earth"), "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180")
        shop.create_check_constraint(op.f("ck_shop_rating"), "rating_count >= 0")
        shop.drop_constraint(op.f("ck_shop_state"), type_="check")
        shop.create_check_constraint(op.f("ck_shop_state"), NEW_STATES)
        shop.drop_constraint(op.f("ck_shop_named"), type_="check")
        shop.create_check_constraint(op.f("ck_shop_named"), NEW_NAMED)
    op.create_index("ix_shop_state_city_id", "shop", ["state", "city_id"], unique=False)
    op.create_index("ix_shop_city_id", "shop", ["city_id"], unique=False)
    op.create_index("ix_shop_category_id", "shop", ["category_id"], unique=False)
    op.add_column("shop_member", sa.Column("title", sa.String(length=80), server_default="", nullable=False))
    op.add_column("shop_member", sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "shop_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_slug_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_shop_slug")),
    )
    op.create_index(op.f("ix_shop_slug_shop_id"), "shop_slug", ["shop_id"], unique=False)
    op.execute("INSERT INTO shop_slug (slug, shop_id, since) SELECT slug, id, created_at FROM shop")
    op.create_table(
        "shop_hours",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_shop_hours_weekday")),
        sa.CheckConstraint(
            "opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440", name=op.f("ck_shop_hours_range")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_hours_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "weekday", "opens", name=op.f("pk_shop_hours")),
    )
    op.create_table(
        "shop_day",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ranges", Json, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_day_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "day", name=op.f("pk_shop_day")),
    )
    op.create_table(
        "shop_open_span",
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("opens_at", UtcDateTime, nullable=False),
        sa.Column("closes_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_shop_open_span_forwards")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shop_open_span_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "opens_at", name=op.f("pk_shop_open_span")),
    )


def downgrade() -> None:
    op.drop_table("shop_open_span")
    op.drop_table("shop_day")
    op.drop_table("shop_hours")
    op.drop_table("shop_slug")
    op.drop_column("shop_member", "public")
    op.drop_column("shop_member", "title")
    op.execute("UPDATE shop SET name = slug WHERE name = ''")
    op.execute("UPDATE shop SET state = 'pending' WHERE state = 'draft'")
    op.execute("UPDATE shop SET state = 'closed' WHERE state IN ('paused', 'hidden', 'suspended')")
    op.drop_index("ix_shop_category_id", table_name="shop")
    op.drop_index("ix_shop_city_id", table_name="shop")
    op.drop_index("ix_shop_state_city_id", table_name="shop")
    with op.batch_alter_table("shop") as shop:
        shop.drop_constraint(op.f("ck_shop_state"), type_="check")
        shop.create_check_constraint(op.f("ck_shop_state"), OLD_STATES)
        shop.drop_constraint(op.f("ck_shop_named"), type_="check")
        shop.create_check_constraint(op.f("ck_shop_named"), OLD_NAMED)
        shop.drop_constraint(op.f("ck_shop_rating"), type_="check")
        shop.drop_constraint(op.f("ck_shop_on_earth"), type_="check")
        shop.drop_constraint(op.f("ck_shop_point"), type_="check")
        shop.drop_constraint(op.f("fk_shop_category_id"), type_="foreignkey")
        shop.drop_constraint(op.f("fk_shop_city_id"), type_="foreignkey")
        for column in (
            "search_text",
            "rating_count",
            "rating_average",
            "state_since",
            "state_reason",
            "holidays_closed",
            "tax_id",
            "instagram",
            "telegram",
            "whatsapp",
            "zone",
            "lon",
            "lat",
            "directions",
            "address",
            "category_id",
            "city_id",
            "policies",
            "abouts",
        ):
            shop.drop_column(column)
