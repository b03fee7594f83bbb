"""Puppies, labels and stages."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace_breeder.domain import (
    LABELS,
    LITTER,
    PUPPY,
    NotAnAnimal,
    PuppyNotAvailable,
    Stage,
    check_may_be_wanted,
    earliest_home,
    stage_of,
)

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("favourites", "interests", "stage"),
    [(0, 0, Stage.PROSPECT), (1, 0, Stage.LEAD), (0, 1, Stage.LEAD), (3, 2, Stage.LEAD)],
)
def test_a_heart_or_an_interest_makes_a_lead(favourites: int, interests: int, stage: Stage) -> None:
    assert stage_of(favourites=favourites, interests=interests) is stage


def test_a_puppy_may_go_home_on_its_fifty_sixth_day() -> None:
    assert earliest_home(date(2026, 9, 12)) == date(2026, 11, 7)


@pytest.mark.parametrize("label", [name for name, _ in LABELS if name != "home"])
def test_a_held_or_reserved_puppy_may_still_be_wanted(label: str) -> None:
    check_may_be_wanted(PUPPY, label)
    with pytest.raises(NotAnAnimal):
        check_may_be_wanted("breeder.leash", label)


def test_a_litter_may_be_wanted_before_it_is_born() -> None:
    check_may_be_wanted(LITTER, None)
    with pytest.raises(NotAnAnimal) as refused:
        check_may_be_wanted("grooming.service", None)
    assert refused.value.facts == {"kind": "grooming.service"}


def test_a_puppy_that_went_home_is_not_available() -> None:
    with pytest.raises(PuppyNotAvailable) as refused:
        check_may_be_wanted(PUPPY, "home")
    assert refused.value.facts == {"label": "home"}


def test_interest_is_for_animals_only() -> None:
    with pytest.raises(NotAnAnimal):
        check_may_be_wanted("listings.product", None)
