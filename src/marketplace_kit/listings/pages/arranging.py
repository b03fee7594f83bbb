"""Order by hand: moving one of several things up, down or away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from marketplace_kit.kernel.errors import Missing

T = TypeVar("T")


def place_of(items: Sequence[T], wanted: Callable[[T], bool]) -> int:
    """Where it stands; refuses :class:`Missing`."""
    for at, item in enumerate(items):
        if wanted(item):
            return at
    raise Missing


def moved(items: tuple[T, ...], at: int, act: str) -> tuple[T, ...]:
    """The items with one of them a place further up or down, or away. At the end of the way it stays where it is."""
    rest = (*items[:at], *items[at + 1 :])
    if act == "delete":
        return rest
    if act not in ("up", "down"):
        raise Missing
    to = min(max(at + (1 if act == "down" else -1), 0), len(rest))
    return (*rest[:to], items[at], *rest[to:])


def replaced(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
