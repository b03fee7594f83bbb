"""A shop's menu: sections in order, each with listings in order, some of them served at certain hours only. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import Problem
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops.domain.hours import DAY, Range

MOST_SECTIONS, MOST_LISTINGS = 40, 500
EVERY_DAY = frozenset(range(7))

TOO_MANY_SECTIONS = N_("At most {max} sections fit a menu.")
TOO_MANY_LISTINGS = N_("At most {max} listings fit a menu.")
NOT_OF_SHOP = N_("This shop has no such listing.")
TWICE = N_("A listing stands in one place of the menu.")
UNKNOWN_SECTION = N_("This section stands there twice.")


@attrs.frozen(kw_only=True)
class MenuSection:
    """``days`` are weekdays, Monday 0; ``hours`` are of the shop's wall clock, ``None`` is all day."""

    id: UUID = attrs.field(factory=new_id)
    names: Mapping[str, str]
    days: frozenset[int] = EVERY_DAY
    hours: Range | None = None
    listings: tuple[UUID, ...] = ()

    def served_at(self, wall: datetime) -> bool:
        """Whether it is served at an instant of the shop's wall clock. Hours past midnight belong to the day on which
        they begin.
        """
        if self.hours is None:
            return wall.weekday() in self.days
        minute = wall.hour * 60 + wall.minute
        began_today = self.hours.opens <= minute < self.hours.closes and wall.weekday() in self.days
        began_before = minute + DAY < self.hours.closes and (wall.weekday() - 1) % 7 in self.days
        return began_today or began_before


def check_menu(sections: Sequence[MenuSection], of_shop: Collection[UUID]) -> list[Problem]:
    """What is wrong with a menu as a whole, each problem at its place. ``of_shop`` are the shop's listings."""
    problems = []
    if len(sections) > MOST_SECTIONS:
        problems.append(Problem("sections", "too_many", TOO_MANY_SECTIONS, {"max": MOST_SECTIONS}))
    if sum(len(section.listings) for section in sections) > MOST_LISTINGS:
        problems.append(Problem("sections", "too_many", TOO_MANY_LISTINGS, {"max": MOST_LISTINGS}))
    seen: set[UUID] = set()
    for number, section in enumerate(sections):
        for place, listing in enumerate(section.listings):
            path = f"sections.{number}.listings.{place}"
            if listing not in of_shop:
                problems.append(Problem(path, "unknown_listing", NOT_OF_SHOP))
            elif listing in seen:
                problems.append(Problem(path, "listing_twice", TWICE))
            seen.add(listing)
    return problems
