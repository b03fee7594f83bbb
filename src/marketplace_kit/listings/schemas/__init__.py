"""What goes over the wire, and how it is read and described."""

from marketplace_kit.listings.schemas.answers import (
    FavouriteBy,
    FavouriteState,
    Found,
    KindView,
    ListingCard,
    ListingView,
    OwnListing,
    ShopOfListing,
)
from marketplace_kit.listings.schemas.drafts import Draft, Offer, read_attributes, read_change, read_draft
from marketplace_kit.listings.schemas.facts import facts_of, notes_of, public_attributes, searchable_texts
from marketplace_kit.listings.schemas.openapi import listing_change_schema, new_listing_schema

__all__ = [
    "Draft",
    "FavouriteBy",
    "FavouriteState",
    "Found",
    "KindView",
    "ListingCard",
    "ListingView",
    "Offer",
    "OwnListing",
    "ShopOfListing",
    "facts_of",
    "listing_change_schema",
    "new_listing_schema",
    "notes_of",
    "public_attributes",
    "read_attributes",
    "read_change",
    "read_draft",
    "searchable_texts",
]
