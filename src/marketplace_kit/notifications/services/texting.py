"""The SMS channel, over a gateway that speaks SMSC's HTTP protocol (smsc.kz, smsc.ru and their kin)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from marketplace_kit.kernel.hooks import Message, Undeliverable
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.domain import one_line
from marketplace_kit.notifications.schemas import NotificationSettings
from marketplace_kit.notifications.services.folder import is_folder, keep

_PATIENCE = 10.0
LONGEST = 480
"""Characters: seven parts in Cyrillic letters, which is what one message may cost."""
# Answers of send.php (https://smsc.kz/api/http/send/): what trying again cannot mend, and a twin of what was just sent.
_NEVER = {6: "the text is forbidden", 7: "no such number", 8: "the number cannot be reached"}
_TWIN = 9
_UNKNOWN_MESSAGE = -3


class GatewayRefused(Exception):
    """The gateway would not take the message now."""

    def __init__(self, code: int | str) -> None:
        super().__init__(str(code))
        self.code = code


class SmsSender:
    """Sends over the gateway, or into a folder.

    The gateway is given an id that is the same at every try. Where an answer is lost, or the gateway calls a try the
    twin of another, it is asked whether it has a message of that id: what was taken is not sent again.
    """

    async def deliver(self, site: Site, message: Message) -> None:
        settings = site.settings.of(NotificationSettings)
        text = text_of(message)
        if is_folder(settings.sms_url):
            await keep(settings.sms_url, "sms", message, text=text)
            return
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            gateway = _Gateway(client, settings)
            try:
                await gateway.send(message, text)
            except (httpx.TransportError, GatewayRefused) as unsure:
                if isinstance(unsure, GatewayRefused) and unsure.code != _TWIN:
                    raise
                if isinstance(unsure, httpx.ConnectError | httpx.ConnectTimeout) or not await gateway.has(message):
                    raise


class _Gateway:
    def __init__(self, client: httpx.AsyncClient, settings: NotificationSettings) -> None:
        self._client, self._settings = client, settings

    async def send(self, message: Message, text: str) -> None:
        sender = {"sender": self._settings.sms_sender} if self._settings.sms_sender else {}
        asked = {"phones": message.to, "mes": text, "id": number_of(message.key), **sender}
        answer = await self._ask("send.php", asked)
        if "error_code" in answer or "id" not in answer:
            code = answer.get("error_code", "?")
            if code in _NEVER:
                raise Undeliverable(f"{_NEVER[code]} ({code})")
            raise GatewayRefused(code)

    async def has(self, message: Message) -> bool:
        """Whether the gateway knows the message."""
        answer = await self._ask("status.php", {"phone": message.to, "id": number_of(message.key)})
        return "status" in answer and answer["status"] != _UNKNOWN_MESSAGE

    async def _ask(self, what: str, given: dict[str, Any]) -> dict[str, Any]:
        settings = self._settings
        common = {"login": settings.sms_login, "psw": settings.sms_password, "charset": "utf-8", "fmt": 3}
        answer = await self._client.post(f"{settings.sms_url.rstrip('/')}/{what}", data={**common, **given})
        if answer.status_code != httpx.codes.OK:
            raise GatewayRefused(answer.status_code)
        try:
            told: dict[str, Any] = answer.json()
        except ValueError:
            raise GatewayRefused("no JSON") from None
        return told


def text_of(message: Message) -> str:
    """One line: what it is about, and the link if it still fits."""
    text = one_line(message.body)
    room = LONGEST - (len(message.link) + 1 if message.link else 0)
    shortened = text if len(text) <= room else text[: room - 1].rstrip() + "…"
    return f"{shortened} {message.link}".strip()


def number_of(key: str) -> int:
    """The message's number at the gateway (1 to 2147483647), the same at every try."""
    return UUID(key).int % 2_147_483_647 + 1 if _is_uuid(key) else sum(key.encode()) + 1


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
