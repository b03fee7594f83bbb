"""The one table that a run prints."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
from rich.console import Console
from rich.table import Table


@attrs.frozen
class Figure:
    """One measured thing: ours, the bare minimum (if there is one), the bar as a sentence and whether it is met."""

    row: str
    what: str
    ours: str
    bare: str
    ratio: str
    bar: str
    met: bool | None


def show(figures: list[Figure]) -> None:
    table = Table(title="marketplace-kit: measured in one run on this machine")
    for column in ("row", "what", "ours", "bare minimum", "ratio", "bar", "met"):
        table.add_column(column, overflow="fold")
    for f in figures:
        table.add_row(f.row, f.what, f.ours, f.bare, f.ratio, f.bar, "" if f.met is None else "yes" if f.met else "NO")
    Console(width=150).print(table)


def keep(figures: list[Figure], folder: Path) -> None:
    """The same as JSON, for whoever compares two runs."""
    folder.mkdir(exist_ok=True)
    (folder / "latest.json").write_text(json.dumps([attrs.asdict(f) for f in figures], indent=2), encoding="utf-8")
