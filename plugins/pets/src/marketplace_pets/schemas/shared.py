"""Sharing, taking part and taking over, as doors answer it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace_pets.schemas.shown import (
    AllergyView,
    BadgeView,
    BehaviourView,
    ConditionView,
    DoseView,
    EntryView,
    WeightView,
)


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    shop_id: UUID
    shop_name: str
    scopes: list[str]
    purpose: str
    starts_at: datetime
    expires_on: date | None
    revoked_at: datetime | None
    origin: str
    live: bool


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a shop read something."""

    at: datetime
    shop_id: UUID
    shop_name: str
    reader: str
    scope: str
    why: str


class SharedView(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop reads of a pet: one scope."""

    pet_id: UUID
    name: str
    species: str
    breed: str
    scope: str
    weights: list[WeightView]
    doses: list[DoseView]
    badges: list[BadgeView]
    allergies: list[AllergyView]
    conditions: list[ConditionView]
    behaviours: list[BehaviourView]
    entries: list[EntryView]


class SharedPet(msgspec.Struct, frozen=True, kw_only=True):
    """A pet that is shared with a shop."""

    pet_id: UUID
    name: str
    species: str
    breed: str
    cover: str | None
    shop_id: UUID
    shop_name: str
    scopes: list[str]
    expires_on: date | None


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """The code is shown once; only its digest is stored."""

    id: UUID
    code: str
    right: str
    ends_at: datetime


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    right: str
    ends_at: datetime


class PersonWith(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may see or change a pet."""

    person_id: UUID
    name: str
    right: str
    since: datetime


class JoinedView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger: which record was joined, by whom and why; ``undone_at`` is null while it is."""

    pet_id: UUID
    name: str
    why: str
    at: datetime
    by: str
    undone_at: datetime | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a chipped pet is."""

    pet_id: UUID
    name: str
    species: str
    keeper: str
    phone: str
