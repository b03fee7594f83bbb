"""Money: whole minor units and an ISO 4217 code. No floats, no sums across currencies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import total_ordering

import attrs

from marketplace_kit.kernel.errors import DomainError, Kind

# ISO 4217 exponents other than 2. Tenge has 2 (tiyn), though prices seldom show them.
_WHOLE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
)
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_EXPONENTS = dict.fromkeys((*_WHOLE, "XPF"), 0) | dict.fromkeys(_THOUSANDTHS, 3)
_PLAIN = re.compile(r"(-?)(\d{1,15})(?:[.,](\d+))?")
_set = object.__setattr__
_ISO = re.compile(r"[A-Z]{3}").fullmatch
# Accepted inside a typed amount: spaces of all widths and the tenge sign (local-business practice).
_NOISE = str.maketrans("", "", " \u00a0\u202f\u2009₸")
LARGEST = 10**17
"""Amounts stay below this many minor units, so that sums of thousands of them fit a 64-bit column."""


class CurrencyMismatch(DomainError):
    code = "currency_mismatch"
    kind = Kind.INVALID
    text = "Amounts in {left} and {right} cannot be combined."


class NotAnAmount(DomainError):
    code = "not_an_amount"
    kind = Kind.INVALID
    text = "“{given}” is not an amount of money."


def exponent(currency: str) -> int:
    """How many decimal places the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@total_ordering
@attrs.frozen(order=False)
class Money:
    """An amount in minor units (tiyn, cents) of one currency."""

    amount: int = attrs.field()
    currency: str = attrs.field()

    @amount.validator
    def _whole(self, _: object, value: int) -> None:
        if type(value) is not int:
            raise TypeError("Money counts whole minor units")
        if abs(value) >= LARGEST:
            raise NotAnAmount(given=value)

    @currency.validator
    def _iso(self, _: object, value: str) -> None:
        if not _ISO(value):
            raise NotAnAmount(given=value)

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """Read what a person types: ``8 000``, ``8000,50``, ``8 000 ₸``. Refuses :class:`NotAnAmount`."""
        match = _PLAIN.fullmatch(text.translate(_NOISE))
        places = exponent(currency)
        fraction = (match[3] or "") if match else ""
        if not match or len(fraction) > places:
            raise NotAnAmount(given=text[:40])
        amount = int(match[2] + fraction.ljust(places, "0"))
        return cls(-amount if match[1] else amount, currency)

    @classmethod
    def stored(cls, amount: int, currency: str) -> Money:
        """What a price's columns hold. It was checked when it was stored; a list of prices is not checked again."""
        money = object.__new__(cls)
        _set(money, "amount", amount)
        _set(money, "currency", currency)
        return money

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("Money is multiplied by whole numbers; use allocate() for shares")
        return Money(self.amount * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Split by weights so that the parts sum to the whole: largest remainder first, ties to the earlier part."""
        if not weights or min(weights) < 0 or not sum(weights):
            raise ValueError("allocate needs non-negative weights, at least one above zero")
        sign, whole, total = (-1 if self.amount < 0 else 1), abs(self.amount), sum(weights)
        parts = [whole * w // total for w in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
        for i in by_remainder[: whole - sum(parts)]:
            parts[i] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def __composite_values__(self) -> tuple[int, str]:
        """The two columns that hold an amount, for entities that are mapped with one."""
        return self.amount, self.currency

    def decimal(self) -> str:
        """The amount as a plain decimal, ``8000.50``: for machines and number fields."""
        places = exponent(self.currency)
        digits = str(abs(self.amount)).rjust(places + 1, "0")
        text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        return f"-{text}" if self.amount < 0 else text
