"""What a listing is called in the reader's language, for every read that names one."""

from __future__ import annotations

from typing import Any

from marketplace_kit.kernel.translated import spoken, together
from marketplace_kit.listings.tables import listing_table as listing

TITLE = (listing.c.title, listing.c.language, listing.c.titles)
"""The columns that :func:`title_in` reads."""


def titles_of(row: Any) -> dict[str, str]:
    """The title in every language that has one."""
    return together(row.language, row.title, row.titles)


def title_in(row: Any, locale: str) -> str:
    """The title in the reader's language, or in the nearest one that has it; without a reader as it was first said."""
    return titled(row, locale)[0]


def titled(row: Any, locale: str) -> tuple[str, str]:
    """The same with the language it is in."""
    if not locale or row.language == locale or not row.titles:
        return row.title, row.language
    return spoken(titles_of(row), locale)


def descriptions_of(row: Any) -> dict[str, str]:
    return together(row.language, row.description, row.descriptions)
