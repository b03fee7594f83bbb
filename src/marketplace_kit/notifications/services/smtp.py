"""One line to a mail server, kept open from one mail to the next (RFC 5321 §4.1.4)."""

from __future__ import annotations

from contextlib import suppress
from email.message import Message
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from marketplace_kit.kernel.hooks import Undeliverable

PORTS = {"smtp": 25, "smtp+tls": 465}
"""The schemes of a mail server's address, and the port of each."""
_PATIENCE = 20.0


class SmtpLine:
    """Connects when the first mail leaves, and again after a fault or when the server has hung up meanwhile."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._part()

    async def send(self, mail: Message, *, sender: str, to: str) -> None:
        """Hand over one mail. A 5xx answer about this mail is final, everything else may be tried again."""
        client = await self._connected()
        try:
            options = [] if to.isascii() else await _for_any_script(client)
            content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
            await client.sendmail(sender, [to], content, mail_options=options)
        except BaseException as raised:
            await self._part()
            _refused_for_good(raised)
            raise

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None:
            # Asked before anything of the next mail is said: what hung up in between costs a connection, not a try.
            try:
                await self._client.rset()
            except (aiosmtplib.SMTPException, OSError):
                await self._part()
        if self._client is None:
            client = _client(self._url)
            await client.connect()
            self._client = client
        return self._client

    async def _part(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            # Taken is taken: a line that breaks while parting must not send the mail once more.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
            client.close()


def _client(url: str) -> aiosmtplib.SMTP:
    where = urlsplit(url)
    return aiosmtplib.SMTP(
        hostname=where.hostname or "localhost",
        port=where.port or PORTS[where.scheme],
        username=unquote(where.username) if where.username else None,
        password=unquote(where.password) if where.password else None,
        use_tls=where.scheme == "smtp+tls",
        timeout=_PATIENCE,
    )


async def _for_any_script(client: aiosmtplib.SMTP) -> list[str]:
    """What is said with an address that is not ASCII (RFC 6531), where the server understands it."""
    await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported("no SMTPUTF8")
    return ["SMTPUTF8"]


def _refused_for_good(raised: BaseException) -> None:
    """Raises :class:`Undeliverable` if no later try can help."""
    if isinstance(raised, aiosmtplib.SMTPRecipientsRefused) and raised.recipients[0].code >= 500:
        raise Undeliverable(f"the mailbox is refused ({raised.recipients[0].code})") from None
    if isinstance(raised, aiosmtplib.SMTPNotSupported):
        raise Undeliverable("the server takes no such address") from None
    if isinstance(raised, aiosmtplib.SMTPDataError) and raised.code >= 500:
        raise Undeliverable(f"the mail is refused ({raised.code})") from None
