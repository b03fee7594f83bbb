"""Those who work for a shop, as customers see them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from marketplace_kit.kernel.money import Money


class StaffProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works for a shop, as customers see them. ``skills`` are codes, which pages do not show."""

    id: int
    name: str
    about: str
    skills: list[str]
    photo: str = ""
    rating_average: float | None = None
    rating_count: int = 0


class StaffService(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does, at minutes and a price of their own; ``book`` is the page on which a time is chosen."""

    listing_id: UUID
    title: str
    price: Money | None
    minutes: int | None
    book: str


class StaffHours(msgspec.Struct, frozen=True, kw_only=True):
    """A date and the hours on it; none: a day off."""

    day: date
    hours: list[str]


class StaffPage(StaffProfile, frozen=True, kw_only=True):
    """The same with what they do, and when they work in the coming week (by the shop's clock)."""

    services: list[StaffService]
    hours: list[StaffHours]
