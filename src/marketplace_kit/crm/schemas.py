"""What goes over the wire, the forms, and the settings of clients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from marketplace_kit.crm.domain import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS, PRIVATE
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_

LONGEST_NOTE = 2000
_ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
LOCALES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))
CHANNEL_CHOICES = (
    ("phone", N_("A call")),
    ("whatsapp", "WhatsApp"),
    ("telegram", "Telegram"),
    ("sms", "SMS"),
    ("email", N_("E-mail")),
)
VISIBILITY_CHOICES = (
    ("private", N_("Only the shop reads it")),
    ("shareable", N_("The client gets it with their data")),
)
_PHONE = Field(N_("Phone"), format="phone", max_length=20)
_VERSION = Field(N_("Version"), min=1)


class CrmSettings(Form):
    """``[crm]``: when a client counts as lost."""

    lost_after_days: Annotated[
        int,
        Field(
            N_("A client is lost after"),
            unit=N_("days"),
            min=1,
            max=3650,
            hint=N_("Without a visit and without one ahead; twice the usual time between visits, if that is longer."),
        ),
    ] = 60


class Narrowed(Form, frozen=True, kw_only=True):
    """A list of clients narrowed by what they had: by whom, which service, what all came to at least, when last."""

    staff: Annotated[int | None, Field(N_("Served by"), min=1)] = None
    service: Annotated[str, Field(N_("Had the service"), pattern=_ID)] = ""
    spent: Annotated[Money | None, Field(N_("Spent at least"), min=1)] = None
    since: Annotated[date | None, Field(N_("Last visit from"))] = None
    until: Annotated[date | None, Field(N_("Last visit until"))] = None


class Known(Form, frozen=True, kw_only=True):
    """What a shop writes down of a client besides the phone."""

    name: Annotated[str, Field(N_("Name"), max_length=200)]
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254)] = ""
    birthday: Annotated[date | None, Field(N_("Birthday"))] = None
    locale: Annotated[str, Field(N_("Language"), choices=LOCALES)] = ""
    channel: Annotated[str, Field(N_("Likes to be reached by"), choices=CHANNEL_CHOICES)] = ""
    staff_id: Annotated[int | None, Field(N_("Likes to be served by"), min=1)] = None


class NewClient(Known, frozen=True, kw_only=True):
    """A card made by hand."""

    phone: Annotated[str, _PHONE]


class NewCustomer(NewClient, frozen=True, kw_only=True):
    """The same over the wire, with the shop."""

    shop: Annotated[str, Field(N_("Shop"), pattern=_ID)]


class ClientChange(Known, frozen=True, kw_only=True):
    """A card as it shall be. Without a phone there must be an account behind it. ``version`` is the one that was
    read.
    """

    phone: Annotated[str, _PHONE] = ""
    version: Annotated[int, _VERSION]


class NewNote(Form, frozen=True, kw_only=True):
    """Something to remember. ``corrects`` is the note that it takes the place of; both can be read."""

    content: Annotated[str, Field(N_("Note"), long=True, max_length=LONGEST_NOTE)]
    visibility: Annotated[str, Field(N_("Who reads it"), choices=VISIBILITY_CHOICES)] = PRIVATE
    corrects: Annotated[str, Field(N_("Takes the place of"), pattern=_ID)] = ""


class NewDocument(Form, frozen=True, kw_only=True):
    """What is said of a file that is kept with a client."""

    title: Annotated[
        str, Field(N_("What it is"), hint=N_("Empty: the name of the file."), max_length=LONGEST_TITLE)
    ] = ""
    visibility: Annotated[str, Field(N_("Who reads it"), choices=VISIBILITY_CHOICES)] = PRIVATE


class ClientDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document on a client's card. ``size`` in bytes; ``visibility`` is that of notes."""

    id: UUID
    title: str
    file_name: str
    media_type: str
    size: int
    visibility: str
    created_at: datetime
    by: str = ""


class Preferences(Form, frozen=True, kw_only=True):
    """What a client likes, and what must be minded: declared once, asked for, checked and shown by it."""

    mind: Annotated[
        str,
        Field(
            N_("To be minded"),
            long=True,
            max_length=500,
            hint=N_("Allergies, sensitive skin, an animal that is afraid: whatever nobody may forget."),
        ),
    ] = ""
    talk: Annotated[
        str,
        Field(
            N_("Conversation"),
            choices=(
                ("likes", N_("Likes to talk")),
                ("quiet", N_("Likes it quiet")),
            ),
        ),
    ] = ""
    drink: Annotated[
        tuple[str, ...],
        Field(
            N_("Is glad of"),
            choices=(
                ("tea", N_("Tea")),
                ("coffee", N_("Coffee")),
                ("water", N_("Water")),
            ),
        ),
    ] = ()
    likes: Annotated[str, Field(N_("Likes"), max_length=300, hint=N_("A cut, a colour, a place, a product."))] = ""


class FollowUpForm(Form, frozen=True, kw_only=True):
    """On which day the client is to be thought of, and why."""

    day: Annotated[date, Field(N_("Date"))]
    what: Annotated[str, Field(N_("What is to be done"), max_length=300)]


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done about a client, when, and who said so. ``told``: the reminder has gone out."""

    day: date
    what: str
    by: str
    told: bool


class TagList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All tags that the client shall have."""

    tags: Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_TAG)]], msgspec.Meta(max_length=MOST_TAGS)]


class TagsForm(Form, frozen=True, kw_only=True):
    """The same as a person types it."""

    tags: Annotated[
        str, Field(N_("Tags"), max_length=MOST_TAGS * (LONGEST_TAG + 2), hint=N_("Several are parted by commas."))
    ] = ""


class WhoseForm(Form, frozen=True, kw_only=True):
    """Whose order it was, learned later."""

    phone: Annotated[str, _PHONE]
    name: Annotated[str, Field(N_("Name"), max_length=200)]


class BlacklistForm(Form, frozen=True, kw_only=True):
    """How a client may book online, and why."""

    mode: Annotated[
        str,
        Field(
            N_("Online booking"),
            choices=(
                ("block", N_("Not possible")),
                ("prepay_only", N_("With a prepayment only")),
                ("allow", N_("Allowed")),
            ),
        ),
    ]
    reason: Annotated[str, Field(N_("The reason"), max_length=500)]


class ClientRow(msgspec.Struct, frozen=True, kw_only=True):
    """A client in a list. ``phone`` and ``email`` are masked, or missing, for those who may not see them. ``mark`` is
    how they may book online (``block``, ``prepay_only``, ``allow``), empty where nobody said. ``spent`` is what
    completed lines came to; ``state`` is ``new``, ``regular`` or ``lost``.
    """

    id: UUID
    shop_id: UUID
    name: str
    phone: str
    email: str
    tags: list[str]
    mark: str
    state: str
    visits: int
    missed: int
    spent: Money
    last_visit: datetime | None
    next_visit: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime


class FiguresView(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a client's orders. ``gap_days`` is the median between visits."""

    visits: int
    missed: int
    cancelled: int
    spent: Money
    spent_year: Money
    average: Money
    first_visit: datetime | None
    last_visit: datetime | None
    next_visit: datetime | None
    gap_days: float | None
    next_due: date | None
    state: str


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A note as it counts by now. ``by`` is the name of who wrote it; ``earlier`` are the texts that it took the place
    of, newest first.
    """

    id: UUID
    created_at: datetime
    created_by: UUID | None
    by: str
    content: str
    visibility: str
    corrected: bool = False
    earlier: list[str] = []


class MergedView(msgspec.Struct, frozen=True, kw_only=True):
    """A card that was joined with this one. ``merge_id`` undoes it."""

    merge_id: UUID
    client_id: UUID
    name: str
    phone: str
    email: str
    at: datetime
    by: str


class ClientCard(msgspec.Struct, frozen=True, kw_only=True):
    """All that a shop knows of a client. ``contacts`` says whether the reader sees phone and mail whole."""

    id: UUID
    shop_id: UUID
    person_id: UUID | None
    name: str
    phone: str
    email: str
    contacts: bool
    locale: str
    channel: str
    birthday: date | None
    staff_id: int | None
    staff_name: str
    source: str
    first_seen_at: datetime
    last_seen_at: datetime
    mark: str
    mark_reason: str
    tags: list[str]
    notes: list[NoteView]
    merged: list[MergedView]
    figures: FiguresView
    version: int
    again: UUID | None = None
    preferences: dict[str, Any] = {}
    follow_up: FollowUp | None = None


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what a client ordered."""

    line_id: UUID
    order_id: UUID
    number: str
    title: str
    quantity: int
    kind: str
    status: str
    status_text: str
    tone: str
    stage: str
    starts_at: datetime | None
    ends_at: datetime | None
    placed_at: datetime
    total: Money


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``activity_type`` is ``order`` (``number`` and ``title`` say which, ``verb`` what),
    ``note`` or ``merge``; ``description`` says it in the reader's language, or is the note. ``related_entity_type``
    and ``related_entity_id`` name what it happened to: an ``order``, a ``note``, the ``customer`` that was joined.
    """

    id: UUID
    created_at: datetime
    activity_type: str
    verb: str
    description: str
    related_entity_type: str
    related_entity_id: UUID
    by: str = ""
    number: str = ""
    title: str = ""


class OfOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order's client, for the panel on its page; ``id`` is nobody's where the order has none."""

    order_id: UUID
    shop_id: UUID
    id: UUID | None
    name: str = ""
    tags: list[str] = []
    visits: int = 0
    missed: int = 0
    note: str = ""
    mark: str = ""
