"""How words find listings, and where the two databases differ in it. Nothing else knows how the index is made.

The words stand in ``listing_words``: on PostgreSQL a ``tsvector`` under a GIN index, on SQLite a table of FTS5.
Both hold the same folded words, so both find the same: each word asked for must begin a word of the listing. What
somebody types is folded to letters and digits first, so nothing of it can be read as a search operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from marketplace_kit.listings.domain import folded
from marketplace_kit.listings.tables import search_table as search

MOST_WORDS = 8
_MANY = 500
_TS_WORDS = sa.table("listing_words", sa.column("listing_id"), sa.column("document"))
_FTS_WORDS = sa.table("listing_words", sa.column("rowid"), sa.column("words"))


def words_of(text: str) -> tuple[str, ...]:
    """The words asked for; each must occur. Words after the eighth are not looked at."""
    return tuple(folded(text).split()[:MOST_WORDS])


def row_key(listing_id: UUID) -> int:
    """The number under which SQLite's full-text table knows a listing: the random end of its id."""
    return listing_id.int & (2**62 - 1)


def says(dialect: str) -> sa.ColumnElement[bool]:
    """That a row of the index has the words bound by :func:`bound`."""
    if dialect == "postgresql":
        asked = sa.cast(sa.bindparam("words", type_=sa.Text), postgresql.TSQUERY)
        return search.c.listing_id.in_(sa.select(_TS_WORDS.c.listing_id).where(_TS_WORDS.c.document.op("@@")(asked)))
    matches = sa.literal_column("listing_words").op("MATCH")(sa.bindparam("words", type_=sa.Text))
    return search.c.row_key.in_(sa.select(_FTS_WORDS.c.rowid).where(matches))


def bound(dialect: str, words: Sequence[str]) -> dict[str, str]:
    """The value of :func:`says`. Words are letters and digits only: what was typed is folded before."""
    if dialect == "postgresql":
        return {"words": " & ".join(f"'{word}':*" for word in words)}
    return {"words": " ".join(f'"{word}"*' for word in words)}


def has_any(dialect: str, name: str) -> sa.ColumnElement[bool]:
    """That a row has one of the facet values bound to ``name``, a list."""
    if dialect == "postgresql":
        values = sa.bindparam(name, type_=postgresql.ARRAY(sa.Text))
        return search.c.tokens.op("?|")(values)
    each = sa.func.json_each(search.c.tokens).table_valued("value", name=f"each_{name}")
    return sa.exists().where(each.c.value.in_(sa.bindparam(name, expanding=True))).select_from(each)


def each_token(dialect: str, tokens: sa.ColumnElement[Any]) -> Any:
    """A row for each facet value of a row, in its column ``value``."""
    each = sa.func.jsonb_array_elements_text if dialect == "postgresql" else sa.func.json_each
    return each(tokens).table_valued("value", joins_implicitly=True)


async def keep_words(session: AsyncSession | AsyncConnection, dialect: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the words of these index rows in place of whatever was known of them."""
    for start in range(0, len(rows), _MANY):
        part = rows[start : start + _MANY]
        if dialect == "postgresql":
            values = [{"listing_id": r["listing_id"], "words": r["search_text"]} for r in part]
            await session.execute(_KEEP_TS, values)
        else:
            await forget_words(session, dialect, [r["listing_id"] for r in part])
            values = [{"rowid": r["row_key"], "words": r["search_text"]} for r in part]
            await session.execute(sa.insert(_FTS_WORDS), values)


async def forget_words(session: AsyncSession | AsyncConnection, dialect: str, listing_ids: Sequence[UUID]) -> None:
    """PostgreSQL forgets them with the index row."""
    if dialect != "postgresql" and listing_ids:
        keys = [row_key(i) for i in listing_ids]
        await session.execute(sa.delete(_FTS_WORDS).where(_FTS_WORDS.c.rowid.in_(keys)))


# No parser of the database's between us and the words: both systems then agree about what a word is.
_KEEP_TS = sa.text(
    "INSERT INTO listing_words (listing_id, document) "
    "VALUES (:listing_id, array_to_tsvector(string_to_array(:words, ' '))) "
    "ON CONFLICT (listing_id) DO UPDATE SET document = excluded.document"
).bindparams(sa.bindparam("listing_id", type_=sa.Uuid()), sa.bindparam("words", type_=sa.Text))


async def words_kept(connection: AsyncConnection) -> int:
    """How many listings have their words in the index."""
    counted = sa.select(sa.func.count()).select_from(_TS_WORDS)
    return int((await connection.execute(counted)).scalar_one())
