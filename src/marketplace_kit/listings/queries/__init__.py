"""Reads of listings: one statement each, shaped for a page or an endpoint."""

from marketplace_kit.listings.queries.browsing import browse
from marketplace_kit.listings.queries.counting import Counts, counts_by_kind, facet_counts, relaxations, remembered
from marketplace_kit.listings.queries.details import listing_page, own_listings
from marketplace_kit.listings.queries.favourites import (
    export,
    favourites,
    favourites_by_shop,
    favourites_of_shop,
)
from marketplace_kit.listings.queries.kinds import active_kinds
from marketplace_kit.listings.queries.menus import Window, menu_of, offers_of, shop_window
from marketplace_kit.listings.queries.options import offered, option_groups
from marketplace_kit.listings.queries.reviewing import waiting_listings
from marketplace_kit.listings.queries.searching import Searched, facet_views, search
from marketplace_kit.listings.queries.soonest import next_times_stand_in
from marketplace_kit.listings.schemas.facets import Criteria

__all__ = [
    "Counts",
    "Criteria",
    "Searched",
    "Window",
    "active_kinds",
    "browse",
    "counts_by_kind",
    "export",
    "facet_counts",
    "facet_views",
    "favourites",
    "favourites_by_shop",
    "favourites_of_shop",
    "listing_page",
    "menu_of",
    "next_times_stand_in",
    "offered",
    "offers_of",
    "option_groups",
    "own_listings",
    "relaxations",
    "remembered",
    "search",
    "shop_window",
    "waiting_listings",
]
