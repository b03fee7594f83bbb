"""``?_context=1``: what a template was given, as JSON, for who works on it. In development and for staff only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import msgspec

from marketplace_kit.kernel.fields import Field

MASKED = "••••"
_SECRET = ("token", "secret", "password", "csrf", "digest", "cookie", "idempotency_key")
_PLAIN = (str, int, float, bool, UUID, date, datetime, Decimal)
_DEPTH = 8


def shown_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as plain JSON values. What is named as a secret, or was typed into a private field, is masked; what
    is neither data nor text is named by its type.
    """
    return {name: MASKED if _is_secret(name) else _shown(value, _DEPTH) for name, value in sorted(context.items())}


def _shown(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, _PLAIN):
        return value if value is None or isinstance(value, str | int | float | bool) else str(value)
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(k): MASKED if _is_secret(str(k)) else _shown(v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(one, depth - 1) for one in value]
    parts = _parts(value)
    if parts is None:
        return f"<{type(value).__name__}>"
    return _without_private(parts, depth)


def _without_private(parts: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """A thing's parts; beside the declared fields of a form, what was typed into the private ones is masked."""
    private = {
        f.name for f in parts.get("fields", ()) if isinstance(f, Field) and (f.private or f.widget == "password")
    }
    found = {}
    for name, part in parts.items():
        if private and name == "values" and isinstance(part, Mapping):
            part = {key: MASKED if key in private else typed for key, typed in part.items()}
        found[name] = MASKED if _is_secret(name) else _shown(part, depth - 1)
    return found


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    if attrs.has(type(value)):
        return {one.name: getattr(value, one.name) for one in attrs.fields(type(value)) if not one.name.startswith("_")}
    return None


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET)
