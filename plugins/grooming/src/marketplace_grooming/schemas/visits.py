"""What is asked and told of visits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_grooming.domain import COATS, Brought
from marketplace_grooming.domain.cards import COAT_STATES, EAR_STATES, MOODS, NAIL_STATES, SKIN_STATES
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.schemas import AtHome
from marketplace_pets.domain import CONDITIONAL, FAILED, PASSED, SCOPES
from marketplace_pets.domain import SPECIES as ALL_SPECIES

RESULTS = (
    (PASSED, N_("Gets along well")),
    (CONDITIONAL, N_("May come on conditions")),
    (FAILED, N_("May not come")),
)
MAY_BE_PRIVATE = tuple(one for one in SCOPES if one[0] in ("behaviour", "allergies"))


class VisitChoice(AtHome, frozen=True, kw_only=True):
    """What is asked of somebody who books a visit. ``pet`` is the id of one of their pets, or
    ``species:grams:coat:name`` for one without a record (``dog:7200:curly:Buddy``); several pets are several lines.
    What is ticked in ``private`` is not shown to the salon. For a visit at home also where.
    """

    starts_at: Annotated[str, Field(N_("Time"), max_length=40)]
    pet: Annotated[str, Field(N_("Pet"), max_length=120)] = ""
    staff: Annotated[int | None, Field(N_("By whom"), min=1)] = None
    staff_matters: Annotated[bool, Field(N_("Only this person"))] = False
    together: Annotated[bool, Field(N_("All at the same time"))] = False
    private: Annotated[tuple[str, ...], Field(N_("Do not show the salon"), choices=MAY_BE_PRIVATE)] = ()
    gate_note: Annotated[
        str, Field(N_("Why the pet may come in although a proof is missing"), max_length=500, private=True)
    ] = ""
    note: Annotated[str, Field(N_("Note for the shop"), long=True, max_length=1000)] = ""


class ToldPet(Form, frozen=True, kw_only=True):
    """A pet without a record, as a page asks for it."""

    pet_name: Annotated[str, Field(N_("Name of your pet"), max_length=60)]
    species: Annotated[str, Field(N_("Your pet is among"), choices=ALL_SPECIES)] = "dog"
    weight: Annotated[
        str, Field(N_("Weight of your pet"), unit=N_("kg"), pattern=r"\d{1,3}([.,]\d{1,3})?", max_length=7)
    ]
    coat: Annotated[str, Field(N_("Coat"), choices=COATS)] = "any"

    def brought(self) -> Brought:
        """Refuses a weight that no pet has."""
        return Brought.described(self.pet_name, self.species, self.weight, self.coat if self.coat != "any" else "")


class AtCounter(Form, frozen=True, kw_only=True):
    """What staff tell of the pet of somebody who came in or called; all of it may be left out."""

    pet: Annotated[str, Field(N_("Pet that you know"), max_length=40, hint=N_("Or tell of a new one below."))] = ""
    pet_name: Annotated[str, Field(N_("Name of the pet"), max_length=60)] = ""
    species: Annotated[str, Field(N_("Species"), choices=ALL_SPECIES)] = "dog"
    weight: Annotated[
        str,
        Field(
            N_("Weight of the pet"),
            unit=N_("kg"),
            pattern=r"\d{1,3}([.,]\d{1,3})?",
            max_length=7,
            hint=N_("Empty: it is weighed at check-in."),
        ),
    ] = ""
    coat: Annotated[str, Field(N_("Coat"), choices=COATS)] = "any"
    keep_record: Annotated[
        bool,
        Field(N_("Keep a record of the pet"), hint=N_("With a phone, the owner gets a code to take it over.")),
    ] = True
    gate_note: Annotated[
        str, Field(N_("Why the pet may come in although a proof is missing"), max_length=500, private=True)
    ] = ""


class NewExtra(Form, frozen=True, kw_only=True):
    """What was found, and what doing something about it costs."""

    what: Annotated[str, Field(N_("What was found"), max_length=200, hint=N_("Matting behind the ears, fleas …"))]
    price: Annotated[Money, Field(N_("Price"), min=0)]
    minutes: Annotated[int, Field(N_("More time"), unit=N_("minutes"), min=0, max=600)] = 0


class Answer(Form, frozen=True, kw_only=True):
    """The owner's answer."""

    agreed: Annotated[bool, Field(N_("I agree"))] = False
    name: Annotated[str, Field(N_("Your name"), max_length=120, autocomplete="name")]


class InPerson(Form, frozen=True, kw_only=True):
    """An answer that was given at the counter or by telephone."""

    agreed: Annotated[bool, Field(N_("The owner agrees"))] = False
    name: Annotated[str, Field(N_("Who agreed"), max_length=120)]


class EvaluationForm(Form, frozen=True, kw_only=True):
    """What the salon found when it met a pet. Anything but a pass needs words."""

    result: Annotated[str, Field(N_("What you found"), choices=RESULTS)]
    notes: Annotated[str, Field(N_("Notes of the evaluation"), long=True, max_length=1000)] = ""


class CardForm(Form, frozen=True, kw_only=True):
    """What the family is told of a visit."""

    done: Annotated[str, Field(N_("What was done"), long=True, max_length=2000)] = ""
    mood: Annotated[str, Field(N_("Mood"), choices=MOODS)] = ""
    coat: Annotated[str, Field(N_("Coat"), choices=COAT_STATES)] = ""
    skin: Annotated[str, Field(N_("Skin"), choices=SKIN_STATES)] = ""
    ears: Annotated[str, Field(N_("Ears"), choices=EAR_STATES)] = ""
    nails: Annotated[str, Field(N_("Nails"), choices=NAIL_STATES)] = ""
    advice: Annotated[str, Field(N_("Advice for home"), long=True, max_length=2000)] = ""
    next_weeks: Annotated[int | None, Field(N_("Next visit in"), unit=N_("weeks"), min=1, max=52)] = None
    see_vet: Annotated[bool, Field(N_("A vet should have a look"))] = False


class Differing(Form, frozen=True, kw_only=True):
    """A price or a time of its own. ``whose`` is ``breed:<id>`` or ``staff:<number>``; a pet's is set on its visit."""

    whose: Annotated[str, Field(N_("For"), max_length=80)]
    price: Annotated[Money | None, Field(N_("Price"), min=0)] = None
    minutes: Annotated[int | None, Field(N_("Time"), unit=N_("minutes"), min=5, max=600)] = None


class ForThisPet(Form, frozen=True, kw_only=True):
    """What this pet takes from now on."""

    price: Annotated[Money | None, Field(N_("Price"), min=0)] = None
    minutes: Annotated[int | None, Field(N_("Time"), unit=N_("minutes"), min=5, max=600)] = None


class SetStatus(Form, frozen=True, kw_only=True):
    """Where a visit goes next; what the way there asks for may be sent along under ``asked``."""

    status: Annotated[str, Field(N_("Status"), max_length=40)]
    version: Annotated[int | None, Field(N_("Version"), min=1)] = None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as the salon sees it. ``minutes_in`` count since check-in; ``codes`` are what the family shares of the
    pet's behaviour; ``review_band`` names the size by a weight that came after the booking, whose price stays.
    """

    id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    title: str
    person_id: UUID | None
    pet_id: UUID | None
    pet_name: str
    species: str
    coat: str
    band: str
    codes: str
    state: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    price_amount: int
    currency: str
    staff_id: int | None
    staff_name: str
    weigh: bool
    review_band: str
    gate_note: str
    here_at: datetime | None
    checked_in_at: datetime | None
    started_at: datetime | None
    eta: datetime | None
    ready_at: datetime | None
    picked_up_at: datetime | None
    held_at: datetime | None
    phone: str
    collector: str
    food: str
    medicine: str
    belongings: str
    grams: int | None

    @property
    def price(self) -> Money:
        return Money.stored(self.price_amount, self.currency)

    @property
    def real_minutes(self) -> int | None:
        """How long the work really took, rounded up to five minutes."""
        if self.started_at is None or self.ready_at is None:
            return None
        seconds = (self.ready_at - self.started_at).total_seconds()
        return min(600, max(5, -(-int(seconds) // 300) * 5))


class BoardVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One card of the board."""

    id: UUID
    pet_name: str
    species: str
    title: str
    state: str
    state_text: str
    tone: str
    codes: list[str]
    staff: str
    starts_at: datetime
    eta: datetime | None
    minutes_in: int | None
    is_here: bool
    weigh: bool
    review_band: str
    asks: int
    verbs: list[str]


class BoardColumn(msgspec.Struct, frozen=True, kw_only=True):
    state: str
    text: str
    visits: list[BoardVisit]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of today, and those that are still in the salon, by state."""

    shop_id: UUID
    columns: list[BoardColumn]


class ExtraView(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal and its answer. ``state``: ``proposed``, ``agreed``, ``declined``, ``withdrawn``, ``replaced``, or
    ``lapsed`` where nobody answered in time. ``operator`` is to whom the answer was given.
    """

    id: UUID
    visit_id: UUID
    what: str
    price: Money
    minutes: int
    state: str
    proposed_at: datetime
    answered_at: datetime | None = None
    answered_by: str = ""
    way: str = ""
    operator: str = ""
    replaces_id: UUID | None = None


class NewExtraView(msgspec.Struct, frozen=True, kw_only=True):
    """``consent_path`` is for the owner alone: it is told here once and stored nowhere."""

    id: UUID
    consent_path: str


class CardPhoto(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    alt: str


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """A report card. ``published_at`` is null for a draft, which only the salon sees."""

    visit_id: UUID
    number: int
    pet_name: str
    done: str
    mood: str
    coat: str
    skin: str
    ears: str
    nails: str
    advice: str
    next_weeks: int | None
    see_vet: bool
    written_at: datetime
    published_at: datetime | None
    before: list[CardPhoto] = []
    after: list[CardPhoto] = []


class EvaluationView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest evaluation of a pet by a salon. ``counts``: it has not run out."""

    result: str
    notes: str
    at: datetime
    counts: bool


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit costs with everything that was agreed to."""

    total: Money


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Where a visit stands now. ``version`` is the line's."""

    id: UUID
    state: str
    version: int
