"""What customers say afterwards, how long they may, and what is refused. Pure: time and settings are handed in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Process, State, Tone, Transition
from marketplace_kit.kernel.texts import N_

MODERATE = "reviews.moderate"
STARS = (5, 4, 3, 2, 1)
PUBLISHED, HELD, REMOVED = "published", "held", "removed"
REVIEW = Process(
    "reviews.review",
    states=(
        State(HELD, N_("Being looked at"), Tone.WARN),
        State(PUBLISHED, N_("Published"), Tone.GOOD),
        State(REMOVED, N_("Removed"), Tone.BAD),
    ),
    transitions=(
        Transition("publish", (HELD, REMOVED), PUBLISHED, ("admin", "system"), N_("Publish")),
        Transition("hold", (PUBLISHED,), HELD, ("system",), N_("Look at it again")),
        Transition("remove", (HELD, PUBLISHED), REMOVED, ("admin",), N_("Remove")),
    ),
)
"""Only what is published is read by others and counts in a rating."""

SPAM, INSULT, PRIVATE, UNTRUE, OTHER = "spam", "insult", "private", "untrue", "other"
REASONS = (
    (SPAM, N_("Advertising or spam")),
    (INSULT, N_("Insults or hatred")),
    (PRIVATE, N_("It tells private things about somebody")),
    (UNTRUE, N_("It is not about this shop, or not true")),
    (OTHER, N_("Something else")),
)
"""Why a reader may report a review."""


class NotCompleted(DomainError):
    """A review is about what was done."""

    code = "not_completed"
    kind = Kind.CONFLICT
    text = N_("You can rate this as soon as it is completed.")


class AlreadyReviewed(DomainError):
    """One line of an order is rated once; ``review_id`` is the review that is there."""

    code = "already_reviewed"
    kind = Kind.CONFLICT
    text = N_("You have rated this already.")


class ReviewClosed(DomainError):
    """``closed_at`` is when the time to rate ended."""

    code = "review_closed"
    kind = Kind.CONFLICT
    text = N_("The time in which this could be rated is over.")


class EditClosed(DomainError):
    """``closed_at`` is when the time to change it ended."""

    code = "review_edit_closed"
    kind = Kind.CONFLICT
    text = N_("A review can be changed for some time only. That time is over.")


class ReviewRemoved(DomainError):
    code = "review_removed"
    kind = Kind.CONFLICT
    text = N_("This review was removed and stays as it is.")


class AlreadyReplied(DomainError):
    """A shop answers a review once; it may change its answer."""

    code = "already_replied"
    kind = Kind.CONFLICT
    text = N_("The shop has answered this review already. You can change that answer.")


class AlreadyReported(DomainError):
    code = "already_reported"
    kind = Kind.CONFLICT
    text = N_("You have reported this review already.")


class OwnReview(DomainError):
    code = "own_review"
    kind = Kind.CONFLICT
    text = N_("This review is your own.")


class OwnShop(DomainError):
    """Who works for a shop does not rate it."""

    code = "own_shop"
    kind = Kind.CONFLICT
    text = N_("You work for this shop: its customers rate it.")


class ReviewPublished(Event, frozen=True, kw_only=True):
    """A review can be read by everybody for the first time, or again after it was changed or looked at."""

    name: ClassVar[str] = "reviews.review_published"
    review_id: UUID
    order_id: UUID
    order_line_id: UUID
    shop_id: UUID
    listing_id: UUID
    rating: int
    first: bool = True


class ReviewHeld(Event, frozen=True, kw_only=True):
    """A review waits for somebody who looks at it."""

    name: ClassVar[str] = "reviews.review_held"
    review_id: UUID
    shop_id: UUID
    version: int


class ReviewReported(Event, frozen=True, kw_only=True):
    """A reader says that a review should not be here."""

    name: ClassVar[str] = "reviews.review_reported"
    review_id: UUID
    shop_id: UUID


class ReviewReplied(Event, frozen=True, kw_only=True):
    """A shop answered a review."""

    name: ClassVar[str] = "reviews.review_replied"
    review_id: UUID
    shop_id: UUID


class ReviewModerated(Event, frozen=True, kw_only=True):
    """Somebody who looks after the site decided about a review; ``reason`` is what its author is told."""

    name: ClassVar[str] = "reviews.review_moderated"
    review_id: UUID
    shop_id: UUID
    verb: str
    reason: str
    version: int


@attrs.define(slots=False, eq=False, kw_only=True)
class Review:
    """What one customer says of one line of an order. ``author_name`` is what others read; an empty one is “a
    customer”.
    """

    id: UUID = attrs.field(factory=new_id)
    order_line_id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    staff_id: int | None = None
    customer_id: UUID | None = None
    author_name: str
    rating: int
    text: str
    state: str = PUBLISHED
    moderation_note: str = ""
    created_at: datetime
    edited_at: datetime | None = None
    published_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    def change(self, rating: int, text: str, at: datetime, *, until: datetime, hold: bool) -> None:
        """Another opinion of the same thing. Refuses :class:`ReviewRemoved` and :class:`EditClosed`."""
        if self.state == REMOVED:
            raise ReviewRemoved
        if at > until:
            raise EditClosed(closed_at=until.isoformat())
        self.rating, self.text, self.edited_at = rating, text, at
        # What was held stays held: whoever looks at it decides.
        if hold and self.state == PUBLISHED:
            self.state = REVIEW.move(self.state, "hold", {"system"}).name

    def move(self, verb: str, reason: str) -> None:
        """A decision about it. Refuses :class:`InvalidTransition`."""
        self.state = REVIEW.move(self.state, verb, {"admin"}).name
        self.moderation_note = reason


@attrs.define(slots=False, eq=False, kw_only=True)
class Reply:
    """What the shop says to a review."""

    review_id: UUID
    by_id: UUID | None
    text: str
    at: datetime
    edited_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)


def shown_name(name: str) -> str:
    """The first name and the initial of the next: enough for a reader, not enough to find the person."""
    first, *more = name.split() or [""]
    if "@" in first or any(c.isdigit() for c in first):
        return ""
    initial = next((word[0].upper() for word in more if word[0].isalpha()), "")
    return f"{first[:40]} {initial}." if initial else first[:40]


# Ten digits and more with what people put between them; a sum or a date has fewer. A link with or without its scheme.
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[\s().\u00a0-]{0,2}\d){9,14}(?!\d)")
_LINK = re.compile(
    r"https?:|www\.|\b(?:t\.me|wa\.me)\b|@[a-z0-9_.]{4,}|"
    r"\b[a-z0-9а-яё-]{2,}\.(?:kz|ru|com|net|org|info|biz|shop|site|online|me|қаз|рф)\b",
    re.IGNORECASE,
)


def names_contacts(text: str) -> bool:
    """Whether a text holds a phone number, a link or a name in a messenger."""
    return bool(_PHONE.search(text) or _LINK.search(text))


@attrs.frozen(kw_only=True)
class Terms:
    """How long somebody is asked and may answer."""

    ask_after: timedelta
    open_for: timedelta
    edit_for: timedelta

    def due_at(self, completed_at: datetime) -> datetime:
        return completed_at + self.ask_after

    def closes_at(self, completed_at: datetime) -> datetime:
        """Counted from when they were asked, so that everybody has the whole time."""
        return self.due_at(completed_at) + self.open_for
