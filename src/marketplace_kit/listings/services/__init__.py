"""What people do with listings. Other rooms and plugins import from here."""

from marketplace_kit.listings.services.choosing import ChosenOptions, choice_of
from marketplace_kit.listings.services.exchanging import export_listings, import_listings
from marketplace_kit.listings.services.favouring import erase, favourite, toggle_favourite, unfavourite
from marketplace_kit.listings.services.indexing import check_index, index_listings, index_shop, note_rating, reindex
from marketplace_kit.listings.services.menus import set_menu
from marketplace_kit.listings.services.moderating import approve, reject, take_down
from marketplace_kit.listings.services.offering import (
    access_listing,
    access_public,
    archive,
    change_attributes,
    create,
    create_from,
    edit,
    ensure_listing,
    move,
    publish,
    unpublish,
)
from marketplace_kit.listings.services.optioning import set_options
from marketplace_kit.listings.services.picturing import PHOTOS, ensure_photos
from marketplace_kit.listings.services.stocking import Ware, stock
from marketplace_kit.listings.services.telling import tell_followers, tell_vendor, tell_verdict

__all__ = [
    "PHOTOS",
    "ChosenOptions",
    "Ware",
    "access_listing",
    "access_public",
    "approve",
    "archive",
    "change_attributes",
    "check_index",
    "choice_of",
    "create",
    "create_from",
    "edit",
    "ensure_listing",
    "ensure_photos",
    "erase",
    "export_listings",
    "favourite",
    "import_listings",
    "index_listings",
    "index_shop",
    "move",
    "note_rating",
    "publish",
    "reindex",
    "reject",
    "set_menu",
    "set_options",
    "stock",
    "take_down",
    "tell_followers",
    "tell_vendor",
    "tell_verdict",
    "toggle_favourite",
    "unfavourite",
    "unpublish",
]
