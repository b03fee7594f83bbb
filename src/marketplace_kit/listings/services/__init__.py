"""What people do with listings. Other rooms and plugins import from here."""

from marketplace_kit.listings.services.favouring import erase, favourite, toggle_favourite, unfavourite
from marketplace_kit.listings.services.offering import (
    access_listing,
    access_public,
    archive,
    change_attributes,
    create,
    create_from,
    edit,
    ensure_listing,
    publish,
    unpublish,
)
from marketplace_kit.listings.services.telling import tell_vendor

__all__ = [
    "access_listing",
    "access_public",
    "archive",
    "change_attributes",
    "create",
    "create_from",
    "edit",
    "ensure_listing",
    "erase",
    "favourite",
    "publish",
    "tell_vendor",
    "toggle_favourite",
    "unfavourite",
    "unpublish",
]
