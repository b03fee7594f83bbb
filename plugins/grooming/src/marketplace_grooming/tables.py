"""Call-backs that somebody waits for."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata

request_table = sa.Table(
    "grooming_quote_request",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    # Empty for a visitor without an account; an erased account takes its requests with it.
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    # What the service was called when the call-back was asked for: a groomer's list needs no second look.
    sa.Column("listing_title", sa.String(200), nullable=False),
    sa.Column("pet_name", sa.String(60), nullable=False),
    sa.Column("weight_grams", sa.Integer, nullable=False),
    sa.Column("phone", sa.String(20), nullable=False),
    sa.Column("note", sa.String(500), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False, index=True),
    sa.Column("called_at", UtcDateTime),
    sa.CheckConstraint("weight_grams > 0", name="weight"),
    sa.Index("ix_grooming_quote_request_shop_id", "shop_id", "asked_at"),
)
