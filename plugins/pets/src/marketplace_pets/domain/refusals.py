"""What the pet room refuses."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.texts import N_


class ChipInvalid(DomainError):
    """ISO 11784 numbers have 15 digits."""

    code = "chip_invalid"
    kind = Kind.INVALID
    text = N_("A microchip number has 15 digits.")


class ChipTaken(DomainError):
    code = "chip_taken"
    kind = Kind.CONFLICT
    text = N_("Another living pet has this microchip number.")


class NotKeeper(DomainError):
    """Of somebody who kept the pet once, or who may look but not change."""

    code = "not_keeper"
    kind = Kind.FORBIDDEN
    text = N_("Only the pet's keeper may do that.")


class NotShared(DomainError):
    """``scope`` is what no living grant covers."""

    code = "not_shared"
    kind = Kind.FORBIDDEN
    text = N_("The family has not shared this with you.")


class EmergencyOff(DomainError):
    """The site does not let anybody open a record without leave."""

    code = "emergency_opening_off"
    kind = Kind.FORBIDDEN
    text = N_("Records cannot be opened without the family's leave on this site.")


class AlreadyJoined(DomainError):
    code = "already_joined"
    kind = Kind.CONFLICT
    text = N_("One of these records is joined with another already. Separate them first.")


class NotTheSame(DomainError):
    code = "not_the_same_animal"
    kind = Kind.INVALID
    text = N_("These are animals of different kinds.")


class WeightImplausible(DomainError):
    """``least`` and ``most`` are kilograms, as people write them."""

    code = "weight_implausible"
    kind = Kind.INVALID
    text = N_("Such a pet weighs between {least} and {most} kg. Please check the number.")


class TooYoung(DomainError):
    """``earliest`` is the first day on which it may be."""

    code = "too_young"
    kind = Kind.INVALID
    text = N_("The pet is too young for this: the earliest day is {earliest}.")


class IntervalTooShort(DomainError):
    code = "interval_too_short"
    kind = Kind.INVALID
    text = N_("This is too soon after the dose before: the earliest day is {earliest}.")


class VaccinationRequired(DomainError):
    """``protocols`` are those of which no checked proof is valid on the first day."""

    code = "vaccination_required"
    kind = Kind.INVALID
    text = N_("A valid, checked proof is missing: {protocols}.")


class VaccinationExpiresDuringStay(DomainError):
    code = "vaccination_expires_during_stay"
    kind = Kind.INVALID
    text = N_("It must be valid through the last day, {last}: {protocols} until {until}.")


class WaitingDays(DomainError):
    code = "waiting_days"
    kind = Kind.INVALID
    text = N_("After a first or late dose some days must pass: possible from {earliest}.")


class EvaluationRequired(DomainError):
    code = "evaluation_required"
    kind = Kind.INVALID
    text = N_("The pet has to be met first: please book an evaluation.")


class BehaviourNotAccepted(DomainError):
    code = "behaviour_not_accepted"
    kind = Kind.INVALID
    text = N_("This service does not take pets with: {codes}.")


class SpeciesNotServed(DomainError):
    code = "species_not_served"
    kind = Kind.INVALID
    text = N_("This service is not for this kind of animal.")


class PetDeceased(DomainError):
    code = "pet_deceased"
    kind = Kind.CONFLICT
    text = N_("This pet has died. Nothing more can be planned for it.")


class ReasonRequired(DomainError):
    """``minimum`` is how many characters a reason has at least."""

    code = "reason_required"
    kind = Kind.INVALID
    text = N_("Please give a reason of at least {minimum} characters.")


class CodeNotValid(DomainError):
    """A transfer code that is unknown, used, withdrawn or over: the four are not told apart."""

    code = "transfer_code_invalid"
    kind = Kind.INVALID
    text = N_("This code is not valid. Ask for a new one.")


class AlreadyChecked(DomainError):
    code = "already_checked"
    kind = Kind.CONFLICT
    text = N_("Somebody has checked this dose already.")


class InTheFuture(DomainError):
    code = "in_the_future"
    kind = Kind.INVALID
    text = N_("This date has not come yet.")


REASON_MINIMUM = 5


def check_reason(reason: str) -> str:
    """The reason without blanks around it. Refuses :class:`ReasonRequired` below five characters."""
    stripped = reason.strip()
    if len(stripped) < REASON_MINIMUM:
        raise ReasonRequired(minimum=REASON_MINIMUM)
    return stripped
