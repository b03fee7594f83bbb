"""The tables of zones whose clock may be changed by law, and of what collides since it was."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata


def _shop() -> sa.ForeignKey:
    return sa.ForeignKey("shop.id", ondelete="CASCADE")


zone_law_table = sa.Table(
    "zone_law",
    metadata,
    sa.Column("zone", sa.String(60), primary_key=True),
    sa.Column("steps", Json, nullable=False),
    sa.Column("until_s", sa.BigInteger, nullable=False),
    sa.Column("tzdata", sa.String(20), nullable=False),
    sa.Column("noted_at", UtcDateTime, nullable=False),
)
"""The law of each zone by which every stored instant was worked out. ``steps``: [since, seconds east]."""

zone_law_shop_table = sa.Table(
    "zone_law_shop",
    metadata,
    sa.Column("zone", sa.String(60), primary_key=True),
    sa.Column("shop_id", Uuid, _shop(), primary_key=True),
)
"""Shops that are through with a new law while others are not: what has no wall time of its own is moved once."""

clock_collision_table = sa.Table(
    "clock_collision",
    metadata,
    sa.Column("claim_id", Uuid, sa.ForeignKey("claim.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("shop_id", Uuid, _shop(), nullable=False, index=True),
    sa.Column("noted_at", UtcDateTime, nullable=False),
)
"""A claim that lies on another since the law was changed: it is not enforced. It counts as long as the claim lives."""

CLOCKS = (zone_law_table.name, zone_law_shop_table.name, clock_collision_table.name)
