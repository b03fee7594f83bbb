"""The read-only view of a form: what was answered, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from marketplace_kit.kernel.fields.declaration import Field, Form, fields_of
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.translated import Translated

Translate = Callable[[str], str]
Format = Callable[[Any], str]


def read_view(
    form: Form, translate: Translate, *, money: Format = lambda m: m.decimal(), day: Format = str
) -> list[tuple[Field, str]]:
    """Each answered field with its value in the reader's words; unanswered and private fields are left out."""
    pairs = ((f, getattr(form, f.name)) for f in fields_of(type(form)) if not f.private)
    answered = ((f, v) for f, v in pairs if v not in (None, "", (), Translated()))
    return [(f, shown(f, v, translate, money=money, day=day)) for f, v in answered]


def shown(
    field: Field, value: Any, translate: Translate, *, money: Format = lambda m: m.decimal(), day: Format = str
) -> str:
    """One value in words: choices by their label, money and dates by the formats given, units after numbers."""
    if isinstance(value, tuple):
        return ", ".join(translate(field.label_of(v)) for v in value)
    if isinstance(value, bool):
        return translate("Yes") if value else translate("No")
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Translated):
        return " / ".join(dict.fromkeys(value.texts().values()))
    if field.choices:
        return translate(field.label_of(str(value)))
    return f"{value}\u00a0{translate(field.unit)}" if field.unit else str(value)
