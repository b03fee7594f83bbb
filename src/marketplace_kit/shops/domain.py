"""What a shop is, who works there, and what is refused to them. Pure: time and settings are handed in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Process, State, Tone, Transition
from marketplace_kit.kernel.texts import N_

OWNER, STAFF, OPERATOR = "owner", "staff", "operator"
MEMBER_ROLES = (OWNER, STAFF, OPERATOR)
ADMIN = "admin"
"""What an admin of the site counts as in every shop."""
SITE_ROLE = {OWNER: "vendor", STAFF: "vendor", OPERATOR: "operator"}
"""The site-wide role that comes with working for a shop."""

PENDING, OPEN, CLOSED = "pending", "open", "closed"
SHOP = Process(
    "shops.shop",
    states=(
        State(PENDING, N_("Waiting for approval"), Tone.WARN),
        State(OPEN, N_("Open to customers"), Tone.GOOD),
        State(CLOSED, N_("Closed"), Tone.NEUTRAL),
    ),
    transitions=(
        Transition("approve", (PENDING,), OPEN, (ADMIN, "system"), N_("Approve")),
        Transition("close", (PENDING, OPEN), CLOSED, (OWNER, ADMIN, "system"), N_("Close the shop")),
        Transition("reopen", (CLOSED,), PENDING, (OWNER, ADMIN), N_("Open again")),
    ),
)

# Kazakh Cyrillic as the 2021 draft of the Latin alphabet spells it without signs, Russian as passports do (ICAO 9303).
_LETTERS = str.maketrans(
    {
        "ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu",
        "я": "ia",
    }
)  # fmt: skip
LONGEST_SLUG = 60


def slug_of(name: str) -> str:
    """A name as it stands in an address: Latin letters, digits and single hyphens; empty if nothing of it can be
    written so.
    """
    lower = unicodedata.normalize("NFC", name).lower().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")


class LastOwner(DomainError):
    code = "last_owner"
    kind = Kind.CONFLICT
    text = N_("A shop needs an owner: make somebody else owner first.")


class ShopOpened(Event, frozen=True, kw_only=True):
    """A shop's doors are open to customers."""

    name: ClassVar[str] = "shops.shop_opened"
    shop_id: UUID
    slug: str


@attrs.define(slots=False, eq=False, kw_only=True)
class Shop:
    """A vendor's place on the site. ``phone`` is public. The slug is kept for life, so that links stay good."""

    id: UUID = attrs.field(factory=new_id)
    slug: str
    name: str
    about: str = ""
    city: str = ""
    phone: str | None = None
    state: str = SHOP.start.name
    created_at: datetime
    version: int = attrs.field(default=1, init=False)

    def edit(self, *, name: str, about: str, city: str, phone: str | None) -> None:
        self.name, self.about, self.city, self.phone = name, about, city, phone

    def move(self, verb: str, roles: Iterable[str]) -> ShopOpened | None:
        """Do a verb of the shop's process; refuses :class:`InvalidTransition`."""
        self.state = SHOP.move(self.state, verb, roles).name
        return ShopOpened(shop_id=self.id, slug=self.slug) if self.state == OPEN else None

    def forget_contacts(self) -> None:
        """Nobody answers here any more."""
        self.phone = None
        if self.state != CLOSED:
            self.move("close", ("system",))
