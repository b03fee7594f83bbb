"""What a visit refuses, beside what pets and the calendar refuse."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.texts import N_


class PetNeeded(DomainError):
    code = "pet_needed"
    kind = Kind.INVALID
    text = N_("Choose which pet comes.")


class WeightNeeded(DomainError):
    """``pet`` is its name."""

    code = "weight_needed"
    kind = Kind.INVALID
    text = N_("How heavy is {pet}? Add its weight or its size: price and time depend on them.")


class NotAPet(DomainError):
    """What stands for a pet is neither one of the record nor ``species:grams:coat:name``."""

    code = "not_a_pet"
    kind = Kind.INVALID
    text = N_("Please choose one of your pets, or tell name, kind and weight.")


class ChargeNotConsented(DomainError):
    """``amount`` is in minor units of ``currency``."""

    code = "charge_not_consented"
    kind = Kind.CONFLICT
    text = N_("The owner has not agreed to this amount. Nothing is charged without consent.")


class AlreadyAnswered(DomainError):
    code = "already_answered"
    kind = Kind.CONFLICT
    text = N_("This was answered already.")


class ExtraWithdrawn(DomainError):
    code = "extra_withdrawn"
    kind = Kind.CONFLICT
    text = N_("The salon has taken this proposal back.")


class NothingToPropose(DomainError):
    """``state`` is where the visit stands."""

    code = "visit_not_under_way"
    kind = Kind.CONFLICT
    text = N_("Extras can be proposed while the pet is in the salon.")


class NothingToPublish(DomainError):
    code = "nothing_to_publish"
    kind = Kind.CONFLICT
    text = N_("There is no draft to publish.")


class RecordNeeded(DomainError):
    code = "record_needed"
    kind = Kind.CONFLICT
    text = N_("This pet has no record: there is nowhere to keep an evaluation.")


class ConsentNameNeeded(DomainError):
    code = "name_required"
    kind = Kind.INVALID
    text = N_("Please write the name of who agrees.")
