"""Money adds up."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace_kit.kernel.money import LARGEST, CurrencyMismatch, Money, NotAnAmount, exponent

pytestmark = pytest.mark.one_engine
amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_the_parts_of_an_allocation_sum_to_the_whole(amount: int, shares: list[int]) -> None:
    assert reduce(add, Money(amount, "KZT").allocate(shares)) == Money(amount, "KZT")


@given(amounts, weights)
def test_no_part_is_a_minor_unit_or_more_away_from_its_share(amount: int, shares: list[int]) -> None:
    for part, share in zip(Money(amount, "KZT").allocate(shares), shares, strict=True):
        assert abs(part.amount * sum(shares) - amount * share) < sum(shares)


@given(st.integers(min_value=0, max_value=10**12), weights)
def test_who_has_no_share_gets_nothing(amount: int, shares: list[int]) -> None:
    parts = Money(amount, "KZT").allocate(shares)
    assert all(part == Money.zero("KZT") for part, share in zip(parts, shares, strict=True) if not share)


def test_the_remainder_goes_to_the_largest_fraction_then_to_the_earlier_part() -> None:
    assert [m.amount for m in Money(100, "KZT").allocate([1, 1, 1])] == [34, 33, 33]
    assert [m.amount for m in Money(5, "KZT").allocate([1, 3])] == [1, 4]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1]])
def test_shares_that_share_nothing_are_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Money(1, "KZT").allocate(shares)


@given(amounts, amounts)
def test_amounts_order_as_their_minor_units_do(left: int, right: int) -> None:
    a, b = Money(left, "KZT"), Money(right, "KZT")
    assert (a < b, a <= b, a > b, a == b) == (left < right, left <= right, left > right, left == right)


@given(st.integers(min_value=0, max_value=10**14), st.sampled_from(["KZT", "JPY", "KWD"]))
def test_an_amount_written_as_a_decimal_is_read_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.of(money.decimal(), currency) == money


@pytest.mark.parametrize(
    ("typed", "tiyn"),
    [("8 000", 800000), ("8000,50", 800050), ("8\u202f000 ₸", 800000), ("0.5", 50), ("-3", -300), ("٣", 300)],
)
def test_amounts_are_read_as_people_type_them(typed: str, tiyn: int) -> None:
    assert Money.of(typed, "KZT") == Money(tiyn, "KZT")


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "1,2,3", "1e5", "NaN", "∞", "--1", "9" * 16, "1.", "$5"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount):
        Money.of(typed, "KZT")


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_amount_or_refused(typed: str) -> None:
    with suppress(NotAnAmount):
        assert abs(Money.of(typed, "KZT").amount) < LARGEST


def test_currencies_are_never_mixed() -> None:
    for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b):
        with pytest.raises(CurrencyMismatch):
            act(Money(1, "KZT"), Money(1, "RUB"))
    assert Money(1, "KZT") != Money(1, "RUB")


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_money_counts_whole_minor_units_only(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "KZT")
    with pytest.raises(TypeError):
        Money(1, "KZT") * amount


@pytest.mark.parametrize("currency", ["kzt", "KZ", "KZTT", "₸"])
def test_a_currency_is_an_iso_code(currency: str) -> None:
    with pytest.raises(NotAnAmount):
        Money(1, currency)


def test_an_amount_beyond_what_a_column_holds_is_refused() -> None:
    with pytest.raises(NotAnAmount):
        Money(LARGEST, "KZT")
    with pytest.raises(NotAnAmount):
        Money(LARGEST - 1, "KZT") + Money(1, "KZT")


@pytest.mark.parametrize(("currency", "places"), [("KZT", 2), ("JPY", 0), ("XOF", 0), ("KWD", 3), ("IQD", 3)])
def test_every_currency_has_its_decimal_places(currency: str, places: int) -> None:
    assert exponent(currency) == places
