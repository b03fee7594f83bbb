"""What happens to time. Ids and values only; an appointment's id is the id of its order's line."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.events import Event


class TimeHeld(Event, frozen=True, kw_only=True):
    """Somebody who is about to order has a time kept until then."""

    name: ClassVar[str] = "scheduling.time_held"
    line_id: UUID
    shop_id: UUID
    listing_id: UUID
    until: datetime


class _OfAppointment(Event, frozen=True, kw_only=True):
    # ``verb`` is by what it came to this, ``by_customer`` whether the customer (or a guest) did it.
    appointment_id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    version: int
    starts_at: datetime
    person_id: UUID | None = None
    verb: str = ""
    by_customer: bool = False


class AppointmentRequested(_OfAppointment, frozen=True, kw_only=True):
    """A time was asked for; the shop has to confirm it, or it has to be paid for."""

    name: ClassVar[str] = "scheduling.appointment_requested"


class AppointmentConfirmed(_OfAppointment, frozen=True, kw_only=True):
    """The shop and the customer have agreed on a time."""

    name: ClassVar[str] = "scheduling.appointment_confirmed"


class AppointmentProposed(_OfAppointment, frozen=True, kw_only=True):
    """The shop cannot at the time that was asked for and proposes another: ``proposed``."""

    name: ClassVar[str] = "scheduling.appointment_proposed"
    proposed: datetime


class AppointmentRescheduled(_OfAppointment, frozen=True, kw_only=True):
    """An appointment has another time or another member of staff; ``before`` is the time it had."""

    name: ClassVar[str] = "scheduling.appointment_rescheduled"
    before: datetime


class AppointmentCancelled(_OfAppointment, frozen=True, kw_only=True):
    """It will not take place."""

    name: ClassVar[str] = "scheduling.appointment_cancelled"


class AppointmentExpired(_OfAppointment, frozen=True, kw_only=True):
    """Nobody paid or answered in time."""

    name: ClassVar[str] = "scheduling.appointment_expired"


class CustomerCheckedIn(_OfAppointment, frozen=True, kw_only=True):
    """The customer is there."""

    name: ClassVar[str] = "scheduling.customer_checked_in"


class AppointmentOnTheWay(_OfAppointment, frozen=True, kw_only=True):
    """Somebody has set out to the customer and will be there at about ``arrives_at``."""

    name: ClassVar[str] = "scheduling.appointment_on_the_way"
    arrives_at: datetime


class AppointmentStarted(_OfAppointment, frozen=True, kw_only=True):
    """Work has begun; it is planned to end at ``ends_at``."""

    name: ClassVar[str] = "scheduling.appointment_started"
    ends_at: datetime


class AppointmentDelayed(_OfAppointment, frozen=True, kw_only=True):
    """It will take place or be done later than planned: at ``eta``."""

    name: ClassVar[str] = "scheduling.appointment_delayed"
    eta: datetime


class AppointmentCompleted(_OfAppointment, frozen=True, kw_only=True):
    """It is done."""

    name: ClassVar[str] = "scheduling.appointment_completed"


class AppointmentMissed(_OfAppointment, frozen=True, kw_only=True):
    """The customer did not come."""

    name: ClassVar[str] = "scheduling.appointment_missed"


class ClaimReleased(Event, frozen=True, kw_only=True):
    """A stretch of a resource's time is free again (epoch seconds). ``release_id`` is the same of all that was let go
    together, and those who wait are asked about it; without one it is anybody's.
    """

    name: ClassVar[str] = "scheduling.claim_released"
    resource_id: int
    shop_id: UUID
    from_s: int
    to_s: int
    release_id: UUID | None = None


class HoursChanged(Event, frozen=True, kw_only=True):
    """What can be booked in a shop has changed: hours, exceptions, resources or the rules of a service."""

    name: ClassVar[str] = "scheduling.hours_changed"
    shop_id: UUID
