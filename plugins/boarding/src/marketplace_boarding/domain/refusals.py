"""What a stay refuses, beside what pets and the calendar refuse."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.texts import N_


class NightsFull(DomainError):
    """``nights`` are the dates whose night is full; ``alternatives`` first days of free stays as long as the wished."""

    code = "capacity_full"
    kind = Kind.CONFLICT
    text = N_("No room is free in these nights: {said}")


class BadDates(DomainError):
    """``earliest`` and ``latest`` are the first and last possible day of arriving, ``fewest`` and ``most`` nights."""

    code = "bad_dates"
    kind = Kind.INVALID
    text = N_("A stay has {fewest} to {most} nights, and begins between {earliest} and {latest}.")


class BadHour(DomainError):
    """``opens`` and ``closes`` are the hours between which pets are taken in or fetched."""

    code = "bad_hour"
    kind = Kind.INVALID
    text = N_("Please come between {opens} and {closes}.")


class PetsNeeded(DomainError):
    code = "pets_needed"
    kind = Kind.INVALID
    text = N_("Choose which pets stay.")


class NotAGuest(DomainError):
    """What stands for a pet is neither one of the record nor ``species:grams:name``."""

    code = "not_a_guest"
    kind = Kind.INVALID
    text = N_("Please choose one of your pets, or tell its kind, weight and name.")


class TooManyPets(DomainError):
    """``most`` share a room of this kind."""

    code = "too_many_pets"
    kind = Kind.INVALID
    text = N_("At most {most} pets of one family share such a room.")


class TooHeavy(DomainError):
    """``pet`` is its name, ``kg`` the most that is taken."""

    code = "too_heavy"
    kind = Kind.INVALID
    text = N_("{pet} is too heavy for these rooms: they take pets up to {kg} kg.")


class WeightUnknown(DomainError):
    """``pet`` is its name. The rooms have a limit of weight."""

    code = "weight_unknown"
    kind = Kind.INVALID
    text = N_("How heavy is {pet}? Add its weight: the rooms have a limit.")


class NotLodging(DomainError):
    code = "not_a_lodging"
    kind = Kind.INVALID
    text = N_("This is not let by the night.")


class NoNightPrice(DomainError):
    code = "no_night_price"
    kind = Kind.CONFLICT
    text = N_("The price of a night is not set yet. Please ask the shop.")


class AlreadyLogged(DomainError):
    """This meal or dose of this day stands in the sheet already: a pet is not given its medicine twice."""

    code = "already_logged"
    kind = Kind.CONFLICT
    text = N_("This is in the day sheet already: {by}, {time}.")


class NotePlease(DomainError):
    """An incident, or a dose that was not given, says what happened."""

    code = "note_required"
    kind = Kind.INVALID
    text = N_("Please write what happened.")


class NotStaying(DomainError):
    """``state`` is where the stay stands."""

    code = "not_staying"
    kind = Kind.CONFLICT
    text = N_("The pets are not in the house.")


class RoomTaken(DomainError):
    """``stays`` are those that lie in the way."""

    code = "room_taken"
    kind = Kind.CONFLICT
    text = N_("Guests are booked into this room. Move them first.")


class NothingToTell(DomainError):
    code = "nothing_to_tell"
    kind = Kind.CONFLICT
    text = N_("Nothing stands in the sheet of this day yet.")
