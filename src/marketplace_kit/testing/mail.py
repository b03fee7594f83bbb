"""A mail server in the test's own loop: real SMTP on a free port, with an outbox to look into and faults to order."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace_kit.testing.ports import HERE, free_port

_DEFERRED = "451 4.3.0 Please try again later"
_REJECTED = "550 5.1.1 No such mailbox"


class FakeMail:
    """Takes every mail, until it is told otherwise::

    fake_mail.defer(2)     # the next two are answered 451: try again later
    fake_mail.reject(1)    # the next is answered 550: never
    fake_mail.drop(1)      # the next is taken, but the line breaks before the sender hears of it
    await fake_mail.refuse()   # nobody answers at all, until `await fake_mail.accept()`
    """

    def __init__(self) -> None:
        self.outbox: list[EmailMessage] = []
        self.attempts = 0
        self._faults: list[str] = []
        self._server: asyncio.Server | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """The address for the settings."""
        return f"smtp://{HERE}:{self.port}"

    @property
    def copies(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(message["Message-ID"]) for message in self.outbox)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that one address got, oldest first."""
        return [m for m in self.outbox if address in {a.addr_spec for a in m["To"].addresses}]

    def defer(self, times: int) -> None:
        self._faults += ["defer"] * times

    def reject(self, times: int) -> None:
        self._faults += ["reject"] * times

    def drop(self, times: int) -> None:
        self._faults += ["drop"] * times

    async def accept(self) -> None:
        """Listen; again on the same port after :meth:`refuse`."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._speak, HERE, self.port)

    async def refuse(self) -> None:
        """Hang up: connections are refused."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[FakeMail]:
        await self.accept()
        try:
            yield self
        finally:
            await self.refuse()

    def _speak(self) -> SMTP:
        return SMTP(self, hostname="mail.test", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Called by the server for each mail."""
        self.attempts += 1
        fault = self._faults.pop(0) if self._faults else ""
        if fault == "defer":
            return _DEFERRED
        if fault == "reject":
            return _REJECTED
        self.outbox.append(_read(envelope.content))
        if fault == "drop":
            transport: Any = server.transport
            transport.abort()
        return "250 2.0.0 Taken"


def _read(content: bytes | str | None) -> EmailMessage:
    raw = content.encode() if isinstance(content, str) else content or b""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message
