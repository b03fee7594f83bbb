"""Consents, exports, looks of the staff, erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.accounts.schemas.asked import PASSWORD
from marketplace_kit.kernel.fields import Form


class Erasure(Form):
    """Erase me: the password once more."""

    password: Annotated[str, PASSWORD]


class ConsentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One consent that was given or taken back."""

    purpose: str
    given: bool
    document_version: str
    locale: str
    text_hash: str
    operator_name: str
    operator_bin: str
    way: str
    term: str
    data: list[str]
    third_party: bool
    cross_border: bool
    made_public: bool
    at: datetime


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with each purpose, and every record there is."""

    current: list[ConsentRow]
    history: list[ConsentRow]


class AccessRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the staff looked at one's data."""

    by: str
    what: str
    at: datetime


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """An export of one's data; ``ready_at`` is null while it is being made."""

    id: UUID
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    size: int | None


class ExportList(msgspec.Struct, frozen=True):
    items: list[ExportRow]
