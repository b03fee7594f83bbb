"""What goes over the wire, and how it is read and described."""

from marketplace_kit.listings.schemas.answers import (
    FavouriteBy,
    FavouriteState,
    Found,
    KindView,
    ListingCard,
    ListingView,
    OptionGroupView,
    OptionsView,
    OptionView,
    OwnListing,
    ShopOfListing,
    WaitingListing,
)
from marketplace_kit.listings.schemas.drafts import (
    Draft,
    ListingSettings,
    Offer,
    Verdict,
    read_attributes,
    read_change,
    read_draft,
)
from marketplace_kit.listings.schemas.facets import Criteria, FacetValue, FacetView
from marketplace_kit.listings.schemas.facts import facts_of, notes_of, public_attributes, public_names, searchable_texts
from marketplace_kit.listings.schemas.openapi import listing_change_schema, new_listing_schema

__all__ = [
    "Criteria",
    "Draft",
    "FacetValue",
    "FacetView",
    "FavouriteBy",
    "FavouriteState",
    "Found",
    "KindView",
    "ListingCard",
    "ListingSettings",
    "ListingView",
    "Offer",
    "OptionGroupView",
    "OptionView",
    "OptionsView",
    "OwnListing",
    "ShopOfListing",
    "Verdict",
    "WaitingListing",
    "facts_of",
    "listing_change_schema",
    "new_listing_schema",
    "notes_of",
    "public_attributes",
    "public_names",
    "read_attributes",
    "read_change",
    "read_draft",
    "searchable_texts",
]
