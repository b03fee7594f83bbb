"""Who is signed in, where, and by which token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace_kit.accounts.schemas.profile import Me


class SignInRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device that is signed in."""

    id: UUID
    device: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class SessionList(msgspec.Struct, frozen=True):
    items: list[SignInRow]


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the asker is signed in; the rest is null if not."""

    authenticated: bool
    user: Me | None = None
    session: SignInRow | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """For programs: send ``access_token`` as a bearer; once it has expired, trade ``refresh_token`` for new ones."""

    access_token: str
    expires_in: int
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme (RFC 6750)


class SignedInAnswer(Tokens, frozen=True, kw_only=True):
    user: Me


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a live sign-in belongs to."""

    person_id: UUID
    session_id: UUID
    name: str
    locale: str
    epoch: int
    seen_at: datetime
    roles: frozenset[str]
