"""What a listing is, how it lives, and what is refused. Pure: kinds, time and settings are handed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, State, Tone, Transition
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.domain.wording import Wording

OWNER, STAFF, ADMIN = "owner", "staff", "admin"
MAY_EDIT = frozenset({OWNER, STAFF, ADMIN})
"""Who works on a shop's listings: what :func:`marketplace_kit.shops.services.roles_in` may answer."""

DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"
PENDING_REVIEW, TAKEN_DOWN = "pending_review", "taken_down"
LISTING = Process(
    "listings.listing",
    states=(
        State(DRAFT, N_("Draft"), Tone.NEUTRAL),
        State(PENDING_REVIEW, N_("Being looked at"), Tone.WARN),
        State(PUBLISHED, N_("Published"), Tone.GOOD),
        State(TAKEN_DOWN, N_("Taken down"), Tone.BAD),
        State(ARCHIVED, N_("Archived"), Tone.NEUTRAL, terminal=True),
    ),
    transitions=(
        Transition("publish", (DRAFT,), PUBLISHED, (OWNER, STAFF), N_("Publish")),
        Transition("unpublish", (PUBLISHED,), DRAFT, (OWNER, STAFF, ADMIN), N_("Take back to draft")),
        Transition("submit", (DRAFT, TAKEN_DOWN), PENDING_REVIEW, (OWNER, STAFF), N_("Send it to be looked at")),
        Transition("review", (PUBLISHED,), PENDING_REVIEW, ("system",), N_("Look at it again")),
        Transition("withdraw", (PENDING_REVIEW,), DRAFT, (OWNER, STAFF, ADMIN), N_("Take back to draft")),
        Transition("approve", (PENDING_REVIEW,), PUBLISHED, (ADMIN,), N_("Approve")),
        Transition("reject", (PENDING_REVIEW,), DRAFT, (ADMIN,), N_("Reject")),
        Transition("take_down", (PUBLISHED,), TAKEN_DOWN, (ADMIN,), N_("Take down")),
        Transition("archive", (DRAFT, PUBLISHED, TAKEN_DOWN), ARCHIVED, (OWNER, STAFF, ADMIN), N_("Archive")),
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


class UnknownFacet(DomainError):
    """``name`` is what was not understood, ``nearest`` what may have been meant, ``known`` all there are."""

    code = "unknown_facet"
    kind = Kind.MALFORMED
    text = N_("There is no filter {name}. Nearest is {nearest}.")


class Submitted(Event, frozen=True, kw_only=True):
    """A listing waits for an admin to look at it."""

    name: ClassVar[str] = "listings.submitted"
    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str


class Moderated(Event, frozen=True, kw_only=True):
    """An admin approved a listing, rejected it or took it down; ``version`` tells one decision from the next."""

    name: ClassVar[str] = "listings.moderated"
    listing_id: UUID
    shop_id: UUID
    title: str
    verdict: str
    reason: str
    version: int
    titles: dict[str, str] = msgspec.field(default_factory=dict)


class ListingChanged(Event, frozen=True, kw_only=True):
    """What everybody may see of a listing changed: its price, its title, a fact of its card, whether it is offered.

    ``changed`` names what (``price``, ``title``, ``state``, ``attributes.placement``); ``before`` and ``after`` hold
    the price in minor units where it is among them. ``first`` is true of its first publication.
    """

    name: ClassVar[str] = "listings.listing_changed"
    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str
    version: int
    state: str
    changed: tuple[str, ...]
    first: bool = False
    price_before: int | None = None
    price_after: int | None = None


class Published(Event, frozen=True, kw_only=True):
    """A listing can be seen by everybody."""

    name: ClassVar[str] = "listings.published"
    listing_id: UUID
    shop_id: UUID
    kind: str
    title: str
    version: int
    titles: dict[str, str] = msgspec.field(default_factory=dict)


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


# Letters that people type for one another: Kazakh ones on a Russian keyboard, е for ё.
_ALIKE = str.maketrans("әғқңөұүһіё", "агкноуухие")
_LONGEST_WORD = 40


def folded(*texts: str) -> str:
    """Texts as they are searched: words of letters and digits in one case, signs over letters left out, Kazakh letters
    as their Russian neighbours, single spaces.
    """
    plain = unicodedata.normalize("NFKC", " ".join(texts)).casefold().translate(_ALIKE)
    bare = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in bare).split()
    return " ".join(word[:_LONGEST_WORD] for word in words)


@attrs.define(slots=False, eq=False, kw_only=True)
class Listing:
    """Something that a shop offers. ``attributes`` are the kind's own fields as plain JSON values; ``price`` is
    ``None``
    where there is none to name. ``published_at`` is the first time: publishing again does not move it to the top.

    ``title`` and ``description`` are in its ``language``; ``titles`` and ``descriptions`` are those in others.

    What its options make of it is kept beside it: how many ``option_groups`` there are, the ``lowest`` price at which
    it can be had (``None`` without options), and whether the price depends on what has to be chosen.
    """

    id: UUID = attrs.field(factory=new_id)
    shop_id: UUID
    kind: str
    title: str
    description: str = ""
    language: str = "ru"
    titles: Mapping[str, str] = attrs.field(factory=dict)
    descriptions: Mapping[str, str] = attrs.field(factory=dict)
    price: Money | None = None
    attributes: Mapping[str, Any]
    state: str = LISTING.start.name
    search_text: str
    created_at: datetime
    published_at: datetime | None = None
    moderation_note: str = ""
    rating_average: float = 0.0
    rating_count: int = 0
    option_groups: int = 0
    lowest: Money | None = None
    price_varies: bool = False
    version: int = attrs.field(default=1, init=False)

    @property
    def shown_price(self) -> Money | None:
        """What lists show: the lowest price at which it can be had."""
        return self.price if self.lowest is None else self.lowest

    @property
    def wording(self) -> Wording:
        return Wording(
            language=self.language,
            title=self.title,
            description=self.description,
            titles=self.titles,
            descriptions=self.descriptions,
        )

    @property
    def all_titles(self) -> dict[str, str]:
        """The title in every language that has one."""
        return self.wording.all_titles

    def edit(self, *, wording: Wording, price: Money | None) -> None:
        self.language, self.price = wording.language, price
        self.title, self.description = wording.title, wording.description
        self.titles, self.descriptions = wording.titles, wording.descriptions

    def describe(self, attributes: Mapping[str, Any], searchable: Iterable[str]) -> None:
        """Take new attributes; ``searchable`` are those texts of them by which the public may find it."""
        self.attributes = attributes
        self.search_text = folded(
            *self.wording.all_titles.values(), *self.wording.all_descriptions.values(), *searchable
        )

    def move(
        self, process: Process, verb: str, roles: Iterable[str], at: datetime
    ) -> Published | Archived | Submitted | None:
        """Do a verb of the kind's process; refuses :class:`InvalidTransition`."""
        before, self.state = self.state, process.move(self.state, verb, roles).name
        if self.state == PUBLISHED and before != PUBLISHED:
            self.published_at = self.published_at or at
            return Published(
                listing_id=self.id,
                shop_id=self.shop_id,
                kind=self.kind,
                title=self.title,
                version=self.version,
                titles=self.all_titles,
            )
        if self.state == PENDING_REVIEW and before != PENDING_REVIEW:
            return Submitted(listing_id=self.id, shop_id=self.shop_id, kind=self.kind, title=self.title)
        if self.state == ARCHIVED:
            return Archived(listing_id=self.id, shop_id=self.shop_id, kind=self.kind, title=self.title)
        return None
