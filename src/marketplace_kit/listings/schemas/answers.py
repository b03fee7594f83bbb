"""What is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.pictures import Cover
from marketplace_kit.kernel.translated import Translated
from marketplace_kit.listings.schemas.facets import FacetView


class ShopOfListing(msgspec.Struct, frozen=True, kw_only=True):
    """Who offers it."""

    id: UUID
    slug: str
    name: str
    city: str


class OptionView(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. ``price`` is the whole price of a variant (null: the listing's own) and an addition for any other
    option; ``minutes`` come on top of the listing's.
    """

    id: UUID
    name: str
    names: dict[str, str]
    price: Money | None
    minutes: int
    sku: str
    available: bool


class OptionGroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What is chosen together: a ``variant`` (exactly one, it has the whole price), a ``modifier`` (``min`` to ``max``,
    null for any number) or an ``addon`` (none has to be). ``name`` is in the reader's language.
    """

    id: UUID
    kind: str
    name: str
    names: dict[str, str]
    min: int
    max: int | None
    options: list[OptionView]


class OptionsView(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be chosen of a listing; ``version`` is the listing's."""

    version: int
    groups: list[OptionGroupView]


class ListingCard(msgspec.Struct, frozen=True, kw_only=True):
    """A listing in a list. ``attributes`` are the answered public ones; ``price`` is the lowest at which it can be had
    (``price_varies`` where other choices cost more) and null where there is none to name, ``rating_average`` is null
    where nobody rated yet, ``is_open`` where the shop told no hours; ``opens_at`` is when closed doors open next,
    ``distance_m`` how far the shop is from the place that was named. ``next_free`` is when it can be had next, where it
    is given by times; some seconds old, and nobody is promised it. ``title`` is in the reader's language, or in the
    nearest one that there is: ``language``.
    """

    id: UUID
    kind: str
    title: str
    price: Money | None
    attributes: dict[str, Any]
    shop: ShopOfListing
    published_at: datetime
    is_favourite: bool
    rating_average: float | None = None
    rating_count: int = 0
    distance_m: int | None = None
    is_open: bool | None = None
    opens_at: datetime | None = None
    photo: Cover | None = None
    price_varies: bool = False
    next_free: datetime | None = None
    language: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a search. ``counts`` says how many of each kind there are with all other filters as they are; so do the
    values of ``facets``. ``total`` is how many fit, at least so many where ``total_is_exact`` is false. Where nothing
    fits, ``relax`` names the filters of which one alone could be let go, and how many would fit then. Numbers of a
    search that finds a thousand and more are kept for a while: they may be two minutes old, the items never are.
    """

    items: list[ListingCard]
    counts: dict[str, int]
    next: str | None = None
    total: int = 0
    total_is_exact: bool = True
    facets: list[FacetView] = []
    relax: dict[str, int] = {}


class ListingView(msgspec.Struct, frozen=True, kw_only=True):
    """A listing's page. Whoever works for the shop (``may_edit``) also gets the private attributes. ``price`` is the
    listing's own; ``lowest_price`` is what it can be had for once all that has to be chosen is chosen, and
    ``price_varies`` says that other choices cost more. ``title`` is in the reader's language, or in the nearest one
    that there is (``language``), and so is ``description`` (``description_language``); ``titles`` and ``descriptions``
    are all there are.
    """

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
    moderation_note: str = ""
    rating_average: float | None = None
    rating_count: int = 0
    photo: Cover | None = None
    lowest_price: Money | None = None
    price_varies: bool = False
    options: list[OptionGroupView] = []
    language: str = ""
    description_language: str = ""
    titles: Translated = Translated()
    descriptions: Translated = Translated()


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
    moderation_note: str = ""


class WaitingListing(msgspec.Struct, frozen=True, kw_only=True):
    """A listing in the admins' queue, or a published one that they may take down; ``titles`` and ``descriptions`` are
    its words in every language.
    """

    id: UUID
    kind: str
    title: str
    description: str
    price: Money | None
    state: str
    shop: ShopOfListing
    created_at: datetime
    moderation_note: str
    version: int
    titles: Translated = Translated()
    descriptions: Translated = Translated()


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
