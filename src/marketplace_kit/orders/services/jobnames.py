"""The names and payloads of this room's jobs: ids, and nothing about anybody."""

from __future__ import annotations

from uuid import UUID

import msgspec

DUE, DUE_ONE, SWEEP, TELL_GUEST = "orders.due", "orders.due_one", "orders.sweep_drafts", "orders.tell_guest"


class DueNow(msgspec.Struct):
    """The job does what is due on any line."""


class DueOne(msgspec.Struct):
    """The job does what is due on this line, if it still is."""

    line_id: UUID


class Sweep(msgspec.Struct):
    """The job lets go of what nobody ordered."""


class TellGuest(msgspec.Struct):
    """The job tells a guest by mail or text message what became of an order."""

    order_id: UUID
    notice: str
    channel: str
    key: UUID
    line_id: UUID | None = None
    state: str = ""
    reason: str = ""
