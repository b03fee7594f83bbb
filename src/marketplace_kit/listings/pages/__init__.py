"""Pages of listings: browsing, one listing, favourites, a shop's page, and selling."""

from marketplace_kit.listings.pages.browsing import handlers as browsing
from marketplace_kit.listings.pages.cards import CardView, shown_cards
from marketplace_kit.listings.pages.favouring import handlers as favouring
from marketplace_kit.listings.pages.selling import handlers as selling

handlers = (*browsing, *favouring, *selling)

__all__ = ["CardView", "handlers", "shown_cards"]
