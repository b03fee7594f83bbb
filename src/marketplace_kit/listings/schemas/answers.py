"""What is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.money import Money


class ShopOfListing(msgspec.Struct, frozen=True, kw_only=True):
    """Who offers it."""

    id: UUID
    slug: str
    name: str
    city: str


class ListingCard(msgspec.Struct, frozen=True, kw_only=True):
    """A listing in a list. ``attributes`` are the answered public ones; ``price`` is null where there is none to
    name.
    """

    id: UUID
    kind: str
    title: str
    price: Money | None
    attributes: dict[str, Any]
    shop: ShopOfListing
    published_at: datetime
    is_favourite: bool


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a search. ``counts`` says how many of each kind there are with all other filters as they are."""

    items: list[ListingCard]
    counts: dict[str, int]
    next: str | None = None


class ListingView(msgspec.Struct, frozen=True, kw_only=True):
    """A listing's page. Whoever works for the shop (``may_edit``) also gets the private attributes."""

    id: UUID
    kind: str
    title: str
    description: str
    price: Money | None
    attributes: dict[str, Any]
    state: str
    shop: ShopOfListing
    published_at: datetime | None
    is_favourite: bool
    may_edit: bool
    version: int


class OwnListing(msgspec.Struct, frozen=True, kw_only=True):
    """A listing in its vendor's list; ``offered`` is false while its kind's plugin is not active."""

    id: UUID
    shop_id: UUID
    shop_name: str
    kind: str
    title: str
    price: Money | None
    state: str
    favourites: int
    offered: bool


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of listing that this site offers, in the reader's language; ``attributes`` is a JSON Schema (2020-12)."""

    name: str
    label: str
    plural: str
    summary: str
    icon: str
    facts: list[str]
    attributes: dict[str, Any]


class FavouriteState(msgspec.Struct, frozen=True, kw_only=True):
    """What a press of the heart led to."""

    listing_id: UUID
    is_favourite: bool


class FavouriteBy(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's favourite among a shop's listings: for the shop's plugins."""

    person_id: UUID
    listing_id: UUID
    title: str
    kind: str
    at: datetime
