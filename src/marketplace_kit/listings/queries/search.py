"""How words find listings. The one place that knows: a full-text index replaces what stands here and nothing else."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.listings.domain import folded
from marketplace_kit.listings.tables import listing_table as listing

MOST_WORDS = 6


def words_of(text: str) -> tuple[str, ...]:
    """The words asked for; each must occur. Words after the sixth are not looked at."""
    return tuple(folded(text).split()[:MOST_WORDS])


def conditions(words: int) -> list[sa.ColumnElement[bool]]:
    """For so many words, bound by :func:`bound`."""
    return [listing.c.search_text.like(sa.bindparam(f"word_{n}"), escape="/") for n in range(words)]


def bound(words: tuple[str, ...]) -> dict[str, str]:
    """The values of :func:`conditions`; a percent sign or an underscore is looked for as such."""
    return {f"word_{n}": f"%{_literal(word)}%" for n, word in enumerate(words)}


def _literal(word: str) -> str:
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")
