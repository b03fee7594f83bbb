"""A shop's days. Times carry the place's offset; ``zone`` names it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace_kit.scheduling.schemas.resources import ResourceView


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One block in a calendar: an appointment, a hold, a break or imported busy time. ``starts_at`` and ``ends_at`` are
    what the visit is; ``from_at`` and ``to_at`` what is blocked. Contacts are for the shop's eyes.
    """

    claim_id: UUID
    resource_id: int
    lane: int
    kind: str
    from_at: datetime
    to_at: datetime
    starts_at: datetime
    ends_at: datetime
    enforced: bool
    appointment_id: UUID | None = None
    order_id: UUID | None = None
    listing_id: UUID | None = None
    line_kind: str = ""
    title: str = ""
    state: str = ""
    customer: str = ""
    phone: str = ""
    note: str = ""
    origin: str = ""
    staff_matters: bool = False
    overbooked: bool = False
    eta: datetime | None = None
    reason: str = ""
    version: int | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's working time on the asked days, as instants."""

    resource: ResourceView
    windows: list[tuple[datetime, datetime]]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's days: who works when, and what is in the way."""

    zone: str
    first_day: date
    days: int
    columns: list[Column]
    entries: list[Entry]


class AppointmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One appointment, for lists and for what a refusal names."""

    id: UUID
    order_id: UUID
    listing_id: UUID
    title: str
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    staff_id: int | None
    customer: str
    version: int
