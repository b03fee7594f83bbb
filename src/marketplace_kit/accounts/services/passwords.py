"""Passwords: argon2id in threads, never more at once than the machine has processors."""

from __future__ import annotations

import asyncio
import os

import attrs
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's first recommendation for argon2id: about 33 ms and 19 MiB each.
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
# Of a password that nobody kept: an unknown address costs as much work as a known one.
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$+90KxZIIIEVFVMk70CmJtw$0TxWP2WlQHUOoWcIyuCd7KBIr58FEWtcEBkn4sk3kCs"


@attrs.frozen
class Checked:
    """``better`` is the hash to store instead, when the stored one is weaker than today's."""

    fits: bool
    better: str | None = None


class Passwords:
    """One per site. Memory is bounded by the number of processors, and the event loop stays free."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES),))
        self._gate = asyncio.Semaphore(os.cpu_count() or 2)

    async def hash(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, password: str, stored: str | None) -> Checked:
        """Whether the password fits; ``None`` for nobody's, which takes as long and never fits."""
        async with self._gate:
            return await asyncio.to_thread(self._check, password, stored)

    def _check(self, password: str, stored: str | None) -> Checked:
        try:
            fits, better = self._hasher.verify_and_update(password, stored or _NOBODYS)
        except UnknownHashError:
            return Checked(False)
        return Checked(fits and stored is not None, better if fits else None)
