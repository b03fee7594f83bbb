"""The day's table: what stands where, and that every cell is there once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from marketplace_kit.scheduling.pages.grid import ROW, Cell, Column, Item, Row, rows_of

pytestmark = pytest.mark.one_engine
ATYRAU = ZoneInfo("Asia/Atyrau")


def at(clock: str) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    return int(datetime(2027, 4, 15, hour, minute, tzinfo=ATYRAU).timestamp())


def column(*items: tuple[str, str, str], opens: str = "09:00", closes: str = "12:00", key: str = "1") -> Column:
    made = [Item(from_s=at(a), to_s=at(b), shown=name) for a, b, name in items]
    return Column(key=key, name="Aigerim", windows=[(at(opens), at(closes))], items=made)


def cells(rows: list[Row], key: str = "1") -> list[Cell]:
    return [cell for row in rows for cell in row.cells if cell.column == key]


def test_free_time_is_offered_by_half_hours_between_visits() -> None:
    rows = rows_of([column(("09:30", "10:20", "Dina"))], ATYRAU)
    found = [(c.kind, c.rows, c.at[11:16]) for c in cells(rows)]
    assert found == [
        ("gap", 2, "09:00"),
        ("items", 4, ""),
        ("gap", 2, "10:30"),
        ("gap", 2, "11:00"),
        ("gap", 2, "11:30"),
    ]
    assert [row.hour for row in rows if row.hour] == ["09:00", "10:00", "11:00"]


def test_every_column_fills_the_whole_table_whatever_overlaps() -> None:
    busy = column(("09:05", "09:40", "a"), ("09:35", "10:10", "b"), ("11:50", "13:05", "c"))
    other = column(opens="08:15", closes="10:00", key="2")
    rows = rows_of([busy, other], ATYRAU)
    for key in ("1", "2"):
        assert sum(c.rows for c in cells(rows, key)) == len(rows)
    (together,) = [c for c in cells(rows) if len(c.items) == 2]
    assert (together.items, together.rows) == (("a", "b"), 5)


def test_a_visit_that_begins_where_another_ends_has_a_cell_of_its_own_whatever_the_minute() -> None:
    busy = column(("10:00", "11:40", "Buddy"), ("11:40", "14:10", "Altai"), closes="19:00")
    found = [(c.kind, c.rows, c.items or c.at[11:16]) for c in cells(rows_of([busy], ATYRAU)) if c.at[11:16] != "09:00"]
    assert found[:4] == [
        ("gap", 2, "09:30"),
        ("items", 7, ("Buddy",)),
        ("items", 10, ("Altai",)),
        ("gap", 1, "14:15"),
    ]


def test_a_visit_outside_working_time_is_shown_all_the_same() -> None:
    rows = rows_of([column(("19:00", "20:00", "late"))], ATYRAU)
    assert [c.items for c in cells(rows) if c.kind == "items"] == [("late",)]
    assert {c.kind for c in cells(rows)} == {"gap", "off", "items"}


def test_a_day_on_which_nobody_works_has_no_table() -> None:
    assert rows_of([Column(key="1", name="Aigerim", windows=(), items=())], ATYRAU) == []
    assert ROW == 900
    assert datetime.fromtimestamp(at("09:00"), UTC).hour == 4
