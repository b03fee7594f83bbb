"""What is refused. The codes are part of the API."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.domain import InUse


class SlotTaken(DomainError):
    """``alternatives`` are the three nearest starts that are free."""

    code = "slot_taken"
    kind = Kind.CONFLICT
    text = N_("This time has just been taken. Please choose another one.")


class ResourceConflict(DomainError):
    """What else an appointment needs (a room, a van) is taken; ``need`` says which."""

    code = "resource_conflict"
    kind = Kind.CONFLICT
    text = N_("A room or device that this needs is taken at that time.")


class CapacityFull(DomainError):
    code = "capacity_full"
    kind = Kind.CONFLICT
    text = N_("All places at this time are taken.")


class TravelTimeShort(DomainError):
    """The van is free, but the way to this place or from it does not fit between its visits; ``alternatives`` are the
    three nearest starts that do.
    """

    code = "travel_time_short"
    kind = Kind.CONFLICT
    text = N_("The way to you does not fit between the visits before and after. Please choose another time.")


class OutOfZone(DomainError):
    """``weekdays`` are those on which somebody comes there at all (0 is Monday); ``areas`` are the parts of the town
    that are served.
    """

    code = "out_of_zone"
    kind = Kind.INVALID
    text = N_("Nobody comes to this address on that day.")


class CannotWait(DomainError):
    """What becomes free is offered by its start (and place) alone; this asks for more before it can be promised."""

    code = "cannot_wait"
    kind = Kind.INVALID
    text = N_("One cannot wait for a time of this service. Please choose one of the free times.")


class HoldExpired(DomainError):
    code = "hold_expired"
    kind = Kind.CONFLICT
    text = N_("The time was kept for you for a while, and somebody else has taken it since.")


class NoSuchSlot(DomainError):
    code = "no_such_slot"
    kind = Kind.INVALID
    text = N_("There is no such time to choose. Please choose one of those offered.")


class TooSoon(DomainError):
    code = "too_soon"
    kind = Kind.INVALID
    text = N_("This is too soon to be booked.")


class TooFar(DomainError):
    code = "too_far"
    kind = Kind.INVALID
    text = N_("This is too far ahead to be booked yet.")


class OutsideHours(DomainError):
    code = "outside_hours"
    kind = Kind.INVALID
    text = N_("Nobody works at this time.")


class StaffCannotDo(DomainError):
    """``who_can`` are those who perform this service."""

    code = "staff_cannot_do"
    kind = Kind.INVALID
    text = N_("The chosen person does not do this. Please choose somebody else.")


class CutoffPassed(DomainError):
    code = "cutoff_passed"
    kind = Kind.CONFLICT
    text = N_("It is too late to change this here. Please call: {phone}")


class TooManyReschedules(DomainError):
    code = "too_many_reschedules"
    kind = Kind.CONFLICT
    text = N_("This was already moved {limit} times. Please call: {phone}")


class PrepaymentRequired(DomainError):
    code = "prepayment_required"
    kind = Kind.CONFLICT
    text = N_("This can be booked with a prepayment only. Please call: {phone}")


class TooManyOpenVisits(DomainError):
    code = "too_many_open_visits"
    kind = Kind.CONFLICT
    text = N_("You have {limit} open visits here already. More can be booked once they have taken place.")


class SubjectBusy(DomainError):
    code = "subject_busy"
    kind = Kind.CONFLICT
    text = N_("There is another appointment for the same guest at this time.")


class BookingBlocked(DomainError):
    """Says nothing about why: only whom to call."""

    code = "booking_blocked"
    kind = Kind.FORBIDDEN
    text = N_("This cannot be booked online. Please call: {phone}")


class NotYet(DomainError):
    """Too early for this verb; ``from`` is when it becomes possible."""

    code = "not_yet"
    kind = Kind.CONFLICT
    text = N_("It is too early for this.")


class RemindedAlready(DomainError):
    """Somebody was reminded by hand less than an hour ago; ``again_at`` is when it can be done again."""

    code = "reminded_already"
    kind = Kind.CONFLICT
    text = N_("The customer was reminded less than an hour ago.")


class NobodyToRemind(DomainError):
    """It does not take place any more, has begun, or its customer left neither a phone nor an address."""

    code = "nobody_to_remind"
    kind = Kind.CONFLICT
    text = N_("There is nobody to be reminded of this.")


class NothingProposed(DomainError):
    code = "nothing_proposed"
    kind = Kind.CONFLICT
    text = N_("No other time has been proposed.")


class HasAppointments(InUse):
    """A change of hours would strand appointments; ``appointments`` lists them."""

    code = "has_appointments"
    text = N_("There are appointments at that time. Move or cancel them first.")
