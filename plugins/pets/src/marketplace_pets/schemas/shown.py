"""A pet and its record, as doors answer it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


class BadgeView(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol's state for people: ``tone`` good, warn or bad; ``code`` says the same to programs."""

    protocol: str
    label: str
    code: str
    tone: str
    text: str
    facts: dict[str, Any]


class PetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pet in a list. ``right`` is what you may do with it; ``next_due`` the soonest line of its care plan."""

    id: UUID
    name: str
    species: str
    breed: str
    state: str
    right: str
    cover: str | None
    badges: list[BadgeView]
    next_due: DueView | None = None


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    value: str
    on_day: date | None
    site: str
    live: bool


class AllergyView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    substance: str
    is_class: bool
    reaction: str
    severity: str


class ConditionView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    what: str
    details: str
    since: date | None
    runs_out_on: date | None


class BehaviourView(msgspec.Struct, frozen=True, kw_only=True):
    """A coded warning: ``label`` in the reader's words, ``tone`` bad, warn or info."""

    code: str
    comment: str
    label: str = ""
    tone: str = "warn"


class CodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's own code of behaviour. Staff of the shop need the ``skill`` to take such a pet on, if there is one."""

    code: str
    shop_id: UUID
    tone: str
    kk: str
    ru: str
    en: str
    skill: str


class CodeMade(msgspec.Struct, frozen=True, kw_only=True):
    """The code that stands for it from now on."""

    code: str


class PetView(msgspec.Struct, frozen=True, kw_only=True):
    """A pet as its family sees it. ``missing`` names what a service may still ask for."""

    id: UUID
    name: str
    species: str
    breed: str
    crossbred: bool
    breed_other: str
    sex: str
    born: date | None
    born_precision: str
    colour: str
    coat: str
    size_class: str
    diet: str
    feeding_times: str
    emergency_name: str
    emergency_phone: str
    may_collect: str
    home_vet: str
    insurance: str
    reminders: bool
    state: str
    deceased_on: date | None
    cover: str | None
    version: int
    right: str
    kept_since: datetime
    marks: list[MarkView]
    allergies: list[AllergyView]
    conditions: list[ConditionView]
    behaviours: list[BehaviourView]
    badges: list[BadgeView]
    missing: list[str]


class WeightView(msgspec.Struct, frozen=True, kw_only=True):
    """``change`` in thousandths of the weight before, ``days`` between; ``alert``: ten per cent or more."""

    id: UUID
    kg: str
    grams: int
    at: datetime
    source: str
    author: str
    method: str
    body_condition: int | None
    change: int | None
    days: int | None
    alert: bool
    mistaken: bool
    mistake_reason: str


class DoseView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    pet_id: UUID
    protocol: str
    protocol_version: int
    given_on: date
    product: str
    lot: str
    manufacturer: str
    vet: str
    clinic: str
    valid_until: date | None
    certificate: str
    source: str
    historical: bool
    counted: bool
    state: str
    check_reason: str
    cover: str | None


class WaitingDose(msgspec.Struct, frozen=True, kw_only=True):
    """A dose in a shop's pile, with the pet it is of."""

    id: UUID
    pet_id: UUID
    pet_name: str
    species: str
    shop_id: UUID
    protocol: str
    given_on: date
    valid_until: date | None
    product: str
    lot: str
    clinic: str
    certificate: str
    cover: str | None
    recorded_at: datetime


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    protocol: str
    version: int
    label: str
    state: str
    opens: date | None
    closes: date | None
    until: date | None
    due_on: date | None
    since: date | None
    counted: int
    estimated: bool


class DosesView(msgspec.Struct, frozen=True, kw_only=True):
    """Doses, newest first, and how the pet stands with each timetable today."""

    doses: list[DoseView]
    standings: list[StandingView]
    badges: list[BadgeView]


class DueView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a care plan. ``key`` is what it can be muted by; ``href`` leads to what helps, said by ``act``;
    ``write_href`` to where it is noted as done, said by ``write`` (empty if that is the same). A shop's own wish has
    its ``shop_name`` and the ``follow_up_id`` that ends it.
    """

    reason: str
    text: str
    due_on: date
    protocol: str
    overdue: bool
    key: str
    act: str
    href: str
    write: str = ""
    write_href: str = ""
    shop_name: str = ""
    follow_up_id: UUID | None = None


class BookedView(msgspec.Struct, frozen=True, kw_only=True):
    """What is booked for a pet. ``meets`` are the reasons of the care plan that are seen to then."""

    on: date
    title: str
    shop_id: UUID
    shop_name: str
    link: str
    meets: list[str]


class FollowUpView(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a shop asked to come again. ``booked_on`` is null while nothing is booked there."""

    id: UUID
    pet_id: UUID
    pet_name: str
    shop_id: UUID
    what: str
    due_on: date
    booked_on: date | None


class MutedView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the family does not want to hear of."""

    reason: str
    text: str


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    kind: str
    title: str
    scope: str
    link: str
    shop_name: str


class ProtocolView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a timetable. Ages and intervals are days; ``in_force``: the newest of its name."""

    name: str
    label: str
    version: int
    in_force: bool
    species: list[str]
    min_age: int
    min_interval: int
    max_interval: int
    valid_years: int
    source: str
    first_by: int = 0
    series: int = 1
    series_late: int = 1
    closing_age: int = 0
    booster_age: int = 0
    series_years: int = 1
    steps: str = ""
    dated: date = date(2024, 1, 1)


class BreedView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    species: str
    name: str
    size_class: str
    coat: str
    kg: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to something new."""

    id: UUID
