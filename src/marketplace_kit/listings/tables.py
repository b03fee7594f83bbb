"""The tables of listings, and where :class:`Listing` is mapped."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import composite

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.domain import Listing

_PUBLISHED = sa.text("state = 'published'")

listing_table = sa.Table(
    "listing",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("price_amount", sa.BigInteger),
    sa.Column("price_currency", sa.String(3)),
    sa.Column("attributes", Json, nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("search_text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("published_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name="price"),
    sa.CheckConstraint("price_amount >= 0", name="price_sign"),
    sa.CheckConstraint("title <> ''", name="title"),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
    # Keyset paging reads these backwards: newest first, for everything, one kind and one shop.
    sa.Index("ix_listing_newest", "published_at", "id", postgresql_where=_PUBLISHED, sqlite_where=_PUBLISHED),
    sa.Index("ix_listing_kind", "kind", "published_at", "id", postgresql_where=_PUBLISHED, sqlite_where=_PUBLISHED),
    sa.Index("ix_listing_shop", "shop_id", "id"),
)

favourite_table = sa.Table(
    "favourite",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

mapper.map_imperatively(
    Listing,
    listing_table,
    version_id_col=listing_table.c.version,
    properties={
        "price": composite(
            Money,
            listing_table.c.price_amount,
            listing_table.c.price_currency,
            return_none_on=lambda amount, _currency: amount is None,
        )
    },
)

TABLES = (listing_table.name, favourite_table.name)
