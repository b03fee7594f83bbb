"""What programs send: bodies, and how the API describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.texts import N_
from marketplace_kit.orders.domain import MOST_LINES


class Wished(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing somebody wants. ``choice`` is the form of its line kind; ``options`` are chosen of the listing's
    groups.
    """

    listing_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    options: dict[str, list[str]] = {}
    choice: dict[str, Any] = {}


Lines = Annotated[list[Wished], msgspec.Meta(min_length=1, max_length=MOST_LINES)]


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be kept until it is ordered."""

    lines: Lines
    by_staff: bool = False


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order, from a draft's token or with its lines. Guests give ``name`` and ``phone``; ``total`` (minor units) is
    what was shown and agreed to: another one is refused.
    """

    draft: str = ""
    lines: Annotated[list[Wished], msgspec.Meta(max_length=MOST_LINES)] = []
    by_staff: bool = False
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    consent: bool = False
    total: int | None = None


class StatusChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """S3 `updateOrderStatus`: the status wanted, a reason where one is asked for, the version that was read."""

    status: str
    reason: str = ""
    version: int | None = None


S = TypeVar("S", bound=msgspec.Struct)
_WRONG = N_("This is not the kind of value that belongs here.")


def read_body(kind: type[S], raw: Mapping[str, Any]) -> S:
    """A body as its Struct. Refuses :class:`Invalid` at the path that does not fit."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as wrong:
        said, _, path = str(wrong).partition(" - at `")
        raise Invalid(Problem(path.strip("`").removeprefix("$."), "wrong_type", _WRONG, {"why": said})) from wrong


def body_schema(kind: type[msgspec.Struct]) -> Any:
    """How the API's description tells such a body."""

    def describe(_: Registry) -> dict[str, Any]:
        schema = msgspec.json.schema(kind, ref_template="#/$defs/{name}")
        found: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
        found.pop("$defs", None)
        return found

    return describe


def _inlined(part: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(known[part["$ref"].rsplit("/", 1)[1]], known)
    return {name: _inlined(value, known) for name, value in part.items() if name != "$defs"}
