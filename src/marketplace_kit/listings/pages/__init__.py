"""Pages of listings: browsing, one listing, favourites, a shop's page, and selling."""

from marketplace_kit.listings.pages.browsing import handlers as browsing
from marketplace_kit.listings.pages.cards import CardView, shown_cards
from marketplace_kit.listings.pages.exchanging import handlers as exchanging
from marketplace_kit.listings.pages.favouring import handlers as favouring
from marketplace_kit.listings.pages.menus import handlers as menus
from marketplace_kit.listings.pages.moderating import handlers as moderating
from marketplace_kit.listings.pages.optioning import handlers as optioning
from marketplace_kit.listings.pages.photos import handlers as photos
from marketplace_kit.listings.pages.selling import handlers as selling

handlers = (*browsing, *favouring, *photos, *selling, *optioning, *menus, *exchanging, *moderating)

__all__ = ["CardView", "handlers", "shown_cards"]
