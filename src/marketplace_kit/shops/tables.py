"""The tables of shops, and where :class:`Shop` is mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.shops.domain import MEMBER_ROLES, SHOP, Shop


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
    sa.CheckConstraint(_one_of("state", tuple(s.name for s in SHOP.states)), name="state"),
    sa.CheckConstraint("slug <> '' AND name <> ''", name="named"),
)

member_table = sa.Table(
    "shop_member",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.CheckConstraint(_one_of("role", MEMBER_ROLES), name="role"),
)

mapper.map_imperatively(Shop, shop_table, version_id_col=shop_table.c.version)

TABLES = (shop_table.name, member_table.name)
