"""Pieces of pages that say the same to everybody: drawn once, kept with the thing that they show.

A piece is a template with a macro ``piece(thing, …)``. It is made without the page around it, so it cannot know who
asks: no name, no token, nothing of the visit is there to be drawn. What does differ from reader to reader (the token of
a form, the way back) is handed in beside the thing; in the kept text stands a mark instead, and the reader's own is put
there each time.

    {{ kept_piece("listings/card.html", card, level, csrf=csrf, back=back) }}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, Protocol, TypeVar

import jinja2
from markupsafe import Markup, escape

from marketplace_kit.kernel.ids import secret_token

T = TypeVar("T")
V = TypeVar("V")


class Drawable(Protocol):
    """A thing in one language, with room for how it was drawn. Whoever changes the thing makes a new one."""

    drawn: dict[Any, Any]


class Pieces:
    """Draws pieces and keeps them in ``thing.drawn``."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment, self._edition = environment, 0
        self._mark = f"own-{secret_token()}-"  # nobody can write it into a text of theirs
        self._marked = re.compile(f"{re.escape(self._mark)}([a-z_]+);")

    def draw(self, template: str, thing: Drawable, *more: Hashable, **own: str) -> Markup:
        """The piece with the reader's ``own`` values in it. ``more`` are what else it is drawn by: few and small."""
        return self.draw_all(template, (thing,), *more, **own)

    def draw_all(self, template: str, things: Iterable[Drawable], *more: Hashable, **own: str) -> Markup:
        """The pieces of several things, one below the other."""
        key = (self._edition, template, more, *(name for name, value in own.items() if value))
        escaped = {name: str(escape(value)) for name, value in own.items()}
        texts: list[str] = []
        for thing in things:
            parts = thing.drawn.get(key)
            if parts is None:
                parts = thing.drawn[key] = self._drawn(template, thing, more, own)
            if texts:
                texts.append("\n")
            if len(parts) == 1:
                texts.append(parts[0])
            else:
                texts += [escaped[part] if at % 2 else part for at, part in enumerate(parts)]
        return Markup("".join(texts))  # noqa: S704 - a template's output, with escaped values

    def _drawn(self, template: str, thing: Drawable, more: tuple[Hashable, ...], own: dict[str, str]) -> list[str]:
        """The text before, between and behind the names of what belongs to the reader."""
        module: Any = self._environment.get_template(template).module
        marks = {name: f"{self._mark}{name};" if value else value for name, value in own.items()}
        return self._marked.split(str(module.piece(thing, *more, **marks)))

    def forget(self) -> None:
        """Templates have changed: draw everything again."""
        self._edition += 1


class Views(Generic[T, V]):
    """What was made of things, as long as they are the same: a thing that differs in anything is made anew.

    ``most`` bounds how many are remembered; the oldest go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[T, V]] = {}

    def of(self, key: Hashable, thing: T, make: Callable[[], V]) -> V:
        """The view of a thing. ``key`` tells things apart, and what else the view depends on."""
        known = self._kept.get(key)
        if known is not None and known[0] == thing:
            return known[1]
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            self._kept.pop(next(iter(self._kept)))
        view = make()
        self._kept[key] = (thing, view)
        return view
