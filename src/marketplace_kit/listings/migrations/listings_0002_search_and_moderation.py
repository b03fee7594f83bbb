"""Search index, moderation notes and ratings."""

import json
import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid

revision = "listings_0002"
down_revision = "listings_0001"
branch_labels = None
depends_on = "kernel_0001"

INDEXES = {
    "ix_listing_search_newest": ["published_at", "listing_id"],
    "ix_listing_search_kind": ["kind", "published_at", "listing_id"],
    "ix_listing_search_city": ["city_id", "published_at", "listing_id"],
    "ix_listing_search_shop": ["shop_id", "published_at", "listing_id"],
    "ix_listing_search_price": ["price_order", "listing_id"],
    "ix_listing_search_rating": ["rating_average", "rating_count", "listing_id"],
    "ix_listing_search_place": ["lat", "lon"],
}


def upgrade() -> None:
    op.add_column("listing", sa.Column("moderation_note", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("listing", sa.Column("rating_average", sa.Float(), nullable=False, server_default="0"))
    op.add_column("listing", sa.Column("rating_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "listing_search",
        sa.Column("listing_id", Uuid, nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", Uuid, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("category_id", sa.String(length=80), nullable=True),
        sa.Column("city_id", sa.String(length=80), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("price_order", sa.BigInteger(), nullable=False),
        sa.Column("rating_average", sa.Float(), nullable=False),
        sa.Column("rating_count", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("tokens", Json, nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_search_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_search")),
        sa.UniqueConstraint("row_key", name=op.f("uq_listing_search_row_key")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "listing_search", columns)
    op.create_index("ix_listing_search_tokens", "listing_search", ["tokens"], postgresql_using="gin")
    _words()
    _fill_soon()


def _words() -> None:
    """The full-text index: each database's own, so it is declared here alone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE listing_words (listing_id uuid PRIMARY KEY REFERENCES listing_search (listing_id) "
            "ON DELETE CASCADE, document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_listing_words_document ON listing_words USING gin (document)")
        return
    op.execute("CREATE VIRTUAL TABLE listing_words USING fts5(words, tokenize = 'unicode61', prefix = '2 3 4')")


def _fill_soon() -> None:
    """What is published already gets into the index by a job: its facets are declared by plugins, not known here."""
    bind = op.get_bind()
    if bind.execute(sa.text("SELECT 1 FROM listing WHERE state = 'published' LIMIT 1")).first() is None:
        return
    job = sa.table(
        "job",
        sa.column("id", Uuid),
        sa.column("name", sa.String),
        sa.column("payload", Json),
        sa.column("key", sa.String),
        sa.column("state", sa.String),
        sa.column("run_at", UtcDateTime),
        sa.column("created_at", UtcDateTime),
    )
    now = datetime.now(UTC)
    row = {"id": uuid.uuid4(), "name": "listings.reindex", "payload": json.loads("{}"), "key": f"listings_0002:{now}"}
    bind.execute(sa.insert(job).values(**row, state="ready", run_at=now, created_at=now))


def downgrade() -> None:
    op.execute("DROP TABLE listing_words")
    op.drop_index("ix_listing_search_tokens", table_name="listing_search")
    for name in INDEXES:
        op.drop_index(name, table_name="listing_search")
    op.drop_table("listing_search")
    with op.batch_alter_table("listing") as batch:
        for name in ("rating_count", "rating_average", "moderation_note"):
            batch.drop_column(name)
