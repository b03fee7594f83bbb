"""A form as JSON Schema (2020-12, the dialect of OpenAPI 3.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from marketplace_kit.kernel.fields.declaration import LARGEST_INTEGER, Field, Form, fields_of
from marketplace_kit.kernel.money import LARGEST, Money
from marketplace_kit.kernel.translated import Translated


def json_schema(form: type[Form]) -> dict[str, Any]:
    """Closed object schema: what :func:`parse` takes, no more."""
    fields = fields_of(form)
    schema: dict[str, Any] = {
        "type": "object",
        "title": form.__name__,
        "properties": {f.name: _property(f) for f in fields},
        "additionalProperties": False,
    }
    required = [f.name for f in fields if f.required]
    return schema | ({"required": required} if required else {})


def _property(field: Field) -> dict[str, Any]:
    core = _TYPES[field.type](field)
    if field.many:
        core = {"type": "array", "items": core, "maxItems": len(field.choices)}
        core |= {"minItems": 1} if field.required else {}
    if not field.required:
        core = {"anyOf": [core, {"type": "null"}]}
    described = {
        "title": field.label,
        "description": " ".join(t for t in (field.hint, field.unit and f"Unit: {field.unit}.") if t),
    }
    return core | {k: v for k, v in described.items() if v}


def _string(field: Field) -> dict[str, Any]:
    if field.choices:
        return {"type": "string", "enum": [c.value for c in field.choices]}
    schema: dict[str, Any] = {"type": "string", "maxLength": field.max_length}
    least = max(field.min_length, 1 if field.required else 0)
    if least:
        schema["minLength"] = least
    if field.pattern:
        schema["pattern"] = f"^(?:{field.pattern})$"
    names = {"email": "email", "password": "password", "url": "uri", "instant": "date-time"}
    return schema | ({"format": names[field.format]} if field.format in names else {})


def _integer(field: Field) -> dict[str, Any]:
    low = field.min if isinstance(field.min, int) else -LARGEST_INTEGER
    high = field.max if isinstance(field.max, int) else LARGEST_INTEGER
    return {"type": "integer", "minimum": low, "maximum": high}


def _money(field: Field) -> dict[str, Any]:
    low = field.min if isinstance(field.min, int) else 0
    high = field.max if isinstance(field.max, int) else LARGEST - 1
    return {
        "type": "object",
        "properties": {
            "amount": {"type": "integer", "minimum": low, "maximum": high, "description": "Minor units (tiyn, cents)."},
            "currency": {"const": field.currency},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _translated(field: Field) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {one.language: {"type": "string", "maxLength": one.max_length} for one in field.spread()},
        "additionalProperties": False,
    }


_TYPES = {
    str: _string,
    int: _integer,
    bool: lambda _: {"type": "boolean"},
    date: lambda _: {"type": "string", "format": "date"},
    Money: _money,
    Translated: _translated,
}
