"""What an order is, how its status follows from its lines, and what is refused. Pure: kinds and time are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, Stage, State, Tone
from marketplace_kit.kernel.texts import N_

OWNER, STAFF, CUSTOMER, SYSTEM, ADMIN = "owner", "staff", "customer", "system", "admin"
CLOCK_CHANGED = "clock_changed"
"""The timeline's word for what no verb did: a law moved the clock, and an instant followed."""
ACTOR_KINDS = ("customer", "guest", "staff", "system")
SEE_SHOP, WORK = "orders.see_shop", "orders.work"

GRACE = timedelta(seconds=30)
"""A hold is honoured so much longer than its countdown shows (scheduling §4.2)."""
MOST_DRAFTS = 3
"""So many holds one visitor may have at a time."""
DRAFT_KEPT = timedelta(days=1)
LINK_LASTS = timedelta(days=30)
"""A guest's link is good for so long after the last line's end."""
MOST_LINES = 20

STAGES: Mapping[Stage, State] = {
    Stage.PENDING: State(Stage.PENDING, N_("Pending"), Tone.WARN, stage=Stage.PENDING),
    Stage.ACCEPTED: State(Stage.ACCEPTED, N_("Accepted"), Tone.INFO, stage=Stage.ACCEPTED),
    Stage.IN_PROGRESS: State(Stage.IN_PROGRESS, N_("In Progress"), Tone.INFO, stage=Stage.IN_PROGRESS),
    Stage.COMPLETED: State(Stage.COMPLETED, N_("Completed"), Tone.GOOD, terminal=True, stage=Stage.COMPLETED),
    Stage.CANCELLED: State(Stage.CANCELLED, N_("Cancelled"), Tone.BAD, terminal=True, stage=Stage.CANCELLED),
}
"""How people read an order's status (S4 5.3.2)."""
STEPS = (Stage.PENDING, Stage.ACCEPTED, Stage.IN_PROGRESS, Stage.COMPLETED)
OPEN_STAGES = (Stage.PENDING, Stage.ACCEPTED, Stage.IN_PROGRESS)


class Due(Protocol):
    """What the system does by itself, and when; the contract's own description of it is one."""

    @property
    def verb(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class Moved(Protocol):
    """What a move changed besides the state; the contract's own description of it is one."""

    @property
    def facts(self) -> Mapping[str, Any]: ...

    @property
    def starts_at(self) -> datetime | None: ...

    @property
    def ends_at(self) -> datetime | None: ...

    @property
    def unit_price(self) -> Money | None: ...


@attrs.frozen
class Deadline:
    """What a process does by itself to whatever stays in a state."""

    verb: str
    at: datetime


def status_of(stages: Iterable[Stage]) -> Stage:
    """An order's status from the stages of its lines. Cancelled lines count only where all of them are.

    It is accepted when all that is left is, in progress as soon as anything was begun and not everything is done.
    """
    seen = list(stages)
    left = [stage for stage in seen if stage is not Stage.CANCELLED]
    if not left:
        return Stage.CANCELLED
    if all(stage is Stage.COMPLETED for stage in left):
        return Stage.COMPLETED
    if any(stage in (Stage.IN_PROGRESS, Stage.COMPLETED) for stage in left):
        return Stage.IN_PROGRESS
    return Stage.ACCEPTED if all(stage is Stage.ACCEPTED for stage in left) else Stage.PENDING


def agreed_total(total: int, status: str, lines: Iterable[int]) -> int:
    """The sum that people are shown of an order, in minor units: what is to be paid; of one that was cancelled whole,
    of which nothing is, what had been agreed (its lines' totals).
    """
    return sum(lines) if status == Stage.CANCELLED else total


def step_of(stage: Stage) -> int:
    """Which of :data:`STEPS` a stage is, counted from 1; 0 for what was cancelled."""
    return STEPS.index(stage) + 1 if stage in STEPS else 0


def stage_in(process: Process, state: str) -> Stage:
    """What a state means to the order. A kind whose states do not say so breaks the boot, not the order."""
    return process.state(state).stage or Stage.PENDING


class NotOffered(DomainError):
    code = "not_offered"
    kind = Kind.CONFLICT
    text = N_("This cannot be ordered here at the moment.")


class ShopNotTaking(DomainError):
    code = "shop_not_live"
    kind = Kind.CONFLICT
    text = N_("The shop takes no new orders at the moment.")


class SeveralShops(DomainError):
    code = "several_shops"
    kind = Kind.INVALID
    text = N_("One order is for one shop. Order from the other shop separately.")


class TooManyHolds(DomainError):
    code = "too_many_holds"
    kind = Kind.CONFLICT
    text = N_("You are keeping {most} things already. Finish or drop one of those orders first.")


class TooManyLines(DomainError):
    code = "too_many_lines"
    kind = Kind.INVALID
    text = N_("One order has at most {most} lines.")


class DraftGone(DomainError):
    """Unknown, dropped, somebody else's and too old look alike."""

    code = "draft_not_found"
    kind = Kind.MISSING
    text = N_("This order was not finished in time and is no longer kept. Please choose again.")


class HoldExpired(DomainError):
    code = "hold_expired"
    kind = Kind.CONFLICT
    text = N_("The time for which it was kept for you is over, and it is not free any more. Please choose again.")


class PriceChanged(DomainError):
    """``before`` and ``after`` are totals in minor units. Confirming again accepts the new one."""

    code = "price_changed"
    kind = Kind.CONFLICT
    text = N_("The price has changed meanwhile. Look at the new total and confirm once more.")


class VersionConflict(DomainError):
    """``version`` is the present one, ``status`` what it is by now."""

    code = "version_conflict"
    kind = Kind.CONFLICT
    text = N_("Someone changed this in the meantime. Look at the newest state and try again.")


class ManageLinkInvalid(DomainError):
    """Unknown, revoked and expired look alike."""

    code = "manage_link_invalid"
    kind = Kind.MISSING
    text = N_("This link is not valid any more. Ask the shop, or sign in to see your orders.")


class KindAway(DomainError):
    code = "line_kind_unavailable"
    kind = Kind.CONFLICT
    text = N_("This part of the site is switched off at the moment. The order itself is kept.")


class OrderPlaced(Event, frozen=True, kw_only=True):
    """An order was placed; ``lines`` are the ids of its lines."""

    name: ClassVar[str] = "orders.placed"
    order_id: UUID
    shop_id: UUID
    customer_id: UUID | None
    number: str
    lines: tuple[UUID, ...] = ()
    by_staff: bool = False


class LineMoved(Event, frozen=True, kw_only=True):
    """A line of an order went from one state to the next. ``version`` is the line's own; ``order_status`` is the
    order's by then. ``by`` is ``customer``, ``guest``, ``staff`` or ``system``.
    """

    name: ClassVar[str] = "orders.line_moved"
    order_id: UUID
    line_id: UUID
    shop_id: UUID
    listing_id: UUID
    customer_id: UUID | None
    kind: str
    verb: str
    before: str
    after: str
    stage: str
    version: int
    order_status: str = ""
    order_before: str = ""
    by: str = ""


@attrs.define(slots=False, eq=False, kw_only=True)
class Order:
    """What one customer was promised by one shop. ``contact_*`` are as given when it was placed."""

    id: UUID = attrs.field(factory=new_id)
    number: str
    shop_id: UUID
    customer_id: UUID | None = None
    contact_name: str
    contact_phone: str | None = None
    contact_email: str | None = None
    contact_locale: str
    status: str
    created_at: datetime
    total_amount: int
    total_currency: str
    paid_amount: int = 0
    note: str = ""
    placed_by: UUID | None = None
    by_staff: bool = False
    consent_text: str | None = None
    consent_version: str | None = None
    consent_at: datetime | None = None
    checkout_id: UUID | None = None
    version: int = attrs.field(default=1, init=False)

    def follow(self, lines: Iterable[Line]) -> None:
        """Status and total as the lines have them by now. What is cancelled is not to be paid."""
        lines = list(lines)
        self.status = status_of(Stage(line.stage) for line in lines)
        self.total_amount = sum(line.total_amount for line in lines if line.stage != Stage.CANCELLED)


@attrs.define(slots=False, eq=False, kw_only=True)
class Line:
    """One promise of an order, in the words and at the price at which it was made."""

    id: UUID
    order_id: UUID
    position: int
    kind: str
    tab: str
    process_version: int
    status: str
    stage: str
    listing_id: UUID
    title: str
    titles: dict[str, str] = attrs.field(factory=dict)
    quantity: int
    unit_amount: int
    total_amount: int
    currency: str
    due_now_amount: int | None = None
    parts: list[dict[str, Any]] = attrs.field(factory=list)
    facts: dict[str, Any] = attrs.field(factory=dict)
    options: dict[str, list[str]] = attrs.field(factory=dict)
    choice: dict[str, Any] = attrs.field(factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    policy: str = ""
    due_verb: str | None = None
    due_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    def move_to(self, state: State, moved: Moved, due: Due | None) -> None:
        """The line as it is after a move that its kind agreed to."""
        self.status, self.stage = state.name, state.stage or Stage.PENDING
        self.facts = {**self.facts, **moved.facts}
        self.starts_at = moved.starts_at or self.starts_at
        self.ends_at = moved.ends_at or self.ends_at
        self.due_verb, self.due_at = (due.verb, due.at) if due else (None, None)
        if moved.unit_price is not None and moved.unit_price.amount != self.unit_amount:
            self.reprice(moved.unit_price)

    def reprice(self, unit: Money) -> None:
        """Another price; what it was made of no longer adds up and goes."""
        if unit.currency != self.currency:
            raise ValueError(f"a line in {self.currency} cannot cost {unit.currency}")
        self.unit_amount, self.total_amount, self.parts = unit.amount, unit.amount * self.quantity, []


def due_in(process: Process, state: str, at: datetime, declared: Due | None) -> Due | None:
    """What the system will do to a line that is in ``state`` from ``at`` on: what its kind asked for, else the first of
    the process's timers.
    """
    if declared is not None or process.state(state).terminal:
        return declared if not process.state(state).terminal else None
    timers = [Deadline(t.verb, at + t.after) for t in process.timers if t.state == state]
    return min(timers, key=lambda due: due.at, default=None)
