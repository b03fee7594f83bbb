"""Vaccination and deworming timetables: versioned data, each figure with its source. Weeks are 7 days, never months.

Version 1 of each stands here; a vet of the site may write later versions, which are rows. To be reviewed by a vet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from marketplace_kit.kernel.texts import N_

WEEK = 7


@attrs.frozen(kw_only=True)
class Protocol:
    """When doses are due. Ages and intervals are days; 0 means that there is no such rule.

    ``series`` doses are usual; for a pet that begins at ``closing_age`` or later, ``series_late``. A series is complete
    when so many were counted and the last was at or after ``closing_age``. ``booster_age``: a booster from that age on
    follows the series. Then a dose is valid for ``valid_years`` calendar years, or, where ``steps`` are given (up to
    which age, for how many days), for those days.
    """

    name: str
    version: int
    label: str
    species: tuple[str, ...]
    kind: str = "vaccine"
    antigens: tuple[str, ...] = ()
    min_age: int = 0
    first_by: int = 0
    min_interval: int = 0
    max_interval: int = 0
    series: int = 1
    series_late: int = 1
    closing_age: int = 0
    booster_age: int = 0
    series_years: int = 1
    valid_years: int = 1
    steps: tuple[tuple[int, int], ...] = ()
    shown_missing: bool = True
    source: str = ""
    dated: date = date(2024, 1, 1)

    def years_after(self, given_on: date, years: int) -> date:
        """The last good day, so many calendar years later; the 29th of February becomes the 28th."""
        try:
            return given_on.replace(year=given_on.year + years)
        except ValueError:
            return given_on.replace(year=given_on.year + years, day=28)

    def step_after(self, given_on: date, age: int | None) -> date:
        """The last good day of a treatment that is repeated by age."""
        days = next((d for up_to, d in self.steps if age is not None and age <= up_to), self.steps[-1][1])
        return given_on + timedelta(days=days)


RABIES = Protocol(
    name="rabies",
    version=1,
    label=N_("Rabies"),
    species=("dog", "cat", "ferret"),
    antigens=("rabies",),
    min_age=12 * WEEK,
    first_by=16 * WEEK,
    min_interval=14,
    source="AAHA 2022/2024: one dose from 12 weeks; yearly as regional veterinary services ask",
    dated=date(2024, 9, 1),
)
DOG_CORE = Protocol(
    name="dog_core",
    version=1,
    label=N_("Core vaccine for dogs (distemper, parvo, hepatitis)"),
    species=("dog",),
    antigens=("distemper", "adenovirus", "parvovirus"),
    min_age=6 * WEEK,
    first_by=8 * WEEK,
    min_interval=14,
    max_interval=28,
    series=3,
    series_late=2,
    closing_age=16 * WEEK,
    booster_age=26 * WEEK,
    valid_years=3,
    source="WSAVA 2024; AAHA 2022/2024: every 2-4 weeks until 16 weeks, booster at 26 weeks, then every 3 years",
    dated=date(2024, 4, 1),
)
CAT_CORE = Protocol(
    name="cat_core",
    version=1,
    label=N_("Core vaccine for cats (panleukopenia, herpes, calici)"),
    species=("cat",),
    antigens=("panleukopenia", "herpesvirus", "calicivirus"),
    min_age=6 * WEEK,
    first_by=8 * WEEK,
    min_interval=14,
    max_interval=28,
    series=3,
    series_late=2,
    closing_age=16 * WEEK,
    booster_age=26 * WEEK,
    valid_years=3,
    source="WSAVA 2024: every 2-4 weeks until 16 weeks, booster at 26 weeks, then by risk up to 3 years",
    dated=date(2024, 4, 1),
)
BORDETELLA = Protocol(
    name="bordetella",
    version=1,
    label=N_("Kennel cough (bordetella)"),
    species=("dog",),
    antigens=("bordetella",),
    min_age=8 * WEEK,
    min_interval=14,
    shown_missing=False,
    source="House rule of boarding and grooming: yearly",
    dated=date(2024, 1, 1),
)
DOG_DEWORMING = Protocol(
    name="dog_deworming",
    version=1,
    label=N_("Deworming"),
    species=("dog",),
    kind="deworming",
    min_age=2 * WEEK,
    first_by=2 * WEEK,
    steps=((7 * WEEK, 14), (182, 30), (36_500, 91)),
    source="CAPC: at 2, 4, 6 and 8 weeks, monthly to 6 months, then every 3 months",
    dated=date(2023, 1, 1),
)
CAT_DEWORMING = Protocol(
    name="cat_deworming",
    version=1,
    label=N_("Deworming"),
    species=("cat",),
    kind="deworming",
    min_age=3 * WEEK,
    first_by=3 * WEEK,
    steps=((8 * WEEK, 14), (182, 30), (36_500, 91)),
    source="CAPC: from 3 weeks every 2 weeks to 9 weeks, monthly to 6 months, then every 3 months",
    dated=date(2023, 1, 1),
)
SHIPPED = (RABIES, DOG_CORE, CAT_CORE, BORDETELLA, DOG_DEWORMING, CAT_DEWORMING)
PROTOCOL_CHOICES = (
    *((p.name, p.label) for p in SHIPPED if p.kind == "vaccine"),
    ("dog_deworming", N_("Deworming of a dog")),
    ("cat_deworming", N_("Deworming of a cat")),
)
FIGURES = (
    "min_age",
    "first_by",
    "min_interval",
    "max_interval",
    "series",
    "series_late",
    "closing_age",
    "booster_age",
    "series_years",
    "valid_years",
)
"""The figures that a vet of the site may change in a later version."""


@attrs.frozen
class Protocols:
    """All versions that are known. The newest of a name judges; an older one says what held when a dose was given."""

    known: tuple[Protocol, ...] = SHIPPED

    def __getitem__(self, name: str) -> Protocol:
        """The newest version. :class:`KeyError` for a name that nobody ships."""
        found = [p for p in self.known if p.name == name]
        if not found:
            raise KeyError(name)
        return max(found, key=lambda p: p.version)

    def __contains__(self, name: str) -> bool:
        return any(p.name == name for p in self.known)

    def of(self, species: str) -> tuple[Protocol, ...]:
        """The newest version of each protocol for a species, in the shipped order."""
        names = dict.fromkeys(p.name for p in self.known)
        return tuple(p for p in map(self.__getitem__, names) if species in p.species)


def revised(base: Protocol, version: int, rules: Mapping[str, Any], source: str, dated: date) -> Protocol:
    """A later version of a protocol with other figures; what is no figure of ours is left out."""
    figures: dict[str, Any] = {name: int(rules[name]) for name in FIGURES if name in rules}
    if rules.get("steps"):
        figures["steps"] = tuple((int(age), int(days)) for age, days in rules["steps"])
    return attrs.evolve(base, version=version, source=source, dated=dated, **figures)
