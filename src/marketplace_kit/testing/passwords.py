"""Passwords for tests: hashed as everywhere, but each of them once in a process. People of tests share theirs."""

from __future__ import annotations

from typing_extensions import override

from marketplace_kit.accounts.services import Passwords
from marketplace_kit.accounts.services.passwords import Checked

_HASHES: dict[str, str] = {}
_CHECKED: dict[tuple[str, str | None], Checked] = {}


class RememberedPasswords(Passwords):
    """A third of a test that makes three people was hashing what had been hashed for the test before."""

    @override
    async def hash(self, password: str) -> str:
        if password not in _HASHES:
            _HASHES[password] = await super().hash(password)
        return _HASHES[password]

    @override
    def _check(self, password: str, stored: str | None) -> Checked:
        asked = password, stored
        if asked not in _CHECKED:
            _CHECKED[asked] = super()._check(password, stored)
        return _CHECKED[asked]
