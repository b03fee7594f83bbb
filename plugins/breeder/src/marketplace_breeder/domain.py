"""Kennels, their young animals and the families who ask for them: the words of the trade and what must hold."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.texts import N_

PUPPY, LITTER = "breeder.puppy", "breeder.litter"
MINIMUM_AGE = timedelta(days=56)
"""No puppy goes home younger: eight weeks, as kennel-club codes and sale rules have it."""

AVAILABLE, ON_HOLD, RESERVED, HOME = "available", "on_hold", "reserved", "home"
LABELS = (
    (AVAILABLE, N_("Available")),
    (ON_HOLD, N_("On hold")),
    (RESERVED, N_("Reserved")),
    (HOME, N_("Gone home")),
)
"""The public label of a puppy. Reserved and placed puppies stay visible."""

SEXES = (("male", N_("Boy")), ("female", N_("Girl")))
HEALTH_TESTS = (
    ("hips", N_("Hips")),
    ("elbows", N_("Elbows")),
    ("patella", N_("Kneecaps")),
    ("eyes", N_("Eyes")),
    ("heart", N_("Heart")),
    ("dna", N_("Breed DNA tests")),
)
"""What the parents were examined for."""


class Stage(StrEnum):
    """How far a person has come with a kennel. Asked of favourites and interests each time, never stored."""

    PROSPECT = "prospect"
    LEAD = "lead"


def stage_of(*, favourites: int, interests: int) -> Stage:
    """A heart or a pressed “Interested” makes a lead; taking both back makes a prospect again."""
    return Stage.LEAD if favourites or interests else Stage.PROSPECT


def earliest_home(born: date) -> date:
    """The first day on which a puppy may leave its mother."""
    return born + MINIMUM_AGE


class PuppyNotAvailable(DomainError):
    code = "puppy_not_available"
    kind = Kind.CONFLICT
    text = N_("This puppy has found its family. Look at the kennel's other puppies.")


class NotAnAnimal(DomainError):
    """Interest is shown in puppies and litters, not in whatever else a kennel sells."""

    code = "not_an_animal"
    kind = Kind.INVALID
    text = N_("You can show interest in a puppy or a litter only.")


class OwnAnimal(DomainError):
    code = "own_animal"
    kind = Kind.CONFLICT
    text = N_("This is an animal of your own kennel.")


def check_may_be_wanted(kind: str, label: str | None) -> None:
    """Refuses :class:`NotAnAnimal` for other listings and :class:`PuppyNotAvailable` for a puppy that went home.

    A puppy on hold or reserved may be wanted: plans of families change, and the kennel then knows whom to ask.
    """
    if kind not in (PUPPY, LITTER):
        raise NotAnAnimal(kind=kind)
    if label == HOME:
        raise PuppyNotAvailable(label=label)


class InterestShown(Event, frozen=True, kw_only=True):
    """A person told a kennel of their interest in an animal, for the first time."""

    name: ClassVar[str] = "breeder.interest_shown"
    listing_id: UUID
    shop_id: UUID
    person_id: UUID
    title: str
