"""Identifiers: sortable ids for rows, short codes for people, secrets for links."""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID

# Crockford's alphabet without I, L, O, U: nothing that is misread aloud or spells a word.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 §5.7 with §6.2 method 3): 60 bits of Unix time, then 62 random bits.

    Sorts by the time it was made, to a quarter of a microsecond: rows inserted together lie together in an index, and
    what one unit of work recorded first is delivered first. Names a row; never grants access to it.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (rest * 4096 // 1_000_000) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def human_code(length: int = 8) -> str:
    """A code that a person can read over the phone: 5 bits a character, so 8 characters are 40 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def secret_token() -> str:
    """256 random bits for a link or cookie, URL-safe. Store its :func:`digest`, never the token."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 in hex. No salt is needed for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
