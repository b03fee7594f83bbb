"""What a change of the clock's law did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class LiesOn(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a resource that is taken: by an appointment, else a break, a hold or busy time (``kind``)."""

    claim_id: UUID
    kind: str
    resource_id: int
    resource: str
    appointment_id: UUID | None
    title: str
    customer: str
    starts_at: datetime
    ends_at: datetime


class ClockCollision(LiesOn, frozen=True, kw_only=True):
    """What lies on something else since the law of the clock was changed; it goes when either is moved."""

    on: list[LiesOn]


class ZoneReport(msgspec.Struct, frozen=True, kw_only=True):
    """One zone: ``changed`` since its law was noted. ``offset`` of today, in minutes east."""

    zone: str
    offset: int
    changed: bool
    noted: bool


class ClockReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at and done: how many appointments got another instant, how many claims collide now."""

    tzdata: str
    zones: list[ZoneReport]
    shops: int = 0
    appointments: int = 0
    collisions: int = 0
