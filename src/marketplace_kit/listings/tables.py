"""The tables of listings, and where :class:`Listing` is mapped."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import composite

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.kernel.money import Money
from marketplace_kit.listings.domain import Listing
from marketplace_kit.web.galleries import photo_table

_PUBLISHED = sa.text("state = 'published'")

listing_table = sa.Table(
    "listing",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    # What it is called and said in other languages than this one, by language.
    sa.Column("language", sa.String(2), nullable=False, server_default="ru"),
    sa.Column("titles", Json, nullable=False, server_default="{}"),
    sa.Column("descriptions", Json, nullable=False, server_default="{}"),
    sa.Column("price_amount", sa.BigInteger),
    sa.Column("price_currency", sa.String(3)),
    sa.Column("attributes", Json, nullable=False),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("search_text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("published_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("moderation_note", sa.String(500), nullable=False, server_default=""),
    sa.Column("rating_average", sa.Float, nullable=False, server_default="0"),
    sa.Column("rating_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cover", sa.String(60)),
    # Derived from the price and the options, so that lists need not read them.
    sa.Column("option_groups", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lowest_amount", sa.BigInteger),
    sa.Column("lowest_currency", sa.String(3)),
    sa.Column("price_varies", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name="price"),
    sa.CheckConstraint("price_amount >= 0", name="price_sign"),
    sa.CheckConstraint("title <> ''", name="title"),
    sa.CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
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

search_table = sa.Table(
    "listing_search",
    metadata,
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True),
    # The low 62 bits of the id: SQLite's full-text table knows rows by a number only.
    sa.Column("row_key", sa.BigInteger, nullable=False, unique=True),
    sa.Column("shop_id", Uuid, nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("category_id", sa.String(80)),
    sa.Column("city_id", sa.String(80)),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("price_amount", sa.BigInteger),
    sa.Column("price_order", sa.BigInteger, nullable=False),
    sa.Column("rating_average", sa.Float, nullable=False),
    sa.Column("rating_count", sa.Integer, nullable=False),
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.Column("tokens", Json, nullable=False),
    sa.Column("numbers", Json, nullable=False),
    sa.Column("search_text", sa.Text, nullable=False),
    # One index for each order in which all or one part of the catalogue is paged.
    sa.Index("ix_listing_search_newest", "published_at", "listing_id"),
    sa.Index("ix_listing_search_kind", "kind", "published_at", "listing_id"),
    sa.Index("ix_listing_search_city", "city_id", "published_at", "listing_id"),
    # On PostgreSQL an index of what the arrays hold; SQLite walks the rows, of which it has fewer.
    sa.Index("ix_listing_search_tokens", "tokens", postgresql_using="gin"),
    sa.Index("ix_listing_search_shop", "shop_id", "published_at", "listing_id"),
    sa.Index("ix_listing_search_price", "price_order", "listing_id"),
    sa.Index("ix_listing_search_rating", "rating_average", "rating_count", "listing_id"),
    sa.Index("ix_listing_search_place", "lat", "lon"),
    # Of one kind and near: two indexes of everything, one over the other, take three times as long.
    sa.Index("ix_listing_search_kind_place", "kind", "lat", "lon"),
)
"""One row for each published listing of an open shop, with whatever a search filters, sorts and counts by. Derived:
``marketplace reindex`` makes it anew. The words stand beside it in ``listing_words``, which each database has in its
own form (:mod:`marketplace_kit.listings.queries.words`).
"""

listing_photo_table = photo_table("listing_photo", "listing")

_VARIANT, _NUMBERED = sa.text("kind = 'variant'"), sa.text("sku <> ''")

option_group_table = sa.Table(
    "listing_option_group",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("least", sa.Integer, nullable=False),
    sa.Column("most", sa.Integer),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.CheckConstraint("kind IN ('variant', 'modifier', 'addon')", name="kind"),
    sa.CheckConstraint("least >= 0 AND (most IS NULL OR (most >= 1 AND most >= least))", name="count"),
    sa.CheckConstraint("kind <> 'variant' OR (least = 1 AND most IS NOT NULL AND most = 1)", name="variant"),
    sa.CheckConstraint("kind <> 'addon' OR least = 0", name="addon"),
    sa.CheckConstraint("rank >= 0", name="rank"),
    sa.UniqueConstraint("listing_id", "rank"),
    # A variant has the whole price: two groups of them would be two prices.
    sa.Index(
        "ix_listing_option_group_variant",
        "listing_id",
        unique=True,
        postgresql_where=_VARIANT,
        sqlite_where=_VARIANT,
    ),
)
"""``most`` is null where as many may be chosen as there are."""

option_table = sa.Table(
    "listing_option",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("group_id", Uuid, sa.ForeignKey("listing_option_group.id", ondelete="CASCADE"), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("price_amount", sa.BigInteger),
    sa.Column("price_currency", sa.String(3)),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("sku", sa.String(60), nullable=False),
    sa.Column("available", sa.Boolean, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.CheckConstraint("(price_amount IS NULL) = (price_currency IS NULL)", name="price"),
    sa.CheckConstraint("price_amount >= 0", name="price_sign"),
    sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
    sa.CheckConstraint("rank >= 0", name="rank"),
    sa.UniqueConstraint("group_id", "rank"),
    sa.Index(
        "ix_listing_option_sku",
        "group_id",
        "sku",
        unique=True,
        postgresql_where=_NUMBERED,
        sqlite_where=_NUMBERED,
    ),
)
"""A price that is null is the listing's own for a variant, and nothing for any other option."""

menu_table = sa.Table(
    "listing_menu",
    metadata,
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)

menu_section_table = sa.Table(
    "listing_menu_section",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("listing_menu.shop_id", ondelete="CASCADE"), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("opens", sa.Integer),
    sa.Column("closes", sa.Integer),
    sa.CheckConstraint("days BETWEEN 1 AND 127", name="days"),
    sa.CheckConstraint(
        "(opens IS NULL AND closes IS NULL) OR (opens BETWEEN 0 AND 1439 AND closes > opens"
        " AND closes <= opens + 1440)",
        name="range",
    ),
    sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both"),
    sa.CheckConstraint("rank >= 0", name="rank"),
    sa.UniqueConstraint("shop_id", "rank"),
)
"""``days`` has a bit for each weekday, Monday the lowest; hours are minutes of the shop's wall clock."""

menu_entry_table = sa.Table(
    "listing_menu_entry",
    metadata,
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("section_id", Uuid, sa.ForeignKey("listing_menu_section.id", ondelete="CASCADE"), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.CheckConstraint("rank >= 0", name="rank"),
    sa.UniqueConstraint("section_id", "rank"),
)
"""A listing stands in one place of its shop's menu."""

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
        ),
        "lowest": composite(
            Money,
            listing_table.c.lowest_amount,
            listing_table.c.lowest_currency,
            return_none_on=lambda amount, _currency: amount is None,
        ),
    },
)

TABLES = tuple(
    t.name
    for t in (
        listing_table,
        favourite_table,
        search_table,
        listing_photo_table,
        option_group_table,
        option_table,
        menu_table,
        menu_section_table,
        menu_entry_table,
    )
)
