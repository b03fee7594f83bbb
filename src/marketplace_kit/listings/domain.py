"""What a listing is, how it lives, and what is refused. Pure: kinds, time and settings are handed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, State, Tone, Transition
from marketplace_kit.kernel.texts import N_

OWNER, STAFF, ADMIN = "owner", "staff", "admin"
MAY_EDIT = frozenset({OWNER, STAFF, ADMIN})
"""Who works on a shop's listings: what :func:`marketplace_kit.shops.services.roles_in` may answer."""

DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"
LISTING = Process(
    "listings.listing",
    states=(
        State(DRAFT, N_("Draft"), Tone.NEUTRAL),
        State(PUBLISHED, N_("Published"), Tone.GOOD),
        State(ARCHIVED, N_("Archived"), Tone.NEUTRAL, terminal=True),
    ),
    transitions=(
        Transition("publish", (DRAFT,), PUBLISHED, (OWNER, STAFF), N_("Publish")),
        Transition("unpublish", (PUBLISHED,), DRAFT, (OWNER, STAFF, ADMIN), N_("Take back to draft")),
        Transition("archive", (DRAFT, PUBLISHED), ARCHIVED, (OWNER, STAFF, ADMIN), N_("Archive")),
    ),
)
"""The ordinary life of a listing. A kind may bring another one; what is in a state ``published`` is for everybody to
see.
"""


class ListingArchived(DomainError):
    code = "listing_archived"
    kind = Kind.CONFLICT
    text = N_("This was archived and stays as it is. Make a new one instead.")


class KindNotOffered(DomainError):
    code = "kind_not_offered"
    kind = Kind.CONFLICT
    text = N_("This kind of listing is not offered on this site at the moment.")


class ShopNotOpen(DomainError):
    code = "shop_not_open"
    kind = Kind.CONFLICT
    text = N_("The shop is not open yet: its listings can be published when it is.")


class Published(Event, frozen=True, kw_only=True):
    """A listing can be seen by everybody."""

    name: ClassVar[str] = "listings.published"
    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str
    version: int


class Archived(Event, frozen=True, kw_only=True):
    """A listing is offered no more, for good."""

    name: ClassVar[str] = "listings.archived"
    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str


class Favourited(Event, frozen=True, kw_only=True):
    """Somebody took a listing to heart."""

    name: ClassVar[str] = "listings.favourited"
    listing_id: UUID
    shop_id: UUID
    kind: str
    person_id: UUID


class Unfavourited(Event, frozen=True, kw_only=True):
    """Somebody let go of a favourite."""

    name: ClassVar[str] = "listings.unfavourited"
    listing_id: UUID
    shop_id: UUID
    kind: str
    person_id: UUID


def folded(*texts: str) -> str:
    """Texts as they are searched: one case, one form of each letter (ё as е), single spaces."""
    plain = unicodedata.normalize("NFKC", " ".join(texts)).casefold().replace("ё", "е")
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


@attrs.define(slots=False, eq=False, kw_only=True)
class Listing:
    """Something that a shop offers. ``attributes`` are the kind's own fields as plain JSON values; ``price`` is
    ``None``
    where there is none to name. ``published_at`` is the first time: publishing again does not move it to the top.
    """

    id: UUID = attrs.field(factory=new_id)
    shop_id: UUID
    kind: str
    title: str
    description: str = ""
    price: Money | None = None
    attributes: Mapping[str, Any]
    state: str = LISTING.start.name
    search_text: str
    created_at: datetime
    published_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    def edit(self, *, title: str, description: str, price: Money | None) -> None:
        self.title, self.description, self.price = title, description, price

    def describe(self, attributes: Mapping[str, Any], searchable: Iterable[str]) -> None:
        """Take new attributes; ``searchable`` are those texts of them by which the public may find it."""
        self.attributes = attributes
        self.search_text = folded(self.title, self.description, *searchable)

    def move(self, process: Process, verb: str, roles: Iterable[str], at: datetime) -> Published | Archived | None:
        """Do a verb of the kind's process; refuses :class:`InvalidTransition`."""
        before, self.state = self.state, process.move(self.state, verb, roles).name
        if self.state == PUBLISHED and before != PUBLISHED:
            self.published_at = self.published_at or at
            return Published(
                listing_id=self.id, shop_id=self.shop_id, kind=self.kind, title=self.title, version=self.version
            )
        if self.state == ARCHIVED:
            return Archived(listing_id=self.id, shop_id=self.shop_id, kind=self.kind, title=self.title)
        return None
