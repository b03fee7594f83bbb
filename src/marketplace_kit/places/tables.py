"""The tables of places. What stands in them at first comes with their migrations; an admin changes it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, metadata

country_table = sa.Table(
    "country",
    metadata,
    sa.Column("id", sa.String(2), primary_key=True),
    sa.Column("names", Json, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.CheckConstraint("id <> ''", name="named"),
)

city_table = sa.Table(
    "city",
    metadata,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("country", sa.String(2), sa.ForeignKey("country.id"), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("id <> ''", name="named"),
    sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point"),
    sa.Index("ix_city_country", "country"),
)
"""``id`` is what stands in addresses (``atyrau``); ``names`` are by language."""

category_table = sa.Table(
    "category",
    metadata,
    sa.Column("id", sa.String(60), primary_key=True),
    sa.Column("names", Json, nullable=False),
    sa.Column("icon", sa.String(60), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("parent", sa.String(60), sa.ForeignKey("category.id")),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("id <> ''", name="named"),
    sa.CheckConstraint("parent <> id", name="parent"),
    sa.Index("ix_category_parent", "parent"),
)

city_category_table = sa.Table(
    "city_category",
    metadata,
    sa.Column("city", sa.String(60), sa.ForeignKey("city.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("category", sa.String(60), sa.ForeignKey("category.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Index("ix_city_category_category", "category"),
)
"""Where nothing is said, a category is offered."""

way_table = sa.Table(
    "way",
    metadata,
    sa.Column("origin", sa.String(24), primary_key=True),
    sa.Column("target", sa.String(24), primary_key=True),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("measured_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("minutes BETWEEN 0 AND 720", name="minutes"),
)
"""Ways that somebody measured, between cells of some hundred metres. Kept so that nobody asks a router within a
transaction.
"""

TABLES = tuple(t.name for t in (country_table, city_table, category_table, city_category_table, way_table))
