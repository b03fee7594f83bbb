"""Gateways in the test's own loop: real HTTP on a free port, what arrived to look into, and faults to order::

sms.defer(2)           # the next two are told to come again later
sms.reject(1)          # the next is refused for ever
sms.drop(1)            # the next is taken, but the line breaks before the sender hears of it
await sms.refuse()     # nobody answers at all, until `await sms.accept()`
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

import attrs
import msgspec
from typing_extensions import override

from marketplace_kit.testing.ports import HERE, free_port

_LARGEST = 64 * 1024


@attrs.frozen
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class FakeGateway:
    """The common part. ``arrived`` holds what was taken, oldest first."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.attempts = 0
        self.port = free_port()
        self._faults: list[str] = []
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}"

    def defer(self, times: int) -> None:
        self._faults += ["defer"] * times

    def reject(self, times: int) -> None:
        self._faults += ["reject"] * times

    def drop(self, times: int) -> None:
        self._faults += ["drop"] * times

    async def accept(self) -> None:
        """Listen; again on the same port after :meth:`refuse`."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, HERE, self.port)

    async def refuse(self) -> None:
        """Hang up: connections are refused."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[FakeGateway]:
        await self.accept()
        try:
            yield self
        finally:
            await self.refuse()

    def answer(self, asked: Asked, fault: str) -> tuple[int, Any]:
        """Status and JSON value for a request; ``drop`` is taken as if nothing were wrong."""
        raise NotImplementedError

    def counts(self, asked: Asked) -> bool:
        """Whether this request is a message, which faults are for, and not a question about one."""
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read(reader)
            fault = ""
            if self.counts(asked):
                self.attempts += 1
                fault = self._faults.pop(0) if self._faults else ""
            status, value = self.answer(asked, fault)
            if fault == "drop":
                writer.transport.abort()
                return
            body = msgspec.json.encode(value)
            head = f"HTTP/1.1 {status} As ordered\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
            writer.write(head.encode() + b"connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    length = min(int(headers.get("content-length", "0")), _LARGEST)
    return Asked(head[0].split()[1], headers, await reader.readexactly(length))


class FakeSms(FakeGateway):
    """SMSC's protocol: ``send.php`` and ``status.php``. The twin of a message is refused with code 9, as theirs is."""

    LOGIN, PASSWORD = "kit", "a-password-of-the-gateway"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, tuple[str, str]] = {}

    @override
    def counts(self, asked: Asked) -> bool:
        return asked.path.endswith("/send.php")

    @override
    def answer(self, asked: Asked, fault: str) -> tuple[int, Any]:
        form = asked.form
        if (form.get("login"), form.get("psw")) != (self.LOGIN, self.PASSWORD):
            return 200, {"error": "authorise error", "error_code": 2}
        if not self.counts(asked):
            known = self.messages.get(form["id"], ("", ""))[0] == form["phone"]
            return 200, {"status": 1, "last_timestamp": 1} if known else {"status": -3}
        if fault == "defer":
            return 200, {"error": "ip blocked", "error_code": 4}
        if fault == "reject":
            return 200, {"error": "invalid number", "error_code": 7}
        message = (form["phones"], form["mes"])
        if message in self.messages.values():
            return 200, {"error": "duplicate request, wait a minute", "error_code": 9}
        self.messages[form["id"]] = message
        self.arrived.append(form["mes"])
        return 200, {"id": int(form["id"]), "cnt": 1}


class FakePush(FakeGateway):
    """A push service and the browsers behind it: it opens what it is sent, as only the browser could (RFC 8291)."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, tuple[Any, bytes]] = {}

    def browser(self, name: str = "phone") -> dict[str, str]:
        """A subscription, as a browser hands it to a page."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key, secret = ec.generate_private_key(ec.SECP256R1()), name.encode().ljust(16, b"-")[:16]
        self._keys[f"/push/{name}"] = (key, secret)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"token": f"{self.url}/push/{name}", "p256dh": _b64(point), "auth": _b64(secret)}

    @override
    def answer(self, asked: Asked, fault: str) -> tuple[int, Any]:
        if asked.path not in self._keys or fault == "reject":
            return 410, {"errno": 106}
        if fault == "defer":
            return 503, {"errno": 201}
        if not asked.headers.get("authorization", "").startswith("vapid t=") or "ttl" not in asked.headers:
            return 401, {"errno": 109}
        import http_ece

        key, secret = self._keys[asked.path]
        opened = http_ece.decrypt(asked.body, private_key=key, auth_secret=secret, version="aes128gcm")
        self.arrived.append(opened.decode())
        return 201, {}

    @staticmethod
    def private_key() -> str:
        """A new VAPID key, as the settings take it."""
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        return _b64(key.private_numbers().private_value.to_bytes(32, "big"))


class FakeTelegram(FakeGateway):
    """The Bot API's ``sendMessage``. A rejected chat is one whose owner blocked the bot."""

    TOKEN = "123456:a-token-of-the-bot"

    @override
    def answer(self, asked: Asked, fault: str) -> tuple[int, Any]:
        if asked.path != f"/bot{self.TOKEN}/sendMessage":
            return 404, {"ok": False, "error_code": 404, "description": "Not Found"}
        if fault == "reject":
            told = "Forbidden: bot was blocked by the user"
            return 403, {"ok": False, "error_code": 403, "description": told}
        if fault == "defer":
            told, wait = "Too Many Requests: retry after 3", {"retry_after": 3}
            return 429, {"ok": False, "error_code": 429, "description": told, "parameters": wait}
        form = asked.form
        self.arrived.append(form["text"])
        chat = {"id": int(form["chat_id"]), "type": "private"}
        result = {"message_id": len(self.arrived), "date": 1, "chat": chat, "text": form["text"]}
        return 200, {"ok": True, "result": result}


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
