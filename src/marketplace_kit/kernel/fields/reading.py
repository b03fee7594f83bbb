"""Reading what somebody sent: all problems at once, each with a stable code, nothing let through by accident."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from typing import Any, Literal, TypeVar

import email_validator
import phonenumbers

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.fields.declaration import LARGEST_INTEGER, Field, Form, fields_of
from marketplace_kit.kernel.fields.degrees import EXAMPLE, read_degrees, said_degrees
from marketplace_kit.kernel.money import LARGEST, Money, NotAnAmount
from marketplace_kit.kernel.texts import LOCALES
from marketplace_kit.kernel.translated import Translated

F = TypeVar("F", bound=Form)
Source = Literal["form", "json"]
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LINE_ENDS = re.compile(r"\r\n?")
_INTEGER = re.compile(r"[+-]?\d{1,19}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]")
_UNKNOWN_NAMED = 20

TEXTS: dict[str, str] = {
    "required": "Please fill this in.",
    "wrong_type": "This is not the kind of value that belongs here.",
    "unknown_field": "There is no such field here.",
    "too_short": "Please use at least {min} characters.",
    "too_long": "Please use at most {max} characters.",
    "too_small": "The smallest value possible is {min}.",
    "too_large": "The largest value possible is {max}.",
    "not_a_number": "Please enter a whole number.",
    "not_a_choice": "Please choose one of the offered answers.",
    "not_a_date": "Please enter a date.",
    "not_an_amount": "Please enter an amount of money, for example 8 000.",
    "not_a_point": "Please enter latitude and longitude as maps show them, for example {example}.",
    "wrong_currency": "Amounts here are in {currency}.",
    "bad_characters": "This contains characters that cannot be stored.",
    "email_invalid": "Please enter an e-mail address like name@example.kz.",
    "phone_invalid": "Please enter a phone number like +7 701 123 45 67.",
    "contact_invalid": "Please enter an e-mail address or a phone number.",
    "bad_pattern": "This does not have the expected form.",
    "url_invalid": "Please enter an address that begins with https://.",
}
"""What a person reads for each code (English message ids)."""


class FieldFault(Exception):
    """Why one value was not taken."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts

    def at(self, field: str) -> Problem:
        return Problem(field, self.code, TEXTS[self.code], self.facts)


def parse(form: type[F], raw: Mapping[str, Any], source: Source = "json") -> F:
    """A ``form`` made of ``raw``; raises :class:`Invalid` with every problem found.

    ``json``: values must already have their JSON type, nothing is coerced. ``form``: values are what a browser posts,
    strings or lists of strings; an empty string is an answer not given. A text in several languages is posted as
    ``<name>.<language>``; if no language of it is there, it was not asked for.
    """
    if not isinstance(raw, Mapping):
        raise Invalid(FieldFault("wrong_type").at(""))
    if source == "form":
        raw = _gathered(form, raw)
    known = {f.name for f in fields_of(form)}
    unknown = islice((name for name in raw if name not in known), _UNKNOWN_NAMED)
    problems = [FieldFault("unknown_field").at(_printable(name)) for name in unknown]
    values: dict[str, Any] = {f.name: None for f in fields_of(form) if f.bare}
    for field in fields_of(form):
        try:
            value = _given(field, raw.get(field.name), source)
            if value is None and field.required:
                raise FieldFault("required")
            if value is not None:
                values[field.name] = value
        except FieldFault as fault:
            problems.append(fault.at(field.name))
        except Invalid as several:
            problems += several.under(field.name).problems
    if problems:
        raise Invalid(*problems)
    return form(**values)


def _gathered(form: type[Form], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was posted, with the languages of one text together."""
    asked = [f.name for f in fields_of(form) if f.type is Translated]
    if not asked:
        return raw
    parts = {f"{name}.{language}": (name, language) for name in asked for language in LOCALES}
    gathered: dict[str, Any] = {k: v for k, v in raw.items() if k not in parts}
    for key in parts.keys() & raw.keys():
        name, language = parts[key]
        gathered.setdefault(name, {})[language] = raw[key]
    return gathered


def raw_of(form: Form) -> dict[str, Any]:
    """The form as plain JSON values: what is stored, and what :func:`parse` reads back."""
    return {f.name: _plain(getattr(form, f.name)) for f in fields_of(type(form))}


def _printable(name: Any) -> str:
    """A name that somebody made up, as it may stand in an answer."""
    return str(name)[:80].encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Translated):
        return value.texts()
    return list(value) if isinstance(value, tuple) else value


def _given(field: Field, value: Any, source: Source) -> Any:
    if field.many:
        return _several(field, value, source)
    if field.type is Translated:
        return None if value is None else _translated(field, value, source)
    if source == "form":
        value = _typed(field, value)
    if value is None:
        return None
    return _CHECKS[field.type](field, value)


def _several(field: Field, value: Any, source: Source) -> tuple[str, ...] | None:
    if source == "form":
        value = [value] if isinstance(value, str) else value
        value = [v for v in value or [] if v != ""] or None
    if value is None or (value == [] and field.required):
        return None
    if not isinstance(value, list) or len(value) > len(field.choices):
        raise FieldFault("wrong_type" if not isinstance(value, list) else "not_a_choice")
    return tuple(dict.fromkeys(_text(field, v) for v in value))


def _translated(field: Field, value: Any, source: Source) -> Translated:
    if not isinstance(value, Mapping):
        raise FieldFault("wrong_type")
    problems = [FieldFault("unknown_field").at(_printable(name)) for name in value if name not in LOCALES]
    texts: dict[str, str] = {}
    for one in field.spread():
        language = one.language
        try:
            text = _given(one, value.get(language) or None, source)
        except FieldFault as fault:
            problems.append(fault.at(language))
        else:
            texts[language] = text or ""
    if problems:
        raise Invalid(*problems)
    if field.required and not any(texts.values()):
        raise FieldFault("required")
    return Translated.of(texts)


def _typed(field: Field, value: Any) -> Any:
    """What a browser posted, as the JSON value it stands for. Of several values the last one counts."""
    if isinstance(value, list):
        value = value[-1] if value else None
    if field.type is bool:
        return value not in (None, "", "0", "false", "off")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise FieldFault("wrong_type")
    if field.type is int:
        plain = value.translate(str.maketrans("", "", " \u00a0\u202f"))
        if not _INTEGER.fullmatch(plain):
            raise FieldFault("not_a_number")
        return int(plain)
    if field.type is Money:
        try:
            amount = Money.of(value, field.currency)
        except NotAnAmount as wrong:
            raise FieldFault("not_an_amount") from wrong
        return {"amount": amount.amount, "currency": amount.currency}
    return value


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise FieldFault("wrong_type")
    try:
        value.encode()
    except UnicodeEncodeError as surrogate:
        raise FieldFault("bad_characters") from surrogate
    if _CONTROL.search(value):
        raise FieldFault("bad_characters")
    text: str = value if field.format == "password" else _LINE_ENDS.sub("\n", value).strip()
    if not field.long and ("\n" in text or "\r" in text):
        raise FieldFault("bad_characters")
    if field.choices:
        if all(c.value != text for c in field.choices):
            raise FieldFault("not_a_choice")
        return text
    if not text and field.required:
        raise FieldFault("required")
    if len(text) > field.max_length:
        raise FieldFault("too_long", max=field.max_length)
    if len(text) < field.min_length:
        raise FieldFault("too_short", min=field.min_length)
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise FieldFault("bad_pattern")
    if text and field.format in _FORMATS:
        text = _FORMATS[field.format](text)
        if len(text) > field.max_length:  # a normal form may be longer than what was typed
            raise FieldFault("too_long", max=field.max_length)
    return text


def _email(value: str) -> str:
    try:
        found = email_validator.validate_email(value, check_deliverability=False, test_environment=True)
        return str(found.normalized)
    except email_validator.EmailNotValidError as wrong:
        raise FieldFault("email_invalid") from wrong


def _phone(value: str) -> str:
    """E.164; a number without a country code is read as Kazakhstan's (8 701 … and 701 … alike)."""
    try:
        number = phonenumbers.parse(value, "KZ")
    except phonenumbers.NumberParseException as wrong:
        raise FieldFault("phone_invalid") from wrong
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise FieldFault("phone_invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _contact(value: str) -> str:
    try:
        return _email(value) if "@" in value else _phone(value)
    except FieldFault as wrong:
        raise FieldFault("contact_invalid") from wrong


def _point(value: str) -> str:
    """As maps show it, to a hand's breadth."""
    found = read_degrees(value)
    if found is None:
        raise FieldFault("not_a_point", example=EXAMPLE)
    return said_degrees(*found)


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise FieldFault("bad_pattern")
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@\\]+(?:[/?#][^\s\\]*)?", value):
        raise FieldFault("url_invalid")
    return value


_FORMATS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "phone": _phone,
    "contact": _contact,
    "point": _point,
    "slug": _slug,
    "url": _url,
}


def _integer(field: Field, value: Any) -> int:
    if type(value) is not int:
        raise FieldFault("wrong_type")
    return _bounded(field, value, -LARGEST_INTEGER, LARGEST_INTEGER)


def _bounded(field: Field, value: int, least: int, most: int) -> int:
    low = field.min if isinstance(field.min, int) else least
    high = field.max if isinstance(field.max, int) else most
    if value < low:
        raise FieldFault("too_small", min=low)
    if value > high:
        raise FieldFault("too_large", max=high)
    return value


def _boolean(field: Field, value: Any) -> bool:
    if type(value) is not bool:
        raise FieldFault("wrong_type")
    return value


def _date(field: Field, value: Any) -> date:
    if not isinstance(value, str):
        raise FieldFault("wrong_type")
    try:
        day = date.fromisoformat(value) if _ISO_DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise FieldFault("not_a_date")
    if isinstance(field.min, date) and day < field.min:
        raise FieldFault("too_small", min=field.min.isoformat())
    if isinstance(field.max, date) and day > field.max:
        raise FieldFault("too_large", max=field.max.isoformat())
    return day


def _money(field: Field, value: Any) -> Money:
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        raise FieldFault("wrong_type")
    if value["currency"] != field.currency:
        raise FieldFault("wrong_currency", currency=field.currency)
    if type(value["amount"]) is not int:
        raise FieldFault("not_an_amount")
    low = field.min if isinstance(field.min, int) else 0
    high = min(field.max, LARGEST - 1) if isinstance(field.max, int) else LARGEST - 1
    if value["amount"] < low:
        raise FieldFault("too_small", min=Money(low, field.currency).decimal())
    if value["amount"] > high:
        raise FieldFault("too_large", max=Money(high, field.currency).decimal())
    return Money(value["amount"], field.currency)


_CHECKS: dict[type, Callable[[Field, Any], Any]] = {
    str: _text,
    int: _integer,
    bool: _boolean,
    date: _date,
    Money: _money,
}
