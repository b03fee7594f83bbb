"""What goes over the wire, the forms, and the settings of reviews."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_
from marketplace_kit.reviews.domain import REASONS, STARS, Terms

_ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
LONGEST = 2000


class ReviewSettings(Form):
    """``[reviews]``: when customers are asked, how long they may answer, and what is looked at first."""

    ask_after_hours: Annotated[int, Field(N_("Ask after"), unit=N_("hours"), min=0, max=24 * 30)] = 24
    open_days: Annotated[int, Field(N_("Open for"), unit=N_("days"), min=1, max=365)] = 14
    edit_hours: Annotated[int, Field(N_("A review can be changed for"), unit=N_("hours"), min=0, max=24 * 30)] = 48
    hold_contacts: Annotated[bool, Field(N_("Look first at reviews with phone numbers and links"))] = True

    @property
    def terms(self) -> Terms:
        return Terms(
            ask_after=timedelta(hours=self.ask_after_hours),
            open_for=timedelta(days=self.open_days),
            edit_for=timedelta(hours=self.edit_hours),
        )


class Opinion(Form, frozen=True, kw_only=True):
    """How it was: stars, and words if somebody likes to say more."""

    rating: Annotated[int, Field(N_("How was it?"), min=min(STARS), max=max(STARS))]
    text: Annotated[
        str,
        Field(
            N_("In your own words"),
            long=True,
            max_length=LONGEST,
            hint=N_("Everybody can read this, with your first name. No phone numbers or links, please."),
        ),
    ] = ""


class NewReview(Opinion, frozen=True, kw_only=True):
    """A review of one line of an order."""

    line_id: Annotated[str, Field(N_("Line of the order"), pattern=_ID)]


class ReviewChange(Opinion, frozen=True, kw_only=True):
    """``version`` is the one that was read."""

    version: Annotated[int, Field(N_("Version"), min=1)]


class ReplyText(Form):
    """What the shop says to a review."""

    text: Annotated[
        str,
        Field(N_("Your answer"), long=True, max_length=LONGEST, hint=N_("Everybody can read this below the review.")),
    ]


class ReplyChange(ReplyText, frozen=True, kw_only=True):
    version: Annotated[int, Field(N_("Version"), min=1)]


class NewReport(Form):
    """Why somebody thinks that a review should not be here."""

    reason: Annotated[str, Field(N_("What is wrong with it?"), choices=REASONS)]
    note: Annotated[str, Field(N_("What else should we know?"), long=True, max_length=500)] = ""


class RemovalReason(Form):
    """What the author of a removed review reads."""

    reason: Annotated[
        str, Field(N_("Reason"), long=True, min_length=3, max_length=500, hint=N_("The author reads this."))
    ]


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """``average`` is null where nobody rated; ``distribution`` says how many gave 5, 4, 3, 2 and 1 stars."""

    average: float | None
    count: int
    distribution: dict[int, int]


class ReplyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop answered."""

    text: str
    at: datetime
    edited_at: datetime | None
    version: int


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A review as everybody reads it; an empty ``author`` is a customer who is not named any more."""

    id: UUID
    shop_id: UUID
    listing_id: UUID
    listing_title: str
    author: str
    rating: int
    text: str
    created_at: datetime
    edited_at: datetime | None
    reply: ReplyView | None


class Reviews(msgspec.Struct, frozen=True, kw_only=True):
    """A page of reviews, newest first, with the rating that they make together (all of them, not this page alone)."""

    rating: Rating
    items: list[ReviewView]
    next: str | None = None


class OwnReview(ReviewView, frozen=True, kw_only=True):
    """One's own review, or one that a person looks at for the shop or the site. ``moderation_note`` is why it was
    removed; ``editable_until`` is when the time to change it ends.
    """

    order_id: UUID
    order_line_id: UUID
    shop_name: str
    shop_slug: str
    state: str
    moderation_note: str
    version: int
    editable_until: datetime


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader says about a review."""

    reason: str
    note: str
    at: datetime


class WaitingReview(OwnReview, frozen=True, kw_only=True):
    """A review in the queue of those who look after the site, with the reports that nobody has answered."""

    reports: list[Report]


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    review_id: UUID
    at: datetime


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """What can be rated: a line of an order, and what is known of rating it by now. ``stage`` is that of the line."""

    line_id: UUID
    order_id: UUID
    order_number: str
    shop_id: UUID
    shop_name: str
    shop_slug: str
    listing_id: UUID
    title: str
    stage: str
    facts: dict[str, Any]
    customer_id: UUID | None
    contact_name: str
    contact_email: str | None
    contact_phone: str | None
    contact_locale: str
    completed_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    sent_at: datetime | None
    review_id: UUID | None
