"""The tables of shops, and where :class:`Shop` is mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.places.tables import category_table, city_table
from marketplace_kit.shops.domain import MEMBER_ROLES, SHOP, Shop
from marketplace_kit.web.galleries import photo_table


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


shop_table = sa.Table(
    "shop",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("slug", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("city", sa.String(80), nullable=False),
    sa.Column("phone", sa.String(20)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("abouts", Json, nullable=False, server_default="{}"),
    sa.Column("policies", Json, nullable=False, server_default="{}"),
    sa.Column("city_id", sa.String(60), sa.ForeignKey(city_table.c.id)),
    sa.Column("category_id", sa.String(60), sa.ForeignKey(category_table.c.id)),
    sa.Column("address", sa.String(300), nullable=False, server_default=""),
    sa.Column("directions", sa.String(500), nullable=False, server_default=""),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("zone", sa.String(60), nullable=False, server_default="Asia/Atyrau"),
    sa.Column("whatsapp", sa.String(20)),
    sa.Column("telegram", sa.String(40)),
    sa.Column("instagram", sa.String(40)),
    sa.Column("tax_id", sa.String(12)),
    sa.Column("holidays_closed", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("state_reason", sa.String(500), nullable=False, server_default=""),
    sa.Column("state_since", UtcDateTime),
    sa.Column("hidden_for", sa.String(40)),
    sa.Column("warned_at", UtcDateTime),
    sa.Column("rating_average", sa.Float),
    sa.Column("rating_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cover", sa.String(60)),
    sa.Column("search_text", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point"),
    sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="on_earth"),
    sa.CheckConstraint("rating_count >= 0", name="rating"),
    sa.CheckConstraint(_one_of("state", tuple(s.name for s in SHOP.states)), name="state"),
    sa.CheckConstraint("slug <> '' AND (name <> '' OR state IN ('draft', 'closed'))", name="named"),
    sa.Index("ix_shop_state_city_id", "state", "city_id"),
    sa.Index("ix_shop_city_id", "city_id"),
    sa.Index("ix_shop_category_id", "category_id"),
)
"""``abouts`` and ``policies`` are texts by language; ``about`` is the one that stands for all of them."""

member_table = sa.Table(
    "shop_member",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("title", sa.String(80), nullable=False, server_default=""),
    sa.Column("public", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint(_one_of("role", MEMBER_ROLES), name="role"),
)

slug_table = sa.Table(
    "shop_slug",
    metadata,
    sa.Column("slug", sa.String(80), primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("since", UtcDateTime, nullable=False),
)
"""Every address that a shop ever had, its own among them: it leads there for ever, and nobody else gets it."""

hours_table = sa.Table(
    "shop_hours",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("weekday", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("opens", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("closes", sa.Integer, nullable=False),
    sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    sa.CheckConstraint("opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440", name="range"),
)
"""Minutes of the wall clock since midnight; Monday is 0. ``closes`` beyond 1440 is the next day."""

day_table = sa.Table(
    "shop_day",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("ranges", Json, nullable=False),
    sa.Column("note", sa.String(200), nullable=False),
)
"""What the owner says of one date. ``ranges`` are [opens, closes] in minutes; none means closed."""

span_table = sa.Table(
    "shop_open_span",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("opens_at", UtcDateTime, primary_key=True),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("closes_at > opens_at", name="forwards"),
)
"""When a shop is open in the coming 15 days, worked out from hours, dates and holidays."""

shop_photo_table = photo_table("shop_photo", "shop")

mapper.map_imperatively(Shop, shop_table, version_id_col=shop_table.c.version)

TABLES = tuple(
    t.name for t in (shop_table, member_table, slug_table, hours_table, day_table, span_table, shop_photo_table)
)
