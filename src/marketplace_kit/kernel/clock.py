"""Time is handed in, so that tests own it. Nothing else in the kit reads the system's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is told otherwise. For tests and for sample data."""

    def __init__(self, at: datetime) -> None:
        self._at = _instant(at)

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move on (or back, with a negative step) and say what time it is now."""
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        self._at = _instant(at)


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a clock needs an aware datetime")
    return at.astimezone(UTC)
