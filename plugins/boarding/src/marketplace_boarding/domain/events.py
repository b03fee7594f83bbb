"""What happens in a pet hotel."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.events import Event


class PetsArrived(Event, frozen=True, kw_only=True):
    """The guests of a stay are in the house."""

    name: ClassVar[str] = "boarding.pets_arrived"
    stay_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None


class PetsLeft(Event, frozen=True, kw_only=True):
    """The guests went home."""

    name: ClassVar[str] = "boarding.pets_left"
    stay_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None


class MedicineMissed(Event, frozen=True, kw_only=True):
    """A medicine was due at ``minute`` of the clock of ``day`` and stands in no sheet. Said once."""

    name: ClassVar[str] = "boarding.medicine_missed"
    stay_id: UUID
    guest_id: UUID
    shop_id: UUID
    day: date
    minute: int


class IncidentNoted(Event, frozen=True, kw_only=True):
    """Something happened to a guest that its family has to hear of at once."""

    name: ClassVar[str] = "boarding.incident_noted"
    entry_id: UUID
    stay_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None


class DayTold(Event, frozen=True, kw_only=True):
    """The card of a day was sent to the family."""

    name: ClassVar[str] = "boarding.day_told"
    stay_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None
    day: date
