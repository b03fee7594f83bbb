"""The tables of vans that go to their customers: where they start, where they go, whom they visit."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _resource() -> sa.ForeignKey:
    return sa.ForeignKey("resource.id", ondelete="CASCADE")


van_table = sa.Table(
    "van",
    metadata,
    sa.Column("resource_id", _Number, _resource(), primary_key=True, autoincrement=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("radius_m", sa.Integer, nullable=False, server_default="0"),
    sa.Column("kmh", sa.Integer, nullable=False, server_default="30"),
    sa.Column("road_percent", sa.Integer, nullable=False, server_default="130"),
    sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="base"),
    sa.CheckConstraint("radius_m BETWEEN 0 AND 200000", name="radius"),
    sa.CheckConstraint("kmh BETWEEN 5 AND 120 AND road_percent BETWEEN 100 AND 300", name="ways"),
)
"""A resource that goes to its customers: its base, how far around it, how fast. A van without a row stays."""

van_area_table = sa.Table(
    "van_area",
    metadata,
    sa.Column("id", _Number, primary_key=True),
    sa.Column("resource_id", _Number, _resource(), nullable=False, index=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("outline", Json, nullable=False),
    sa.Column("weekdays", Json, nullable=False),
    sa.CheckConstraint("name <> ''", name="named"),
)
"""A part of the town with the weekdays on which the van goes there. ``outline``: [lat, lon] of each corner."""

van_trip_table = sa.Table(
    "van_trip",
    metadata,
    sa.Column("line_id", Uuid, primary_key=True),
    sa.Column("resource_id", _Number, _resource(), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("starts_s", sa.BigInteger, nullable=False),
    sa.Column("before_s", sa.Integer, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("address", sa.String(200), nullable=False),
    sa.Column("entrance", sa.String(80), nullable=False, server_default=""),
    sa.Column("area", sa.String(80), nullable=False, server_default=""),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("before_s >= 0", name="before"),
    sa.Index("ix_van_trip_resource_day", "resource_id", "day"),
)
"""Where a line of an order takes a van, from the first hold on; an appointment has its line's id. It counts as long as
a claim of the line lives; ``day`` is the date of the round. A hold that nobody ordered takes its trip along.
"""

TRAVEL = (van_table.name, van_area_table.name, van_trip_table.name)
