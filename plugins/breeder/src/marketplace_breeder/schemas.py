"""What is declared of puppies and litters, and what the doors take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_breeder.domain import AVAILABLE, HEALTH_TESTS, LABELS, SEXES
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_

HealthTests = Annotated[
    tuple[str, ...], Field(N_("Health tests of the parents"), choices=HEALTH_TESTS, filterable=True)
]
Breed = Annotated[str, Field(N_("Breed"), max_length=80, filterable=True)]
Dam = Annotated[str, Field(N_("Mother"), max_length=120, hint=N_("Name in the pedigree or call name."))]
Sire = Annotated[str, Field(N_("Father"), max_length=120, hint=N_("Name in the pedigree or call name."))]


class Puppy(Form):
    """One puppy, as buyers compare them."""

    breed: Breed
    sex: Annotated[str, Field(N_("Sex of the puppy"), choices=SEXES, filterable=True)]
    colour: Annotated[str, Field(N_("Colour"), max_length=60, filterable=True)] = ""
    placement: Annotated[str, Field(N_("Placement"), choices=LABELS, filterable=True)] = AVAILABLE
    born: Annotated[date | None, Field(N_("Date of birth"))] = None
    collar: Annotated[
        str, Field(N_("Collar"), max_length=30, hint=N_("How the puppies of a litter are told apart."))
    ] = ""
    dam: Dam = ""
    sire: Sire = ""
    registration: Annotated[str, Field(N_("Pedigree registration"), max_length=60)] = ""
    health_tests: HealthTests = ()
    chipped: Annotated[bool, Field(N_("Microchip set"), filterable=True)] = False


class Litter(Form):
    """A litter, born or expected."""

    breed: Breed
    expected: Annotated[date | None, Field(N_("Expected on"))] = None
    born: Annotated[date | None, Field(N_("Date of birth"))] = None
    males: Annotated[int, Field(N_("Boys in the litter"), min=0, max=30)] = 0
    females: Annotated[int, Field(N_("Girls in the litter"), min=0, max=30)] = 0
    dam: Dam = ""
    sire: Sire = ""
    registration: Annotated[str, Field(N_("Pedigree registration"), max_length=60)] = ""
    health_tests: HealthTests = ()


class ShowInterest(Form):
    """What a family says with its interest."""

    message: Annotated[
        str,
        Field(
            N_("A few words to the kennel"),
            long=True,
            max_length=1000,
            hint=N_("Who you are, where the puppy would live, when you would like to come and see it."),
        ),
    ] = ""


class BreederSettings(Form):
    """``[breeder]``"""

    interests_per_day: Annotated[
        int, Field(N_("Interests a person may show in a day"), min=1, max=100, runtime=True)
    ] = 10
    leads_kept_days: Annotated[
        int,
        Field(
            N_("Interests are kept for"),
            unit=N_("days"),
            min=30,
            max=3650,
            runtime=True,
            hint=N_("Afterwards they are removed with what the family wrote."),
        ),
    ] = 365


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """A person's interest in one animal."""

    listing_id: UUID
    shop_id: UUID
    person_id: UUID
    listing_title: str
    message: str
    shown_at: datetime


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a pressed “Interested”. ``new`` is false where the kennel knew already."""

    listing_id: UUID
    new: bool


class Lead(msgspec.Struct, kw_only=True):
    """Who wants which animal of a kennel. ``how`` is ``interest`` or ``favourite``; a favourite says nothing more."""

    person_id: UUID
    person_name: str
    listing_id: UUID
    listing_title: str
    how: str
    message: str
    at: datetime


class KennelStage(msgspec.Struct, frozen=True, kw_only=True):
    """How far the asking person has come with one kennel, and by what."""

    shop_id: UUID
    stage: str
    favourites: int
    interests: int


class OwnStage(msgspec.Struct, frozen=True, kw_only=True):
    """The furthest stage of the asking person, and each kennel's."""

    stage: str
    kennels: list[KennelStage]
