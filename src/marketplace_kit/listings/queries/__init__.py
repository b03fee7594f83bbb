"""Reads of listings: one statement each, shaped for a page or an endpoint."""

from marketplace_kit.listings.queries.browsing import Criteria, browse, counts_by_kind
from marketplace_kit.listings.queries.details import listing_page, own_listings
from marketplace_kit.listings.queries.favourites import (
    export,
    favourites,
    favourites_by_shop,
    favourites_of_shop,
)
from marketplace_kit.listings.queries.kinds import active_kinds

__all__ = [
    "Criteria",
    "active_kinds",
    "browse",
    "counts_by_kind",
    "export",
    "favourites",
    "favourites_by_shop",
    "favourites_of_shop",
    "listing_page",
    "own_listings",
]
