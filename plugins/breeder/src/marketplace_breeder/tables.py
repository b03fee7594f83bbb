"""Who showed interest in what: one row for a person and an animal."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata

interest_table = sa.Table(
    "breeder_interest",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    # What the animal was called when the interest was shown: a kennel's list needs no second look.
    sa.Column("listing_title", sa.String(200), nullable=False),
    sa.Column("message", sa.String(1000), nullable=False),
    sa.Column("shown_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("listing_id", "person_id"),
    sa.Index("ix_breeder_interest_shop_id", "shop_id", "shown_at"),
    sa.Index("ix_breeder_interest_person_id", "person_id"),
    sa.Index("ix_breeder_interest_shown_at", "shown_at"),
)
