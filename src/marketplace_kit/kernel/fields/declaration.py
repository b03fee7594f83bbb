"""What a field and a form are."""

from __future__ import annotations

import re
import types
import typing
from datetime import date
from functools import cache
from typing import Any

import attrs
import msgspec
from typing_extensions import dataclass_transform

from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.texts import LOCALES
from marketplace_kit.kernel.translated import Translated

LARGEST_INTEGER = 2**53 - 1
"""Whole numbers stay exact in every JSON reader (RFC 7493 §2.2) and inside a 64-bit column."""
_ASKED = (str, int, bool, date, Money, Translated)
FORMATS = ("", "email", "phone", "password", "slug", "url", "contact", "instant", "point")


@attrs.frozen
class Choice:
    """One answer of a closed question: ``value`` is stored, ``label`` is read (an English message id)."""

    value: str
    label: str


def _choices(given: Any) -> tuple[Choice, ...]:
    return tuple(c if isinstance(c, Choice) else Choice(*c) for c in given)


@attrs.frozen
class Field:
    """How one value is asked for, checked, searched and shown. ``label``, ``hint`` and choice labels are English
    message ids.

    ``min``/``max`` bound numbers (minor units for money) and dates; ``unit`` is printed after the value; ``filterable``
    makes it a search facet; ``private`` is masked on pages, in logs and exports to others; ``runtime`` lets an admin
    change a setting while the site runs. ``format`` says what a text is; an ``instant`` is ISO 8601 with an offset, for
    which a page asks by the wall clock of a place. ``language`` is the one in which a text is asked for; fields in a
    row with the same ``folded`` are put away under that wording until somebody wants them. ``name``, ``type``,
    ``required`` and ``default`` are filled in from the attribute that carries the field.
    """

    label: str
    hint: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = attrs.field(default=(), converter=_choices)
    min: int | date | None = None
    max: int | date | None = None
    min_length: int = 0
    max_length: int = 200
    pattern: str = ""
    format: str = attrs.field(default="", validator=attrs.validators.in_(FORMATS))
    long: bool = False
    filterable: bool = False
    private: bool = False
    runtime: bool = False
    currency: str = "KZT"
    autocomplete: str = ""
    language: str = ""
    folded: str = ""
    name: str = ""
    type: type = str
    many: bool = False
    required: bool = True
    default: Any = None
    bare: bool = False
    """Optional, and without a default in its declaration: not answered is ``None``."""

    @property
    def widget(self) -> str:
        """Which control asks for it on a page."""
        if self.many:
            return "checkboxes"
        if self.choices:
            return "select" if len(self.choices) > 4 else "radios"
        if self.type is str:
            by_format = {
                "email": "email",
                "phone": "tel",
                "password": "password",
                "url": "url",
                "instant": "datetime-local",
            }
            return by_format.get(self.format, "textarea" if self.long else "text")
        return {bool: "checkbox", int: "number", Money: "money", date: "date", Translated: "translated"}[self.type]

    @property
    def inputmode(self) -> str:
        """The keyboard a phone should offer; empty for the ordinary one."""
        return {"number": "numeric", "money": "decimal", "tel": "tel", "email": "email"}.get(self.widget, "")

    @property
    def texts(self) -> tuple[str, ...]:
        """Every wording a person may read."""
        return tuple(t for t in (self.label, self.hint, self.unit, self.folded, *(c.label for c in self.choices)) if t)

    def spread(self, *, without: str = "") -> tuple[Field, ...]:
        """A text in several languages as a page asks for it: a field ``<name>.<language>`` for each."""
        return tuple(
            attrs.evolve(
                self,
                name=f"{self.name}.{language}",
                type=str,
                language=language,
                required=False,
                default="",
                bare=False,
            )
            for language in LOCALES
            if language != without
        )

    def label_of(self, value: str) -> str:
        """The wording of a stored choice; the value itself if the choice is no longer declared."""
        return next((c.label for c in self.choices if c.value == value), value)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all declared forms. Build one directly in code, or from what somebody sent with :func:`parse`."""


class NoFields(Form):
    """A form that asks for nothing."""


class UndeclaredField(TypeError):
    """A Form attribute without a :class:`Field`, or of a type no control can ask for. A programming error: stops the
    boot.
    """


def check_form(form: type[Form]) -> tuple[Field, ...]:
    """The bound fields, or :class:`UndeclaredField`; called on every form at boot."""
    return fields_of(form)


@cache
def fields_of(form: type[Form]) -> tuple[Field, ...]:
    """The form's fields in order, each bound to its attribute."""
    hints = typing.get_type_hints(form, include_extras=True)
    return tuple(_bound(form, info, hints[info.name]) for info in msgspec.structs.fields(form))


def _bound(form: type[Form], info: msgspec.structs.FieldInfo, hint: Any) -> Field:
    declared = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Field)), None)
    if declared is None:
        raise UndeclaredField(f"{form.__name__}.{info.name} is not Annotated with a Field")
    plain, optional = _without_none(typing.get_args(hint)[0])
    many = typing.get_origin(plain) is tuple
    value_type = typing.get_args(plain)[0] if many else plain
    offered = bool(declared.choices)
    if (
        value_type not in (str, int, bool, date, Money, Translated)
        or (many and not offered)
        or (offered and value_type is not str)
    ):
        raise UndeclaredField(f"{form.__name__}.{info.name}: no control asks for {plain!r}")
    if declared.pattern:
        re.compile(declared.pattern)
    return attrs.evolve(
        declared,
        name=info.name,
        type=value_type,
        many=many,
        required=info.required and not optional,
        bare=info.required and optional,
        default=_default(info),
    )


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [a for a in typing.get_args(hint) if a is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return hint, False


def _default(info: msgspec.structs.FieldInfo) -> Any:
    if info.default is not msgspec.NODEFAULT:
        return info.default
    if info.default_factory is not msgspec.NODEFAULT:
        return info.default_factory()
    return None
