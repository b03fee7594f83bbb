"""Size bands: which price belongs to which weight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_grooming.domain import (
    BANDS,
    HEAVIEST,
    SizeNotServed,
    WeightImplausible,
    band_for,
    grams_of,
)
from marketplace_grooming.schemas import GroomingService
from marketplace_kit.kernel.money import Money

pytestmark = pytest.mark.one_engine


def tenge(amount: int) -> Money:
    return Money(amount * 100, "KZT")


@pytest.mark.parametrize(
    ("grams", "band"),
    [
        (1, "mini"),
        (5_000, "mini"),
        (5_001, "small"),
        (7_200, "small"),
        (10_000, "small"),
        (10_001, "medium"),
        (25_000, "medium"),
        (25_001, "large"),
        (45_000, "large"),
        (45_001, "giant"),
        (130_000, "giant"),
    ],
)
def test_a_limit_belongs_to_the_smaller_band(grams: int, band: str) -> None:
    assert band_for(grams).name == band


@pytest.mark.parametrize("grams", [0, -1, 130_001, 250_000])
def test_a_weight_no_pet_has_is_refused(grams: int) -> None:
    with pytest.raises(WeightImplausible) as refused:
        band_for(grams)
    assert refused.value.facts == {"most": 130}


@given(st.integers(1, HEAVIEST), st.integers(1, HEAVIEST))
def test_a_heavier_pet_is_never_in_a_smaller_band(one: int, other: int) -> None:
    lighter, heavier = sorted((one, other))
    assert BANDS.index(band_for(lighter)) <= BANDS.index(band_for(heavier))


@pytest.mark.parametrize(
    ("written", "grams"), [("7", 7_000), ("7,2", 7_200), ("7.25", 7_250), (" 12,005 ", 12_005), ("0,4", 400)]
)
def test_a_weight_is_read_as_people_write_it(written: str, grams: int) -> None:
    assert grams_of(written) == grams


@pytest.mark.parametrize("written", ["", "0", "seven", "7,2,1", "-3", "7.1234", "999", "1e1"])
def test_what_is_no_weight_is_refused(written: str) -> None:
    with pytest.raises(WeightImplausible):
        grams_of(written)


def test_a_price_list_quotes_by_size() -> None:
    service = GroomingService(
        species=("dog",), price_small=tenge(8_000), minutes_small=90, price_medium=tenge(12_000), minutes_medium=120
    )
    prices = service.price_list
    assert (prices.quote(10_000).price, prices.quote(10_000).minutes) == (tenge(8_000), 90)
    assert (prices.quote(10_001).price, prices.quote(10_001).minutes) == (tenge(12_000), 120)


def test_a_size_without_a_price_is_not_served() -> None:
    prices = GroomingService(species=("cat",), price_mini=tenge(6_000)).price_list
    with pytest.raises(SizeNotServed) as refused:
        prices.quote(45_001)
    assert refused.value.facts == {"band": "giant"}


def test_the_headline_is_the_cheapest_band() -> None:
    service = GroomingService(species=("dog",), price_mini=tenge(9_000), price_small=tenge(8_000))
    assert service.price_list.cheapest == tenge(8_000)
    assert GroomingService(species=("dog",)).price_list.cheapest is None
