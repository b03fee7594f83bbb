"""What happened to pets."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.texts import N_

HAS_DIED = N_("The pet has died. We are sorry; nothing more is needed.")
"""What families read of a booking that is closed for it."""


class PetRegistered(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "pets.registered"
    pet_id: UUID
    species: str


class PetTransferred(Event, frozen=True, kw_only=True):
    """Future bookings stay with whoever ordered them: their rooms flag them."""

    name: ClassVar[str] = "pets.transferred"
    pet_id: UUID
    from_person: UUID | None = None
    from_shop: UUID | None = None
    to_person: UUID


class PetDied(Event, frozen=True, kw_only=True):
    """Whoever holds bookings for it closes them."""

    name: ClassVar[str] = "pets.died"
    pet_id: UUID
    on: date


class WeightRecorded(Event, frozen=True, kw_only=True):
    """``change`` is the difference to the weight before, in thousandths of it; none for the first."""

    name: ClassVar[str] = "pets.weight_recorded"
    pet_id: UUID
    weight_id: UUID
    grams: int
    change: int | None = None
    days: int | None = None
    alerting: bool = False


class DoseRecorded(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "pets.dose_recorded"
    pet_id: UUID
    dose_id: UUID
    protocol: str
    given_on: date


class DoseVerified(Event, frozen=True, kw_only=True):
    """A shop looked at the proof: ``accepted`` or not."""

    name: ClassVar[str] = "pets.dose_verified"
    pet_id: UUID
    dose_id: UUID
    protocol: str
    accepted: bool
    shop_id: UUID | None = None
    reason: str = ""


class OpenedInEmergency(Event, frozen=True, kw_only=True):
    """A shop read allergies, medicines and problems without the family's leave."""

    name: ClassVar[str] = "pets.opened_in_emergency"
    pet_id: UUID
    read_id: UUID
    shop_id: UUID
    why: str


class GrantGiven(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "pets.grant_given"
    pet_id: UUID
    grant_id: UUID
    shop_id: UUID
    scopes: tuple[str, ...]


class GrantRevoked(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "pets.grant_revoked"
    pet_id: UUID
    grant_id: UUID
    shop_id: UUID
