"""What a shop is, who works there, and what is refused to them. Pure: time and settings are handed in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
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

DRAFT, PENDING, OPEN, PAUSED = "draft", "pending", "open", "paused"
HIDDEN, SUSPENDED, CLOSED = "hidden", "suspended", "closed"
SHOP = Process(
    "shops.shop",
    states=(
        State(DRAFT, N_("Being set up"), Tone.NEUTRAL),
        State(PENDING, N_("Waiting for approval"), Tone.WARN),
        State(OPEN, N_("Open to customers"), Tone.GOOD),
        State(PAUSED, N_("Paused"), Tone.INFO),
        State(HIDDEN, N_("Not shown in lists"), Tone.WARN),
        State(SUSPENDED, N_("Suspended by the site"), Tone.BAD),
        State(CLOSED, N_("Closed"), Tone.NEUTRAL),
    ),
    transitions=(
        Transition("submit", (DRAFT,), PENDING, (OWNER, ADMIN, "system"), N_("Go live")),
        Transition("approve", (PENDING,), OPEN, (ADMIN, "system"), N_("Approve")),
        Transition("reject", (PENDING,), DRAFT, (ADMIN,), N_("Send back")),
        Transition("pause", (OPEN,), PAUSED, (OWNER, ADMIN), N_("Pause")),
        Transition("resume", (PAUSED,), OPEN, (OWNER, ADMIN), N_("Go on")),
        Transition("hide", (OPEN,), HIDDEN, (ADMIN, "system"), N_("Take out of lists")),
        Transition("show", (HIDDEN,), OPEN, (ADMIN, "system"), N_("Show in lists again")),
        Transition("suspend", (PENDING, OPEN, PAUSED, HIDDEN), SUSPENDED, (ADMIN,), N_("Suspend")),
        Transition("reinstate", (SUSPENDED,), OPEN, (ADMIN,), N_("Reinstate")),
        Transition(
            "close", (DRAFT, PENDING, OPEN, PAUSED, HIDDEN), CLOSED, (OWNER, ADMIN, "system"), N_("Close the shop")
        ),
        Transition("reopen", (CLOSED,), PENDING, (OWNER, ADMIN), N_("Open again")),
    ),
    version=2,
)
SEEN = (OPEN, PAUSED, HIDDEN)
"""In these states a shop's page is there for everybody who has its address; lists show only those that are open."""

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
_MOST_NAMED = 10


def slug_of(name: str) -> str:
    """A name as it stands in an address: Latin letters, digits and single hyphens; empty if nothing of it can be
    written so.
    """
    lower = unicodedata.normalize("NFC", name).lower().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")


class NotReady(DomainError):
    """What still keeps a shop from going live; ``missing`` names each with the page that asks for it."""

    code = "not_ready_to_go_live"
    kind = Kind.INVALID
    text = N_("Something is still missing before the shop can open.")


class InUse(DomainError):
    """What shall go is promised to somebody: ``appointments`` lists them with ``id``, ``order_id``, ``title``,
    ``starts_at`` and ``customer``.
    """

    code = "in_use"
    kind = Kind.CONFLICT
    text = N_("Visits are still to come. Move or cancel them first.")

    def as_invalid(self) -> Invalid:
        """The same for the form of a page: every visit (of the first ten) leads to its order."""
        listed = self.facts.get("appointments", ())
        return Invalid(
            Problem("", self.code, self.text, self.facts),
            *(
                Problem(
                    "",
                    self.code,
                    N_("{title}, {starts_at}, {customer}"),
                    {
                        **one,
                        "starts_at": one["starts_at"][:16].replace("T", " "),
                        "link": f"/sell/orders/{one['order_id']}",
                    },
                )
                for one in listed[:_MOST_NAMED]
            ),
        )


class TaxIdRequired(DomainError):
    """The shop's page is there, but nobody books online: whom a customer would agree to is not known."""

    code = "tax_id_required"
    kind = Kind.CONFLICT
    text = N_("This shop cannot be booked online yet. Please call: {phone}")


AGREEING = N_("I agree that my name, contacts and wishes are passed to the shop so that it can do what I order.")
"""The label of a field ``consent`` where no shop is known yet: in the description of the API."""


class ConsentRequired(DomainError):
    code = "consent_required"
    kind = Kind.MALFORMED
    text = N_("Please agree to the processing of your data: without it the shop cannot reach you.")


class ReasonRequired(DomainError):
    code = "reason_required"
    kind = Kind.INVALID
    text = N_("Say why: the owner is told.")


class NotAMember(DomainError):
    code = "person_unknown"
    kind = Kind.INVALID
    text = N_("Nobody is registered with this e-mail or phone. Ask them to register first.")


class LastOwner(DomainError):
    code = "last_owner"
    kind = Kind.CONFLICT
    text = N_("A shop needs an owner: make somebody else owner first.")


class ShopOpened(Event, frozen=True, kw_only=True):
    """A shop's doors are open to customers."""

    name: ClassVar[str] = "shops.shop_opened"
    shop_id: UUID
    slug: str


class ShopChanged(Event, frozen=True, kw_only=True):
    """Something that search and cards show of a shop has changed: its name, place, category, hours, state or rating."""

    name: ClassVar[str] = "shops.shop_changed"
    shop_id: UUID


class ShopMoved(Event, frozen=True, kw_only=True):
    """A shop went into another state by a verb of its process; ``reason`` is what the owner is told."""

    name: ClassVar[str] = "shops.shop_moved"
    shop_id: UUID
    verb: str
    state: str
    version: int
    reason: str = ""
    by: UUID | None = None


@attrs.define(slots=False, eq=False, kw_only=True)
class Shop:
    """A vendor's place on the site. ``phone`` is public; ``hidden_for`` says why the site itself took it out of lists,
    ``warned_at`` when it said that it will. An address that was once the shop's leads there for ever.
    """

    id: UUID = attrs.field(factory=new_id)
    slug: str
    name: str
    about: str = ""
    abouts: dict[str, str] = attrs.field(factory=dict)
    policies: dict[str, str] = attrs.field(factory=dict)
    city: str = ""
    city_id: str | None = None
    category_id: str | None = None
    address: str = ""
    directions: str = ""
    lat: float | None = None
    lon: float | None = None
    zone: str = "Asia/Atyrau"
    phone: str | None = None
    whatsapp: str | None = None
    telegram: str | None = None
    instagram: str | None = None
    tax_id: str | None = None
    holidays_closed: bool = True
    state: str = SHOP.start.name
    state_reason: str = ""
    state_since: datetime | None = None
    hidden_for: str | None = None
    warned_at: datetime | None = None
    rating_average: float | None = None
    rating_count: int = 0
    search_text: str = ""
    created_at: datetime
    version: int = attrs.field(default=1, init=False)

    def move(self, verb: str, roles: Iterable[str]) -> ShopOpened | None:
        """Do a verb of the shop's process; refuses :class:`InvalidTransition`."""
        self.state = SHOP.move(self.state, verb, roles).name
        self.warned_at = None
        self.hidden_for = None  # whoever moves it by hand has the last word
        return ShopOpened(shop_id=self.id, slug=self.slug) if self.state == OPEN else None

    def describe(self, abouts: Mapping[str, str]) -> None:
        """Texts about the shop by language; one of them stands for all where a single one is asked for."""
        self.abouts = {language: text for language, text in abouts.items() if text}
        self.about = next((self.abouts[one] for one in ("ru", "kk", "en") if one in self.abouts), "")

    def forget_contacts(self) -> None:
        """Nobody answers here any more."""
        self.phone = self.whatsapp = self.telegram = self.instagram = self.tax_id = None
        if self.state != CLOSED:
            self.state = CLOSED
