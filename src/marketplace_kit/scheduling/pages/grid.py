"""A day as a table: a column for each who works, a row for each quarter of an hour. Pure; a template draws it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

ROW = 900
GAP = 2 * ROW
HOUR = 3600
LONGEST_DAY = 36 * HOUR


@attrs.frozen(kw_only=True)
class Item:
    """Something that takes time in a column; ``shown`` is what the template draws of it."""

    from_s: int
    to_s: int
    shown: Any


@attrs.frozen(kw_only=True)
class Column:
    """One who works. ``windows`` are when, ``items`` what takes time then."""

    key: str
    name: str
    windows: Sequence[tuple[int, int]]
    items: Sequence[Item]


@attrs.frozen(kw_only=True)
class Cell:
    """``kind``: ``items``, ``gap`` (free, from ``at``), or ``off``. ``rows`` is how many it spans."""

    kind: str
    rows: int
    column: str
    at: str = ""
    items: tuple[Any, ...] = ()


@attrs.frozen(kw_only=True)
class Row:
    """``hour`` heads ``hour_rows`` rows from here on; empty within an hour."""

    hour: str
    hour_rows: int
    cells: tuple[Cell, ...]


def rows_of(columns: Sequence[Column], zone: Any) -> list[Row]:
    """The table from the first hour in which somebody works or is visited to the last."""
    spans = [w for c in columns for w in c.windows] + [(i.from_s, i.to_s) for c in columns for i in c.items]
    if not spans:
        return []
    first = min(a for a, _ in spans) // HOUR * HOUR
    last = min(-(-max(b for _, b in spans) // HOUR) * HOUR, first + LONGEST_DAY)
    cells: dict[int, list[Cell]] = {}
    for column in columns:
        for at, cell in _cells(column, first, last, zone):
            cells.setdefault(at, []).append(cell)
    return [
        Row(
            hour=_clock(at, zone) if at % HOUR == 0 else "",
            hour_rows=HOUR // ROW,
            cells=tuple(cells.get(at, ())),
        )
        for at in range(first, last, ROW)
    ]


def _clock(at: int, zone: Any) -> str:
    return f"{datetime.fromtimestamp(at, zone):%H:%M}"


def _cells(column: Column, first: int, last: int, zone: Any) -> list[tuple[int, Cell]]:
    found: list[tuple[int, Cell]] = []
    at = first
    for from_s, to_s, items in _merged(column.items, first, last):
        found += _between(column, at, from_s, zone)
        found.append((from_s, Cell(kind="items", rows=(to_s - from_s) // ROW, column=column.key, items=items)))
        at = to_s
    return found + _between(column, at, last, zone)


def _merged(items: Sequence[Item], first: int, last: int) -> list[tuple[int, int, tuple[Any, ...]]]:
    """Items on the grid of quarters. Where one ends and the next begins within a quarter, the line between them is the
    nearest edge; what truly overlaps, or has no quarter of its own, stands in one cell.
    """
    found: list[tuple[int, int, tuple[Any, ...]]] = []
    over = first
    for item in sorted(items, key=lambda i: (i.from_s, i.to_s)):
        from_s, to_s = max(item.from_s // ROW * ROW, first), min(-(-item.to_s // ROW) * ROW, last)
        if found and from_s < found[-1][1]:
            begins, ends, shown = found[-1]
            edge = (item.from_s + ROW // 2) // ROW * ROW
            if item.from_s >= over and begins < edge < to_s:
                found[-1:] = [(begins, edge, shown), (edge, to_s, (item.shown,))]
            else:
                found[-1] = (begins, max(ends, to_s), (*shown, item.shown))
        elif from_s < to_s:
            found.append((from_s, to_s, (item.shown,)))
        over = max(over, item.to_s)
    return found


def _between(column: Column, from_s: int, to_s: int, zone: Any) -> list[tuple[int, Cell]]:
    """Free and unworked time between two items: free time by half hours, so that each can be chosen."""
    found: list[tuple[int, Cell]] = []
    at = from_s
    while at < to_s:
        works = any(opens <= at < closes for opens, closes in column.windows)
        end = at + ROW
        while end < to_s and any(o <= end < c for o, c in column.windows) == works and not (works and end % GAP == 0):
            end += ROW
        start = datetime.fromtimestamp(at, zone).isoformat(timespec="minutes") if works else ""
        kind = "gap" if works else "off"
        found.append((at, Cell(kind=kind, rows=(end - at) // ROW, column=column.key, at=start)))
        at = end
    return found
