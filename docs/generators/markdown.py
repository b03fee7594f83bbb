"""Markdown, and how Python shows itself in it."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

COMMAND = "./kit run python docs/generate.py"
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_CODE = re.compile(r"``(.+?)``", re.DOTALL)


def page(title: str, intro: str, *parts: str) -> str:
    """A whole page; the same parts always give the same bytes."""
    head = (
        f"<!-- Written by `{COMMAND}`. Do not edit: change the code it describes. -->\n\n# {title}\n\n{wrapped(intro)}"
    )
    return "\n\n".join((head, *(part.strip("\n") for part in parts if part.strip()))) + "\n"


def wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def prose(docstring: str | None) -> str:
    """A docstring's paragraphs as Markdown; what it says about classes becomes code."""
    paragraphs = inspect.cleandoc(docstring or "").split("\n\n")
    return "\n\n".join(wrapped(_marked(p)) for p in paragraphs if p.strip())


def first_paragraph(docstring: str | None) -> str:
    return prose(docstring).split("\n\n")[0]


def _marked(text: str) -> str:
    text = _ROLE.sub(lambda m: f"`{m[1].rsplit('.', 1)[-1]}`", text)
    return _CODE.sub(lambda m: f"`{m[1]}`", text)


def code(text: str, language: str = "python") -> str:
    return f"```{language}\n{text.strip(chr(10))}\n```"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rows = list(rows)
    if not rows:
        return "None."
    lines = [_row(columns), "|" + "---|" * len(columns), *(_row(r) for r in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(str(c).split()).replace("|", "\\|") for c in cells) + " |"


def ticked(text: str) -> str:
    return f"`{text}`" if text else ""


def named(names: Iterable[str]) -> str:
    return ", ".join(ticked(n) for n in names)


def signature(function: Callable[..., Any]) -> str:
    """As it is written: ``mk_panels(self, slot: str, …) -> Sequence[Panel]``."""
    found = inspect.signature(function)
    shown = ", ".join(
        p.name if p.annotation is inspect.Parameter.empty else f"{p.name}: {_plain(p.annotation)}"
        for p in found.parameters.values()
    )
    return f"{function.__name__}({shown}) -> {_plain(found.return_annotation)}"


def _plain(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", repr(annotation))


def default(value: Any) -> str:
    """A default as a reader writes it."""
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, timedelta):
        return str(value)
    return ticked(str(value) if isinstance(value, str | int) else re.sub(r" at 0x\w+", "", repr(value)))
