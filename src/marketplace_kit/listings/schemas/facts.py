"""Stored attributes as they are shown. Tolerant, unlike reading: what an older declaration stored is left out, not
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from marketplace_kit.kernel.fields import Field, Form, fields_of, shown
from marketplace_kit.kernel.money import Money

Translate = Callable[[str], str]
Format = Callable[[Any], str]


def facts_of(
    form: type[Form],
    stored: Mapping[str, Any],
    translate: Translate,
    *,
    money: Format,
    day: Format,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[tuple[str, str]]:
    """(label, value) in the reader's words for each answered public field, in the form's order; ``only`` names some."""
    facts = []
    for field in fields_of(form):
        if field.private or field.name in without or (only is not None and field.name not in only):
            continue
        value = _value(field, stored.get(field.name))
        if value not in (None, "", (), False):
            facts.append((translate(field.label), shown(field, value, translate, money=money, day=day)))
    return facts


def public_attributes(form: type[Form], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The answered attributes that everybody may read."""
    public = public_names(form)
    return {name: value for name, value in stored.items() if name in public and value is not None}


def notes_of(
    form: type[Form],
    stored: Mapping[str, Any],
    names: Collection[str],
    translate: Translate,
    *,
    money: Format,
    day: Format,
) -> list[str]:
    """The named public facts as a card has room for: values alone, where a value alone says what it is.

    A yes is told by its label ("Comes to your home") and a date with it ("Born: 3 March 2026"); a no is left out.
    """
    fields = {f.name: f for f in fields_of(form)}
    notes = []
    for field in (fields[name] for name in names if name in fields):
        for label, value in facts_of(form, stored, translate, money=money, day=day, only=(field.name,)):
            notes.append(label if field.type is bool else f"{label}: {value}" if field.type is date else value)
    return notes


@cache
def public_names(form: type[Form]) -> frozenset[str]:
    """The names of the attributes that everybody may read."""
    return frozenset(f.name for f in fields_of(form) if not f.private)


def searchable_texts(attributes: Form) -> list[str]:
    """The free texts by which the public may find it; choices are facets, not words."""
    fields = (f for f in fields_of(type(attributes)) if f.type is str and not f.private and not f.choices)
    return [value for f in fields if (value := getattr(attributes, f.name))]


def searchable_of(form: type[Form], stored: Mapping[str, Any]) -> list[str]:
    """The same of stored attributes; what an older declaration stored is left out."""
    fields = (f for f in fields_of(form) if f.type is str and not f.private and not f.choices)
    return [value for f in fields if isinstance(value := stored.get(f.name), str) and value]


def _value(field: Field, stored: Any) -> Any:
    """The stored JSON value as the field's own type; ``None`` if it does not fit."""
    if field.many:
        return tuple(v for v in stored if isinstance(v, str)) if isinstance(stored, list) else None
    if field.type is Money:
        fits = (
            isinstance(stored, dict) and type(stored.get("amount")) is int and isinstance(stored.get("currency"), str)
        )
        return Money(stored["amount"], stored["currency"]) if fits else None
    if field.type is date:
        return _date(stored)
    return stored if type(stored) is field.type else None


def _date(stored: Any) -> date | None:
    try:
        return date.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
