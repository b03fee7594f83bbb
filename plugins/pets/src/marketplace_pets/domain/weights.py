"""What a pet of a kind can weigh, and how much a change is. Grams are whole numbers, so that a limit is a limit.

The ranges are wide on purpose: they catch slips of the keyboard, not thin or fat animals. From a new-born of the kind
to the heaviest that is known of it; to be reviewed by a vet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.texts import N_
from marketplace_pets.domain.refusals import WeightImplausible
from marketplace_pets.domain.values import WeightSeen, kilograms

RANGES: dict[tuple[str, str], tuple[int, int]] = {
    ("dog", ""): (50, 130_000),
    ("dog", "toy"): (50, 12_000),
    ("dog", "small"): (80, 20_000),
    ("dog", "medium"): (100, 45_000),
    ("dog", "large"): (150, 80_000),
    ("dog", "giant"): (200, 130_000),
    ("cat", ""): (50, 20_000),
    ("rabbit", ""): (20, 12_000),
    ("ferret", ""): (10, 4_000),
    ("rodent", ""): (10, 10_000),
    ("bird", ""): (10, 160_000),
    ("reptile", ""): (10, 150_000),
    ("horse", ""): (20_000, 1_300_000),
    ("other", ""): (10, 1_300_000),
}
"""Least and most grams by species and size class."""
ALERT = 100
"""A change of so many thousandths of the weight before is told to the family."""
GROWN_UP_DAYS = 365
WRITTEN = r"\d{1,4}([.,]\d{1,2})?"


def range_of(species: str, size_class: str) -> tuple[int, int]:
    """Least and most grams that are believed of such a pet."""
    return RANGES.get((species, size_class)) or RANGES[species, ""]


def check_plausible(grams: int, species: str, size_class: str) -> None:
    """Refuses :class:`WeightImplausible`, naming the range."""
    least, most = range_of(species, size_class)
    if not least <= grams <= most:
        raise WeightImplausible(least=kilograms(least), most=kilograms(most))


def grams_of(written: str) -> int:
    """A weight as people write it - ``7``, ``7,2``, ``7.25`` kg - in grams; what is no number is :class:`Invalid`."""
    if not re.fullmatch(WRITTEN, written.strip()):
        raise Invalid(Problem("kg", "not_a_weight", N_("Please enter a weight in kilograms, for example 7,25.")))
    whole, _, fraction = written.strip().replace(",", ".").partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0"))


def change_of(new: int, before: int) -> int:
    """(new - before) / before in thousandths, rounded half away from zero: 12.4 kg to 11.0 kg is -113."""
    difference = abs(new - before) * 1000
    size = (2 * difference + before) // (2 * before)
    return size if new >= before else -size


def is_alerting(new: int, before: int, age_days: int | None) -> bool:
    """Ten per cent or more, either way; an animal that still grows only by losing weight."""
    change = abs(new - before) * 1000 >= ALERT * before
    growing = age_days is not None and age_days < GROWN_UP_DAYS
    return change and (new < before or not growing)


def with_changes(weights: Sequence[WeightSeen]) -> list[WeightSeen]:
    """The weights (oldest first) with the change from the one before; marked mistakes take no part."""
    shown: list[WeightSeen] = []
    before: WeightSeen | None = None
    for weight in weights:
        if weight.mistaken or before is None:
            shown.append(weight)
        else:
            days = (weight.at - before.at).days
            shown.append(attrs.evolve(weight, change=change_of(weight.grams, before.grams), days=days))
        before = before if weight.mistaken else weight
    return shown
