"""What is asked of people and programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

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


class WalkInPet(Form, frozen=True, kw_only=True):
    """A pet that came in with somebody who has no account; ``shop_id`` may be left out by who works for one shop."""

    name: Name
    species: Species
    shop_id: ForShop = ""
    phone: Annotated[
        str,
        Field(
            N_("The owner's telephone"),
            format="phone",
            max_length=20,
            private=True,
            autocomplete="off",
            hint=N_("The owner gets a text message with a code to take the record over."),
        ),
    ] = ""


class Invitation(Form):
    """Where the code for the family goes."""

    phone: Annotated[
        str, Field(N_("The owner's telephone"), format="phone", max_length=20, private=True, autocomplete="off")
    ]


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
            N_("What you decide"),
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


class NewBehaviourAt(Form, frozen=True, kw_only=True):
    """The same by staff of a shop, who may choose one of its own codes."""

    code: Annotated[str, Field(N_("Behaviour"), max_length=20)]
    comment: Annotated[str, Field(N_("Comment"), max_length=300)] = ""
    shop_id: ForShop = ""


class NewCode(Form, frozen=True, kw_only=True):
    """A warning that a shop needs besides those that are there for everybody."""

    kk: Annotated[str, Field(N_("In Kazakh"), max_length=60)]
    ru: Annotated[str, Field(N_("In Russian"), max_length=60)]
    en: Annotated[str, Field(N_("In English"), max_length=60)]
    tone: Annotated[str, Field(N_("How it is shown"), choices=lists.CODE_TONES)] = "warn"
    skill: Annotated[
        str,
        Field(
            N_("Skill that staff need"),
            max_length=40,
            hint=N_(
                "As it stands with your staff in the calendar. Only those who have it are offered; empty: everybody."
            ),
        ),
    ] = ""


class NewCodeAt(NewCode, frozen=True, kw_only=True):
    """The same by a program; ``shop_id`` may be left out by who works for one shop."""

    shop_id: ForShop = ""


class NewFollowUp(Form):
    """What a shop asks a family to come again for."""

    what: Annotated[
        str,
        Field(N_("What the pet should come for"), max_length=200, hint=N_("For example: check of the stitches")),
    ]
    due_on: Annotated[date, Field(N_("By which day"))]


class NewFollowUpAt(NewFollowUp, frozen=True, kw_only=True):
    """The same by a program; ``shop_id`` may be left out by who works for one shop."""

    shop_id: ForShop = ""


class Died(Form):
    """The day on which a pet died."""

    on: Annotated[date, Field(N_("Day of death"))]


class NewTransfer(Form):
    """An offer, taken up with a code."""

    right: OfferedRight = lists.KEEPER


class NewJoin(Form, frozen=True, kw_only=True):
    """Another record of the same animal."""

    other: Annotated[str, Field(N_("The other record"), max_length=36)]
    why: Annotated[str, Field(N_("How do you know that it is the same animal?"), long=True, max_length=500)]


class TransferCode(Form):
    """The code that somebody was told."""

    code: Annotated[str, Field(N_("Code"), max_length=20)]


class EmergencyReason(Form, frozen=True, kw_only=True):
    """Why a record is opened without the family's leave."""

    why: Annotated[
        str, Field(N_("What has happened?"), long=True, max_length=200, hint=N_("The keeper is told this at once."))
    ]
    shop_id: ForShop = ""


class NewProtocolVersion(Form):
    """Other figures for a timetable, by a vet of this site. Days; what is left empty stays as it was."""

    source: Annotated[str, Field(N_("Source"), max_length=300)]
    dated: Annotated[date, Field(N_("Date of the source"))]
    min_age: Annotated[int | None, Field(N_("Youngest age for the first dose"), unit=N_("days"), min=0, max=3650)] = (
        None
    )
    first_by: Annotated[int | None, Field(N_("First dose by the age of"), unit=N_("days"), min=0, max=3650)] = None
    min_interval: Annotated[int | None, Field(N_("Shortest interval"), unit=N_("days"), min=0, max=3650)] = None
    max_interval: Annotated[int | None, Field(N_("Longest interval"), unit=N_("days"), min=0, max=3650)] = None
    series: Annotated[int | None, Field(N_("Doses of a series"), min=1, max=10)] = None
    series_late: Annotated[int | None, Field(N_("Doses if it begins after the closing age"), min=1, max=10)] = None
    closing_age: Annotated[
        int | None, Field(N_("Age from which a dose closes the series"), unit=N_("days"), min=0, max=3650)
    ] = None
    booster_age: Annotated[
        int | None, Field(N_("Age from which a booster counts"), unit=N_("days"), min=0, max=3650)
    ] = None
    series_years: Annotated[int | None, Field(N_("Valid after the series for"), unit=N_("years"), min=1, max=10)] = None
    valid_years: Annotated[int | None, Field(N_("Valid for"), unit=N_("years"), min=1, max=10)] = None
    steps: Annotated[
        str,
        Field(
            N_("Repeated by age"),
            max_length=100,
            hint=N_("Up to which age in days, every how many days: 49:14, 182:30. Only where it is so already."),
        ),
    ] = ""


class PetsSettings(Form):
    """``[pets]``"""

    remind_hour: Annotated[int, Field(N_("Hour of the day at which reminders go out"), min=0, max=23, runtime=True)] = (
        10
    )
    digest_day: Annotated[
        str,
        Field(
            N_("Day on which families hear what is due"),
            choices=lists.DIGEST_DAYS,
            runtime=True,
            hint=N_("One message for all pets of a keeper, with what came up since the last one."),
        ),
    ] = "mon"
    grant_ends_days: Annotated[
        int,
        Field(
            N_("Families hear before sharing ends"),
            unit=N_("days"),
            min=0,
            max=30,
            runtime=True,
            hint=N_("0: only on the last day."),
        ),
    ] = 3
    emergency_opening: Annotated[
        bool,
        Field(
            N_("Staff may open a record in an emergency"),
            runtime=True,
            hint=N_("Allergies, medicines and chronic problems only, with a reason; the keeper is told at once."),
        ),
    ] = False
    transfer_days: Annotated[
        int, Field(N_("A code to hand over a pet is good for"), unit=N_("days"), min=1, max=60, runtime=True)
    ] = 7
