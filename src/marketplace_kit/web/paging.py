"""Keyset paging: a page knows where the next one starts, however many rows come and go meanwhile."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from marketplace_kit.kernel.errors import DomainError, Kind

T = TypeVar("T")
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many, at most 100.")]
CursorText = Annotated[
    str | None, QueryParameter(max_length=500, description="Where the last page said the next begins.")
]


class BadCursor(DomainError):
    code = "bad_cursor"
    kind = Kind.MALFORMED
    text = "This place in the list does not exist. Start again from the first page."


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ``next`` is the cursor of the following page, or null on the last."""

    items: list[T]
    next: str | None = None


def encode_cursor(*values: Any) -> str:
    """The sort key of a page's last row, as an opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def decode_cursor(text: str, types: type[T]) -> T:
    """The sort key back, as the tuple type given: ``decode_cursor(text, tuple[datetime, UUID])``. Refuses
    :class:`BadCursor`.
    """
    try:
        return msgspec.json.decode(
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True), type=types
        )
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError) as wrong:
        raise BadCursor from wrong
