"""Whom a shop knows: a client's card, what follows from their orders, and what is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

import attrs

from marketplace_kit.accounts.domain import folded, shown_phone
from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.texts import N_

SEE, SEE_CONTACTS, KEEP, EXPORT = "crm.see", "crm.see_contacts", "crm.keep", "crm.export"

PRIVATE, SHAREABLE = "private", "shareable"
VISIBILITIES = (PRIVATE, SHAREABLE)
FROM_ORDER, BY_STAFF = "order", "staff"
SOURCES = (FROM_ORDER, BY_STAFF)
LONGEST_TITLE, MOST_DOCUMENTS = 120, 50
CHANNELS = ("phone", "whatsapp", "telegram", "sms", "email")
"""By what a client likes to be reached."""
NEW, REGULAR, LOST = "new", "regular", "lost"
STATES = (NEW, REGULAR, LOST)
MISSED = "no_show"
"""The state in which every kind of appointment keeps that somebody did not come."""
MOST_TAGS, LONGEST_TAG = 20, 40
FEWEST_DIGITS = 4
"""A phone is searched by so many digits at least."""
_DAY = 86_400


class DocumentsFull(DomainError):
    """``most`` there may be with one client."""

    code = "documents_full"
    kind = Kind.CONFLICT
    text = N_("There may be {most} documents with a client. Remove some that are not needed any more.")


class ClientExists(DomainError):
    """``client_id`` is the card that has this phone."""

    code = "client_exists"
    kind = Kind.CONFLICT
    text = N_("There is a client with this phone already.")


class SameClient(DomainError):
    code = "same_client"
    kind = Kind.CONFLICT
    text = N_("These are two entries of one client already.")


class MergeMovedOn(DomainError):
    code = "merge_moved_on"
    kind = Kind.CONFLICT
    text = N_("This cannot be undone any more: the client was joined with another one since.")


class ClientsMerged(Event, frozen=True, kw_only=True):
    """Two cards of a shop turned out to be one client; ``undone`` when they did not."""

    name: ClassVar[str] = "crm.clients_merged"
    shop_id: UUID
    client_id: UUID
    other_id: UUID
    undone: bool = False


def tag_key(tag: str) -> str:
    """What makes two spellings one tag."""
    return folded(tag)[:LONGEST_TAG]


def digits_of(text: str) -> str:
    """The digits of a phone that is searched for; empty where the text is none, or too short to be one."""
    bare = text.strip()
    found = "".join(c for c in bare if c.isascii() and c.isdigit())
    others = [c for c in bare if not c.isdigit() and c not in " +-()."]
    if others or len(found) < FEWEST_DIGITS:
        return ""
    # 8 701 … is how +7 701 … is dialled at home.
    return "7" + found[1:] if len(found) == 11 and found.startswith("8") else found


def masked_phone(phone: str) -> str:
    """For those who may not see it: enough to recognise, too little to call. ``+7 701 …78``"""
    shown = shown_phone(phone)
    return f"{' '.join(shown.split()[:2])} …{phone[-2:]}"


def month_day(day: date | None) -> int | None:
    """A birthday without its year, in an order that a database knows: 8 March is 308."""
    return None if day is None else day.month * 100 + day.day


def coming_days(today: date, number: int = 7) -> list[int]:
    """The birthdays of today and the days after it. Who was born on 29 February has theirs on the 28th otherwise."""
    days = [today + timedelta(days=n) for n in range(number)]
    found = [d.month * 100 + d.day for d in days]
    leap = any(d.month == 2 and d.day == 28 and (d + timedelta(days=1)).month == 3 for d in days)
    return [*found, 229] if leap else found


def median(numbers: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two in the middle."""
    if not numbers:
        return None
    ordered, n = sorted(numbers), len(numbers)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


@attrs.frozen(kw_only=True)
class Had:
    """One line that a client ordered, as far as figures need it. ``amount`` is in minor units of the site's
    currency.
    """

    order_id: UUID
    status: str
    stage: str
    placed_at: datetime
    starts_at: datetime | None
    amount: int

    @property
    def at(self) -> datetime:
        return self.starts_at or self.placed_at


@attrs.frozen(kw_only=True)
class Figures:
    """What follows from a client's orders; kept nowhere. ``spent`` is what completed lines came to, in minor units,
    ``average`` that of one completed order. ``gap_days`` is the median between days with a visit; the next one is due
    the median of the last three gaps after the last.
    """

    visits: int = 0
    missed: int = 0
    cancelled: int = 0
    spent: int = 0
    spent_year: int = 0
    average: int = 0
    first_visit: datetime | None = None
    last_visit: datetime | None = None
    next_visit: datetime | None = None
    gap_days: float | None = None
    next_due: date | None = None
    state: str = NEW


def figures_of(lines: Iterable[Had], now: datetime, lost_days: int = 60) -> Figures:
    """Lost is whom nothing is booked for and whose last visit is longer ago than ``lost_days`` and than twice their own
    gap; regular who came at least twice; new everybody else.
    """
    had = list(lines)
    done = [one for one in had if one.stage == Stage.COMPLETED]
    visits = sorted(one.starts_at for one in done if one.starts_at is not None)
    gone = [one for one in had if one.stage == Stage.CANCELLED]
    missed = sum(one.status == MISSED for one in gone)
    open_ = (Stage.PENDING, Stage.ACCEPTED, Stage.IN_PROGRESS)
    ahead = [one.starts_at for one in had if one.stage in open_ and one.starts_at is not None and one.starts_at > now]
    # Two things done on one day are one coming. Days are UTC's, as the list's filter counts them: in Kazakhstan they
    # change at five in the morning.
    days = sorted({at.astimezone(UTC).date() for at in visits})
    gaps = [float((later - earlier).days) for earlier, later in pairwise(days)]
    usual, lately = median(gaps), median(gaps[-3:])
    spent, orders = sum(one.amount for one in done), {one.order_id for one in done}
    last = visits[-1] if visits else None
    return Figures(
        visits=len(visits),
        missed=missed,
        cancelled=len(gone) - missed,
        spent=spent,
        spent_year=sum(one.amount for one in done if one.at > now - timedelta(days=365)),
        average=spent // len(orders) if orders else 0,
        first_visit=visits[0] if visits else None,
        last_visit=last,
        next_visit=min(ahead, default=None),
        gap_days=usual,
        next_due=days[-1] + timedelta(days=round(lately)) if lately is not None else None,
        state=_state(len(visits), last, bool(ahead), usual, now, lost_days),
    )


def _state(visits: int, last: datetime | None, booked: bool, gap: float | None, now: datetime, lost_days: int) -> str:
    if last is not None and not booked and days_since(last, now) > max(lost_days, 2 * (gap or 0)):
        return LOST
    return REGULAR if visits > 1 else NEW


def days_since(last: datetime, now: datetime) -> int:
    """Whole days between, as the list's filter counts them."""
    return int(now.timestamp()) // _DAY - int(last.timestamp()) // _DAY


@attrs.define(slots=False, eq=False, kw_only=True)
class Client:
    """One client of one shop. What is known of the person elsewhere on the site is not here."""

    id: UUID = attrs.field(factory=new_id)
    shop_id: UUID
    person_id: UUID | None = None
    name: str
    name_folded: str = ""
    phone: str | None = None
    email: str | None = None
    locale: str = ""
    channel: str = ""
    birthday: date | None = None
    birth_md: int | None = None
    staff_id: int | None = None
    source: str = FROM_ORDER
    first_seen_at: datetime
    last_seen_at: datetime
    preferences: dict[str, Any] = attrs.field(factory=dict)
    follow_up_on: date | None = None
    follow_up_what: str = ""
    follow_up_by: UUID | None = None
    follow_up_told_at: datetime | None = None
    merged_into_id: UUID | None = None
    deleted_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    def __attrs_post_init__(self) -> None:
        self.rename(self.name)
        self.born(self.birthday)

    def rename(self, name: str) -> None:
        self.name = name
        self.name_folded = folded(name)[:200]

    def born(self, day: date | None) -> None:
        self.birthday, self.birth_md = day, month_day(day)

    def remember(self, day: date | None, what: str, by: UUID | None) -> None:
        """To be thought of on that day, by whoever said so; ``None``: no more. Said anew, it is told anew."""
        self.follow_up_on, self.follow_up_told_at = day, None
        self.follow_up_what, self.follow_up_by = (what, by) if day else ("", None)

    def forget(self, at: datetime) -> None:
        """Keep the row, for the orders that point at it, and nothing of the person."""
        self.rename("")
        self.born(None)
        self.person_id = self.phone = self.email = self.staff_id = None
        self.locale = self.channel = ""
        self.preferences = {}
        self.remember(None, "", None)
        self.deleted_at = at
