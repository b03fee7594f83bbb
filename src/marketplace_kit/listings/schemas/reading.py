"""Reading sets of named things (options, sections of a menu): every problem of all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields import Form, parse
from marketplace_kit.kernel.fields.reading import TEXTS, Source
from marketplace_kit.kernel.texts import N_

F = TypeVar("F", bound=Form)
T = TypeVar("T")
LANGUAGES = ("kk", "ru", "en")
NAMELESS = N_("Give it a name in at least one language.")


def named_form(form: type[F], raw: Mapping[str, Any], source: Source) -> F:
    """A form with fields ``name_<language>``, of which one at least is filled in."""
    problems: list[Problem] = []
    read: F | None = None
    try:
        read = parse(form, raw, source)
    except Invalid as invalid:
        problems += invalid.problems
    names = [raw.get(f"name_{language}") for language in LANGUAGES]
    if all(name is None or (isinstance(name, str) and not name.strip()) for name in names):
        problems.append(Problem("name_kk", "required", NAMELESS))
    if problems or read is None:
        raise Invalid(*problems)
    return read


def items_of(
    raw: Mapping[str, Any], name: str, prefix: str, most: int, problems: list[Problem]
) -> Iterator[tuple[str, dict[str, Any]]]:
    given = raw.get(name)
    if not isinstance(given, list):
        code = "required" if given is None else "wrong_type"
        problems.append(Problem(f"{prefix}{name}", code, TEXTS[code]))
        return
    if len(given) > most:
        problems.append(Problem(f"{prefix}{name}", "too_large", TEXTS["too_large"], {"max": most}))
        return
    for number, one in enumerate(given):
        if isinstance(one, dict):
            yield f"{prefix}{name}.{number}", one
        else:
            problems.append(Problem(f"{prefix}{name}.{number}", "wrong_type", TEXTS["wrong_type"]))


def read_item(
    raw: Mapping[str, Any], path: str, problems: list[Problem], read: Callable[[Mapping[str, Any], UUID | None], T]
) -> T | None:
    """One item, with the id that it has if it is known; nothing if there is something wrong with it."""
    rest = {k: v for k, v in raw.items() if k != "id"}
    try:
        item_id = UUID(raw["id"]) if isinstance(raw.get("id"), str) else None
    except ValueError:
        item_id = None
    if raw.get("id") is not None and item_id is None:
        problems.append(Problem(f"{path}.id", "bad_pattern", TEXTS["bad_pattern"]))
    try:
        return read(rest, item_id)
    except Invalid as invalid:
        problems += invalid.under(path).problems
        return None
