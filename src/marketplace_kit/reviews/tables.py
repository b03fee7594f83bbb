"""The tables of reviews, and where :class:`Review` and :class:`Reply` are mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.reviews.domain import REASONS, REVIEW, Reply, Review


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


review_table = sa.Table(
    "review",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("order_line_id", Uuid, nullable=False, unique=True),
    sa.Column("order_id", Uuid, nullable=False),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False),
    sa.Column("staff_id", sa.BigInteger),
    sa.Column("customer_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("author_name", sa.String(60), nullable=False),
    sa.Column("rating", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("moderation_note", sa.String(500), nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("edited_at", UtcDateTime),
    sa.Column("published_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    sa.CheckConstraint(_one_of("state", tuple(s.name for s in REVIEW.states)), name="state"),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
    # Keyset paging reads these backwards: newest first, of one shop, one listing, one person, one state.
    sa.Index("ix_review_shop", "shop_id", "state", "created_at", "id"),
    sa.Index("ix_review_listing", "listing_id", "state", "created_at", "id"),
    sa.Index("ix_review_customer", "customer_id", "created_at", "id"),
    sa.Index("ix_review_queue", "state", "created_at", "id"),
    # Ratings are counted from these alone.
    sa.Index("ix_review_shop_rating", "shop_id", "state", "rating"),
    sa.Index("ix_review_listing_rating", "listing_id", "state", "rating"),
    sa.Index("ix_review_staff_rating", "staff_id", "state", "rating"),
)
"""The line of the order is known by its id alone: a review outlives what becomes of orders."""

reply_table = sa.Table(
    "review_reply",
    metadata,
    sa.Column("review_id", Uuid, sa.ForeignKey("review.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("edited_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("text <> ''", name="text"),
)

report_table = sa.Table(
    "review_report",
    metadata,
    sa.Column("review_id", Uuid, sa.ForeignKey("review.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("note", sa.String(500), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("settled_at", UtcDateTime),
    sa.CheckConstraint(_one_of("reason", tuple(name for name, _ in REASONS)), name="reason"),
    sa.Index(
        "ix_review_report_open",
        "review_id",
        postgresql_where=sa.text("settled_at IS NULL"),
        sqlite_where=sa.text("settled_at IS NULL"),
    ),
)

invitation_table = sa.Table(
    "review_invitation",
    metadata,
    sa.Column("order_line_id", Uuid, primary_key=True),
    sa.Column("order_id", Uuid, nullable=False),
    sa.Column("customer_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("completed_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("token_digest", sa.String(64), unique=True),
    sa.CheckConstraint("closes_at > due_at AND due_at >= completed_at", name="times"),
)
"""One for each completed line, made once; ``token_digest`` is of the link that a guest gets."""

mapper.map_imperatively(Review, review_table, version_id_col=review_table.c.version)
mapper.map_imperatively(Reply, reply_table, version_id_col=reply_table.c.version)

TABLES = (review_table.name, reply_table.name, report_table.name, invitation_table.name)
