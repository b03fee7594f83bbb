"""What the doors of the pet room take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain import lists
from marketplace_pets.domain.protocols import PROTOCOL_CHOICES
from marketplace_pets.domain.weights import WRITTEN

Name = Annotated[str, Field(N_("Name of your pet"), max_length=60)]
Species = Annotated[str, Field(N_("Your pet is a"), choices=lists.SPECIES)]
Reason = Annotated[str, Field(N_("Reason"), long=True, max_length=500)]
ForShop = Annotated[str, Field(N_("For the shop"), max_length=36, hint=N_("The shop that you speak for."))]
OfferedRight = Annotated[
    str,
    Field(
        N_("What they may do"), choices=((lists.KEEPER, N_("Keep the pet from now on, in your place")), *lists.RIGHTS)
    ),
]


class QuickPet(Form):
    """A pet in seconds; the rest can wait."""

    name: Name
    species: Species = "dog"


class NewPet(Form):
    """A pet with everything its family may say of it."""

    name: Name
    species: Species = "dog"
    breed: Annotated[str, Field(N_("Breed"), max_length=40)] = ""
    crossbred: Annotated[bool, Field(N_("A cross"))] = False
    breed_other: Annotated[str, Field(N_("Crossed with"), max_length=40)] = ""
    sex: Annotated[str, Field(N_("Sex"), choices=lists.SEXES)] = ""
    born: Annotated[date | None, Field(N_("Date of birth"))] = None
    born_precision: Annotated[str, Field(N_("How sure the date is"), choices=lists.PRECISIONS)] = "exact"
    colour: Annotated[str, Field(N_("Colour"), max_length=60)] = ""
    coat: Annotated[str, Field(N_("Coat"), choices=lists.COATS)] = ""
    size_class: Annotated[str, Field(N_("Size when grown"), choices=lists.SIZES)] = ""
    diet: Annotated[str, Field(N_("Food"), long=True, max_length=500)] = ""
    feeding_times: Annotated[str, Field(N_("Feeding times"), max_length=100, hint=N_("For example 8:00 and 19:00"))] = (
        ""
    )
    emergency_name: Annotated[str, Field(N_("Whom to call in an emergency"), max_length=120, private=True)] = ""
    emergency_phone: Annotated[str, Field(N_("Their telephone number"), format="phone", private=True)] = ""
    may_collect: Annotated[str, Field(N_("Who may collect the pet"), max_length=300, private=True)] = ""
    home_vet: Annotated[str, Field(N_("Your vet"), max_length=200)] = ""
    insurance: Annotated[str, Field(N_("Insurance"), max_length=200, private=True)] = ""
    reminders: Annotated[bool, Field(N_("Remind me of vaccinations and deworming"))] = True


class PetChange(NewPet, frozen=True, kw_only=True):
    """The same, made on the version that was shown."""

    version: Annotated[int, Field(N_("Version"), min=1)]


class NewWeight(Form):
    """One weighing. ``kg`` as people write it."""

    kg: Annotated[str, Field(N_("Weight of your pet"), unit=N_("kg"), pattern=WRITTEN, max_length=8)]
    on: Annotated[date | None, Field(N_("Weighed on"), hint=N_("Empty: today"))] = None
    method: Annotated[str, Field(N_("How it was weighed"), choices=lists.METHODS)] = "scales"
    body_condition: Annotated[
        int | None,
        Field(N_("Body condition"), min=1, max=9, hint=N_("From 1 (very thin) to 9 (very fat); 5 is ideal")),
    ] = None


class NewWeightAt(NewWeight, frozen=True, kw_only=True):
    """The same by a program, perhaps for a shop; its staff may confirm an unusual weight with a reason."""

    shop_id: ForShop = ""
    reason: Reason = ""


class Reasoned(Form):
    """Why."""

    reason: Reason = ""


class NewDose(Form):
    """A vaccination or a deworming that was given. With a certificate (or a photo later) it waits to be checked."""

    protocol: Annotated[str, Field(N_("What was given"), choices=PROTOCOL_CHOICES)]
    given_on: Annotated[date, Field(N_("Given on"))]
    product: Annotated[str, Field(N_("Name of the product"), max_length=120)] = ""
    lot: Annotated[str, Field(N_("Lot number"), max_length=40)] = ""
    manufacturer: Annotated[str, Field(N_("Manufacturer"), max_length=120)] = ""
    vet: Annotated[str, Field(N_("Veterinarian"), max_length=120)] = ""
    clinic: Annotated[str, Field(N_("Clinic"), max_length=160)] = ""
    valid_until: Annotated[
        date | None, Field(N_("Valid until"), hint=N_("As the passport says; empty: by the usual rule"))
    ] = None
    certificate: Annotated[
        str,
        Field(
            N_("Number of the passport or certificate"), max_length=80, hint=N_("With it, shops can check the dose.")
        ),
    ] = ""
    historical: Annotated[
        bool, Field(N_("Long ago: keep it even if the dates break the rules"), hint=N_("Shown, but not counted then."))
    ] = False


class NewDoseAt(NewDose, frozen=True, kw_only=True):
    """The same by a program, perhaps for a shop; a vet may override a rule of dates with a reason."""

    shop_id: ForShop = ""
    override_reason: Reason = ""


class Verdict(Form):
    """What staff found when they looked at the proof."""

    verdict: Annotated[
        str,
        Field(
            N_("What you found"),
            choices=(("verified", N_("The proof is good")), ("refused", N_("The proof is not good"))),
        ),
    ]
    reason: Annotated[str, Field(N_("Reason, if it is not accepted"), max_length=500)] = ""


class NewGrant(Form):
    """What a shop may read, and how long."""

    shop_id: Annotated[str, Field(N_("Shop"), max_length=36)]
    scopes: Annotated[tuple[str, ...], Field(N_("What it may see"), choices=lists.SCOPES)]
    expires_on: Annotated[date | None, Field(N_("Until"), hint=N_("The last day; empty: until you end it"))] = None
    purpose: Annotated[str, Field(N_("What for"), max_length=200)] = ""


class NewMark(Form, frozen=True, kw_only=True):
    """A chip, a tattoo, a number."""

    kind: Annotated[str, Field(N_("Kind of mark"), choices=lists.MARKS)] = lists.CHIP
    value: Annotated[str, Field(N_("Number"), max_length=40)]
    on_day: Annotated[date | None, Field(N_("Set on"))] = None
    site: Annotated[str, Field(N_("Where on the body"), max_length=80)] = ""


class NewAllergy(Form):
    """What the pet does not bear."""

    substance: Annotated[str, Field(N_("Substance"), max_length=120)]
    is_class: Annotated[bool, Field(N_("A whole class of drugs"))] = False
    reaction: Annotated[str, Field(N_("What happens"), max_length=300)] = ""
    severity: Annotated[str, Field(N_("How bad"), choices=lists.SEVERITIES)] = "mild"


class NewCondition(Form, frozen=True, kw_only=True):
    """A chronic problem, or a medicine taken now."""

    kind: Annotated[str, Field(N_("Kind of entry"), choices=lists.CONDITIONS)] = "problem"
    what: Annotated[str, Field(N_("What it is"), max_length=120)]
    details: Annotated[str, Field(N_("Details: dose, times"), long=True, max_length=500)] = ""
    since: Annotated[date | None, Field(N_("Since"))] = None
    runs_out_on: Annotated[date | None, Field(N_("Lasts until"))] = None


class NewBehaviour(Form):
    """A warning for whoever handles the pet."""

    code: Annotated[str, Field(N_("Behaviour"), choices=lists.BEHAVIOUR_CHOICES)]
    comment: Annotated[str, Field(N_("Comment"), max_length=300)] = ""


class Died(Form):
    """The day on which a pet died."""

    on: Annotated[date, Field(N_("Day of death"))]


class NewTransfer(Form):
    """An offer, taken up with a code."""

    right: OfferedRight = lists.KEEPER


class TransferCode(Form):
    """The code that somebody was told."""

    code: Annotated[str, Field(N_("Code"), max_length=20)]


class NewProtocolVersion(Form):
    """Other figures for a timetable, by a vet of this site. Days; what is left empty stays as it was."""

    source: Annotated[str, Field(N_("Source"), max_length=300)]
    dated: Annotated[date, Field(N_("Date of the source"))]
    min_age: Annotated[int | None, Field(N_("Youngest age for the first dose"), unit=N_("days"), min=0, max=3650)] = (
        None
    )
    min_interval: Annotated[int | None, Field(N_("Shortest interval"), unit=N_("days"), min=0, max=3650)] = None
    max_interval: Annotated[int | None, Field(N_("Longest interval"), unit=N_("days"), min=0, max=3650)] = None
    valid_years: Annotated[int | None, Field(N_("Valid for"), unit=N_("years"), min=1, max=10)] = None


class PetsSettings(Form):
    """``[pets]``"""

    remind_hour: Annotated[int, Field(N_("Hour of the day at which reminders go out"), min=0, max=23, runtime=True)] = (
        10
    )
    transfer_days: Annotated[
        int, Field(N_("A code to hand over a pet is good for"), unit=N_("days"), min=1, max=60, runtime=True)
    ] = 7


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


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
    code: str
    comment: str


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
    reason: str
    text: str
    due_on: date
    protocol: str
    overdue: bool


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    kind: str
    title: str
    scope: str
    link: str
    shop_name: str


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


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a chipped pet is."""

    pet_id: UUID
    name: str
    species: str
    keeper: str
    phone: str


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
