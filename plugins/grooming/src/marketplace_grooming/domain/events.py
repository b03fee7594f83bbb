"""What happens in a salon."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.events import Event


class ExtraProposed(Event, frozen=True, kw_only=True):
    """Something was found that is not in the price; its owner is asked."""

    name: ClassVar[str] = "grooming.extra_proposed"
    extra_id: UUID
    visit_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None


class ExtraConsented(Event, frozen=True, kw_only=True):
    """The owner answered. ``amount`` is what the answer was given for, in minor units."""

    name: ClassVar[str] = "grooming.extra_consented"
    extra_id: UUID
    visit_id: UUID
    shop_id: UUID
    agreed: bool
    amount: int
    currency: str


class ExtraUnanswered(Event, frozen=True, kw_only=True):
    """Nobody answered in time. ``outcome``: ``hold`` (the work waits) or ``without`` (it is not done)."""

    name: ClassVar[str] = "grooming.extra_unanswered"
    extra_id: UUID
    visit_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None
    outcome: str


class VisitReady(Event, frozen=True, kw_only=True):
    """The work is done and the pet waits for its family."""

    name: ClassVar[str] = "grooming.visit_ready"
    visit_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None


class CardPublished(Event, frozen=True, kw_only=True):
    """A version of a report card is there for the family."""

    name: ClassVar[str] = "grooming.card_published"
    visit_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID | None
    number: int
