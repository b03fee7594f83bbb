"""How commands speak: tables for people, JSON for programs, one line for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

C = TypeVar("C", bound=Callable[..., Any])
console = Console(highlight=False)


class Failed(click.ClickException):
    """Ends a command with its message and exit code 1."""


def as_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table)


def agreed(question: str, *, yes: bool, json_: bool) -> None:
    """Ask before what cannot be undone, and end the command at “no”. A program is not asked: it says ``--yes``."""
    if yes:
        return
    if json_:
        raise Failed("this cannot be undone: say --yes")
    click.confirm(question, abort=True)


json_option = click.option("--json", "json_", is_flag=True, help="Print JSON for a program to read.")
