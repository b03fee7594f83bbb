"""What is paid of an order, and by what means. The sums are the order's; where money comes from is not asked here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.texts import N_

TAKE = "orders.take"
PAY, UNPAY = "pay", "unpay"
"""What the timeline calls them."""
DESK = "desk"
"""Where a payment was written down: at the shop's own desk. Rooms above name themselves."""
CASH, TERMINAL, TRANSFER, ONLINE = "cash", "terminal", "transfer", "online"
MEANS: Mapping[str, str] = {
    CASH: N_("Cash"),
    TERMINAL: N_("Card terminal"),
    TRANSFER: N_("Kaspi transfer"),
    ONLINE: N_("Online payment"),
}
AT_THE_DESK = (CASH, TERMINAL, TRANSFER)
UNPAID, PART, PAID, TO_RETURN, NOTHING = "unpaid", "part_paid", "paid", "to_return", "nothing_due"
PAID_STATES: Mapping[str, State] = {
    UNPAID: State(UNPAID, N_("Not paid"), Tone.NEUTRAL),
    PART: State(PART, N_("Paid in part"), Tone.WARN),
    PAID: State(PAID, N_("Paid"), Tone.GOOD),
    TO_RETURN: State(TO_RETURN, N_("To be given back"), Tone.BAD),
    NOTHING: State(NOTHING, N_("Nothing to pay"), Tone.NEUTRAL),
}
"""How an order stands with its money; worked out from two sums, never stored."""
FILTERS = (UNPAID, PAID, TO_RETURN)
"""By what lists of orders are narrowed: ``unpaid`` is whatever of it is left to pay."""


def paid_state(total: int, paid: int) -> str:
    """One of :data:`PAID_STATES`. What was paid of lines that were cancelled since is to be given back."""
    if paid > total:
        return TO_RETURN
    if total == 0:
        return NOTHING
    if paid == 0:
        return UNPAID
    return PAID if paid == total else PART


class NothingDue(DomainError):
    code = "nothing_due"
    kind = Kind.CONFLICT
    text = N_("There is nothing to pay for this order.")


class AlreadyPaid(DomainError):
    code = "already_paid"
    kind = Kind.CONFLICT
    text = N_("This order is paid already.")


class AlreadyUndone(DomainError):
    code = "already_undone"
    kind = Kind.CONFLICT
    text = N_("This payment was taken back already.")


class PaymentRecorded(Event, frozen=True, kw_only=True):
    """Something was paid of an order, or (``amount`` below zero) less of it is. ``paid`` is the sum by then, ``total``
    what was to be paid; ``source`` is where it was written down, ``undoes`` the record that it takes back.
    """

    name: ClassVar[str] = "orders.payment_recorded"
    payment_id: UUID
    order_id: UUID
    shop_id: UUID
    customer_id: UUID | None
    amount: int
    currency: str
    means: str
    source: str
    paid: int
    total: int
    by_id: UUID | None = None
    undoes: UUID | None = None
